/** How times and shares are written, on pages and in the texts of tools alike. Times in are epoch milliseconds; zones are UTC. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The longest time `Date` can hold, either side of 1970. */
const LAST_TIME_MS = 8.64e15;

const UNITS = [
  { name: 'year', ms: 365 * DAY_MS },
  { name: 'month', ms: 30 * DAY_MS },
  { name: 'day', ms: DAY_MS },
  { name: 'hour', ms: HOUR_MS },
  { name: 'minute', ms: MINUTE_MS },
];

/** `2 hours ago`, `1 day ago`; under a minute, and for clocks that run ahead of ours, `just now`. */
export function relativeTime(at: number, now: number): string {
  const age = now - at;
  const unit = UNITS.find(({ ms }) => age >= ms);
  if (!unit) return 'just now';
  return `${counted(Math.floor(age / unit.ms), unit.name)} ago`;
}

/** `YYYY-MM-DD HH:MM`, UTC; a time that no calendar holds is a dash. */
export function minuteTime(at: number): string {
  const iso = isoTime(at);
  return iso ? iso.slice(0, -8).replace('T', ' ') : '-';
}

/** ISO 8601 with milliseconds, or nothing for a time that no calendar holds. */
export function isoTime(at: number): string | undefined {
  return Math.abs(at) <= LAST_TIME_MS ? new Date(at).toISOString() : undefined;
}

/** A share as a whole percentage; 0 of 0 is 0. 100 is kept for all of them: 199 of 200 is 99, so that one failure never hides behind rounding. */
export function percent(part: number, whole: number): number {
  if (whole <= 0) return 0;
  const rounded = Math.round((part / whole) * 100);
  return part < whole ? Math.min(rounded, 99) : rounded;
}

/** `850 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
}

/** `1 result`, `2,000 results`; for nouns whose plural is an s. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A whole number with thousands set apart: `12,345`. */
export function grouped(count: number): string {
  return count.toLocaleString('en');
}

/** The 8 characters of a run's id that lists show. */
export function shortRunId(id: string): string {
  return id.replace(/^tr_/, '').slice(0, 8);
}
