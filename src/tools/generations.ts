import * as z from 'zod';
import { Refusal } from '../domain/errors.ts';
import { FAILURE_CATEGORIES } from '../domain/fields.ts';
import { MAX_CASES } from '../domain/generation/case-plan.ts';
import { PERSONAS } from '../domain/generation/persona.ts';
import { GenerationStatus, isLive, titleFrom } from '../domain/generation-job.ts';
import { generationLimits, planOf } from '../domain/quota.ts';
import { CaseView } from '../domain/scenario.ts';
import { askAgent } from './agent-access.ts';
import { defineTool } from './define-tool.ts';
import { AgentNameParameter, choice, oneOf, optionalText, requiredText, wholeNumber } from './input.ts';

const COMPLEXITIES = ['simple', 'moderate', 'complex', 'adversarial', 'edge_case'] as const;
const FORMATS = ['text', 'json'] as const;
const DEFAULT_CASES = 5;

export const generateTests = defineTool({
  name: 'invarium_generate_tests',
  title: 'Generate test cases',
  description: `Starts to make one scenario with several test cases from the agent's blueprint. One generation per agent at a time.

WHEN TO USE: after the blueprint was reviewed and the user agreed on the parameters.
Args: agent_name; test_description (the behaviour to target); optional test_cases (1-${MAX_CASES}), complexity, failure_category, persona.
Returns: a generation_id, at once. Cases are read with invarium_get_tests, also while they are made.`,
  effect: 'adds',
  input: z.strictObject({
    agent_name: AgentNameParameter,
    test_description: requiredText('What behaviour to target.', 2_000),
    test_cases: wholeNumber(
      { min: 1, max: MAX_CASES },
      `test_cases must be between 1 and ${MAX_CASES}`,
      `Default: ${DEFAULT_CASES}.`,
    ),
    complexity: oneOf(COMPLEXITIES, () => 'Invalid complexity value', 'Default: moderate.'),
    failure_category: choice('failure_category', FAILURE_CATEGORIES, 'Default: spread over all nine.'),
    persona: choice('persona', PERSONAS, 'Who the user is. Default: mixed.'),
  }),
  output: z.object({
    generation_id: z.string(),
    agent_name: z.string(),
    scenario: z.string(),
    test_cases: z.int(),
    complexity: z.string(),
    failure_category: z.string().nullable(),
    persona: z.string().nullable(),
  }),
  async run(input, context) {
    const order = {
      description: input.test_description.trim(),
      testCases: input.test_cases ?? DEFAULT_CASES,
      complexity: input.complexity ?? 'moderate',
      failureCategory: input.failure_category ?? null,
      persona: input.persona ?? null,
    };
    const limits = generationLimits(planOf(context.env.PLAN));
    const { id } = await askAgent(context, input.agent_name, (agent) => agent.generate(order, limits));
    return {
      generation_id: id,
      agent_name: input.agent_name,
      scenario: titleFrom(order.description),
      test_cases: order.testCases,
      complexity: order.complexity,
      failure_category: order.failureCategory,
      persona: order.persona,
    };
  },
  text: (it) =>
    `Test generation started
  Generation ID: ${it.generation_id}
  Agent: ${it.agent_name}
  Scenario: ${it.scenario}
  Test cases: ${it.test_cases}
  Complexity: ${it.complexity}
  Failure category: ${it.failure_category ?? 'auto'}
  Persona: ${it.persona ?? 'default'}

Use invarium_get_tests to check status and retrieve results.`,
});

const Progress = z.object({
  generation_id: z.string(),
  asked_for: z.int(),
  elapsed_seconds: z.int().nullable(),
  reason: z.string().nullable(),
});

export const getTests = defineTool({
  name: 'invarium_get_tests',
  title: 'Get test cases',
  description: `Returns the test cases of an agent: those of its active scenarios, newest first, hand-made ones included. Their ids are what invarium_sync_results takes as scenario_id.

WHEN TO USE: to show the cases before they are run, and to write the runner script.
Args: agent_name; optional generation_id (from invarium_generate_tests), output_format (text or json), output_file (a path inside the working directory; the JSON to save is returned), offset, limit.
Returns: the cases with id, message, expected tools and expected behaviour.`,
  effect: 'reads',
  input: z.strictObject({
    agent_name: AgentNameParameter,
    generation_id: optionalText('Generation whose cases to return.'),
    output_format: choice('output_format', FORMATS, 'Default: text.'),
    output_file: optionalText('Path for the JSON, inside the working directory.'),
    offset: wholeNumber({ min: 0 }, 'offset must be >= 0', 'Cases to skip. Default: 0.'),
    limit: wholeNumber({ min: 1 }, 'limit must be a positive integer', 'Cases to return. Default: 20.'),
  }),
  output: z.object({
    agent_name: z.string(),
    generation_id: z.string().nullable(),
    status: GenerationStatus,
    total: z.int(),
    offset: z.int(),
    limit: z.int(),
    test_cases: z.array(CaseView),
    progress: Progress.nullable(),
    output_format: z.enum(FORMATS),
    output_file: z.string().nullable(),
  }),
  async run(input, context) {
    const { generation_id, output_file, output_format } = input;
    if (output_file != null) checkOutputFile(output_file);
    const offset = input.offset ?? 0;
    const limit = Math.min(input.limit ?? 20, MAX_CASES_READ);
    const generationId = generation_id?.trim() || null;
    const { generation, cases, total } = await askAgent(context, input.agent_name, (agent) =>
      agent.listCases({ offset, limit, generationId }),
    );
    const progress = generation && {
      generation_id: generation.id,
      asked_for: generation.order.testCases,
      elapsed_seconds: isLive(generation, generation.now)
        ? Math.round((generation.now - generation.startedAt) / 1000)
        : null,
      reason: generation.reason,
    };
    return {
      ...{ agent_name: input.agent_name, generation_id: generationId, status: generation?.status ?? 'completed' },
      ...{ total, offset, limit, test_cases: cases, progress },
      ...{ output_format: output_format ?? 'text', output_file: output_file ?? null },
    };
  },
  text: (it) => {
    const { output_format, output_file, progress, ...document } = it;
    const json = JSON.stringify(document, null, 2);
    if (output_file !== null) return `Save this JSON to ${output_file}:\n${json}`;
    if (output_format === 'json') return json;
    const standing = standingText(it);
    if (it.total > 0) return [...standing, casesText(it)].join('\n\n');
    return standing[0] ?? `No test cases found for ${it.agent_name}. Use invarium_generate_tests to create some.`;
  },
});

const MAX_CASES_READ = 1_000;

/** A remote server never writes the file; it still refuses a path that leaves the project, because the client will. */
function checkOutputFile(path: string): void {
  const outside = path.trim() === '' || /^([/\\~]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..');
  if (outside) throw new Refusal('INVALID_ARGUMENT', 'output_file must be within the current working directory');
}

type Standing = { status: GenerationStatus; progress: z.infer<typeof Progress> | null };

/** How a generation stands, where it has not simply succeeded. */
function standingText({ status, progress }: Standing): string[] {
  if (!progress || status === 'completed') return [];
  const { generation_id: id, elapsed_seconds, reason } = progress;
  if (status === 'failed' || status === 'timed_out') return [`Generation ${id} failed: ${reason}`];
  return [
    `Generation ${id} is still in progress (${elapsed_seconds}s). Call invarium_get_tests again in a few seconds.`,
  ];
}

type CasesPage = { total: number; offset: number; test_cases: CaseView[] };

function casesText({ total, offset, test_cases }: CasesPage): string {
  const blocks = test_cases.map((test, index) => caseText(test, offset + index + 1));
  const next = offset + test_cases.length;
  const tail = next < total ? [`Showing ${offset + 1}-${next} of ${total}. Use offset=${next} for more.`] : [];
  return [`Generated ${total} test case(s):`, ...blocks, ...tail].join('\n\n');
}

function caseText(test: CaseView, number: number): string {
  return [
    `Test Case #${number} -- "${test.title}"`,
    `  ID: ${test.id}`,
    `  Complexity: ${test.complexity}`,
    ...(test.failure_category ? [`  Target failure: ${test.failure_category}`] : []),
    `  User message: "${test.user_message}"`,
    `  Expected tools: [${test.expected_tools.map((tool) => `'${tool}'`).join(', ')}]`,
    ...(test.expected_behavior ? [`  Expected behavior: ${test.expected_behavior}`] : []),
  ].join('\n');
}
