import { expect, test } from 'vitest';
import {
  DRIFT_DISTANCE,
  driftOf,
  type Fingerprint,
  fingerprintDistance,
  pooled,
  tally,
  toolPath,
} from '../../src/domain/fingerprint.ts';
import { RunResult } from '../../src/domain/result.ts';
import { transcript } from './verdict-samples.ts';

/** A run in which every one of `cases` took these paths, one per trial. */
function run(cases: number, ...paths: string[]): Fingerprint {
  return new Map(Array.from({ length: cases }, (_, n) => [`case ${n}`, tally(paths)]));
}

const drifted = (runs: Fingerprint[]) => driftOf(runs, { allPassed: true, seed: 1 }).drifted;

/** Even numbers in [0, 1) that are the same at every run of the tests. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 2 ** 8) / 2 ** 23;
  };
}

type Unsteady = { cases: number; trials: number; runs: number; habit: number[] };

/** Runs of an agent that picks its path at random, by fixed chances, in every trial. */
function unsteadyRuns({ cases, trials, runs, habit }: Unsteady, next: () => number): Fingerprint[] {
  const pick = () => {
    const at = next();
    return String(habit.findIndex((_, i) => at < habit.slice(0, i + 1).reduce((sum, share) => sum + share, 0)));
  };
  return Array.from({ length: runs }, () => {
    return new Map(Array.from({ length: cases }, (_, n) => [`case ${n}`, tally(Array.from({ length: trials }, pick))]));
  });
}

const HABITS = [
  [0.9, 0.1],
  [0.5, 0.5],
  [0.4, 0.3, 0.2, 0.1],
  [0.98, 0.02],
];
const SUITES = [
  { cases: 1, trials: 1 },
  { cases: 3, trials: 1 },
  { cases: 25, trials: 1 },
  { cases: 2, trials: 4 },
  { cases: 10, trials: 4 },
];

test('an agent that is as unsteady as ever is marked in no more than one run of a hundred, where the distance alone marks every other', () => {
  const next = chance(7);
  const rounds = SUITES.flatMap((suite) =>
    HABITS.flatMap((habit) =>
      [2, 4, 6].flatMap((runs) => Array.from({ length: 60 }, () => unsteadyRuns({ ...suite, runs, habit }, next))),
    ),
  );
  const verdicts = rounds.map((runs, seed) => driftOf(runs, { allPassed: true, seed }));
  const share = (count: number) => count / rounds.length;
  expect(rounds).toHaveLength(3600);
  expect(share(verdicts.filter(({ drifted: marked }) => marked).length)).toBeLessThanOrEqual(0.01);
  expect(share(verdicts.filter(({ distance }) => (distance ?? 0) >= DRIFT_DISTANCE).length)).toBeGreaterThan(0.4);
});

test('an agent that takes another path than in the five runs before drifts, once', () => {
  const [old, changed] = [run(10, 'find, pay'), run(10, 'pay')];
  expect(driftOf([changed, old, old, old, old, old], { allPassed: true, seed: 1 })).toEqual({
    distance: 1,
    drifted: true,
  });
  expect(driftOf([changed, changed, old, old, old, old], { allPassed: true, seed: 1 })).toEqual({
    distance: 0,
    drifted: false,
  });
});

test('two samples are no evidence: one other path, or all paths of two runs with one trial each', () => {
  const [old, changed] = [run(1, 'find'), run(1, 'pay')];
  expect(drifted([changed, old, old, old, old, old])).toBe(false);
  expect(drifted([run(50, 'pay'), run(50, 'find')])).toBe(false);
  expect(drifted([run(3, 'pay', 'pay', 'pay', 'pay'), run(3, 'find', 'find', 'find', 'find')])).toBe(true);
});

test('an unsteady agent that takes up a new habit is found among its noise', () => {
  const next = chance(11);
  const suite = { cases: 25, trials: 2, runs: 5 };
  const rounds = Array.from({ length: 50 }, () => {
    const [newest] = unsteadyRuns({ ...suite, habit: [0.1, 0.1, 0.8] }, next);
    return drifted([newest as Fingerprint, ...unsteadyRuns({ ...suite, habit: [0.8, 0.1, 0.1] }, next)]);
  });
  expect(rounds.filter(Boolean).length).toBeGreaterThanOrEqual(48);
});

test('a change too small to look at is no drift, however often it was seen', () => {
  const paths = (changed: number) => [
    ...Array<string>(1000 - changed).fill('find'),
    ...Array<string>(changed).fill('pay'),
  ];
  const [old, one, many] = [run(2, ...paths(0)), run(2, ...paths(20)), run(2, ...paths(200))];
  const small = driftOf([one, old, old], { allPassed: true, seed: 1 });
  expect(small.distance).toBeGreaterThan(0.05);
  expect(small.distance).toBeLessThan(DRIFT_DISTANCE);
  expect(small.drifted).toBe(false);
  expect(drifted([many, old, old])).toBe(true);
});

test('a run with failures does not drift: it fails', () => {
  const old = run(10, 'find');
  expect(driftOf([run(10, 'pay'), old, old, old], { allPassed: false, seed: 1 })).toEqual({
    distance: 1,
    drifted: false,
  });
});

test('without a run before, or without a case in common, there is no distance', () => {
  expect(driftOf([run(3, 'find')], { allPassed: true, seed: 1 })).toEqual({ distance: null, drifted: false });
  expect(
    driftOf([new Map([['new', tally(['find'])]]), run(3, 'find')], { allPassed: true, seed: 1 }).distance,
  ).toBeNull();
});

test('the distance is the mean over the cases that both runs hold', () => {
  const one = new Map([
    ['same', tally(['a'])],
    ['other', tally(['a'])],
    ['half', tally(['a'])],
    ['new', tally(['a'])],
  ]);
  const other = new Map([
    ['same', tally(['a', 'a'])],
    ['other', tally(['b'])],
    ['half', tally(['a', 'b'])],
  ]);
  expect(fingerprintDistance(one, other)).toBeCloseTo((0 + 1 + 0.5579230452841439) / 3, 12);
});

test('the habit over several runs is the sum of what they did', () => {
  expect(pooled([run(1, 'a', 'b'), run(2, 'a')])).toEqual(
    new Map([
      [
        'case 0',
        new Map([
          ['a', 2],
          ['b', 1],
        ]),
      ],
      ['case 1', new Map([['a', 1]])],
    ]),
  );
});

test('a path is what was called in order, by report or by transcript; of a result without either nothing is known', () => {
  const path = (more: object) =>
    toolPath(RunResult.parse({ scenario_id: 's', user_message: '', agent_response: '', ...more }));
  expect(path({ tools_called: [{ name: 'find' }, { name: 'pay' }] })).toEqual(['find', 'pay']);
  expect(path({ messages: transcript([{ name: 'find' }, 'ok'], [{ name: 'find' }, 'ok']) })).toEqual(['find', 'find']);
  expect(path({ tools_called: [] })).toEqual([]);
  expect(path({})).toBeNull();
});
