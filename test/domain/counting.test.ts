import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alarmAfterCall, nextAlarm } from '../../src/agent/next-alarm.ts';
import { type Held, type Incoming, place } from '../../src/domain/counting.ts';
import { endAfterCall, endByStall, isLate, reopened, runStatus } from '../../src/domain/run-state.ts';

const held = (attempt: number, hash: string, result_id: string | null = null): Held => ({ attempt, hash, result_id });

const TABLE: [name: string, before: Held[], incoming: Incoming, outcome: string, attempt?: number][] = [
  ['a new key', [], held(1, 'a'), 'accepted', 1],
  ['a new key with a number', [], held(3, 'a'), 'accepted', 3],
  ['content seen before', [held(1, 'a'), held(2, 'b')], held(1, 'a'), 'repeated', 1],
  ['a higher attempt', [held(1, 'a')], held(2, 'b'), 'replaced', 2],
  ['a lower attempt', [held(3, 'a')], held(2, 'b'), 'history', 2],
  ['the same attempt again', [held(1, 'a')], held(1, 'b'), 'replaced', 2],
  ['the same attempt below the highest', [held(1, 'a'), held(4, 'b')], held(1, 'c'), 'replaced', 5],
  ['the same id with other content', [held(1, 'a', 'r')], held(1, 'b', 'r'), 'conflict'],
  ['the same id and content', [held(1, 'a', 'r')], held(1, 'a', 'r'), 'repeated', 1],
  ['another id at the same attempt', [held(1, 'a', 'r')], held(1, 'b', 's'), 'replaced', 2],
];

for (const [name, before, incoming, outcome, attempt] of TABLE) {
  test(`${name} is ${outcome}`, () => {
    expect(place(before, incoming)).toMatchObject({ outcome, ...(attempt ? { attempt } : {}) });
  });
}

/** Delivers results one after the other; what is held afterwards. */
function deliver(results: readonly Incoming[]): Held[] {
  const kept: Held[] = [];
  for (const result of results) {
    const placement = place(kept, result);
    if (placement.outcome !== 'repeated' && placement.outcome !== 'conflict')
      kept.push({ ...result, attempt: placement.attempt });
  }
  return kept.sort((a, b) => a.attempt - b.attempt);
}

test('numbered attempts end the same in any order, however often each is delivered', () => {
  const numbered = fc
    .uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 })
    .map((attempts) => attempts.map((attempt) => held(attempt, `content ${attempt}`)));
  const deliveries = numbered.chain((results) =>
    fc.tuple(
      fc.constant(results),
      fc.shuffledSubarray([...results, ...results, ...results], { minLength: 3 * results.length }),
    ),
  );
  fc.assert(
    fc.property(deliveries, ([results, order]) => {
      expect(deliver(order)).toEqual(deliver(results));
    }),
  );
});

const COMPLETED = { status: 'completed', reason: null } as const;
const STALLED = { status: 'failed', reason: 'stalled' } as const;

test('a run completes at its expected total, a batch at once, and an end stays', () => {
  expect(endAfterCall({ end: null, expectedTotal: 2, keys: 1 }, { batch: false })).toBeNull();
  expect(endAfterCall({ end: null, expectedTotal: 2, keys: 2 }, { batch: false })).toEqual(COMPLETED);
  expect(endAfterCall({ end: null, expectedTotal: null, keys: 2 }, { batch: true })).toEqual(COMPLETED);
  expect(endAfterCall({ end: null, expectedTotal: 3, keys: 2 }, { batch: true })).toBeNull();
  expect(endAfterCall({ end: null, expectedTotal: null, keys: 2 }, { batch: false })).toBeNull();
  expect(endAfterCall({ end: STALLED, expectedTotal: 2, keys: 2 }, { batch: false })).toEqual(STALLED);
});

test('stalled and abandoned runs go on, completed and cancelled ones do not', () => {
  expect(reopened({ end: STALLED, expectedTotal: 3, keys: 1 }).end).toBeNull();
  for (const end of [COMPLETED, { status: 'failed', reason: 'cancelled' } as const]) {
    expect(reopened({ end, expectedTotal: 3, keys: 1 }).end).toEqual(end);
  }
});

test('silence abandons an empty run, stalls one with results missing, completes one without a total', () => {
  expect(endByStall({ end: null, expectedTotal: 3, keys: 0 })).toEqual({ status: 'failed', reason: 'abandoned' });
  expect(endByStall({ end: null, expectedTotal: 3, keys: 1 })).toEqual(STALLED);
  expect(endByStall({ end: null, expectedTotal: null, keys: 1 })).toEqual(COMPLETED);
});

test('only what comes after the announced number is late', () => {
  expect(isLate({ end: COMPLETED, expectedTotal: 2, keys: 2 })).toBe(true);
  expect(isLate({ end: COMPLETED, expectedTotal: null, keys: 2 })).toBe(false);
  expect(isLate({ end: null, expectedTotal: 2, keys: 1 })).toBe(false);
  expect(runStatus({ end: null, expectedTotal: 2, keys: 0 })).toBe('pending');
});

test('the alarm follows the earliest need, and backs off while D1 fails', () => {
  const quiet = { timer: null, failures: 0, dirty: false, openChanged: false, now: 1_000_000, random: 0.5 };
  expect(nextAlarm(quiet)).toBeNull();
  expect(nextAlarm({ ...quiet, dirty: true })).toBe(1_001_000);
  expect(nextAlarm({ ...quiet, openChanged: true })).toBe(1_060_000);
  expect(nextAlarm({ ...quiet, timer: 1_000_500, dirty: true })).toBe(1_000_500);
  const waits = [1, 2, 3, 10].map((failures) => (nextAlarm({ ...quiet, dirty: true, failures }) ?? 0) - quiet.now);
  expect(waits).toEqual([750, 1_500, 3_000, 45_000]);
  expect(alarmAfterCall({ isNew: false, dirty: true, failures: 3, now: 5 })).toBeNull();
  expect(alarmAfterCall({ isNew: false, dirty: false, failures: 0, now: 5 })).toBe(60_005);
});
