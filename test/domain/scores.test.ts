import { expect, test } from 'vitest';
import { packDigest, unpackDigest } from '../../src/agent/digest-text.ts';
import type { FailureCategory } from '../../src/domain/fields.ts';
import { caseHistories, scenarioStatus } from '../../src/domain/scenario-status.ts';
import {
  AQS_WEIGHTS,
  agentScore,
  type CaseDigest,
  digestRun,
  type Outcome,
  type RunDigest,
  scoreBand,
  scoreText,
} from '../../src/domain/scores.ts';

/** Scores and their intervals were computed apart from this code, in Python: exact fractions, and 50-digit decimals for the intervals. */

function outcome(caseNo: number, status: string, more: Partial<Outcome> = {}): Outcome {
  const severity = status === 'failed' || status === 'error' ? ('high' as const) : null;
  return { caseNo, status, severity, agentFault: true, flaky: false, count: 1, ...more };
}

/** A run in which no error message was seen twice. */
function run(...outcomes: Outcome[]): RunDigest {
  return digestRun(outcomes, () => 0);
}

function digest(caseNo: number, more: Partial<CaseDigest> = {}): CaseDigest {
  return { caseNo, decided: 1, passed: 1, weight: 0, excused: 0, flaky: false, ...more };
}

const TARGETS = new Map<number, FailureCategory>([
  [1, 'tool_usage_failure'],
  [2, 'tool_usage_failure'],
  [3, 'safety_failure'],
  [4, 'knowledge_failure'],
  [5, 'context_failure'],
]);

const MIXED = run(
  outcome(1, 'passed', { count: 3 }),
  outcome(1, 'failed', { severity: 'critical' }),
  outcome(2, 'failed'),
  outcome(2, 'error'),
  outcome(3, 'passed'),
  outcome(4, 'failed', { severity: 'medium' }),
  outcome(4, 'failed', { severity: 'low' }),
);

test('AQS of one run: every case weighs the same in P, every trial in S, and K is of repeated trials', () => {
  const score = agentScore([MIXED], TARGETS);
  expect(score?.parts.pass).toBeCloseTo(175 / 4, 12);
  expect(score?.parts.severity).toBeCloseTo(1325 / 18, 12);
  expect(score?.parts.coverage).toBeCloseTo(100 / 3, 12);
  expect(score?.parts.consistency).toBeCloseTo(75, 12);
  expect(score).toMatchObject({ decided: 9, weights: AQS_WEIGHTS, lowEvidence: true });
  // 3875/72 = 53.82; interval 42.91 to 66.48.
  expect(score).toMatchObject({ value: 54, low: 43, high: 66 });
});

test('without K, where no case was run twice, the other parts are scaled up', () => {
  const score = agentScore([run(outcome(1, 'passed'), outcome(2, 'failed'), outcome(3, 'passed'))], TARGETS);
  expect(score?.parts.pass).toBeCloseTo(200 / 3, 12);
  expect(score?.parts.coverage).toBeCloseTo(200 / 9, 12);
  expect(score?.parts.consistency).toBeNull();
  expect(score?.parts.severity).toBeCloseTo(250 / 3, 12);
  // 550/9 = 61.11; interval 39.51 to 73.90.
  expect(score).toMatchObject({ value: 61, low: 40, high: 74 });
});

test('AQS with earlier runs: K over all their trials, and a case that the newest run did not hold by the run before', () => {
  const before = run(outcome(1, 'passed', { count: 2 }), outcome(3, 'failed'), outcome(5, 'passed'));
  const score = agentScore([MIXED, before], TARGETS);
  expect(score?.parts.pass).toBeCloseTo(55, 12);
  expect(score?.parts.severity).toBeCloseTo(305 / 4, 12);
  expect(score?.parts.coverage).toBeCloseTo(400 / 9, 12);
  expect(score?.parts.consistency).toBeCloseTo(550 / 9, 12);
  // 8513/144 = 59.12; interval 46.95 to 69.96.
  expect(score).toMatchObject({ value: 59, low: 47, high: 70, decided: 10 });
});

test('everything passed in all nine categories, again and again, is a score of 100; everything critical is what coverage gives', () => {
  const categories = [...new Array(9).keys()];
  const targets = new Map(categories.map((n) => [n, `category ${n}` as FailureCategory]));
  const all = (status: string) => run(...categories.map((n) => outcome(n, status, { severity: 'critical', count: 2 })));
  expect(agentScore([all('passed')], targets)?.value).toBe(100);
  expect(agentScore([all('failed')], targets)?.value).toBe(35);
});

test('consistency looks back on five runs, outages aside', () => {
  const [pass, fail] = [run(outcome(1, 'passed')), run(outcome(1, 'failed'))];
  const outage = digestRun([outcome(1, 'error')], () => 1);
  const consistency = (...runs: RunDigest[]) => agentScore(runs, TARGETS)?.parts.consistency;
  expect(consistency(pass, fail)).toBe(0);
  expect(consistency(pass, pass)).toBe(100);
  expect(consistency(pass)).toBeNull();
  expect(consistency(pass, pass, pass, pass, pass, fail)).toBe(100);
  expect(consistency(pass, outage, pass, pass, pass, fail)).toBeCloseTo(100 * (1 - 4 * 0.8 * 0.2), 12);
});

test('pending results say nothing, failures that were not the agent’s are kept apart, errors did not pass', () => {
  const { cases } = run(
    outcome(1, 'pending'),
    outcome(2, 'failed', { agentFault: false }),
    outcome(3, 'error'),
    outcome(3, 'passed', { count: 3 }),
  );
  expect(cases).toEqual([
    digest(2, { decided: 0, passed: 0, excused: 1 }),
    digest(3, { decided: 4, passed: 3, weight: 4 }),
  ]);
  expect(agentScore([{ cases, outage: false }], TARGETS)?.parts).toEqual({
    pass: 75,
    severity: 100 * (1 - 4 / 32),
    coverage: 100 / 9,
    consistency: 100 * (1 - 4 * 0.75 * 0.25),
  });
});

test('a run of nothing but undecided or excused results has no score of its own', () => {
  expect(agentScore([run(outcome(1, 'pending'))], TARGETS)).toBeNull();
  expect(agentScore([run(outcome(1, 'failed', { agentFault: false }), outcome(2, 'passed'))], TARGETS)?.decided).toBe(
    1,
  );
});

test('a case counts by the newest run that decided it, and no longer once it is deleted', () => {
  const newest = run(outcome(1, 'failed'), outcome(2, 'pending'));
  const older = run(outcome(1, 'passed'), outcome(2, 'passed'), outcome(9, 'failed'));
  expect(agentScore([newest, older], TARGETS)?.parts.pass).toBe(50);
});

test('four errors in five results are an outage, three are not', () => {
  const errors = (count: number) =>
    digestRun([outcome(1, 'error', { count }), outcome(2, 'passed', { count: 5 - count })], () => 0);
  expect(errors(4).outage).toBe(true);
  expect(errors(3).outage).toBe(false);
});

test('four of five results that fail with one error message are an outage, with several messages they are not', () => {
  const failures = [outcome(1, 'failed', { count: 3 }), outcome(2, 'error'), outcome(3, 'passed')];
  expect(digestRun(failures, () => 4).outage).toBe(true);
  expect(digestRun(failures, () => 3).outage).toBe(false);
});

test('error messages are not looked at where too few results failed for an outage', () => {
  const asked = () => {
    throw new Error('asked');
  };
  expect(digestRun([outcome(1, 'failed', { count: 3 }), outcome(2, 'passed', { count: 2 })], asked).outage).toBe(false);
});

test('an outage has no say in score, consistency and status', () => {
  const outage = digestRun([outcome(1, 'error')], () => 1);
  expect(agentScore([outage], TARGETS)).toBeNull();
  expect(agentScore([outage, run(outcome(1, 'passed'))], TARGETS)).toEqual(
    agentScore([run(outcome(1, 'passed'))], TARGETS),
  );
  expect(scenarioStatus([...caseHistories([outage]).values()])).toBe('not_run');
});

test('a score is shown with its interval, and says so when it stands on fewer than ten cases', () => {
  const score = agentScore([MIXED], TARGETS);
  expect(score && scoreText(score)).toBe('54 (43–66), low evidence');
  expect(score && scoreText({ ...score, value: 82, low: 74, high: 88, lowEvidence: false })).toBe('82 (74–88)');
  const ten = [...new Array(10).keys()];
  const targets = new Map(ten.map((n) => [n, 'safety_failure'] as const));
  const evidence = (cases: number[]) =>
    agentScore([run(...cases.map((n) => outcome(n, 'passed')))], targets)?.lowEvidence;
  expect([evidence(ten), evidence(ten.slice(1))]).toEqual([false, true]);
});

test('scores are excellent from 90, good from 70, degraded from 50, else critical', () => {
  const bands = [100, 90, 89, 70, 69, 50, 49, 0].map(scoreBand);
  expect(bands).toEqual([
    ...['Excellent', 'Excellent', 'Good', 'Good'],
    ...['Degraded', 'Degraded', 'Critical', 'Critical'],
  ]);
});

test('a digest is stored in a few bytes a case and read back as it was, as are those that were stored in full', () => {
  const kept: RunDigest = {
    outage: false,
    cases: [
      digest(1),
      digest(2, { passed: 0, weight: 8 }),
      digest(3, { decided: 0, passed: 0, excused: 2 }),
      digest(4, { flaky: true }),
    ],
  };
  expect(packDigest(kept)).toBe('{"outage":false,"cases":[[1,1,1],[2,1,0,8],[3,0,0,0,2],[4,1,1,0,0,1]]}');
  expect(unpackDigest(packDigest(kept))).toEqual(kept);
  const { excused: _, ...old } = digest(7);
  expect(unpackDigest(JSON.stringify({ outage: true, cases: [old] }))).toEqual({ outage: true, cases: [digest(7)] });
});

const one = (passed: boolean, flaky = false): RunDigest => ({
  outage: false,
  cases: [digest(1, { passed: Number(passed), flaky })],
});
const statusOf = (...runs: RunDigest[]) => scenarioStatus([...caseHistories(runs).values()]);

test('a scenario is not_run, flaky, failed or passed, the first that holds', () => {
  expect(statusOf()).toBe('not_run');
  expect(statusOf(one(true))).toBe('passed');
  expect(statusOf(one(false), one(true))).toBe('failed');
  expect(statusOf(one(true), one(false))).toBe('passed');
  expect(statusOf(one(true), one(false), one(true))).toBe('flaky');
  expect(statusOf(one(true, true))).toBe('flaky');
});

test('only the last five runs make a scenario flaky', () => {
  const steady = Array.from({ length: 5 }, () => one(true));
  expect(statusOf(...steady, one(false), one(true), one(false, true))).toBe('passed');
});

test('a pending result leaves the status as it was, attempts that differed before it make the case flaky', () => {
  expect(statusOf(run(outcome(1, 'pending')), one(false))).toBe('failed');
  expect(statusOf(run(outcome(1, 'pending')))).toBe('not_run');
  expect(statusOf(run(outcome(1, 'pending', { flaky: true })))).toBe('flaky');
});

test('a failure that was not the agent’s is a failed scenario, though the score leaves it out', () => {
  const excused = outcome(1, 'failed', { agentFault: false });
  expect(statusOf(run(excused))).toBe('failed');
  expect(statusOf(run(excused, outcome(1, 'passed')))).toBe('passed');
});
