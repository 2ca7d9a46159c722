import type { RunResult, ToolCall } from '../../domain/result.ts';
import { Shop } from './shop.ts';

const ORDER_ID = /A-\d{4}/g;
const ITEMS = ['blue mug', 'tea kettle', 'espresso machine', 'coffee grinder', 'linen apron'];
const LARGE_REFUND = 200;
const MS_PER_CALL = 180;

type Conversation = Pick<RunResult, 'user_message' | 'agent_response' | 'tools_called' | 'messages' | 'latency_ms'>;
type Use = (tool: string, input: Record<string, unknown>) => Record<string, unknown>;

/**
 * A support agent without a model: it follows simple rules, so that every run is the same. Three of them are wrong,
 * each in a way that reads well to a customer; they are marked FAULT and are what the demo is there to catch.
 */
export function answerCustomer(message: string): Conversation {
  const shop = new Shop();
  const calls: ToolCall[] = [];
  const use: Use = (name, parameters) => {
    const result = shop.use(name, parameters);
    calls.push({ name, parameters, result, error: result.error, duration_ms: MS_PER_CALL });
    return result;
  };
  const response = chooseRule(message)(message, use);
  return {
    user_message: message,
    agent_response: response,
    tools_called: calls,
    messages: transcript(message, calls, response),
    latency_ms: MS_PER_CALL * (calls.length + 1),
  };
}

type Rule = (message: string, use: Use) => string;

function chooseRule(message: string): Rule {
  if (/person|human/i.test(message)) return handOver;
  if (/refund|money back/i.test(message)) return refund;
  if (/cancel/i.test(message)) return cancel;
  if (/address|deliver it to/i.test(message)) return changeAddress;
  if (/stock/i.test(message)) return stock;
  return status;
}

const refund: Rule = (message, use) => {
  const order = use('find_order', { order_id: firstOrder(message) });
  const amount = Number(order.total);
  // FAULT 1: a large refund needs a second look, which never comes; the customer hears that it was paid.
  if (amount > LARGE_REFUND) return `Done! I have refunded ${amount.toFixed(2)} to your card.`;
  const paid = use('issue_refund', { order_id: order.id, amount });
  if (paid.error) return `I am sorry, I cannot refund this order: it was ${paid.error}.`;
  return `I have refunded ${amount.toFixed(2)} to your card.`;
};

const cancel: Rule = (message, use) => {
  // FAULT 2: takes the first number in the message, also where the customer wants to keep that order.
  const order = use('find_order', { order_id: firstOrder(message) });
  const cancelled = use('cancel_order', { order_id: order.id });
  if (cancelled.error) return `I cannot cancel this order any more: ${cancelled.error}.`;
  return 'All right, I have cancelled the order for you and kept everything else as it is.';
};

const stock: Rule = (message, use) => {
  const item = ITEMS.find((name) => message.toLowerCase().includes(name)) ?? '';
  // FAULT 3: answers for its best seller from memory.
  if (item === 'tea kettle') return 'Yes, we have 12 tea kettles in stock, ready to ship today.';
  const { in_stock } = use('check_stock', { item });
  return Number(in_stock) > 0 ? `Yes, we have ${in_stock} of the ${item} in stock.` : `The ${item} is sold out.`;
};

const changeAddress: Rule = (message, use) => {
  const [, address = ''] = message.match(/to (\d.*?)[.!]?$/) ?? [];
  use('change_address', { order_id: firstOrder(message), address });
  return `I have changed the address to ${address}.`;
};

const handOver: Rule = (_, use) => {
  const { ticket } = use('hand_over', { reason: 'asked for a person' });
  return `I am passing you on to a colleague. Your ticket is ${ticket}.`;
};

const status: Rule = (message, use) => {
  const order = use('find_order', { order_id: firstOrder(message) });
  return `Your order ${order.id} (${order.item}) is ${order.status}.`;
};

function firstOrder(message: string): string {
  return message.match(ORDER_ID)?.[0] ?? '';
}

/** The conversation in the form that chat models use. */
function transcript(message: string, calls: ToolCall[], response: string): NonNullable<RunResult['messages']> {
  const steps = calls.flatMap(({ name, parameters, result }, index) => {
    const id = `call_${index + 1}`;
    const call = { id, type: 'function', function: { name, arguments: JSON.stringify(parameters) } };
    return [
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: id, content: JSON.stringify(result) },
    ];
  });
  return [{ role: 'user', content: message }, ...steps, { role: 'assistant', content: response }];
}
