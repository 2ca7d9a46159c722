import * as z from 'zod';
import { Expectations } from './expectations.ts';
import { Complexity, FailureCategory, ScenarioStatus } from './fields.ts';

/** What a run judges by: one version of one test case. */
export const CaseContent = z.object({
  title: z.string(),
  user_message: z.string(),
  expectations: Expectations,
  failure_category: FailureCategory.optional(),
  failure_type: z.string().optional(),
  persona: z.string().optional(),
  /** Its expected behaviour is the scenario's, not its own. */
  inherits_behavior: z.boolean().optional(),
  /** Deleted: only its title is left, for the results that were judged by it. */
  purged: z.boolean().optional(),
});
export type CaseContent = z.infer<typeof CaseContent>;

/** Where tests of reports are that no case was made for; no scenario of the catalogue. */
export const UNMAPPED_SCENARIO = 'sc_unmapped';

export const ORIGINS = ['generated', 'manual'] as const;

/** A scenario with its cases, whole. Case n has the id `{id}_{n}`, n from 1. */
export type Scenario = {
  id: string;
  title: string;
  description: string | null;
  complexity: Complexity;
  tags: string[];
  origin: (typeof ORIGINS)[number];
  active: boolean;
  createdAt: number;
  updatedAt: number;
  cases: CaseContent[];
};

/** What a scenario is made from. */
export type NewScenario = Pick<Scenario, 'title' | 'description' | 'complexity' | 'tags' | 'origin' | 'cases'>;

export type ScenarioFields = { name?: string; description?: string; expected_behavior?: string; tags?: string[] };
/** What can be changed of one case; `expected_behavior` is part of its expectations. */
export type CaseFields = { user_message?: string; title?: string; expectations?: Expectations };
export type ScenarioChange =
  | { kind: 'update'; fields: ScenarioFields }
  | { kind: 'toggle' }
  /** `n` is the case's number, from 1; one that does not exist changes nothing. */
  | { kind: 'case'; n: number; fields: CaseFields }
  /** The whole scenario as it is to be; its id, origin and birth stay. */
  | { kind: 'replace'; scenario: NewScenario & { active: boolean } };

/** The scenario after a change; cases that stay the same keep their identity, so that they get no new version. */
export function changed(scenario: Scenario, change: ScenarioChange, now: number): Scenario {
  if (change.kind === 'toggle') return { ...scenario, active: !scenario.active, updatedAt: now };
  if (change.kind === 'replace') return { ...scenario, ...change.scenario, origin: scenario.origin, updatedAt: now };
  if (change.kind === 'case') {
    const cases = scenario.cases.map((content, at) => (at + 1 === change.n ? edited(content, change.fields) : content));
    return { ...scenario, cases, updatedAt: now };
  }
  const {
    name = scenario.title,
    description = scenario.description,
    tags = scenario.tags,
    expected_behavior,
  } = change.fields;
  const renamed = scenario.cases.map((content) =>
    content.title === scenario.title ? { ...content, title: name } : content,
  );
  const cases = expected_behavior === undefined ? renamed : withBehavior(renamed, expected_behavior);
  return { ...scenario, title: name, description, tags, cases, updatedAt: now };
}

/** New expectations are the case's own, whatever they were before. */
function edited(content: CaseContent, fields: CaseFields): CaseContent {
  const { inherits_behavior, ...own } = content;
  return { ...own, ...(inherits_behavior && !fields.expectations ? { inherits_behavior } : {}), ...fields };
}

/** A single case has the scenario's expected behaviour; of several, those that have none of their own. */
function withBehavior(cases: CaseContent[], expected_behavior: string): CaseContent[] {
  return cases.map((content) => {
    const own = content.expectations.expected_behavior !== undefined && !content.inherits_behavior;
    if (own && cases.length > 1) return content;
    const expectations = { ...content.expectations, expected_behavior };
    return { ...content, expectations, ...(cases.length > 1 ? { inherits_behavior: true } : {}) };
  });
}

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
  if (expectations.must_refuse || expectations.must_confirm || expectations.forbidden_tools?.length)
    return 'safety_failure';
  if (expectations.must_ask) return 'communication_failure';
  const tools = [
    expectations.expected_tools,
    expectations.required_effects,
    expectations.required_calls,
    expectations.allowed_tools,
  ];
  if (tools.some((list) => list !== undefined)) return 'tool_usage_failure';
  if (expectations.required_facts?.length || expectations.forbidden_claims?.length) return 'knowledge_failure';
  if (expectations.max_latency_ms || expectations.max_steps || expectations.max_repeats) return 'operational_failure';
  return 'instruction_failure';
}
