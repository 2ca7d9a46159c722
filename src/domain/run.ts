import * as z from 'zod';
import { Counts, RunStatus, RunStatusReason, Source } from './fields.ts';
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

/** Newest results shown by the live page and carried by a frame. */
export const LIVE_ROWS = 20;

/** What a watcher's socket receives. `prev` is the revision the sender's last frame ended on: a page that holds another one missed something. */
export type LiveFrame = { prev: number; run: RunHeader; rows: string };
