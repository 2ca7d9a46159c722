/** When a webhook is tried again: pure decisions, all times in milliseconds. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Waits after the first attempt, the second, and so on: 71 h 35 min together, so that the last attempt is made within three days. */
const WAITS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  20 * HOUR_MS,
];
/** How much shorter a wait may turn out: receivers that were away together are not called together. Never longer, or it would be over three days. */
const JITTER = 0.1;

/** When to try again after `attempts` failed ones, or null when it was the last. `random` is in [0, 1). */
export function nextAttemptAt({
  attempts,
  now,
  random,
}: {
  attempts: number;
  now: number;
  random: number;
}): number | null {
  const wait = WAITS_MS[attempts - 1];
  return wait === undefined ? null : now + Math.round(wait * (1 - JITTER * random));
}
