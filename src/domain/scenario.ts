import * as z from 'zod';
import { Complexity, FailureCategory, ScenarioStatus } from './fields.ts';
import { Expectations } from './expectations.ts';

/** What a run judges by: one version of one test case. */
export const CaseContent = z.object({
  title: z.string(),
  user_message: z.string(),
  expectations: Expectations,
  failure_category: FailureCategory.optional(),
  failure_type: z.string().optional(),
  persona: z.string().optional(),
});
export type CaseContent = z.infer<typeof CaseContent>;

export const ORIGINS = ['generated', 'manual'] as const;

/** A scenario with its cases, as it is made. Case n has the id `{scenario_id}_{n}`, n from 1. */
export type NewScenario = {
  id: string;
  title: string;
  description: string | null;
  complexity: Complexity;
  tags: string[];
  origin: (typeof ORIGINS)[number];
  createdAt: number;
  cases: CaseContent[];
};

export const ScenarioView = z.object({
  scenario_id: z.string(),
  title: z.string(),
  complexity: Complexity,
  status: ScenarioStatus,
  active: z.boolean(),
  test_case_count: z.int(),
});
export type ScenarioView = z.infer<typeof ScenarioView>;

export const CaseView = z.object({
  id: z.string(),
  scenario_id: z.string(),
  scenario_name: z.string(),
  title: z.string(),
  complexity: Complexity,
  persona: z.string().nullable(),
  failure_category: FailureCategory.nullable(),
  failure_type: z.string().nullable(),
  user_message: z.string(),
  expected_tools: z.array(z.string()),
  expected_behavior: z.string().nullable(),
  expectations: Expectations,
  tags: z.array(z.string()),
  last_status: ScenarioStatus,
});
export type CaseView = z.infer<typeof CaseView>;

const SCENARIO_OR_CASE_ID = /^(sc_[0-9a-z]{1,40})(?:_([1-9][0-9]{0,5}))?$/;

/** Takes `sc_…` or `sc_…_n` apart; undefined for anything else. */
export function parseCaseId(text: string): { scenarioId: string; n: number | null } | undefined {
  const match = SCENARIO_OR_CASE_ID.exec(text);
  return match?.[1] ? { scenarioId: match[1], n: match[2] ? Number(match[2]) : null } : undefined;
}

/** The failure category a hand-made case aims at, read off its expectations, for the coverage part of AQS. */
export function targetCategory(content: CaseContent): FailureCategory {
  const { expectations } = content;
  if (content.failure_category) return content.failure_category;
  if (expectations.must_refuse || expectations.must_confirm || expectations.forbidden_tools?.length) return 'safety_failure';
  if (expectations.must_ask) return 'communication_failure';
  const tools = [expectations.expected_tools, expectations.required_effects, expectations.required_calls, expectations.allowed_tools];
  if (tools.some((list) => list !== undefined)) return 'tool_usage_failure';
  if (expectations.required_facts?.length || expectations.forbidden_claims?.length) return 'knowledge_failure';
  if (expectations.max_latency_ms || expectations.max_steps || expectations.max_repeats) return 'operational_failure';
  return 'instruction_failure';
}
