import { expect, test } from 'vitest';
import { call, filed, judged, transcript } from './verdict-samples.ts';

const REFUND = { required_effects: [{ tool: 'refund_bill', arguments: { line: 'L1', amount: 20 } }] };
const REFUNDED = [call('refund_bill', { line: 'L1', amount: 20 })];

test('a result that the client failed is failed for the reason the client gave', () => {
  const verdict = judged({ calls: REFUNDED, expect: REFUND, result: { passed: false, notes: 'The tone was rude.' } });
  expect(verdict).toMatchObject({
    status: 'failed',
    decided_by: 'client',
    rule: 'client_failed',
    reason: 'The tone was rude.',
  });
});

test('the error message of a failed result goes before its notes and makes it no error', () => {
  const verdict = judged({ result: { passed: false, error_message: 'assert 1 == 2', notes: 'see log' } });
  expect(verdict).toMatchObject({ status: 'failed', reason: 'assert 1 == 2' });
});

test('a result that the client failed is filed under what the rules see', () => {
  const verdict = judged({ calls: [], expect: REFUND, result: { passed: false, notes: 'no refund' } });
  expect(filed(verdict)).toBe('tool_usage_failure/missing_call high');
  expect(verdict.evidence[0]?.note).toContain('refund_bill was due with amount 20, line "L1"');
});

test('a result that the client failed is filed under its target where the rules see nothing', () => {
  const sample = { calls: REFUNDED, expect: REFUND, result: { passed: false } };
  expect(filed(judged({ ...sample, target: 'communication_failure' }))).toBe(
    'communication_failure/client_reported low',
  );
  expect(filed(judged(sample))).toBe('tool_usage_failure/client_reported high');
  expect(judged(sample).first_deviation).toBe(0);
});

test('a result that the client failed keeps what the rules know of the fault', () => {
  const messages = transcript([REFUNDED[0] ?? call(''), '503 Service Unavailable'], ['agent', 'It failed.']);
  const verdict = judged({ expect: REFUND, result: { passed: false, messages } });
  expect(verdict).toMatchObject({ status: 'failed', decided_by: 'client', agent_fault: false, first_deviation: 0 });
  expect(judged({ calls: [], expect: REFUND, result: { passed: false } }).agent_fault).toBeUndefined();
});

test('an error message makes the result an error, whatever the calls did and the client says', () => {
  const verdict = judged({
    calls: REFUNDED,
    expect: REFUND,
    result: { error_message: 'KeyError: line', passed: true },
  });
  expect(verdict).toMatchObject({ status: 'error', rule: 'error', decided_by: 'rules', first_deviation: 0 });
  expect(filed(verdict)).toBe('operational_failure/crash high');
  expect(verdict.reason).toContain('KeyError: line');
  expect(verdict.agent_fault).toBeUndefined();
});

test('an error message of blanks is none', () => {
  expect(judged({ calls: REFUNDED, expect: REFUND, result: { error_message: '  ' } }).status).toBe('passed');
});

test('an unreachable environment is not the fault of the agent', () => {
  const verdict = judged({ result: { error_message: 'connect ECONNREFUSED 10.0.0.1:443' } });
  expect(verdict).toMatchObject({ status: 'error', agent_fault: false });
});

test('a timeout is an error of its own kind, from the stop reason and from the message', () => {
  expect(filed(judged({ result: { stop_reason: 'timeout' } }))).toBe('operational_failure/timeout medium');
  expect(filed(judged({ result: { error_message: 'The agent timed out after 60 s' } }))).toBe(
    'operational_failure/timeout medium',
  );
});

test.each([
  ['Python', 'Traceback (most recent call last):\n  File "agent.py", line 3, in run\nKeyError: 1'],
  ['JavaScript', 'TypeError: x is undefined\n    at run (agent.js:3:1)'],
  ['Rust', "thread 'main' panicked at src/main.rs:3"],
])('a transcript that ends in a crash of %s is an error', (_, text) => {
  const messages = transcript(['user', 'Hi'], ['agent', 'One moment.'], ['agent', text]);
  const verdict = judged({ expect: REFUND, result: { messages } });
  expect(verdict).toMatchObject({ status: 'error', rule: 'error', first_deviation: 2 });
});

test('a stack trace that the user pastes or that is only quoted is no crash', () => {
  const trace = 'Traceback (most recent call last):\nKeyError: 1';
  const pasted = transcript(['agent', 'What do you see?'], ['user', trace]);
  const quoted = transcript(['user', 'Help'], ['agent', `The log says: ${trace}`]);
  expect(judged({ result: { messages: pasted } }).status).toBe('pending');
  expect(judged({ result: { messages: quoted } }).status).toBe('pending');
});

test('a tool error at the end is not a crash of the agent', () => {
  const messages = transcript(['user', 'Hi'], [call('find_line', { line: 'L9' }), 'Error: no such line']);
  expect(judged({ result: { messages } }).status).toBe('pending');
});

test.each(['step_limit', 'cut_off'])('a conversation that ended by %s failed, whatever it had done', (stop_reason) => {
  const messages = transcript(['user', 'Hi'], [REFUNDED[0] ?? call(''), 'ok'], ['agent', 'And now']);
  const verdict = judged({ expect: REFUND, result: { messages, stop_reason } });
  expect(verdict).toMatchObject({ status: 'failed', rule: 'cut_off', first_deviation: 3 });
  expect(filed(verdict)).toBe('instruction_failure/incomplete_execution medium');
});

test('a conversation that ran in a circle to the step limit is a retry loop', () => {
  const calls = [1, 2, 3].map(() => call('find_line', { line: 'L1' }));
  expect(filed(judged({ calls, result: { stop_reason: 'step_limit' } }))).toBe('operational_failure/retry_loop medium');
  expect(filed(judged({ calls, result: { stop_reason: 'cut_off' } }))).toBe(
    'instruction_failure/incomplete_execution medium',
  );
});

test('a completed conversation is judged by what it did', () => {
  expect(judged({ calls: REFUNDED, expect: REFUND, result: { stop_reason: 'completed' } }).status).toBe('passed');
});

test('with nothing to judge by, the client decides, and a person where the client does not', () => {
  expect(judged({ calls: REFUNDED, result: { passed: true, notes: 'Looks right.' } })).toMatchObject({
    status: 'passed',
    decided_by: 'client',
    rule: 'client_passed',
    reason: 'Looks right.',
  });
  const pending = judged({ calls: REFUNDED });
  expect(pending).toMatchObject({ status: 'pending', rule: 'needs_review', reason: 'needs review' });
  expect(pending.category).toBeUndefined();
});

test('the client cannot pass what a rule fails', () => {
  expect(judged({ calls: [], expect: REFUND, result: { passed: true } }).status).toBe('failed');
});

test('expectations on calls are not checked without calls, and the reviewer is told why', () => {
  const expectations = { ...REFUND, required_facts: ['done'] };
  const verdict = judged({ expect: expectations });
  expect(verdict).toMatchObject({ status: 'pending', rule: 'needs_review' });
  expect(verdict.evidence[0]?.note).toContain('required_effects was not checked');
  expect(judged({ expect: expectations, result: { passed: true } }).rule).toBe('client_passed');
});

test('an empty list of calls says that there was none', () => {
  expect(judged({ calls: [], expect: REFUND }).status).toBe('failed');
  expect(judged({ calls: [], expect: { required_effects: [] } }).status).toBe('passed');
});

test('a pass says which expectations held and which were nobody’s to judge', () => {
  const sample = { calls: REFUNDED, expect: { ...REFUND, must_confirm: true } };
  const verdict = judged({ ...sample, behavior: 'Be kind.' });
  expect(verdict).toMatchObject({ status: 'passed', rule: 'all_expectations_met', decided_by: 'rules' });
  expect(verdict.reason).toBe('The 1 expectation held (required_effects); nobody judged the expected behaviour.');
  expect(verdict.evidence[0]?.note).toContain('must_confirm was not checked');
  expect(judged(sample).reason).not.toContain('nobody');
});

test('an expectation that could not be checked is no reason to pass', () => {
  for (const expect_ of [{ must_confirm: true }, { must_ask: true }, { max_latency_ms: 9 }])
    expect(judged({ calls: [], expect: expect_ }).status).toBe('pending');
});
