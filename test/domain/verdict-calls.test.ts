import { expect, test } from 'vitest';
import { Message, RunResult } from '../../src/domain/result.ts';
import { callsOf } from '../../src/domain/verdict/calls.ts';
import { guessKind } from '../../src/domain/verdict/tool-kind.ts';
import { call, judged, TABLE, transcript } from './verdict-samples.ts';

const asks = (...calls: [id: string | null, name: string, sent?: unknown][]) => ({
  role: 'assistant',
  content: null,
  tool_calls: calls.map(([id, name, sent = '{}']) => ({ id, type: 'function', function: { name, arguments: sent } })),
});
const answers = (id: string | null, content: string) => ({ role: 'tool', tool_call_id: id, content });

function callsFrom(more: Record<string, unknown>) {
  const result = RunResult.parse({ scenario_id: 's', user_message: '', agent_response: '', ...more });
  return callsOf(result, TABLE)?.map(({ name, step, result: outcome, arguments: sent }) => ({
    name,
    step,
    outcome,
    sent,
  }));
}
const outcomes = (messages: unknown[]) => callsFrom({ messages })?.map(({ outcome }) => outcome);

test('a call is paired with the answer that follows it, though ids repeat', () => {
  const messages = [
    asks(['1', 'a']),
    answers('1', 'first'),
    asks(['1', 'b']),
    answers('1', 'second'),
    asks(['1', 'c']),
  ];
  expect(outcomes(messages)).toEqual(['first', 'second', undefined]);
});

test('an answer never goes back past the message before it', () => {
  const messages = [asks(['1', 'a']), asks(['2', 'b']), answers('1', 'late')];
  expect(outcomes(messages)).toEqual([undefined, 'late']);
});

test('several calls of a message are told apart by id, and where ids do not tell, by order', () => {
  const both = asks(['1', 'a'], ['2', 'b']);
  expect(outcomes([both, answers('2', 'B'), answers('1', 'A')])).toEqual(['A', 'B']);
  expect(outcomes([both, answers('2', 'B')])).toEqual([undefined, 'B']);
  expect(outcomes([both, answers('x', 'A'), answers('1', 'B')])).toEqual(['B', 'A']);
  expect(outcomes([asks(['1', 'a'], ['1', 'b']), answers('1', 'A'), answers('1', 'B')])).toEqual(['A', 'B']);
  expect(outcomes([asks([null, 'a'], [null, 'b']), answers(null, 'A'), answers(null, 'B')])).toEqual(['A', 'B']);
});

test('arguments are read from JSON text, from an object, and from text in text', () => {
  const sent = (value: unknown) => callsFrom({ messages: [asks(['1', 'a', value])] })?.[0]?.sent;
  expect(sent('{"line":"L1"}')).toEqual({ line: 'L1' });
  expect(sent({ line: 'L1' })).toEqual({ line: 'L1' });
  expect(sent(JSON.stringify('{"line":"L1"}'))).toEqual({ line: 'L1' });
  for (const broken of ['{"line":', '', '[1]', null, 3]) expect(sent(broken)).toEqual({});
});

test('content parts with tool_use and tool_result are a transcript too', () => {
  const messages = [
    { role: 'user', content: [{ type: 'text', text: 'Go' }] },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Ok.' },
        { type: 'tool_use', id: 't', name: 'close_line', input: { line: 'L1' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'locked', is_error: true }] },
  ];
  expect(callsFrom({ messages })).toEqual([{ name: 'close_line', step: 1, outcome: 'locked', sent: { line: 'L1' } }]);
  expect(judged({ expect: { required_effects: [] }, result: { messages } }).status).toBe('passed');
  expect(judged({ expect: { required_facts: ['ok'] }, result: { messages } }).status).toBe('passed');
});

test('reported calls go before the transcript, which lends them its steps and outcomes', () => {
  const messages = transcript(['user', 'Go'], [call('close_line', { line: 'L1' }), 'Error: locked']);
  const expectations = { required_effects: [] };
  const failed = judged({ calls: [call('change_plan')], expect: expectations, result: { messages } });
  expect(failed.status).toBe('failed');
  expect(judged({ calls: [call('close_line')], expect: expectations, result: { messages } }).status).toBe('passed');
  expect(
    judged({ calls: [call('close_line', {}, { result: 'ok' })], expect: expectations, result: { messages } }),
  ).toMatchObject({
    status: 'failed',
    first_deviation: 1,
  });
});

test('an empty list beside a transcript with calls is a default, and no list and no transcript is no knowledge', () => {
  const messages = transcript([call('find_line'), 'ok']);
  expect(callsFrom({ tools_called: [], messages })).toHaveLength(1);
  expect(callsFrom({ tools_called: [] })).toEqual([]);
  expect(callsFrom({ messages: [] })).toBeUndefined();
  expect(callsFrom({})).toBeUndefined();
});

test('a transcript without a call says that there was none', () => {
  expect(callsFrom({ messages: [Message.parse({ role: 'user', content: 'Hi' })] })).toEqual([]);
});

test.each([
  ['get_order', 'read'],
  ['searchFlights', 'read'],
  ['orders.list', 'read'],
  ['mcp__bank__get_balance', 'read'],
  ['refund_status', 'read'],
  ['order_history', 'read'],
  ['check_the_in_tray', 'read'],
  ['cancel_order', 'effect'],
  ['process_refund', 'effect'],
  ['refund_order', 'effect'],
  ['user.update', 'effect'],
  ['check_in_passenger', 'effect'],
  ['transfer_funds', 'effect'],
  ['transfer_to_human', 'handoff'],
  ['escalate_to_supervisor', 'handoff'],
  ['handoff_to_billing', 'handoff'],
  ['frobnicate', 'unknown'],
  ['', 'unknown'],
])('the kind of %s is guessed as %s', (name, kind) => {
  expect(guessKind(name).kind).toBe(kind);
});

test('a guessed deletion is known as one', () => {
  expect(['delete_user', 'update_user', 'get_user', 'refund_user', 'x'].map((name) => guessKind(name).deletes)).toEqual(
    [true, false, false, false, false],
  );
});
