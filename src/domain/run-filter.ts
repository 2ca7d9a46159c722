import { echo } from './errors.ts';
import { SOURCES, type Source } from './fields.ts';
import { type Place, placeText, type Query, type Read, readChoice, readPlace, textOf } from './query.ts';

/** Which runs of a workspace a list shows: read from an address, and written into one again. */

export const PERIODS = ['24h', '7d', '30d'] as const;
export type Period = (typeof PERIODS)[number];
/** `has_failures`: a result failed or broke off. `all_passed`: completed, and nothing in it failed, broke off or waits. The rest are states of the run. */
export const RUN_OUTCOMES = ['has_failures', 'all_passed', 'completed', 'running', 'pending', 'failed'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

export type RunFilter = {
  /** Names; none is all. */
  agents: string[];
  period: Period | null;
  /** First and last day, `YYYY-MM-DD` in UTC, of a period of one's own. */
  from: string | null;
  to: string | null;
  status: RunOutcome | null;
  source: Source | null;
  /** The last row of the page before: when that run began (epoch ms), and its id. */
  after: Place | null;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PERIOD_MS: Record<Period, number> = { '24h': DAY_MS, '7d': 7 * DAY_MS, '30d': 30 * DAY_MS };
const UNKNOWN_NAMED = 3;

/** What an address asks for, with a sentence for each value that was left out. `known` are the names of the workspace's agents. */
export function readRunFilter(query: Query, known: readonly string[]): { filter: RunFilter; notes: string[] } {
  const agents = readAgents(query.agent ?? [], known);
  const days = readDays(query);
  const status = readChoice(query, 'status', RUN_OUTCOMES);
  const source = readChoice(query, 'source', SOURCES);
  const after = readPlace(query);
  return {
    filter: { agents: agents.value, ...days.value, status: status.value, source: source.value, after: after.value },
    notes: [agents, days, status, source, after].flatMap(({ note }) => note ?? []),
  };
}

function readAgents(given: readonly string[], known: readonly string[]): Read<string[]> {
  const names = [...new Set(given.map((name) => name.trim()).filter((name) => name !== ''))];
  const isKnown = new Set(known);
  const strange = names.filter((name) => !isKnown.has(name));
  const value = names.filter((name) => isKnown.has(name));
  if (strange.length === 0) return { value };
  const more = strange.length > UNKNOWN_NAMED ? ` and ${strange.length - UNKNOWN_NAMED} more` : '';
  const list = strange.slice(0, UNKNOWN_NAMED).map(echo).join(', ');
  return { value, note: `This workspace has no agent ${list}${more}: left out.` };
}

type Days = Pick<RunFilter, 'period' | 'from' | 'to'>;

function readDays(query: Query): Read<Days> {
  const { value, note } = readChoice(query, 'date', [...PERIODS, 'custom']);
  const [from, to] = [textOf(query, 'from'), textOf(query, 'to')];
  const wrong = [from, to].find((day) => day !== null && !isDay(day));
  const none: Days = { period: null, from: null, to: null };
  if (value !== null && value !== 'custom') {
    const spare = from ?? to;
    return {
      value: { ...none, period: value },
      ...(spare ? { note: `The days from and to count only where the period is custom, not ${value}: left out.` } : {}),
    };
  }
  if (wrong !== undefined) {
    return { value: none, note: `${echo(wrong)} is not a day and was left out. Use a form such as 2026-08-14.` };
  }
  if (from !== null && to !== null && from > to) {
    return { value: none, note: `From ${from} is after to ${to}: both were left out.` };
  }
  return { value: { period: null, from, to }, ...(note ? { note } : {}) };
}

function isDay(text: string): boolean {
  const at = startOf(text);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** When runs of this filter began: from `since` on and before `until`, in epoch milliseconds; null is no limit. */
export function timesOf({ period, from, to }: RunFilter, now: number): { since: number | null; until: number | null } {
  if (period !== null) return { since: now - PERIOD_MS[period], until: null };
  return { since: from === null ? null : startOf(from), until: to === null ? null : startOf(to) + DAY_MS };
}

/** Whether anything is left out; the page one is on does not count. */
export function isNarrowed({ agents, after: _, ...one }: RunFilter): boolean {
  return agents.length > 0 || Object.values(one).some((value) => value !== null);
}

/** The address of a view; the same view as a file is at `/runs.csv` and `/runs.json`. */
export function runListUrl(filter: RunFilter, path: '/runs' | '/runs.csv' | '/runs.json' = '/runs'): string {
  const { agents, period, from, to, status, source, after } = filter;
  const isCustom = from !== null || to !== null;
  const said = {
    ...{ date: period ?? (isCustom ? 'custom' : null), from, to, status, source },
    after: after && placeText(after),
  };
  const pairs = Object.entries(said).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  const query = String(new URLSearchParams([...agents.map((name) => ['agent', name]), ...pairs]));
  return query === '' ? path : `${path}?${query}`;
}
