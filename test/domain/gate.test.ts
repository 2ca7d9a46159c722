import { expect, test } from 'vitest';
import { type GateCriteria, type GateFacts, gate, NO_CRITERIA } from '../../src/domain/gate.ts';
import type { RunHeader } from '../../src/domain/run.ts';
import { type AgentScore, AQS_WEIGHTS } from '../../src/domain/scores.ts';

const RUN: RunHeader = {
  id: 'tr_0123456789abcdef',
  agent_name: 'shop-agent',
  status: 'completed',
  source: 'ci',
  started_at: 0,
  counts: { total: 10, passed: 9, failed: 1, error: 0, pending: 0 },
  flaky_cases: 0,
  rev: 1,
};
const SCORE: AgentScore = {
  ...{ value: 80, low: 70, high: 88, lowEvidence: false, decided: 10, weights: AQS_WEIGHTS },
  parts: { pass: 90, severity: 95, coverage: 60, consistency: null },
};

function ask(facts: Partial<GateFacts>, wanted: Partial<GateCriteria> = {}) {
  const answer = gate(
    { run: RUN, rejected: 0, score: SCORE, regressions: null, ...facts },
    { ...NO_CRITERIA, ...wanted },
  );
  return [answer.outcome, ...answer.reasons];
}

function counts(passed: number, failed: number, error: number, pending: number): RunHeader {
  return { ...RUN, counts: { total: passed + failed + error + pending, passed, failed, error, pending } };
}

test('a gate without criteria wants every decided result to have passed', () => {
  expect(ask({})).toEqual(['failed', 'Pass rate is 90 % (9 of 10), wanted at least 100 %.']);
  expect(ask({ run: counts(10, 0, 0, 3) })).toEqual(['passed']);
});

test('each criterion decides at its very limit', () => {
  expect(ask({}, { minPassRate: 0.9 })).toEqual(['passed']);
  expect(ask({}, { minPassRate: 0.901 })[0]).toBe('failed');
  expect(ask({}, { minAqs: 80 })).toEqual(['passed']);
  expect(ask({}, { minAqs: 81 })).toEqual(['failed', 'Quality score (AQS) is 80 (70–88), wanted at least 81.']);
  expect(ask({ regressions: ['a'] }, { maxRegressions: 1 })).toEqual(['passed']);
  expect(ask({ regressions: ['a', 'b'] }, { maxRegressions: 1 })).toEqual([
    'failed',
    'Regressions is 2 (a, b), wanted at most 1.',
  ]);
  expect(ask({ run: counts(9, 0, 0, 1) }, { maxPending: 1 })).toEqual(['passed']);
  expect(ask({ run: counts(9, 0, 0, 1) }, { maxPending: 0 })[0]).toBe('failed');
});

test('a result that broke off is decided and did not pass', () => {
  expect(ask({ run: counts(9, 0, 1, 0) }, { minPassRate: 0.95 })[0]).toBe('failed');
});

test('a run in which nothing was decided fails, whatever is asked', () => {
  const nothing = ['failed', 'Decided results is 0, wanted at least 1.'];
  expect(ask({ run: counts(0, 0, 0, 4) }, { maxPending: 4 })).toEqual(nothing);
  expect(ask({ run: counts(0, 0, 0, 0) }, { maxPending: 0 })).toEqual(nothing);
});

test('a score that is not known does not reach any bound, and without a baseline there is no regression', () => {
  expect(ask({ score: null }, { minAqs: 0 })[0]).toBe('failed');
  expect(ask({ regressions: null }, { maxRegressions: 0 })).toEqual(['passed']);
});

test('an open run has no answer, and one that did not complete fails with its reason', () => {
  expect(ask({ run: { ...RUN, status: 'running' } })).toEqual(['open']);
  const stalled: RunHeader = { ...counts(10, 0, 0, 0), status: 'failed', status_reason: 'stalled' };
  expect(ask({ run: stalled })).toEqual(['failed', 'The run is stalled, wanted completed.']);
  expect(ask({ run: { ...counts(10, 0, 0, 0), outage: true } })[0]).toBe('failed');
});

test('a run with tests that could not be taken fails: they may have failed', () => {
  expect(ask({ run: counts(10, 0, 0, 0), rejected: 2 })).toEqual([
    'failed',
    'Tests that could not be taken is 2, wanted none.',
  ]);
});

test('a share just under the bound is not written as if it had reached it', () => {
  const answer = ask({ run: counts(9_999, 1, 0, 0) });
  expect(answer[1]).toBe('Pass rate is 99.9 % (9999 of 10000), wanted at least 100 %.');
});
