import * as z from 'zod';
import type { Comparison } from './comparison.ts';
import { Counts, RunStatus, RunStatusReason, Source } from './fields.ts';
import type { FailureCount, LatencyFigures } from './trend.ts';
import { Verdict } from './verdict/verdict.ts';

/** A run as every door shows it. Times are epoch milliseconds. */
export const RunHeader = z.object({
  id: z.string(),
  agent_name: z.string(),
  name: z.string().optional(),
  status: RunStatus,
  status_reason: RunStatusReason.optional(),
  source: Source,
  started_at: z.int(),
  completed_at: z.int().optional(),
  expected_total: z.int().optional(),
  counts: Counts,
  /** Cases whose attempts got different verdicts. */
  flaky_cases: z.int(),
  /**
   * The run mostly broke off, or failed for one and the same reason: it is left out of scores. Said of a completed run that is read alone;
   * no type of JSON Schema, so that lists of tools, which are counted in bytes, need not explain what is hardly ever there.
   */
  outage: z.custom<true>((value) => value === true).optional(),
  /** When the texts of all its results were removed for their age; said and typed like `outage`. */
  texts_removed_at: z.custom<number>(Number.isInteger).optional(),
  /** Raised by every change of the run; what a watcher compares. */
  rev: z.int(),
});
export type RunHeader = z.infer<typeof RunHeader>;

/** One standing result with its verdict. */
export const ResultView = Verdict.extend({
  scenario_id: z.string(),
  test_case_id: z.string(),
  title: z.string(),
  trial: z.int(),
  attempt: z.int(),
  tools_called: z.array(z.string()),
  expected_tools: z.array(z.string()).optional(),
  user_message: z.string(),
  agent_response: z.string(),
  latency_ms: z.number().optional(),
  late: z.boolean().optional(),
  received_at: z.int(),
});
export type ResultView = z.infer<typeof ResultView>;

/** Which result of a run: the case's id, and the repetition. */
export type ResultKey = { caseId: string; trial: number };

/**
 * A run as its page shows it. `previousId` is the completed run before it that says something of the agent; null unless this one is completed.
 * Of a large run that has no score yet `failures` and `latency` are not known: none, and null.
 */
export type RunView = {
  agentId: string;
  run: RunHeader;
  newest: ResultView[];
  previousId: string | null;
  failures: FailureCount[];
  latency: LatencyFigures | null;
};

export type ScoredRun = { run: RunHeader; score: number | null };
/** Two runs of an agent side by side. `titles` holds those of the cases that a page lists, by case id. */
export type RunComparison = {
  agentId: string;
  before: ScoredRun;
  after: ScoredRun;
  comparison: Comparison;
  titles: Record<string, string>;
};
/** Cases of each kind that are listed one by one. */
export const COMPARED_ROWS = 25;

/** How the agent usually went about a case: its most frequent tool paths, how many more there are, and of how many results that is. */
export type CaseHabit = {
  caseId: string;
  title: string;
  paths: { tools: string[]; count: number }[];
  more: number;
  results: number;
};
/** What the newest run that counts shows of the agent's behaviour. `distance` (0…1) is to the run before, null where they share no case. */
export type AgentBehaviour = { run: RunHeader; distance: number | null; drifted: boolean; habits: CaseHabit[] };

/** Newest results shown by the live page and carried by a frame. */
export const LIVE_ROWS = 20;

/** What a watcher's socket receives. `prev` is the revision the sender's last frame ended on: a page that holds another one missed something. */
export type LiveFrame = { prev: number; run: RunHeader; rows: string };
