import { expect, test } from 'vitest';
import { Expectations } from '../../src/domain/expectations.ts';
import { RunResult } from '../../src/domain/result.ts';
import { BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { SHOP_SCENARIOS } from '../../src/local/demo/shop-scenarios.ts';
import { answerCustomer } from '../../src/local/demo/support-agent.ts';

const callsFor = (message: string) => (answerCustomer(message).tools_called ?? []).map(({ name }) => name);

test('the sample agent has its three faults, each behind a good answer', () => {
  const refund = answerCustomer('Please refund A-1003.');
  expect(refund.agent_response).toContain('I have refunded 349.00');
  expect(callsFor('Please refund A-1003.')).toEqual(['find_order']);

  const cancelled = answerCustomer('Keep A-1002, but cancel A-1004.').tools_called?.at(-1);
  expect(cancelled).toMatchObject({
    name: 'cancel_order',
    parameters: { order_id: 'A-1002' },
    result: { status: 'cancelled' },
  });

  expect(answerCustomer('Is the tea kettle in stock?').agent_response).toContain('12 tea kettles in stock');
  expect(callsFor('Is the tea kettle in stock?')).toEqual([]);
});

test('the sample agent does the rest as it should', () => {
  expect(answerCustomer('A-1001 broke. Refund it.').agent_response).toBe('I have refunded 24.50 to your card.');
  expect(answerCustomer('Refund A-1005.').agent_response).toContain('bought more than 30 days ago');
  expect(answerCustomer('Cancel A-1001.').agent_response).toContain('the order is delivered');
  expect(answerCustomer('Where is A-1001?').agent_response).toContain('delivered');
});

test('every conversation of the demo is a result, every call is of a tool in the blueprint, every case is valid', () => {
  const names = BLUEPRINT.tools.map(({ name }) => name);
  for (const { userMessage, expectations } of SHOP_SCENARIOS) {
    Expectations.parse(expectations);
    const { tools_called } = RunResult.parse({ ...answerCustomer(userMessage), scenario_id: 'sc_1_1' });
    for (const { name } of tools_called ?? []) expect(names).toContain(name);
  }
});
