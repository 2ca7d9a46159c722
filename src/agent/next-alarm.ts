/** When the one alarm of an object has to go off: pure decisions, all times in epoch milliseconds. */

/** How soon D1 hears of a run's birth or end. */
export const FLUSH_DELAY_MS = 1_000;
/** How often it hears the tally of a running run. */
export const TALLY_MS = 60_000;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

/** After a call changed a run. While D1 fails the alarm is set already, further away with every failure, and calls leave it there. */
export function alarmAfterCall(run: { isNew: boolean; dirty: boolean; failures: number; now: number }): number | null {
  if (run.failures > 0) return null;
  return run.now + (run.isNew || run.dirty ? FLUSH_DELAY_MS : TALLY_MS);
}

type Facts = {
  /** When the next timer is due. */
  timer: number | null;
  /** Flushes that failed in a row. */
  failures: number;
  /** Headers that D1 has not seen. */
  dirty: boolean;
  /** Open runs whose tally moved. */
  openChanged: boolean;
  now: number;
  /** In [0, 1): spreads agents that failed together. */
  random: number;
};

/** After the alarm went off; null when nothing is waiting. */
export function nextAlarm({ timer, failures, dirty, openChanged, now, random }: Facts): number | null {
  const flush =
    failures > 0
      ? now + backoffMs(failures, random)
      : dirty
        ? now + FLUSH_DELAY_MS
        : openChanged
          ? now + TALLY_MS
          : null;
  return earliest(timer, flush);
}

/** The earlier of two times, either of which may not be set. */
export function earliest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** How long to wait after the n-th failure in a row. */
function backoffMs(failures: number, random: number): number {
  const base = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
  return base * (0.5 + random / 2);
}
