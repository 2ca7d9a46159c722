import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bucket, takeToken } from '../../src/domain/token-bucket.ts';

/** Times (ms) of those tries that got a token. */
function taken(times: number[], rate: { limit: number; periodS: number }): number[] {
  let bucket: Bucket | undefined;
  return times.filter((now) => {
    const took = takeToken(bucket, rate, now);
    bucket = took.bucket;
    return took.waitS === 0;
  });
}

test('1,000 calls a second go on for as long as one likes where 20,000 in 10 s are allowed', () => {
  const times = Array.from({ length: 60_000 }, (_, n) => n);
  expect(taken(times, { limit: 20_000, periodS: 10 })).toHaveLength(60_000);
});

test('in no stretch of time are there more than the burst and what the time brings', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 120 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 10 }), (steps, limit, periodS) => {
      let now = 0;
      const times = steps.map((step) => {
        now += step;
        return now;
      });
      const got = taken(times, { limit, periodS });
      for (const [first, from] of got.entries())
        for (const [last, until] of got.entries())
          if (last >= first)
            expect(last - first + 1).toBeLessThanOrEqual(limit + ((until - from) * limit) / (periodS * 1000) + 1e-6);
    }),
  );
});

test('who waits as long as it was told gets a token, and nobody is told to wait for nothing', () => {
  const gap = fc.integer({ min: 0, max: 3_000 });
  fc.assert(
    fc.property(fc.array(gap, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (steps, limit) => {
      const rate = { limit, periodS: 60 };
      let bucket: Bucket | undefined;
      let now = 0;
      for (const step of steps) {
        now += step;
        const took = takeToken(bucket, rate, now);
        bucket = took.bucket;
        expect(took.waitS).toBeLessThanOrEqual(rate.periodS);
        if (took.waitS > 0) expect(takeToken(bucket, rate, now + took.waitS * 1000).waitS).toBe(0);
      }
    }),
  );
});

test('a clock that goes back neither gives nor takes tokens', () => {
  const rate = { limit: 2, periodS: 10 };
  const first = takeToken(undefined, rate, 10_000).bucket;
  const back = takeToken(first, rate, 2_000);
  expect(back).toEqual({ bucket: { tokens: 0, at: 2_000 }, waitS: 0 });
  expect(takeToken(back.bucket, rate, 2_000).waitS).toBe(5);
});
