import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareRuns,
  fingerprintOf,
  type Pins,
  type RunReading,
  readCases,
  type SeenResult,
} from '../../src/domain/comparison.ts';

const PINS: Pins = { catalogueRev: 3, toolsVersion: 1, evaluatorVersion: 1 };

function seen(caseId: string, status: SeenResult['status'], more: Partial<SeenResult> = {}): SeenResult {
  const category = status === 'failed' ? ('tool_usage_failure' as const) : null;
  return { caseId, status, agentFault: true, category, latencyMs: null, path: null, ...more };
}

function reading(results: SeenResult[], more: Partial<RunReading> = {}): RunReading {
  return { score: null, pins: PINS, cases: readCases(results), ...more };
}

test('cases are regressed, fixed, still failing, added and removed', () => {
  const before = reading([
    ...[seen('a', 'passed'), seen('b', 'failed'), seen('c', 'failed'), seen('d', 'passed'), seen('gone', 'passed')],
  ]);
  const after = reading([
    ...[seen('a', 'failed'), seen('b', 'passed'), seen('c', 'error'), seen('d', 'passed'), seen('new', 'failed')],
  ]);
  expect(compareRuns(before, after)).toMatchObject({
    regressions: ['a'],
    fixes: ['b'],
    stillFailing: ['c'],
    added: ['new'],
    removed: ['gone'],
    pValue: 1,
  });
});

test('eight regressions beside one fix have a p value of 5/128', () => {
  const run = (lost: SeenResult['status'], won: SeenResult['status']) =>
    reading([
      ...Array.from({ length: 8 }, (_, i) => seen(`lost ${i}`, lost)),
      seen('won', won),
      seen('same', 'passed'),
    ]);
  const { regressions, fixes, pValue } = compareRuns(run('passed', 'failed'), run('failed', 'passed'));
  expect([regressions.length, fixes.length, pValue]).toEqual([8, 1, 5 / 128]);
});

test('a pending result and a failure that was not the agent’s are no regression', () => {
  const before = reading([seen('a', 'passed'), seen('b', 'passed')]);
  const after = reading([seen('a', 'pending'), seen('b', 'failed', { agentFault: false })]);
  expect(compareRuns(before, after)).toMatchObject({ regressions: [], stillFailing: [], removed: [], added: [] });
});

test('a case with a threshold is decided by it, the others need every trial', () => {
  const trials = (...statuses: SeenResult['status'][]) =>
    ['a', 'b'].flatMap((id) => statuses.map((status) => seen(id, status)));
  const before = reading(trials('passed', 'passed', 'passed', 'passed'));
  const after = reading(trials('passed', 'failed', 'passed', 'passed'));
  expect(compareRuns(before, after, new Map([['a', { passes: 3, of: 4 }]])).regressions).toEqual(['b']);
});

test('the score delta is null where either run has no score', () => {
  const [plain, scored, better] = [reading([]), reading([], { score: 70 }), reading([], { score: 82 })];
  expect(compareRuns(scored, better).scoreDelta).toBe(12);
  expect(compareRuns(better, scored).scoreDelta).toBe(-12);
  expect(compareRuns(plain, scored).scoreDelta).toBeNull();
});

test('failed results are counted by category in each run', () => {
  const before = reading([
    seen('a', 'failed'),
    seen('a', 'failed', { category: 'safety_failure' }),
    seen('b', 'passed'),
  ]);
  const after = reading([
    seen('a', 'failed', { category: 'safety_failure' }),
    seen('new', 'failed'),
    seen('c', 'error'),
  ]);
  expect(compareRuns(before, after).categories).toEqual({
    before: { tool_usage_failure: 1, safety_failure: 1 },
    after: { tool_usage_failure: 1, safety_failure: 1 },
  });
});

test('latency and steps are medians over the cases that both runs measured', () => {
  const timed = (id: string, latencyMs: number, steps: number) =>
    seen(id, 'passed', { latencyMs, path: Array(steps).fill('look') });
  const before = reading([timed('a', 100, 1), timed('a', 300, 2), timed('b', 400, 2), timed('gone', 9000, 9)]);
  const after = reading([timed('a', 250, 2), timed('b', 650, 4), timed('new', 1, 0), seen('gone', 'passed')]);
  // Of case a 200 and of case b 400, so 300; then 250 and 650, so 450.
  expect(compareRuns(before, after).latencyMs).toEqual({ before: 300, after: 450, delta: 150 });
  expect(compareRuns(before, after).steps).toEqual({ before: 1.75, after: 3, delta: 1.25 });
  expect(compareRuns(reading([seen('a', 'passed')]), after)).toMatchObject({ latencyMs: null, steps: null });
});

test('changed tool paths name what is no longer and what is newly taken, the most different case first', () => {
  const took = (id: string, ...path: string[]) => seen(id, 'passed', { path });
  const before = reading([
    took('a', 'find', 'pay'),
    took('a', 'find', 'pay'),
    took('b', 'find'),
    took('c'),
    took('d', 'find'),
  ]);
  const after = reading([
    took('a', 'find', 'pay'),
    took('a', 'pay'),
    took('b', 'pay', 'find'),
    took('c'),
    seen('d', 'passed'),
  ]);
  const [first, second, ...others] = compareRuns(before, after).changedPaths;
  expect(first).toEqual({ caseId: 'b', lost: [['find']], gained: [['pay', 'find']], distance: 1 });
  expect(second).toMatchObject({ caseId: 'a', lost: [], gained: [['pay']] });
  expect(second?.distance).toBeCloseTo(0.5579230452841439, 12);
  expect(others).toEqual([]);
});

test('no calls are a path, unknown calls are none', () => {
  const fingerprint = fingerprintOf(readCases([seen('a', 'passed', { path: [] }), seen('b', 'passed')]));
  expect([...fingerprint]).toEqual([['a', new Map([['[]', 1]])]]);
});

for (const pin of ['catalogueRev', 'toolsVersion', 'evaluatorVersion'] as const) {
  test(`runs with another ${pin} say so`, () => {
    const other = reading([], { pins: { ...PINS, [pin]: 9 } });
    expect(compareRuns(reading([]), other).differentPins).toEqual([pin]);
    expect(compareRuns(other, other).differentPins).toEqual([]);
  });
}

const results = fc.array(
  fc
    .record({
      caseId: fc.constantFrom('a', 'b', 'c', 'd'),
      status: fc.constantFrom<SeenResult['status'][]>('passed', 'failed', 'error', 'pending'),
      latencyMs: fc.option(fc.nat(1000)),
      path: fc.option(fc.array(fc.constantFrom('find', 'pay'), { maxLength: 3 })),
    })
    .map(({ caseId, status, ...more }) => seen(caseId, status, more)),
  { maxLength: 12 },
);

test('a run compared with itself shows no change, and turned round every change is its opposite', () => {
  fc.assert(
    fc.property(results, results, (one, other) => {
      const [a, b] = [reading(one, { score: 50 }), reading(other, { score: 60 })];
      expect(compareRuns(a, a)).toMatchObject({
        ...{ scoreDelta: 0, regressions: [], fixes: [], added: [], removed: [], pValue: 1, changedPaths: [] },
      });
      const [there, back] = [compareRuns(a, b), compareRuns(b, a)];
      const sorted = (ids: string[]) => ids.toSorted();
      expect(sorted(there.regressions)).toEqual(sorted(back.fixes));
      expect(sorted(there.added)).toEqual(sorted(back.removed));
      expect(sorted(there.stillFailing)).toEqual(sorted(back.stillFailing));
      expect(there.pValue).toBe(back.pValue);
      expect(there.latencyMs?.delta ?? 0).toBe(0 - (back.latencyMs?.delta ?? 0));
    }),
  );
});
