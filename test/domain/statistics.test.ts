import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median } from '../../src/domain/statistics/averages.ts';
import { jensenShannon } from '../../src/domain/statistics/jensen-shannon.ts';
import { mcnemarExact } from '../../src/domain/statistics/mcnemar.ts';
import {
  casePassed,
  flakiness,
  overCases,
  passAtK,
  passHatK,
  type Trials,
} from '../../src/domain/statistics/repeats.ts';
import { effectiveTrials, wilson } from '../../src/domain/statistics/wilson.ts';

/**
 * Expected values were computed apart from this code, in Python: pass@k, pass^k and McNemar as exact fractions from `math.comb`; Wilson and
 * Jensen-Shannon with 50-digit decimals (z = `NormalDist().inv_cdf(0.975)`, log2 from `Decimal.ln`). Where a fraction is short it stands here.
 */

const PRECISION = 1e-12;

function expectNear(actual: number | null, expected: number): void {
  expect(actual).not.toBeNull();
  expect(Math.abs((actual ?? Number.NaN) - expected), `${actual} for ${expected}`).toBeLessThanOrEqual(PRECISION);
}

/** Four trials of each of 25 cases: how many cases passed 0, 1, 2, 3 and 4 of them. */
const CASES_BY_PASSES = [10, 8, 2, 1, 4];
const SUITE: Trials[] = CASES_BY_PASSES.flatMap((cases, passed) =>
  Array.from({ length: cases }, () => ({ decided: 4, passed })),
);

const SUITE_VALUES: [k: number, passHat: [number, number], passAt: [number, number]][] = [
  [1, [31, 100], [31, 100]],
  [2, [29, 150], [32, 75]],
  [3, [17, 100], [13, 25]],
  [4, [4, 25], [3, 5]],
];

for (const [k, passHat, passAt] of SUITE_VALUES) {
  test(`pass^${k} and pass@${k} of a suite of 25 cases are the exact fractions`, () => {
    expect(SUITE).toHaveLength(25);
    expectNear(overCases(SUITE, k, passHatK).value, passHat[0] / passHat[1]);
    expectNear(overCases(SUITE, k, passAtK).value, passAt[0] / passAt[1]);
  });
}

test('cases with fewer than k trials are left out of a suite, and of none there is no mean', () => {
  const cases = [
    { decided: 1, passed: 1 },
    { decided: 4, passed: 2 },
  ];
  expect(overCases(cases, 2, passHatK)).toEqual({ value: 1 / 6, cases: 1 });
  expect(overCases(cases, 5, passAtK)).toEqual({ value: null, cases: 0 });
});

function choose(n: number, k: number): bigint {
  let value = 1n;
  for (let i = 1; i <= k; i++) value = (value * BigInt(n - k + i)) / BigInt(i);
  return k > n ? 0n : value;
}

/** A fraction to 15 digits. */
function divided(part: bigint, whole: bigint): number {
  const digits = 10n ** 15n;
  return Number((part * digits) / whole) / Number(digits);
}

test('pass@k and pass^k agree with whole-number binomials up to a thousand trials', () => {
  const drawn = fc
    .tuple(fc.integer({ min: 1, max: 1000 }), fc.nat(1000), fc.nat(1000))
    .map(([decided, passed, k]) => ({ decided, passed: passed % (decided + 1), k: 1 + (k % decided) }));
  fc.assert(
    fc.property(drawn, ({ decided, passed, k }) => {
      const all = choose(decided, k);
      expectNear(passHatK({ decided, passed }, k), divided(choose(passed, k), all));
      expectNear(passAtK({ decided, passed }, k), divided(all - choose(decided - passed, k), all));
    }),
  );
});

test('a case is flaky by 4p(1 - p): a coin wholly, one that always ends the same not at all', () => {
  expect(flakiness({ decided: 4, passed: 2 })).toBe(1);
  expect(flakiness({ decided: 4, passed: 1 })).toBe(0.75);
  expect(flakiness({ decided: 4, passed: 0 })).toBe(0);
  expect(flakiness({ decided: 3, passed: 3 })).toBe(0);
});

const THREE_OF_FOUR = { passes: 3, of: 4 };

for (const [decided, passed, verdict] of [
  [4, 4, true],
  [4, 3, true],
  [4, 2, false],
  [3, 3, true],
  [3, 2, null],
  [2, 0, false],
  [2, 1, null],
  [0, 0, null],
  [8, 6, true],
  [8, 5, false],
] as const) {
  test(`"at least 3 of 4" with ${passed} of ${decided} passed is ${verdict === null ? 'open' : verdict}`, () => {
    expect(casePassed({ decided, passed }, THREE_OF_FOUR)).toBe(verdict);
  });
}

test('without a threshold every trial has to pass', () => {
  expect(casePassed({ decided: 100, passed: 100 })).toBe(true);
  expect(casePassed({ decided: 100, passed: 99 })).toBe(false);
});

const WILSON: [share: number, n: number, low: number, high: number][] = [
  [8 / 10, 10, 0.490162471536642, 0.943317848545625],
  [0, 5, 0, 0.434482464783175],
  [1, 20, 0.838874841947181, 1],
  [31 / 100, 100, 0.22779697212376, 0.406260557194894],
  [1 / 2, 1, 0.054620755528852, 0.945379244471148],
  [2 / 3, 3, 0.207659600802048, 0.938508055279604],
  [997 / 1000, 1000, 0.991216985946497, 0.998979216118861],
];

for (const [share, n, low, high] of WILSON) {
  test(`the Wilson interval of a share of ${share.toFixed(3)} in ${n}`, () => {
    const interval = wilson(share, n);
    expectNear(interval[0], low);
    expectNear(interval[1], high);
  });
}

test('trials of equally repeated cases all count, a thousand of one case hardly make up for one of nine', () => {
  expectNear(effectiveTrials([4, 4, 4]), 12);
  expectNear(effectiveTrials([4, 2, 1, 2]), 64 / 9);
  expectNear(effectiveTrials([1000, 1, 1, 1, 1, 1, 1, 1, 1, 1]), 100 / 9.001);
});

const MCNEMAR: [lost: number, won: number, p: number][] = [
  [0, 0, 1],
  [1, 0, 1],
  [5, 0, 1 / 16],
  [0, 6, 1 / 32],
  [8, 1, 5 / 128],
  [3, 9, 299 / 2048],
  [10, 10, 1],
  [12, 30, 0.007915897334896727],
  [400, 500, 0.0009564441369189461],
  [1000, 1100, 0.030720707864242296],
  [50_000, 50_500, 0.11547629006868125],
  [40, 2000, 0],
];

for (const [lost, won, p] of MCNEMAR) {
  test(`McNemar's exact test of ${lost} lost and ${won} won`, () => {
    expectNear(mcnemarExact(lost, won), p);
    expectNear(mcnemarExact(won, lost), p);
  });
}

const JENSEN_SHANNON: [one: Record<string, number>, other: Record<string, number>, distance: number][] = [
  [{ a: 1 }, { b: 1 }, 1],
  [{ a: 7 }, { a: 2 }, 0],
  [{ a: 3, b: 1 }, { a: 1, b: 3 }, 0.4344213111034807],
  [{ a: 1 }, { a: 9, b: 1 }, 0.2278138721002642],
  [{ a: 1 }, { a: 1, b: 1 }, 0.5579230452841439],
  [{ a: 5, b: 3, c: 2 }, { a: 1, b: 1, c: 8 }, 0.5308235122618308],
  [{ a: 1, b: 1 }, { b: 2, c: 2 }, Math.SQRT1_2],
];

for (const [one, other, distance] of JENSEN_SHANNON) {
  test(`the Jensen-Shannon distance of ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
    expectNear(jensenShannon(new Map(Object.entries(one)), new Map(Object.entries(other))), distance);
  });
}

const tallies = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 9 }), { minKeys: 1 })
  .map((counts) => new Map(Object.entries(counts)));

test('the Jensen-Shannon distance is a metric between 0 and 1', () => {
  fc.assert(
    fc.property(tallies, tallies, tallies, (one, other, third) => {
      const distance = jensenShannon(one, other);
      expect(distance).toBeGreaterThanOrEqual(0);
      expect(distance).toBeLessThanOrEqual(1);
      expectNear(jensenShannon(other, one), distance);
      // A distance of 0 comes as the root of a rounding error.
      expect(jensenShannon(one, one)).toBeLessThan(1e-7);
      expect(distance).toBeLessThanOrEqual(jensenShannon(one, third) + jensenShannon(third, other) + 1e-7);
    }),
  );
});

test('a median is the middle value, or half way between two', () => {
  expect(median([10, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 10])).toBe(3.5);
});
