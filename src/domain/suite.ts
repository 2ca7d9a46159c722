import * as z from 'zod';
import { readDocument } from './blueprint/document.ts';
import { yamlText } from './blueprint/yaml-text.ts';
import { echo, Refusal } from './errors.ts';
import { Expectations } from './expectations.ts';
import { Complexity, FailureCategory } from './fields.ts';
import { withoutSecrets } from './redaction/redaction.ts';
import type { CaseContent, Scenario } from './scenario.ts';

/** An agent's scenarios as one YAML file, to be kept under version control beside the agent. */

const Texts = z.array(z.string().trim().min(1).max(300)).max(100);

const SuiteCase = z.strictObject({
  title: z.string().trim().min(1).max(300).optional(),
  user_message: z.string().regex(/\S/).max(20_000),
  failure_category: FailureCategory.optional(),
  failure_type: z.string().max(300).optional(),
  persona: z.string().max(100).optional(),
  expectations: Expectations.optional(),
});

const SuiteScenario = z.strictObject({
  /** Left out of a new one, which gets its id when it is stored; then the title names it. */
  id: z
    .string()
    .regex(/^sc_[0-9a-z]{1,40}$/)
    .optional(),
  title: z.string().trim().min(1).max(300),
  description: z.string().max(20_000).optional(),
  complexity: Complexity.optional(),
  tags: Texts.optional(),
  active: z.boolean().optional(),
  cases: z.array(SuiteCase).min(1).max(1_000),
});
export type SuiteScenario = z.infer<typeof SuiteScenario>;

export const Suite = z.strictObject({
  version: z.literal(1).optional(),
  agent: z.string().optional(),
  scenarios: z.array(SuiteScenario).max(10_000),
});
export type Suite = z.infer<typeof Suite>;

/** The suite as text that parses to itself. */
export function suiteYaml(agent: string, scenarios: readonly Scenario[]): string {
  return yamlText({ version: 1, agent, scenarios: scenarios.map(written) });
}

function written({ id, title, description, complexity, tags, active, cases }: Scenario) {
  return {
    ...{ id, title },
    ...(description === null ? {} : { description }),
    complexity,
    ...(tags.length > 0 ? { tags } : {}),
    ...(active ? {} : { active }),
    cases: cases.map(({ title: own, user_message, expectations, failure_category, failure_type, persona }) => ({
      ...(own === title ? {} : { title: own }),
      user_message,
      ...(failure_category ? { failure_category } : {}),
      ...(failure_type ? { failure_type } : {}),
      ...(persona ? { persona } : {}),
      ...(Object.keys(expectations).length > 0 ? { expectations } : {}),
    })),
  };
}

/** The suite without secrets, as its scenarios are kept. @throws Refusal INVALID_ARGUMENT that says where the file is wrong */
export function parseSuite(text: string): Suite {
  const parsed = Suite.safeParse(readYaml(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? ` at ${echo(issue.path.join('.'))}` : '';
    throw new Refusal('INVALID_ARGUMENT', `The suite is not valid${where}: ${issue?.message ?? 'unknown'}`);
  }
  const seen = new Set<string>();
  for (const { id, title } of parsed.data.scenarios) {
    const name = id ?? title;
    if (seen.has(name)) throw new Refusal('INVALID_ARGUMENT', `The suite has two scenarios '${echo(name)}'`);
    seen.add(name);
  }
  return withoutSecrets(parsed.data);
}

/** The reader speaks of blueprints, which is what it was made for. */
function readYaml(text: string): unknown {
  try {
    return readDocument(text).value;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const words = error.message.replace(/^Blueprint validation failed\. /, '');
    throw new Refusal('INVALID_ARGUMENT', `The suite is not valid. ${words}`, error.hint);
  }
}

/** The scenario as the file wants it; null where nothing is different. @throws Refusal CONFLICT for a case that is no longer there */
export function fromSuite(wanted: SuiteScenario, known: Scenario, now: number): Scenario | null {
  if (wanted.cases.length < known.cases.length) {
    const words = `Scenario ${known.id} has ${known.cases.length} test cases, and the suite ${wanted.cases.length}`;
    throw new Refusal('CONFLICT', words, 'Cases cannot be taken out of a scenario: delete it, or keep them.');
  }
  const next: Scenario = {
    ...known,
    title: wanted.title,
    description: wanted.description ?? null,
    complexity: wanted.complexity ?? known.complexity,
    tags: wanted.tags ?? [],
    active: wanted.active ?? true,
    cases: wanted.cases.map((one, at) => caseContent(one, wanted.title, known.cases[at])),
  };
  return JSON.stringify(next) === JSON.stringify(known) ? null : { ...next, updatedAt: now };
}

/** A case as it is kept; one that says the same keeps what the file does not show. */
export function caseContent(
  { title, user_message, expectations = {}, ...rest }: SuiteScenario['cases'][number],
  scenarioTitle: string,
  known?: CaseContent,
): CaseContent {
  const content: CaseContent = { title: title ?? scenarioTitle, user_message, expectations, ...rest };
  return known && same(known, content) ? known : content;
}

function same({ inherits_behavior: _, ...known }: CaseContent, content: CaseContent): boolean {
  const sorted = (value: CaseContent) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(known) === sorted(content);
}
