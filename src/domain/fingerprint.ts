import type { RunResult } from './result.ts';
import { mean, sum } from './statistics/averages.ts';
import { jensenShannon, type Tallies } from './statistics/jensen-shannon.ts';
import { callsOf } from './verdict/calls.ts';
import { toolTable } from './verdict/tool-table.ts';

/** How an agent usually goes about a case, and whether it began to go about it differently. */

/** Of each case, how often each tool path was taken; a path is the JSON of its tools' names. */
export type Fingerprint = ReadonlyMap<string, Tallies>;

/**
 * As far apart as two runs are when one case in five took a wholly new path, or every case took a new one about every tenth time.
 * Less is not worth a person's look, however sure it is.
 */
export const DRIFT_DISTANCE = 0.2;
/** One chance deal in a hundred may be as far apart: with 199 of them, the real one and one more of 200. */
const DEALS = 199;
const DEALS_AS_FAR = 1;

const NO_TOOLS = toolTable([]);

/** The tools a result called, in order; null where nothing is known of its calls, which is not the same as none. */
export function toolPath(result: RunResult): string[] | null {
  return callsOf(result, NO_TOOLS)?.map(({ name }) => name) ?? null;
}

/** The fingerprints of several runs as one: what the agent does over all of them. */
export function pooled(runs: readonly Fingerprint[]): Fingerprint {
  const cases = new Map<string, Map<string, number>>();
  for (const [caseId, paths] of runs.flatMap((run) => [...run])) {
    const known = cases.get(caseId) ?? new Map<string, number>();
    for (const [path, count] of paths) known.set(path, (known.get(path) ?? 0) + count);
    cases.set(caseId, known);
  }
  return cases;
}

/** Mean Jensen-Shannon distance over the cases that both hold, 0…1; null where they share none. */
export function fingerprintDistance(one: Fingerprint, other: Fingerprint): number | null {
  const distances = [...one].flatMap(([caseId, paths]) => {
    const others = other.get(caseId);
    return others ? [jensenShannon(paths, others)] : [];
  });
  return distances.length > 0 ? mean(distances) : null;
}

/** `distance` is to the run before; `drifted` says that it is larger than this agent's own unsteadiness explains. */
export type Drift = { distance: number | null; drifted: boolean };

/**
 * Compares the newest of `runs` (newest first) with the one before. A drift is marked when all tests passed, the distance is at least
 * DRIFT_DISTANCE, and at most one in a hundred chance deals is as far apart: the paths that a case took in these runs, dealt out to them at
 * random. That is a permutation test: if nothing changed, any deal is as likely as the real one, so that few samples cannot drift.
 * `seed` is a whole number; the same seed deals the same.
 */
export function driftOf(
  runs: readonly Fingerprint[],
  { allPassed, seed }: { allPassed: boolean; seed: number },
): Drift {
  const [newest, before] = runs;
  const distance = newest && before ? fingerprintDistance(newest, before) : null;
  if (distance === null || !newest || !before) return { distance, drifted: false };
  if (!allPassed || distance < DRIFT_DISTANCE) return { distance, drifted: false };
  const shared = [...newest.keys()].filter((caseId) => before.has(caseId));
  const decks = shared.map((caseId) => deckOf(runs.map((run) => run.get(caseId)))).filter(isMixed);
  const next = chance(seed);
  const real = distance * shared.length;
  let asFar = 0;
  for (let deal = 0; deal < DEALS && asFar <= DEALS_AS_FAR; deal++) {
    const dealt = sum(decks, (deck) => distanceOfDeal(deck, next));
    // Sums of the same terms in another order may differ in their last digit.
    if (dealt >= real - 1e-9) asFar += 1;
  }
  return { distance, drifted: asFar <= DEALS_AS_FAR };
}

/** The paths one case took in all the runs, and how many of them belong to the newest and to the one before. */
type Deck = { paths: string[]; newest: number; before: number };

function deckOf([newest, before, ...earlier]: readonly (Tallies | undefined)[]): Deck {
  const paths = [newest, before, ...earlier].map((tallies) =>
    [...(tallies ?? [])].flatMap(([path, count]) => Array<string>(count).fill(path)),
  );
  return { paths: paths.flat(), newest: paths[0]?.length ?? 0, before: paths[1]?.length ?? 0 };
}

/** A case that always took the same path is at distance 0 in any deal. */
function isMixed({ paths }: Deck): boolean {
  return paths.some((path) => path !== paths[0]);
}

/** Draws without replacement: only the cards that two runs get are moved to the front. */
function distanceOfDeal({ paths, newest, before }: Deck, next: () => number): number {
  const drawn = newest + before;
  for (let i = 0; i < drawn; i++) {
    const from = i + Math.floor(next() * (paths.length - i));
    const card = paths[from] as string;
    paths[from] = paths[i] as string;
    paths[i] = card;
  }
  return jensenShannon(tally(paths.slice(0, newest)), tally(paths.slice(newest, drawn)));
}

export function tally(paths: readonly string[]): Tallies {
  const tallies = new Map<string, number>();
  for (const path of paths) tallies.set(path, (tallies.get(path) ?? 0) + 1);
  return tallies;
}

/** Numbers in [0, 1) by Marsaglia's xorshift (2003) with 32 bits. */
function chance(seed: number): () => number {
  // Spread out, because neighbouring seeds begin alike; never 0, which would stay 0.
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
