// @ts-check
/** The tools of the agents in the tests: two that answer and one that fails. */

/** @type {Record<string, (input: any) => Promise<unknown>>} */
export const SHOP = {
  find_order: async ({ order_id }) => ({ order_id, total: 12.5 }),
  check_stock: async ({ item }) => ({ item, in_stock: 14 }),
  refund_order: async () => {
    throw new Error('card declined');
  },
};

const text = { type: 'string' };
/** @type {Record<string, { type: 'object', properties: Record<string, object>, required: string[] }>} */
export const PARAMETERS = {
  find_order: { type: 'object', properties: { order_id: text }, required: ['order_id'] },
  check_stock: { type: 'object', properties: { item: text }, required: ['item'] },
  refund_order: {
    type: 'object',
    properties: { order_id: text, amount: { type: 'number' } },
    required: ['order_id', 'amount'],
  },
};
export const NAMES = Object.keys(SHOP);

/** What an agent tells its model of a call. @param {string} name @param {unknown} input */
export async function runTool(name, input) {
  try {
    return { text: JSON.stringify(await SHOP[name]?.(input)), failed: false };
  } catch (error) {
    return { text: `Error: ${error instanceof Error ? error.message : error}`, failed: true };
  }
}
