import type { Counts, FailureCategory, Severity } from './fields.ts';
import type { AgentScore } from './scores.ts';
import { sum } from './statistics/averages.ts';

/** Failed standing results of one category and severity. */
export type FailureCount = { category: FailureCategory; severity: Severity; count: number };
/** Median and 95th percentile over a run's results that say how long they took, in milliseconds. */
export type LatencyFigures = { p50: number; p95: number; results: number };

/** What scoring notes of a run beside its score. */
export type RunFacts = { failures: FailureCount[]; latency: LatencyFigures | null };

/** One ended run in the history of its agent. `score` is the agent's after this run: null for an outage, or where nothing was decided. */
export type TrendPoint = {
  runId: string;
  name?: string;
  startedAt: number;
  counts: Counts;
  outage: boolean;
  score: AgentScore | null;
  failures: FailureCount[];
  latency: LatencyFigures | null;
};

/** Completed runs of an agent, oldest first. */
export type AgentTrend = { agentId: string; agentName: string; points: TrendPoint[] };
/** Runs that a trend goes back. */
export const TREND_RUNS = 50;

/** How many results took this many whole milliseconds. */
export type LatencyCount = { ms: number; results: number };

/** Of counts in rising order; null without any. A figure is the smallest latency that its share of the results does not exceed (nearest rank). */
export function latencyFigures(counts: readonly LatencyCount[]): LatencyFigures | null {
  const results = sum(counts, (count) => count.results);
  if (results === 0) return null;
  return { p50: atShare(counts, 0.5 * results), p95: atShare(counts, 0.95 * results), results };
}

function atShare(counts: readonly LatencyCount[], rank: number): number {
  let seen = 0;
  const found = counts.find((count) => {
    seen += count.results;
    return seen >= rank;
  });
  return found?.ms ?? 0;
}

/** Failures by category alone, as lists across agents show them. */
export function byCategory(failures: readonly FailureCount[]): Partial<Record<FailureCategory, number>> {
  const counts: Partial<Record<FailureCategory, number>> = {};
  for (const { category, count } of failures) counts[category] = (counts[category] ?? 0) + count;
  return counts;
}
