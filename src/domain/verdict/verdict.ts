import * as z from 'zod';
import { FailureCategory, ResultStatus, Severity } from '../fields.ts';

/** Raised whenever a rule's outcome can change; pinned per run and printed on the accuracy card. */
export const EVALUATOR_VERSION = 2;

export const RULES = [
  'client_failed',
  'error',
  'cut_off',
  'forbidden_tool',
  'effects',
  'must_refuse',
  'required_calls',
  'order',
  'limits',
  'expected_tools',
  'required_facts',
  'forbidden_claims',
  'claimed_effect',
  'confirmation',
  'must_ask',
  'judge_due',
  'judged',
  'all_expectations_met',
  'client_passed',
  'needs_review',
  'reviewed',
] as const;
export const Rule = z.enum(RULES);
export type Rule = z.infer<typeof Rule>;

/** What a person needs to check a verdict by hand. `call` and `step` are 0-based: into the calls, and into `messages`. */
export const Evidence = z.object({
  call: z.int().optional(),
  step: z.int().optional(),
  tool: z.string().optional(),
  path: z.string().optional(),
  expected: z.unknown().optional(),
  actual: z.unknown().optional(),
  quote: z.string().optional(),
  note: z.string().optional(),
});
export type Evidence = z.infer<typeof Evidence>;

/** What a verdict says, without the one it stands in place of. */
const Finding = z.object({
  status: ResultStatus,
  decided_by: z.enum(['rules', 'judge', 'client', 'reviewer']),
  rule: Rule,
  reason: z.string(),
  evidence: z.array(Evidence),
  category: FailureCategory.optional(),
  subtype: z.string().optional(),
  severity: Severity.optional(),
  agent_fault: z.boolean().optional(),
  first_deviation: z.int().optional(),
});
export type Finding = z.infer<typeof Finding>;

/**
 * A verdict on one result. `first_deviation` is an index into `messages`, or into the calls where there is no transcript. `instead_of` is
 * the verdict that a judge or a reviewer replaced, or that holds while the judge is waited for and comes to none; `reviewer` is who reviewed.
 */
export const Verdict = Finding.extend({ reviewer: z.string().optional(), instead_of: Finding.optional() });
export type Verdict = z.infer<typeof Verdict>;
