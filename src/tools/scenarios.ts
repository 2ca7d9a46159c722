import * as z from 'zod';
import { echo, Refusal } from '../domain/errors.ts';
import { Expectations } from '../domain/expectations.ts';
import { SCENARIO_STATUSES } from '../domain/fields.ts';
import { ScenarioView } from '../domain/scenario.ts';
import { askAgent } from './agent-access.ts';
import { defineTool } from './define-tool.ts';
import {
  AgentNameParameter,
  choice,
  flag,
  jsonText,
  optionalText,
  parseJson,
  parseTexts,
  requiredText,
  wholeNumber,
} from './input.ts';

const MAX_SCENARIOS = 1_000;
const CREATE_COMPLEXITIES = ['simple', 'moderate', 'complex', 'mixed', 'edge_case'] as const;

export const createScenario = defineTool({
  name: 'invarium_create_scenario',
  title: 'Create a scenario',
  description: `Stores a hand-written scenario with one test case. Generated scenarios come from invarium_generate_tests.

WHEN TO USE: one scenario at a time, after the user saw name, message and expected tools and agreed.
Args: agent_name; name (title); user_message (the input); optional description, expected_tools (JSON array of names, in order), expected_behavior (free text), complexity (simple, moderate, complex, mixed, edge_case), tags (JSON array), expectations (JSON object: required_effects, required_calls, forbidden_tools, allowed_tools, order, required_facts, forbidden_claims, must_confirm, must_refuse, must_ask, max_steps, max_repeats, max_latency_ms; "required_effects": [] says that nothing may be changed).
Returns: the scenario id; its test case has the id {scenario_id}_1.`,
  effect: 'adds',
  input: z.strictObject({
    agent_name: AgentNameParameter,
    name: requiredText('Title of the scenario.', 300),
    description: optionalText('What the scenario is about.'),
    user_message: requiredText("The user's message that starts the conversation."),
    expected_tools: jsonText('JSON array of tool names, in order.'),
    expected_behavior: optionalText('What the agent should do, in words.'),
    complexity: choice('complexity', CREATE_COMPLEXITIES, 'Default: simple.'),
    tags: jsonText('JSON array of strings.'),
    expectations: jsonText('JSON object of machine-checkable expectations.'),
  }),
  output: z.object({
    scenario_id: z.string(),
    agent_name: z.string(),
    name: z.string(),
    test_case_ids: z.array(z.string()),
    tags: z.array(z.string()),
  }),
  async run(input, context) {
    const tags = parseTexts('tags', input.tags) ?? [];
    const expectations = expectationsOf(input);
    const { id } = await askAgent(context, input.agent_name, (agent) =>
      agent.addScenario({
        title: input.name,
        description: input.description ?? null,
        complexity: input.complexity ?? 'simple',
        tags,
        origin: 'manual',
        cases: [{ title: input.name, user_message: input.user_message, expectations }],
      }),
    );
    return { scenario_id: id, agent_name: input.agent_name, name: input.name, test_case_ids: [`${id}_1`], tags };
  },
  text: (it) =>
    [
      'Scenario created',
      it.name,
      `ID: ${it.scenario_id}`,
      `Agent: ${it.agent_name}`,
      `Test cases: ${it.test_case_ids.length}`,
      ...(it.tags.length > 0 ? [`Tags: ${it.tags.join(', ')}`] : []),
    ].join('\n'),
});

type Expecting = { expectations?: unknown; expected_tools?: unknown; expected_behavior?: string | null | undefined };

/** The expectations object, with the two published parameters laid over it. */
function expectationsOf({ expectations, expected_tools, expected_behavior }: Expecting): Expectations {
  const tools = parseTexts('expected_tools', expected_tools);
  const given =
    expectations == null
      ? {}
      : typeof expectations === 'string'
        ? parseJson('expectations', expectations)
        : expectations;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Refusal('INVALID_ARGUMENT', 'expectations must be a JSON object');
  }
  const behavior = expected_behavior?.trim() ? { expected_behavior } : {};
  const parsed = Expectations.safeParse({ ...given, ...(tools ? { expected_tools: tools } : {}), ...behavior });
  if (parsed.success) return parsed.data;
  throw badExpectations(parsed.error.issues[0]);
}

function badExpectations(issue: z.core.$ZodIssue | undefined): Refusal {
  if (issue?.code === 'unrecognized_keys') {
    const accepted = Object.keys(Expectations.shape).join(', ');
    const path = [...issue.path, issue.keys[0]].join('.');
    const hint = issue.path.length === 0 ? `Accepted: ${accepted}.` : undefined;
    return new Refusal('INVALID_ARGUMENT', `Unknown field '${echo(path)}' in expectations`, hint);
  }
  const path = echo(issue?.path.join('.'));
  return new Refusal('INVALID_ARGUMENT', `Invalid value for '${path}' in expectations`, `${issue?.message ?? ''}.`);
}

export const listScenarios = defineTool({
  name: 'invarium_list_scenarios',
  title: 'List scenarios',
  description: `Lists the scenarios of an agent, newest first, with the status of their latest results.

WHEN TO USE: to find a scenario id, or to see what passes, fails or is flaky.
Args: agent_name; optional status (passed, failed, flaky, not_run), active (true, false, or both when left out), page, limit.
Returns: title, id, complexity and number of test cases of each.`,
  effect: 'reads',
  input: z.strictObject({
    agent_name: AgentNameParameter,
    status: choice('status', SCENARIO_STATUSES, 'Only scenarios of this status.'),
    active: flag('true: active ones, false: inactive ones. Default: both.'),
    page: wholeNumber({ min: 1 }, 'page must be >= 1', 'Default: 1.'),
    limit: wholeNumber({ min: 1 }, 'limit must be >= 1', 'Scenarios on a page. Default: 20.'),
  }),
  output: z.object({
    agent_name: z.string(),
    scenarios: z.array(ScenarioView),
    total: z.int(),
    page: z.int(),
    pages: z.int(),
    limit: z.int(),
  }),
  async run(input, context) {
    const page = input.page ?? 1;
    const limit = Math.min(input.limit ?? 20, MAX_SCENARIOS);
    const { scenarios, total } = await askAgent(context, input.agent_name, (agent) =>
      agent.listScenarios({ status: input.status ?? null, active: input.active ?? null, page, limit }),
    );
    return {
      agent_name: input.agent_name,
      scenarios,
      total,
      page,
      pages: Math.max(1, Math.ceil(total / limit)),
      limit,
    };
  },
  text: (it) => {
    if (it.total === 0) return `No scenarios found for '${it.agent_name}'.`;
    const first = (it.page - 1) * it.limit + 1;
    const entries = it.scenarios.map((scenario, index) => scenarioText(scenario, first + index));
    return [`Scenarios for '${it.agent_name}' (${it.total} total, page ${it.page}/${it.pages}):`, ...entries].join(
      '\n\n',
    );
  },
});

function scenarioText(scenario: ScenarioView, number: number): string {
  const inactive = scenario.active ? '' : ' (inactive)';
  const facts = `ID: ${scenario.scenario_id} | Complexity: ${scenario.complexity} | Test cases: ${scenario.test_case_count}`;
  return `${number}. [${scenario.status.toUpperCase()}] ${scenario.title}${inactive}\n   ${facts}`;
}
