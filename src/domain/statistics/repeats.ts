import { mean } from './averages.ts';

/** What repeated trials of one test case say. */

/** Independent trials of a case that were decided, and how many of them passed. */
export type Trials = { decided: number; passed: number };

/** "At least `passes` of `of`". */
export type Threshold = { passes: number; of: number };
export const EVERY_TRIAL: Threshold = { passes: 1, of: 1 };

/**
 * Chance that at least one of k trials passes, 1 − C(n−c, k)/C(n, k): the unbiased estimate of Chen et al. 2021 ("Evaluating large
 * language models trained on code"). Null with fewer than k trials.
 */
export function passAtK({ decided, passed }: Trials, k: number): number | null {
  return decided < k ? null : 1 - shareOfDraws(decided - passed, decided, k);
}

/**
 * Chance that all of k trials pass, C(c, k)/C(n, k): the unbiased estimate of Yao et al. 2024 ("τ-bench"), never the mean rate raised to
 * a power. Null with fewer than k trials.
 */
export function passHatK({ decided, passed }: Trials, k: number): number | null {
  return decided < k ? null : shareOfDraws(passed, decided, k);
}

/** C(some, k)/C(all, k): the share of draws of k out of `all` that hold nothing but some. Factor by factor, so that nothing overflows. */
function shareOfDraws(some: number, all: number, k: number): number {
  let share = 1;
  for (let drawn = 0; drawn < k && share > 0; drawn++) share *= (some - drawn) / (all - drawn);
  return share;
}

/** A measure of a whole run: its mean over the cases with at least k trials, and how many those are. */
export function overCases(
  cases: readonly Trials[],
  k: number,
  measure: (trials: Trials, k: number) => number | null,
): { value: number | null; cases: number } {
  const values = cases.map((trials) => measure(trials, k)).filter((value) => value !== null);
  return { value: values.length > 0 ? mean(values) : null, cases: values.length };
}

/** 4p(1 − p): 0 for a case that always ends the same, 1 for a coin. */
export function flakiness({ decided, passed }: Trials): number {
  const share = passed / decided;
  return 4 * share * (1 - share);
}

/**
 * Whether a case passed by its own threshold, a share where it ran more often than that; null while too few trials are decided to say.
 * The case is decided by itself: what the rest of the suite did has no say.
 */
export function casePassed({ decided, passed }: Trials, { passes, of }: Threshold = EVERY_TRIAL): boolean | null {
  if (decided >= of) return passed * of >= passes * decided;
  if (passed >= passes) return true;
  return decided - passed > of - passes ? false : null;
}
