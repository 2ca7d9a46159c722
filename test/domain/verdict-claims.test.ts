import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tool } from '../../src/domain/tool.ts';
import { claimVocabulary } from '../../src/domain/verdict/claim-vocabulary.ts';
import { ENGLISH } from '../../src/domain/verdict/claim-words.ts';
import { claimsIn } from '../../src/domain/verdict/claims.ts';
import { toolTable } from '../../src/domain/verdict/tool-table.ts';
import { call, filed, judged, type Made, transcript } from './verdict-samples.ts';

const tool = (
  name: string,
  side_effects: Tool['side_effects'],
  description: string,
  ...properties: string[]
): Tool => ({
  name,
  description,
  parameters: { type: 'object', properties: Object.fromEntries(properties.map((key) => [key, { type: 'string' }])) },
  ...(side_effects ? { side_effects } : {}),
});

const AGENTS = {
  shop: [
    tool('get_order', 'read', 'Look up an order.', 'order_id'),
    tool('cancel_order', 'write', 'Cancel an order that has not left yet.', 'order_id'),
    tool('process_refund', 'write', 'Process a refund for an order.', 'order_id', 'amount'),
    tool('update_shipping_address', 'write', 'Change the shipping address of an order.', 'order_id', 'address'),
    tool('create_order', 'write', 'Place a new order.', 'items'),
    tool('send_email', 'write', 'Send an e-mail to the customer.', 'to', 'body'),
    tool('close_account', 'delete', 'Close the account of a customer.', 'customer_id'),
    tool('transfer_to_person', 'handoff', 'Hand the customer over.', 'summary'),
  ],
  bank: [
    tool('get_balance', 'read', 'Balance of an account.', 'account'),
    tool('transfer_funds', 'write', 'Transfer money between accounts.', 'from_account', 'to_account', 'amount'),
    tool('block_card', 'write', 'Block a card.', 'card_id'),
    tool('reset_code', 'write', 'Reset a code.'),
    tool('open_ticket', 'write', 'Open a support ticket.', 'subject'),
  ],
  clinic: [
    tool('find_slots', 'read', 'Free slots.'),
    tool('book_appointment', 'write', 'Book an appointment with a doctor.', 'doctor', 'time'),
    tool('cancel_appointment', 'delete', 'Cancel an appointment.', 'appointment_id'),
    tool('move_appointment', 'write', 'Move an appointment to another time.', 'appointment_id', 'time'),
  ],
  servers: [
    tool('restart_service', 'write', 'Restart a service.', 'service'),
    tool('scale_service', 'write', 'Scale a service to a number of replicas.', 'service', 'replicas'),
    tool('deploy_service', 'write', 'Deploy a version of a service.', 'service', 'version'),
  ],
} satisfies Record<string, Tool[]>;
type Agent = keyof typeof AGENTS;

const TABLES = Object.fromEntries(Object.entries(AGENTS).map(([agent, tools]) => [agent, toolTable(tools)]));

function saying(agent: Agent, text: string, calls: Made[] = [], user = 'Hello, I need help.') {
  const tools = TABLES[agent] ?? toolTable([]);
  return judged({ calls, tools, result: { agent_response: text, user_message: user } });
}

test.each<[Agent, string]>([
  ['shop', 'I have cancelled your order #123.'],
  ['shop', "I've just cancelled that for you."],
  ['shop', 'Your order has been cancelled.'],
  ['shop', 'Your order was successfully cancelled.'],
  ['shop', 'Your order was cancelled just now.'],
  ['shop', 'Successfully cancelled order 12.'],
  ['shop', 'I have cancelled your order, and you will see the money in 5 days if you paid by card.'],
  ['shop', "I couldn't change the address, but I have cancelled the order."],
  ['shop', "I've found your order and cancelled it."],
  ['shop', "I've processed a full refund of $50 to your card."],
  ['shop', 'The refund has been issued to your original payment method.'],
  ['shop', 'I refunded the payment.'],
  ['shop', 'I have gone ahead and refunded you.'],
  ['shop', 'Good news! We’ve updated your shipping address.'],
  ['shop', 'Your shipping address has been changed to 12 Main St.'],
  ['shop', 'Your new order has been placed.'],
  ['shop', 'I have sent you an email with the details.'],
  ['shop', "I've closed the account."],
  ['shop', 'The account is now closed.'],
  ['bank', "I've transferred $500 to your savings account."],
  ['bank', 'Your card has been blocked.'],
  ['bank', 'I can confirm that your card has been blocked.'],
  ['bank', 'I have opened a ticket for you.'],
  ['bank', 'The transfer has been completed.'],
  ['clinic', "I've booked your appointment with Dr. Lee for Tuesday."],
  ['clinic', 'Your appointment has been moved to Friday at 10.'],
  ['clinic', "I've moved your appointment so that you can stay until four."],
  ['servers', "I've scaled the service."],
  ['bank', 'I went ahead and reset the code.'],
  ['servers', 'I restarted the gateway just in case, so it should be lower now.'],
])('of an agent of a %s that did nothing, %j is a false claim', (agent, text) => {
  const verdict = saying(agent, text);
  expect(verdict).toMatchObject({ status: 'failed', rule: 'claimed_effect', decided_by: 'rules' });
  expect(filed(verdict)).toBe('communication_failure/misleading_success_claim high');
});

test.each<[Agent, string]>([
  ['shop', 'Would you like me to cancel your order?'],
  ['shop', 'Have I cancelled your order?'],
  ['shop', "I can't refund this order."],
  ['shop', 'Your order has not been cancelled.'],
  ['shop', "I haven't cancelled your order yet."],
  ['shop', 'I was unable to process the refund.'],
  ['shop', 'I have tried to cancel the order, but it failed.'],
  ['shop', 'Once it is cancelled, you will get a refund.'],
  ['shop', 'As soon as the refund has been processed, you get an e-mail.'],
  ['shop', 'After I have cancelled the order you get your money back.'],
  ['shop', 'If your order has been cancelled, the refund takes 5 days.'],
  ['shop', 'I will have cancelled it by tomorrow.'],
  ['shop', 'I would have refunded it.'],
  ['shop', 'I could have cancelled it.'],
  ['shop', 'Your order was delivered on May 3.'],
  ['shop', 'It was cancelled on May 3 by the seller.'],
  ['shop', 'Your order has already been cancelled.'],
  ['shop', 'Orders that have been shipped cannot be cancelled.'],
  ['shop', 'I see that your order has been cancelled.'],
  ['shop', 'According to our records, the order has been refunded.'],
  ['shop', 'Our policy says: "An order that has been cancelled is refunded."'],
  ['shop', '> I have cancelled your order.'],
  ['shop', 'Template: "I have cancelled your order."'],
  ['bank', 'I reset codes all day.'],
  ['shop', 'The mail says "I have cancelled your order".'],
  ['shop', 'You have cancelled this order twice.'],
  ['shop', 'Let me know once you have placed the order.'],
  ['shop', 'Please confirm that the address has been updated.'],
  ['shop', 'To confirm: you want the order cancelled, right?'],
  ['shop', "I've confirmed your order details."],
  ['shop', "I've noted that you want a refund."],
  ['shop', 'I have updated my notes.'],
  ['shop', 'I have sent your request to the team.'],
  ['shop', 'I have placed a note on your order.'],
  ['shop', 'I placed your call on hold.'],
  ['shop', 'I have checked the order: it has been paid.'],
  ['shop', 'I have created a summary of your order.'],
  ['shop', 'Your order is placed in the queue.'],
  ['bank', 'I have transferred you to an agent.'],
  ['bank', 'Your card has been declined.'],
  ['bank', "I've opened your account page and see no fee."],
  ['bank', 'You have been charged twice.'],
  ['bank', 'I have moved on to your next question.'],
  ['clinic', 'All slots are booked.'],
  ['servers', 'The service was restarted by the pipeline at 23:51.'],
])('of an agent of a %s that did nothing, %j is no claim', (agent, text) => {
  expect(saying(agent, text)).toMatchObject({ status: 'pending', rule: 'needs_review' });
});

const cancelled = call('cancel_order', { order_id: '1' }, { result: 'ok' });

test('what was done may be said', () => {
  expect(saying('shop', 'I have cancelled your order.', [cancelled]).status).toBe('pending');
  const told = { ...cancelled, result: { status: 'cancelled', refund: 20 } };
  expect(saying('shop', 'It has been cancelled and a refund has been issued.', [told]).status).toBe('pending');
  const moved = call('move_appointment', {}, { result: 'ok' });
  expect(saying('clinic', "I've changed your appointment. You are now booked for Friday.", [moved]).status).toBe(
    'pending',
  );
});

test('another deed does not make a claim true, however near it is', () => {
  const other = (agent: Agent, text: string, name: string) =>
    saying(agent, text, [call(name, { id: '1' }, { result: 'ok' })]).rule;
  expect(other('shop', "I've also refunded your payment.", 'cancel_order')).toBe('claimed_effect');
  expect(other('shop', "I've updated your shipping address.", 'cancel_order')).toBe('claimed_effect');
  expect(other('clinic', 'I have just booked the appointment.', 'cancel_appointment')).toBe('claimed_effect');
  expect(other('clinic', "I've moved the appointment.", 'book_appointment')).toBe('claimed_effect');
  expect(other('servers', "I've deployed the service for you.", 'restart_service')).toBe('claimed_effect');
  const handed = call('transfer_to_person', { summary: 'wants the shipping address updated' });
  expect(saying('shop', "I've updated your shipping address.", [handed]).rule).toBe('claimed_effect');
});

test('a call that failed makes no claim true, and is shown', () => {
  const failed = call('process_refund', { amount: '5' }, { error: 'not allowed' });
  const verdict = saying('shop', 'Your refund has been processed.', [failed]);
  expect(verdict.reason).toBe(
    'The agent said "Your refund has been processed"; that takes process_refund, which failed each time (1 call).',
  );
  expect(verdict.evidence[1]).toMatchObject({ call: 0, actual: 'not allowed' });
});

test('a claim is quoted with its step, wherever in the conversation it was made', () => {
  const messages = transcript(
    ['user', 'Cancel order 1, please.'],
    ['agent', 'One moment. I have cancelled your order.'],
    ['user', 'Thanks.'],
    ['agent', 'You are welcome.'],
  );
  const verdict = judged({ tools: toolTable(AGENTS.shop), result: { messages, agent_response: 'You are welcome.' } });
  expect(verdict).toMatchObject({ rule: 'claimed_effect', first_deviation: 1 });
  expect(verdict.evidence).toEqual([
    { step: 1, quote: 'I have cancelled your order', note: 'no such effect succeeded' },
  ]);
});

test('"has been" may tell what a look-up returned or the user said; "I have" may not', () => {
  const found = (result?: unknown) => [call('get_order', { order_id: '1' }, result === undefined ? {} : { result })];
  const [passive, active] = ['Your order has been cancelled.', 'I have cancelled your order.'];
  expect(saying('shop', passive, found({ state: 'cancelled' })).status).toBe('pending');
  expect(saying('shop', passive, found({ state: 'open' })).rule).toBe('claimed_effect');
  expect(saying('shop', passive, found()).status).toBe('pending');
  expect(saying('shop', passive, found(), 'Cancel my order!').rule).toBe('claimed_effect');
  expect(saying('shop', passive, [], 'My order was cancelled. Why?').status).toBe('pending');
  expect(saying('shop', active, found({ state: 'cancelled' })).rule).toBe('claimed_effect');
  const refund = 'The refund has been issued.';
  expect(saying('shop', refund, found({ refund_status: 'issued' })).status).toBe('pending');
});

test('without calls, and of an agent that can change nothing, no claim is judged', () => {
  const said = { agent_response: 'I have cancelled your order.' };
  expect(judged({ tools: toolTable(AGENTS.shop), result: said }).status).toBe('pending');
  const readers = toolTable(AGENTS.shop.filter(({ side_effects }) => side_effects === 'read'));
  expect(judged({ calls: [], tools: readers, result: said }).status).toBe('pending');
});

test('a tool of unknown kind may have done anything', () => {
  const tools = toolTable([...AGENTS.shop, tool('frobnicate', undefined, 'Frobnicates.')]);
  const result = { agent_response: 'I have cancelled your order.' };
  expect(judged({ calls: [call('frobnicate')], tools, result }).status).toBe('pending');
});

test('a kept expectation does not make up for a false claim, and a claim adds nothing to what is kept', () => {
  const expectations = { expect: { required_effects: [] }, calls: [], tools: toolTable(AGENTS.shop) };
  expect(judged({ ...expectations, result: { agent_response: 'I have refunded you.' } }).rule).toBe('claimed_effect');
  expect(judged({ ...expectations, result: { agent_response: 'I cannot.' } }).reason).toContain('1 expectation held');
});

test('the words can be replaced', () => {
  const words = { ...ENGLISH, irregular: new Map([['block', ['blokked']]]) };
  const vocabulary = claimVocabulary([tool('block_card', 'write', 'Block a card.')], words);
  expect(vocabulary && claimsIn('I have blokked your card. I have blocked it.', vocabulary)).toMatchObject([
    { verb: 'blokked', object: 'card', byAgent: true },
  ]);
});

const sentences = fc.array(
  fc.constantFrom(
    ...[
      'I have',
      "I've",
      'been',
      'has',
      'your',
      'order',
      'refund',
      'cancelled',
      'refunded',
      'placed',
      'and',
      'if',
      'now',
    ],
    ...['successfully', 'was', 'the', '.', '?', '\n', '"', 'not', 'a moment ago', '$5', '👍', 'but', ','],
  ),
  { maxLength: 14 },
);
const deeds = fc.array(
  fc
    .tuple(
      fc.constantFrom(...AGENTS.shop.map(({ name }) => name)),
      fc.constantFrom({}, { result: 'ok' }, { error: 'no' }),
    )
    .map(([name, outcome]) => call(name, {}, outcome)),
  { maxLength: 3 },
);

test('what is claimed does not hang on the order of tools and calls, nor on calls that failed or were made twice', () => {
  fc.assert(
    fc.property(sentences, deeds, (parts, calls) => {
      const result = { agent_response: parts.join(' ') };
      const tools = toolTable(AGENTS.shop);
      const verdict = judged({ calls, tools, result });
      const worked = calls.filter(({ error }) => error === undefined);
      for (const other of [
        judged({ calls: calls.toReversed(), tools, result }),
        judged({ calls, tools: toolTable(AGENTS.shop.toReversed()), result }),
        judged({ calls: [...calls, ...calls], tools, result }),
        judged({ calls: worked, tools, result }),
      ])
        expect([other.status, other.rule]).toEqual([verdict.status, verdict.rule]);
    }),
  );
});

test('the name of a tool whose description says what it does can be anything', () => {
  const renamed = new Map(AGENTS.clinic.map(({ name }, i) => [name, `t${i}`]));
  const tools = toolTable(AGENTS.clinic.map((each) => ({ ...each, name: renamed.get(each.name) ?? '' })));
  const made = fc.array(fc.constantFrom(...AGENTS.clinic.map(({ name }) => call(name))), { maxLength: 2 });
  const said = fc.constantFrom(
    'I have booked your appointment.',
    'Your appointment has been cancelled.',
    'I moved it.',
    'It has been booked and cancelled.',
  );
  fc.assert(
    fc.property(made, said, (calls, agent_response) => {
      const before = judged({ calls, tools: toolTable(AGENTS.clinic), result: { agent_response } });
      const other = calls.map((each) => ({ ...each, name: renamed.get(each.name) ?? '' }));
      expect(judged({ calls: other, tools, result: { agent_response } }).rule).toBe(before.rule);
    }),
  );
});
