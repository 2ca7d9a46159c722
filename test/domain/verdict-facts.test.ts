import { expect, test } from 'vitest';
import { phraseOf, SearchedText } from '../../src/domain/verdict/tokens.ts';
import { call, filed, judged, transcript } from './verdict-samples.ts';

const says = (text: string, phrase: string) => new SearchedText(text).find(phraseOf(phrase)) !== undefined;

test.each([
  ['Your refund is $180.10 in all.', '180.1'],
  ['Your refund is $180.1.', '180.10'],
  ['It costs 1,234,567.50 dollars', '1234567.5'],
  ['It costs 1234567.5 dollars', '1,234,567.50'],
  ['It costs 1\u00a0234\u202f567 in all', '1234567'],
  ["It costs 1'234'567 in all", '1234567'],
  ['It costs 1.234.567,89 in all', '1234567.89'],
  ['It costs ₹1,00,000 in all', '100000'],
  ['It costs USD 50', '$50'],
  ['It costs 50 EUR', '€50.00'],
  ['Your total is **$1,000**.', 'total is 1000'],
  ['YOUR REFUND', 'your refund'],
  ['It is _very_ cold __', 'very cold'],
  ['Ｙｏｕｒ ｒｅｆｕｎｄ １２', 'your refund 12'],
  ['your\n  refund', 'Your refund'],
  ['The “grand total” – done', '"grand total"'],
  ['I don’t know', "don't know"],
  ['Flight HAT-001 leaves at 10:30am', 'HAT-001'],
  ['Flight leaves at 10:30 tomorrow', '10:30'],
  ['on 2024-05-03', '2024-5-3'],
  ['Your refund is -$50', '50'],
  ['It is 5 % off', '5%'],
  ['It is cancelled!', 'It is cancelled.'],
  ['退款金额是180元。', '退款'],
  ['退款金额是180元。', '180'],
])('%j says %j', (text, phrase) => {
  expect(says(text, phrase)).toBe(true);
});

test.each([
  ['It costs 1800', '180'],
  ['It costs 180.55', '180'],
  ['It costs 12', '1'],
  ['It leaves at 10:30', '10'],
  ['It leaves at 10:30am', '30'],
  ['on 2024-05-20', '20'],
  ['version 1.2.3', '1.2'],
  ['prices 1,234', '234'],
  ['the options 1,2,3', '123'],
  ['the years 2023,456', '2023456'],
  ['the options 1,2,345', '12345'],
  ['the options 1,2', '12'],
  ['refunded', 'refund'],
  ['flight HAT001', '001'],
  ['It is not. Refundable fares are.', 'not refundable'],
  ['It costs 50', '50%'],
  ['', 'a'],
])('%j does not say %j', (text, phrase) => {
  expect(says(text, phrase)).toBe(false);
});

const speaking = (...words: string[]) =>
  transcript(['user', 'It is 42, is it?'], ...words.map((text) => ['agent', text] as ['agent', string]));

test('a pass without a transcript quotes the answer and names no step', () => {
  const verdict = judged({ expect: { required_facts: ['42'] }, result: { agent_response: 'It is 42.' } });
  expect(verdict.evidence).toEqual([{ expected: '42', quote: 'it is 42.' }]);
});

test('a required fact may be said in any message of the agent, also beside a call', () => {
  const messages = [
    {
      role: 'assistant',
      content: 'The sum is 42.',
      tool_calls: [{ id: '1', function: { name: 'find_line', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: '1', content: 'ok' },
    { role: 'assistant', content: 'Bye.' },
  ];
  const verdict = judged({ expect: { required_facts: ['42'] }, result: { messages, agent_response: 'Bye.' } });
  expect(verdict.status).toBe('passed');
  expect(verdict.evidence).toEqual([{ step: 0, expected: '42', quote: 'the sum is 42.' }]);
});

test('what the user or a tool says is not said by the agent', () => {
  const messages = [...speaking('Let me see.'), ...transcript([call('find_line'), '42'])];
  const verdict = judged({ expect: { required_facts: ['42'] }, result: { messages, agent_response: '' } });
  expect(verdict).toMatchObject({ status: 'failed', rule: 'required_facts', first_deviation: 2 });
  expect(verdict.reason).toBe('The agent had to say "42"; it is in none of its messages.');
});

test('the reported answer is said too, where the transcript does not hold it', () => {
  const result = { messages: speaking('Let me see.'), agent_response: 'It is 42.' };
  expect(judged({ expect: { required_facts: ['42'] }, result }).status).toBe('passed');
});

test('a fact that a tool result holds and the agent does not is a misread output', () => {
  const calls = [call('find_line', {}, { result: { balance: 1042.5 } })];
  const verdict = judged({ calls, expect: { required_facts: ['1,042.50'] }, result: { agent_response: 'It is 12.' } });
  expect(filed(verdict)).toBe('context_failure/misread_tool_output medium');
  expect(verdict.evidence).toContainEqual({ call: 0, note: 'the result of this call holds it' });
});

test('a value stated without a look-up is a hallucination', () => {
  const sample = { calls: [], expect: { required_facts: ['42'] } };
  expect(filed(judged({ ...sample, result: { agent_response: 'It is 12.' } }))).toBe(
    'knowledge_failure/factual_hallucination high',
  );
  const messages = speaking('It is 12.', 'Bye.');
  expect(filed(judged({ ...sample, calls: undefined, result: { messages } }))).toContain('factual_hallucination');
  expect(filed(judged({ ...sample, result: { agent_response: 'I cannot say.' } }))).toBe(
    'knowledge_failure/missing_fact high',
  );
  const target = 'reasoning_failure' as const;
  expect(filed(judged({ ...sample, target, calls: [call('find_line')] }))).toBe(
    'reasoning_failure/missing_fact medium',
  );
});

test('a forbidden claim is quoted with the step that made it', () => {
  const messages = speaking('Sure.', 'It is fully refundable, I promise.');
  const verdict = judged({
    expect: { forbidden_claims: ['Fully refundable'] },
    result: { messages, agent_response: '' },
  });
  expect(verdict).toMatchObject({ status: 'failed', rule: 'forbidden_claims', first_deviation: 2 });
  expect(verdict.reason).toBe(
    'The agent must not say "Fully refundable"; it said: "it is fully refundable, i promise.".',
  );
  expect(filed(verdict)).toBe('knowledge_failure/forbidden_claim high');
  expect(judged({ expect: { forbidden_claims: ['refund'] }, result: { messages } }).status).toBe('passed');
});

test('a pattern runs on what was said as it was said', () => {
  const result = { agent_response: 'Your code is AB-12.' };
  expect(judged({ expect: { required_facts: ['/code is [A-Z]{2}-\\d+/'] }, result }).status).toBe('passed');
  expect(judged({ expect: { required_facts: ['/CODE IS/'] }, result }).status).toBe('failed');
  expect(judged({ expect: { required_facts: ['/CODE IS/i'] }, result }).status).toBe('passed');
  expect(judged({ expect: { forbidden_claims: ['/(?:[A-Z]+)+-/'] }, result }).evidence[0]?.quote).toBe(
    'Your code is AB-12.',
  );
});

test('a pattern that does not compile is looked for as words', () => {
  expect(judged({ expect: { required_facts: ['/(code/'] }, result: { agent_response: 'the code' } }).status).toBe(
    'passed',
  );
});

test('a fact without a word is looked for as it stands', () => {
  expect(judged({ expect: { required_facts: ['👍'] }, result: { agent_response: 'Done 👍' } }).status).toBe('passed');
  expect(judged({ expect: { required_facts: ['👍'] }, result: { agent_response: 'Done 👎' } }).status).toBe('failed');
});
