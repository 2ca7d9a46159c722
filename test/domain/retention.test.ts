import { expect, test } from 'vitest';
import { toolPath } from '../../src/domain/fingerprint.ts';
import { RunResult } from '../../src/domain/result.ts';
import { removalDue, removalSentence, verdictWithoutTexts, withoutTexts } from '../../src/domain/retention.ts';
import { Verdict } from '../../src/domain/verdict/verdict.ts';

const AT = Date.UTC(2026, 2, 1, 12);
const REMOVAL = { at: AT, days: 90, sameAs: (text: string) => `hash of ${text.length}` };
const MARK = '[Text removed on 2026-03-01, after 90 days]';

const SAID: RunResult = {
  scenario_id: 'sc_1_1',
  user_message: 'SAID one',
  agent_response: 'SAID two',
  tools_called: [
    { name: 'look_up', parameters: { who: 'SAID three' }, result: 'SAID four' },
    { name: 'pay', parameters: {}, error: 'SAID five' },
  ],
  ...{ notes: 'SAID six', error_message: ' SAID seven ', latency_ms: 12, trial: 2, attempt: 3, passed: false },
  messages: [{ role: 'user', content: 'SAID eight' }],
  ...{ stop_reason: 'timeout', trace: { step: 'SAID nine' }, usage: { input_tokens: 5 } },
};

test('a result without its texts keeps its figures and the calls with whether they failed, and says since when', () => {
  const left = withoutTexts(SAID, REMOVAL);
  expect(left).toEqual({
    ...{ scenario_id: 'sc_1_1', user_message: MARK, agent_response: MARK, trial: 2, attempt: 3, passed: false },
    ...{ latency_ms: 12, stop_reason: 'timeout', usage: { input_tokens: 5 } },
    error_message: '[Text removed, hash of 10]',
    tools_called: [
      { name: 'look_up', status: 'ok' },
      { name: 'pay', status: 'failed' },
    ],
  });
  expect(RunResult.parse(left)).toEqual(left);
});

test('calls that only a transcript shows keep their order, and unknown calls stay unknown', () => {
  const called = (name: string) => ({ function: { name, arguments: '{"who":"SAID"}' } });
  const { tools_called: _, ...told } = SAID;
  const shown = { ...told, messages: [{ role: 'assistant', tool_calls: [called('b'), called('a')] }] };
  expect(toolPath(withoutTexts(shown, REMOVAL))).toEqual(['b', 'a']);
  const { messages: __, ...silent } = told;
  expect(toolPath(withoutTexts(silent, REMOVAL))).toBeNull();
  expect(JSON.stringify([withoutTexts(shown, REMOVAL), withoutTexts(silent, REMOVAL)])).not.toContain('SAID');
});

test('a verdict without its texts says what was found, and not of what', () => {
  const finding = {
    ...{ status: 'failed', decided_by: 'rules', rule: 'effects', reason: 'SAID why', first_deviation: 1 },
    ...{ evidence: [{ quote: 'SAID', call: 1 }], category: 'tool_usage_failure', subtype: 'other', severity: 'high' },
  };
  const verdict = Verdict.parse({ ...finding, reviewer: 'a@b.c', instead_of: undefined });
  const reviewed = Verdict.parse({ ...verdict, decided_by: 'reviewer', rule: 'reviewed', instead_of: verdict });
  const left = verdictWithoutTexts(reviewed, REMOVAL);
  expect(JSON.stringify(left)).not.toContain('SAID');
  expect(left).toMatchObject({
    status: 'failed',
    category: 'tool_usage_failure',
    severity: 'high',
    reason: MARK,
    evidence: [],
  });
  expect(left.instead_of).toMatchObject({ rule: 'effects', reason: MARK, evidence: [], first_deviation: 1 });
});

test('days are counted from the end of a run, and a sentence names the day', () => {
  expect(removalDue(AT, 1) - AT).toBe(86_400_000);
  expect(removalSentence(AT)).toMatch(/^Texts were removed on 2026-03-01, /);
});
