import type { Counts, FailureCategory, Severity } from './fields.ts';
import type { AgentScore } from './scores.ts';

/** Failed standing results of one category and severity. */
export type FailureCount = { category: FailureCategory; severity: Severity; count: number };
/** Median and 95th percentile over a run's results that say how long they took, in milliseconds. */
export type LatencyFigures = { p50: number; p95: number; results: number };

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
