export const SHOP = {
  find_order: async ({ order_id }) => ({ order_id, total: 12.5 }),
  check_stock: async ({ item }) => ({ item, in_stock: 14 }),
  refund_order: async () => {
    throw new Error('card declined');
  },
};

export const TOOLS = Object.keys(SHOP).map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} } },
}));
