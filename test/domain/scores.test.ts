import { expect, test } from 'vitest';
import {
  agentScore,
  caseHistories,
  digestRun,
  type Outcome,
  type RunDigest,
  scenarioStatus,
  wilson,
} from '../../src/domain/scores.ts';

function outcome(caseNo: number, status: string, more: Partial<Outcome> = {}): Outcome {
  const severity = status === 'failed' ? ('high' as const) : null;
  return { caseNo, status, severity, agentFault: true, flaky: false, count: 1, ...more };
}

const TARGETS = new Map([
  [1, 'tool_usage_failure'],
  [2, 'tool_usage_failure'],
  [3, 'safety_failure'],
] as const);

test('AQS of one run by hand: P 2/3, S with one high failure, C 2 of 9, no K', () => {
  const run = digestRun([outcome(1, 'passed'), outcome(2, 'failed'), outcome(3, 'passed')]);
  const score = agentScore([run], TARGETS);
  const P = (100 * 2) / 3;
  const S = 100 * (1 - 4 / (8 * 3));
  const C = (100 * 2) / 9;
  expect(score?.parts.pass).toBeCloseTo(P, 10);
  expect(score?.parts.severity).toBeCloseTo(S, 10);
  expect(score?.parts.coverage).toBeCloseTo(C, 10);
  expect(score?.parts.consistency).toBeNull();
  expect(score?.value).toBe(Math.round((0.4 * P + 0.25 * S + 0.2 * C) / 0.85));
});

test('consistency comes in with a second outcome: 1 - 4p(1 - p)', () => {
  const runs = [digestRun([outcome(1, 'passed')]), digestRun([outcome(1, 'failed')])];
  expect(agentScore(runs, TARGETS)?.parts.consistency).toBe(0);
  const steady = [digestRun([outcome(1, 'passed')]), digestRun([outcome(1, 'passed')])];
  expect(agentScore(steady, TARGETS)?.parts.consistency).toBe(100);
});

test('pending results and failures that were not the agent’s are left out, errors are not passed', () => {
  const run = digestRun([
    outcome(1, 'pending'),
    outcome(2, 'failed', { agentFault: false }),
    outcome(3, 'error', { severity: 'high' }),
  ]);
  expect(run.cases).toEqual([{ caseNo: 3, decided: 1, passed: 0, weight: 4, flaky: false }]);
});

test('a run of errors is an outage and has no say', () => {
  const outage = digestRun([outcome(1, 'error', { count: 8 }), outcome(2, 'passed', { count: 2 })]);
  expect(outage.outage).toBe(true);
  expect(agentScore([outage], TARGETS)).toBeNull();
  expect(agentScore([outage, digestRun([outcome(1, 'passed')])], TARGETS)?.parts.pass).toBe(100);
});

test('a case counts by the newest run that holds it', () => {
  const newest = digestRun([outcome(1, 'failed')]);
  const older = digestRun([outcome(1, 'passed'), outcome(2, 'passed')]);
  expect(agentScore([newest, older], TARGETS)?.parts.pass).toBe(50);
});

test('the Wilson interval of 8 in 10 and of 0 in 5, from its published formula', () => {
  // Worked out with z = 1.959963985 in a spreadsheet.
  expect(wilson(0.8, 10).map((bound) => bound.toFixed(6))).toEqual(['0.490162', '0.943318']);
  expect(wilson(0, 5).map((bound) => bound.toFixed(6))).toEqual(['0.000000', '0.434482']);
});

const one = (passed: boolean, flaky = false): RunDigest => ({
  outage: false,
  cases: [{ caseNo: 1, decided: 1, passed: Number(passed), weight: 0, flaky }],
});
const statusOf = (...runs: RunDigest[]) => scenarioStatus([...caseHistories(runs).values()]);

test('a scenario is not_run, flaky, failed or passed, the first that holds', () => {
  expect(statusOf()).toBe('not_run');
  expect(statusOf(one(true))).toBe('passed');
  expect(statusOf(one(false), one(true))).toBe('failed');
  expect(statusOf(one(true), one(false), one(true))).toBe('flaky');
  expect(statusOf(one(true, true))).toBe('flaky');
});

test('only the last five runs make a scenario flaky', () => {
  const steady = Array.from({ length: 5 }, () => one(true));
  expect(statusOf(...steady, one(false), one(true))).toBe('passed');
});
