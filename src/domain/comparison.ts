import type { FailureCategory, ResultStatus } from './fields.ts';
import { FAILURE_CATEGORIES } from './fields.ts';
import { type Fingerprint, tally } from './fingerprint.ts';
import { median, sum } from './statistics/averages.ts';
import { jensenShannon, type Tallies } from './statistics/jensen-shannon.ts';
import { mcnemarExact } from './statistics/mcnemar.ts';
import { casePassed, type Threshold, type Trials } from './statistics/repeats.ts';

/** What is different between two runs, and whether it is more than noise. */

/** A standing result as far as runs are compared by it. `path` is null where nothing is known of its calls. */
export type SeenResult = {
  caseId: string;
  status: ResultStatus;
  agentFault: boolean;
  category: FailureCategory | null;
  latencyMs: number | null;
  path: readonly string[] | null;
};

/** One case in one run. Latency and steps (tool calls) are medians over its results. */
export type CaseReading = Trials & {
  caseId: string;
  categories: readonly FailureCategory[];
  latencyMs: number | null;
  steps: number | null;
  paths: Tallies;
};

/** What a run was judged against. */
export type Pins = { catalogueRev: number; toolsVersion: number; evaluatorVersion: number };
export type RunReading = { score: number | null; pins: Pins; cases: readonly CaseReading[] };

/** Cases by their ids. One that either run did not decide is neither regressed, nor fixed, nor still failing. */
export type Comparison = {
  scoreDelta: number | null;
  regressions: string[];
  fixes: string[];
  stillFailing: string[];
  added: string[];
  removed: string[];
  /** Two-sided chance that noise alone changes as many cases as one-sidedly; small is telling. */
  pValue: number;
  categories: { before: CategoryCounts; after: CategoryCounts };
  latencyMs: Shift | null;
  steps: Shift | null;
  changedPaths: PathChange[];
  /** Where not empty, the two runs were not judged against the same. */
  differentPins: (keyof Pins)[];
};
export type CategoryCounts = Partial<Record<FailureCategory, number>>;
/** Medians over the cases that both runs measured. */
export type Shift = { before: number; after: number; delta: number };
/** Paths that only one of the runs took in a case, and how far apart the distributions are (0…1). */
export type PathChange = { caseId: string; lost: string[][]; gained: string[][]; distance: number };

/** Gathers a run's standing results by case. A failure that was not the agent's decides nothing. */
export function readCases(results: Iterable<SeenResult>): CaseReading[] {
  const byCase = Map.groupBy(results, ({ caseId }) => caseId);
  return [...byCase].map(([caseId, seen]) => {
    const decided = seen.filter(({ status, agentFault }) => status !== 'pending' && agentFault);
    const known = seen.flatMap(({ path }) => (path ? [path] : []));
    return {
      caseId,
      decided: decided.length,
      passed: decided.filter(({ status }) => status === 'passed').length,
      categories: seen.flatMap(({ status, category }) => (status === 'failed' && category ? [category] : [])),
      latencyMs: medianOf(seen.flatMap(({ latencyMs }) => latencyMs ?? [])),
      steps: medianOf(known.map((path) => path.length)),
      paths: tally(known.map((path) => JSON.stringify(path))),
    };
  });
}

function medianOf(values: readonly number[]): number | null {
  return values.length > 0 ? median(values) : null;
}

/** The paths of a run's cases, of those of which any is known. */
export function fingerprintOf(cases: readonly CaseReading[]): Fingerprint {
  return new Map(cases.filter(({ paths }) => paths.size > 0).map(({ caseId, paths }) => [caseId, paths]));
}

type Pair = { before: CaseReading; after: CaseReading };

/** Compares two runs of one agent. `thresholds` decide the cases they name; of the others, every trial has to pass. */
export function compareRuns(
  before: RunReading,
  after: RunReading,
  thresholds: ReadonlyMap<string, Threshold> = new Map(),
): Comparison {
  const earlier = new Map(before.cases.map((reading) => [reading.caseId, reading]));
  const later = new Set(after.cases.map(({ caseId }) => caseId));
  const pairs = after.cases.flatMap((reading): Pair[] => {
    const twin = earlier.get(reading.caseId);
    return twin ? [{ before: twin, after: reading }] : [];
  });
  const turned = (from: boolean, to: boolean) =>
    pairs.filter((pair) => verdictOf(pair.before, thresholds) === from && verdictOf(pair.after, thresholds) === to);
  const regressions = idsOf(turned(true, false));
  const fixes = idsOf(turned(false, true));
  return {
    scoreDelta: before.score === null || after.score === null ? null : after.score - before.score,
    regressions,
    fixes,
    stillFailing: idsOf(turned(false, false)),
    added: after.cases.filter(({ caseId }) => !earlier.has(caseId)).map(({ caseId }) => caseId),
    removed: before.cases.filter(({ caseId }) => !later.has(caseId)).map(({ caseId }) => caseId),
    pValue: mcnemarExact(regressions.length, fixes.length),
    categories: { before: countCategories(before.cases), after: countCategories(after.cases) },
    latencyMs: shiftOf(pairs, ({ latencyMs }) => latencyMs),
    steps: shiftOf(pairs, ({ steps }) => steps),
    changedPaths: changedPaths(pairs),
    differentPins: PINS.filter((pin) => before.pins[pin] !== after.pins[pin]),
  };
}

const PINS = ['catalogueRev', 'toolsVersion', 'evaluatorVersion'] as const;

function idsOf(pairs: readonly Pair[]): string[] {
  return pairs.map(({ after }) => after.caseId);
}

function verdictOf(reading: CaseReading, thresholds: ReadonlyMap<string, Threshold>): boolean | null {
  return reading.decided === 0 ? null : casePassed(reading, thresholds.get(reading.caseId));
}

function countCategories(cases: readonly CaseReading[]): CategoryCounts {
  const counted = FAILURE_CATEGORIES.map((name): [FailureCategory, number] => [
    name,
    sum(cases, ({ categories }) => categories.filter((category) => category === name).length),
  ]);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

function shiftOf(pairs: readonly Pair[], measure: (reading: CaseReading) => number | null): Shift | null {
  const measured = pairs.flatMap((pair) => {
    const [one, other] = [measure(pair.before), measure(pair.after)];
    return one === null || other === null ? [] : [{ one, other }];
  });
  if (measured.length === 0) return null;
  const before = median(measured.map(({ one }) => one));
  const after = median(measured.map(({ other }) => other));
  return { before, after, delta: after - before };
}

/** The most different first. */
function changedPaths(pairs: readonly Pair[]): PathChange[] {
  const known = pairs.filter(({ before, after }) => before.paths.size > 0 && after.paths.size > 0);
  return known
    .map(({ before, after }) => ({
      caseId: after.caseId,
      lost: onlyIn(before.paths, after.paths),
      gained: onlyIn(after.paths, before.paths),
      distance: jensenShannon(before.paths, after.paths),
    }))
    .filter(({ lost, gained }) => lost.length + gained.length > 0)
    .sort((a, b) => b.distance - a.distance || (a.caseId < b.caseId ? -1 : 1));
}

function onlyIn(paths: Tallies, others: Tallies): string[][] {
  return [...paths.keys()].filter((path) => !others.has(path)).map((path) => JSON.parse(path) as string[]);
}
