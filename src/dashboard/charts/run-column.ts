import { isoTime, minuteTime, shortRunId } from '../../domain/formatting.ts';
import type { TrendPoint } from '../../domain/trend.ts';
import { shown, type Take } from '../bounded-text.ts';

/** Names of runs come from outside; all of a chart share this. */
export const NAMES_BYTES = 2_000;
const RUN_NAME_CHARS = 60;

/** `Aug 14`, UTC. */
export function dayLabel(at: number): string {
  const iso = isoTime(at);
  if (iso === undefined) return '–';
  return new Date(at).toLocaleDateString('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
}

/** What stands under the columns of runs: the day, or the time where all began on one day. */
export function beganLabels(points: readonly TrendPoint[]): string[] {
  const days = points.map(({ startedAt }) => minuteTime(startedAt).slice(0, 10));
  const isOneDay = points.length > 1 && days.every((day) => day === days[0]);
  return points.map(({ startedAt }) => (isOneDay ? minuteTime(startedAt).slice(11) : dayLabel(startedAt)));
}

/** Where a run's page is; without the agent's name, a database has to be asked for it. */
export function pointUrl({ runId }: TrendPoint, agentName: string | undefined): string {
  const query = agentName === undefined ? '' : `?${new URLSearchParams({ agent: agentName })}`;
  return `/runs/${encodeURIComponent(runId)}${query}`;
}

/** `Nightly, 2026-08-14 09:41`, as a tooltip begins. */
export function pointName({ runId, name, startedAt }: TrendPoint, take: Take): string {
  return `${shown(take(name ?? `Run ${shortRunId(runId)}`, RUN_NAME_CHARS))}, ${minuteTime(startedAt)}`;
}
