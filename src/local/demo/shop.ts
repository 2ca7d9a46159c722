export type Order = {
  id: string;
  item: string;
  total: number;
  status: 'delivered' | 'packed' | 'cancelled';
  daysAgo: number;
};
type Arguments = Record<string, unknown>;
type Answer = Record<string, unknown>;

const RETURN_DAYS = 30;

/** A small shop in memory. Every conversation gets a fresh one. */
export class Shop {
  readonly #orders = new Map<string, Order>(
    (
      [
        { id: 'A-1001', item: 'blue mug', total: 24.5, status: 'delivered', daysAgo: 6 },
        { id: 'A-1002', item: 'tea kettle', total: 89, status: 'packed', daysAgo: 1 },
        { id: 'A-1003', item: 'espresso machine', total: 349, status: 'delivered', daysAgo: 9 },
        { id: 'A-1004', item: 'coffee grinder', total: 119, status: 'packed', daysAgo: 1 },
        { id: 'A-1005', item: 'linen apron', total: 39.9, status: 'delivered', daysAgo: 58 },
      ] satisfies Order[]
    ).map((order) => [order.id, order]),
  );
  readonly #stock = new Map([
    ['blue mug', 14],
    ['tea kettle', 0],
  ]);

  /** Runs one of the tools of `blueprint.ts`. A failure is an answer too, as it would be over a network. */
  use(tool: string, input: Arguments): Answer {
    const order = this.#orders.get(String(input.order_id));
    if ('order_id' in input && !order) return { error: 'no such order' };
    if (tool === 'check_stock') return { item: input.item, in_stock: this.#stock.get(String(input.item)) ?? 0 };
    if (tool === 'hand_over') return { ticket: 'T-77' };
    if (!order) return { error: `no such tool: ${tool}` };
    if (tool === 'find_order') return { ...order };
    if (tool === 'issue_refund') return this.#refund(order, Number(input.amount));
    if (tool === 'cancel_order') return this.#cancel(order);
    if (tool === 'change_address') return { order_id: order.id, address: input.address };
    return { error: `no such tool: ${tool}` };
  }

  #refund(order: Order, amount: number): Answer {
    if (order.daysAgo > RETURN_DAYS) return { error: `bought more than ${RETURN_DAYS} days ago` };
    if (amount !== order.total) return { error: `the order came to ${order.total}` };
    return { refund_id: `R-${order.id}`, amount };
  }

  #cancel(order: Order): Answer {
    if (order.status !== 'packed') return { error: `the order is ${order.status}` };
    this.#orders.set(order.id, { ...order, status: 'cancelled' });
    return { order_id: order.id, status: 'cancelled' };
  }
}
