import * as z from 'zod';
import { Counts, RunStatus } from '../domain/fields.ts';
import { Verdict } from '../domain/verdict/verdict.ts';

/** What the tools answer, as far as the demo and the replay read it. */

export const UploadAnswer = z.object({ agent_name: z.string(), url: z.string() });

export const CreateAnswer = z.object({ scenario_id: z.string(), test_case_ids: z.array(z.string()) });

export const TestsAnswer = z.object({
  total: z.int(),
  test_cases: z.array(
    z.object({ id: z.string(), scenario_name: z.string(), user_message: z.string(), expectations: z.unknown() }),
  ),
});
export type TestsAnswer = z.infer<typeof TestsAnswer>;

export const SyncAnswer = z.object({
  test_run_id: z.string(),
  url: z.string(),
  status: RunStatus,
  received: z.int().default(0),
  accepted: z.int().default(0),
  duplicate: z.int().default(0),
  replaced: z.int().default(0),
  counts: Counts,
});
export type SyncAnswer = z.infer<typeof SyncAnswer>;

export const RunAnswer = z.object({
  run: z.object({
    id: z.string(),
    status: RunStatus,
    expected_total: z.int().nullish(),
    counts: Counts,
    url: z.string().optional(),
  }),
  pages: z.int(),
  results: z.array(
    z.object({
      test_case_id: z.string(),
      trial: z.int(),
      status: Verdict.shape.status,
      rule: Verdict.shape.rule,
      reason: z.string(),
    }),
  ),
});
export type RunAnswer = z.infer<typeof RunAnswer>;
