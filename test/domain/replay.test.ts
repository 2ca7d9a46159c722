import { expect, test } from 'vitest';
import { dealToShards, shuffled } from '../../src/local/replay-plan.ts';
import { confusionMatrix, countingFaults, disagreements, type Judged } from '../../src/local/replay-report.ts';

const HUNDRED = Array.from({ length: 100 }, (_, index) => index);

test('one seed gives one order, another seed another', () => {
  expect(shuffled(HUNDRED, 7)).toEqual(shuffled(HUNDRED, 7));
  expect(shuffled(HUNDRED, 7)).not.toEqual(shuffled(HUNDRED, 8));
  expect(shuffled(HUNDRED, 7)).not.toEqual(HUNDRED);
  expect([...shuffled(HUNDRED, 7)].sort((a, b) => a - b)).toEqual(HUNDRED);
});

test('every item is dealt to a shard, and every tenth twice', () => {
  const shards = dealToShards(HUNDRED, { seed: 1, shards: 4 });
  const calls = shards.flat();
  const twice = HUNDRED.filter((item) => calls.filter((call) => call === item).length === 2);
  expect(shards.map(({ length }) => length)).toEqual([28, 28, 27, 27]);
  expect(new Set(calls).size).toBe(100);
  expect(twice).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
});

function judged(reward: number, status: Judged['verdict']['status']): Judged {
  return {
    taskId: '1',
    trial: 0,
    reward,
    verdict: { test_case_id: 'c', trial: 1, status, rule: 'effects', reason: '' },
  };
}

test('the matrix holds verdicts against rewards, and anything but passed is not passed', () => {
  const all = [judged(1, 'passed'), judged(1, 'failed'), judged(1, 'pending'), judged(0, 'passed'), judged(0, 'error')];
  expect(confusionMatrix(all)).toEqual({ bothPassed: 1, wronglyFailed: 2, wronglyPassed: 1, bothFailed: 1 });
  expect(disagreements(all)).toEqual([all[1], all[2], all[3]]);
});

const RUN = {
  id: 'tr_1',
  status: 'completed' as const,
  expected_total: 100,
  counts: { total: 100, passed: 31, failed: 69, error: 0, pending: 0 },
};
const TALLY = { calls: 110, accepted: 100, duplicate: 10, replaced: 0, retries: 0 };

test('a replay that counted everything once has no faults', () => {
  expect(countingFaults(RUN, 100, TALLY)).toEqual([]);
});

test('an answer that was lost turns an accepted result into a duplicate, and that is no fault', () => {
  const tally = { ...TALLY, accepted: 98, duplicate: 12 };
  expect(countingFaults(RUN, 100, { ...tally, retries: 2 })).toEqual([]);
  expect(countingFaults(RUN, 100, tally)).toEqual(['98 results were accepted, not 100.']);
});

test('a run that stopped, counted twice or replaced is a fault', () => {
  const run = { ...RUN, status: 'running' as const, counts: { ...RUN.counts, total: 101 } };
  expect(countingFaults(run, 100, { ...TALLY, accepted: 99, replaced: 1 })).toEqual([
    'The run is running, not completed.',
    '101 results were counted, not 100.',
    '1 results were replaced, although nothing was changed.',
    '110 calls, but 99 accepted and 10 duplicates.',
    '99 results were accepted, not 100.',
  ]);
});
