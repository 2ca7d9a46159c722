import type { Tool } from '../../domain/tool.ts';

export const AGENT_NAME = 'demo-shop-support';

const ORDER = { order_id: { type: 'string', description: 'Order number, such as A-1001' } };

/** The sample agent as it would describe itself. JSON is YAML, so this is what is uploaded. */
export const BLUEPRINT = {
  agent_name: AGENT_NAME,
  framework: 'custom',
  description: 'Answers customers of a small kitchen shop: looks up orders, refunds, cancels, changes addresses.',
  tools: [
    tool('find_order', 'Looks up an order by its number.', 'read', ORDER),
    tool('check_stock', 'How many of an item are in stock.', 'read', { item: { type: 'string' } }),
    tool('issue_refund', 'Pays an order back.', 'write', { ...ORDER, amount: { type: 'number' } }),
    tool('cancel_order', 'Cancels an order that is not yet shipped.', 'delete', ORDER),
    tool('change_address', 'Changes where an order goes.', 'write', { ...ORDER, address: { type: 'string' } }),
    tool('hand_over', 'Passes the conversation to a person.', 'handoff', { reason: { type: 'string' } }),
  ],
  constraints: [
    'Refunds are possible within 30 days, for the exact total of the order.',
    'Never say that something was done unless the tool has done it.',
    'Stock changes by the hour: look it up every time.',
  ],
};

function tool(
  name: string,
  description: string,
  sideEffects: NonNullable<Tool['side_effects']>,
  properties: Record<string, object>,
) {
  const parameters = { type: 'object', properties, required: Object.keys(properties) };
  return { name, description, parameters, side_effects: sideEffects, returns: 'JSON', error_handling: 'fail' };
}
