import {
  booked,
  failedGeneration,
  fourScenarios,
  generated,
  heldGeneration,
  noCases,
  wellDescribed,
} from './contract-case-scenes.ts';
import { type Row, requiredText, type ToolContract, wrongType } from './contract-row.ts';
import { withoutD1, withPlan } from './contract-scenes.ts';

const NAMED = { agent_name: '{agent_name}' };
const ORDER = { ...NAMED, test_description: 'Refunds of broken goods' };
const CATEGORIES =
  'knowledge_failure, reasoning_failure, context_failure, instruction_failure, tool_usage_failure, safety_failure, communication_failure, operational_failure, coordination_failure';

function refused(mark: Row['mark'], args: Record<string, unknown>, words: string): Row {
  const when = Object.entries(args)
    .map(([name, value]) => `${name} is ${JSON.stringify(value)}`)
    .join(', ');
  return { mark, when, args: { ...ORDER, ...args }, text: `Error: ${words}`, code: 'INVALID_ARGUMENT' };
}

const GENERATED: ToolContract = {
  tool: 'generate_tests',
  section: '2.11',
  rows: [
    {
      mark: 'ours',
      when: 'everything is given',
      args: { ...ORDER, test_cases: 3, complexity: 'complex', failure_category: 'safety_failure', persona: 'novice' },
      text: `Test generation started
  Generation ID: {gen_id}
  Agent: {agent_name}
  Scenario: Refunds of broken goods
  Test cases: 3
  Complexity: complex
  Failure category: safety_failure
  Persona: novice

Use invarium_get_tests to check status and retrieve results.`,
    },
    {
      mark: 'ours',
      when: 'only the description is given',
      args: ORDER,
      text: `Test generation started
  Generation ID: {gen_id}
  Agent: {agent_name}
  Scenario: Refunds of broken goods
  Test cases: 5
  Complexity: moderate
  Failure category: auto
  Persona: default

Use invarium_get_tests to check status and retrieve results.`,
    },
    {
      mark: 'ours',
      when: 'a generation is running',
      scene: heldGeneration(12),
      args: ORDER,
      text: 'Error: A test generation is already running for {agent_name}. Wait for it to complete or check invarium_get_tests.',
      code: 'GENERATION_IN_PROGRESS',
    },
    {
      mark: 'fixed',
      see: '8.3',
      when: 'the lock of another generation has lapsed',
      scene: heldGeneration(121),
      args: ORDER,
      text: `Test generation started
  Generation ID: {new_gen_id}
  Agent: {agent_name}
  Scenario: Refunds of broken goods
  Test cases: 5
  Complexity: moderate
  Failure category: auto
  Persona: default

Use invarium_get_tests to check status and retrieve results.`,
    },
    {
      mark: 'ours',
      when: 'twenty were started within the hour',
      scene: booked(20, 5),
      args: ORDER,
      text: 'Error: Rate limit exceeded: 20 generations per hour.',
      code: 'RATE_LIMITED',
    },
    {
      mark: 'ours',
      when: 'the plan is used up',
      scene: withPlan({ name: 'Free', limits: { generations: 100 } }, booked(1, 100)),
      args: ORDER,
      text: 'Error: Test case generation limit reached (100/100). Resets {day}.',
      code: 'QUOTA_EXCEEDED',
    },
    refused(
      'known',
      { complexity: 'mixed' },
      'Invalid complexity value. Must be one of: simple, moderate, complex, adversarial, edge_case.',
    ),
    refused('ours', { test_cases: 0 }, 'test_cases must be between 1 and 25.'),
    refused('ours', { test_cases: 26 }, 'test_cases must be between 1 and 25.'),
    refused('ours', { failure_category: 'xyz' }, `Invalid failure_category 'xyz'. Must be one of: ${CATEGORIES}.`),
    refused(
      'ours',
      { persona: 'xyz' },
      "Invalid persona 'xyz'. Must be one of: novice, expert, frustrated, confused, adversarial.",
    ),
    ...['agent_name', 'test_description'].flatMap((name) => requiredText(name, ORDER)),
    wrongType('test_cases', 'number', ORDER),
    {
      mark: 'ours',
      see: '2.1',
      when: 'D1 is away',
      scene: withoutD1(),
      args: ORDER,
      text: 'Error: Could not reach the Invarium backend. Retry in 30 seconds.',
      code: 'RETRY_LATER',
    },
  ],
};

/** One generated case, whatever it says. */
function generatedCase(n: number): string {
  return `Test Case #${n} -- "{title_${n}}"
  ID: {new_sc_id}_${n}
  Complexity: moderate
  Target failure: tool_usage_failure
  User message: "{message_${n}}"
  Expected tools: [{tools_${n}}]
  Expected behavior: {behavior_${n}}`;
}

const DESCRIBED_JSON = `{
  "agent_name": "{agent_name}",
  "generation_id": null,
  "status": "completed",
  "total": 1,
  "offset": 0,
  "limit": 20,
  "test_cases": [
    {
      "id": "{new_sc_id}_1",
      "scenario_id": "{new_sc_id}",
      "scenario_name": "Look before paying",
      "title": "Look before paying",
      "complexity": "moderate",
      "persona": null,
      "failure_category": null,
      "failure_type": null,
      "user_message": "Pay me back for order A1.",
      "expected_tools": [
        "get_order",
        "issue_refund"
      ],
      "expected_behavior": "Looks the order up, then refunds it.",
      "expectations": {
        "expected_tools": [
          "get_order",
          "issue_refund"
        ],
        "expected_behavior": "Looks the order up, then refunds it."
      },
      "tags": [
        "smoke"
      ],
      "last_status": "not_run"
    }
  ]
}`;

/** The cases of a generation that stands so. */
function standing(mark: Row['mark'], when: string, scene: Row['scene'], text: string): Row {
  return { mark, when, ...(scene ? { scene } : {}), args: { ...NAMED, generation_id: '{gen_id}' }, text };
}

const READ: ToolContract = {
  tool: 'get_tests',
  section: '2.12',
  rows: [
    standing(
      'known',
      'a generation has ended',
      generated,
      `Generated 3 test case(s):

${[1, 2, 3].map(generatedCase).join('\n\n')}`,
    ),
    standing(
      'ours',
      'a generation is running',
      heldGeneration(12),
      'Generation {gen_id} is still in progress ({elapsed}s). Call invarium_get_tests again in a few seconds.',
    ),
    standing(
      'ours',
      'a generation has failed',
      failedGeneration,
      'Generation {gen_id} failed: no test case could be made from this blueprint',
    ),
    standing(
      'ours',
      'a generation was never finished',
      heldGeneration(121),
      'Generation {gen_id} failed: it timed out after 120 seconds',
    ),
    {
      mark: 'known',
      when: 'a case was made by hand',
      scene: wellDescribed,
      args: NAMED,
      text: `Generated 1 test case(s):

Test Case #1 -- "Look before paying"
  ID: {new_sc_id}_1
  Complexity: moderate
  User message: "Pay me back for order A1."
  Expected tools: ['get_order', 'issue_refund']
  Expected behavior: Looks the order up, then refunds it.`,
    },
    {
      mark: 'ours',
      when: 'there are more than are shown',
      scene: fourScenarios,
      args: { ...NAMED, offset: 1, limit: 1 },
      text: `Generated 4 test case(s):

Test Case #2 -- "Scenario 3"
  ID: {new_sc_id}_1
  Complexity: complex
  User message: "My cup of order A1 arrived broken."
  Expected tools: []

Showing 2-2 of 4. Use offset=2 for more.`,
    },
    {
      mark: 'ours',
      when: 'JSON is asked for',
      scene: wellDescribed,
      args: { ...NAMED, output_format: 'json' },
      text: DESCRIBED_JSON,
    },
    {
      mark: 'ours',
      when: 'a file is named',
      scene: wellDescribed,
      args: { ...NAMED, output_file: 'tests/cases.json' },
      text: `Save this JSON to tests/cases.json:\n${DESCRIBED_JSON}`,
    },
    {
      mark: 'ours',
      when: 'there are no cases',
      scene: noCases,
      args: NAMED,
      text: 'No test cases found for {agent_name}. Use invarium_generate_tests to create some.',
    },
    {
      mark: 'ours',
      when: 'the generation is unknown',
      args: { ...NAMED, generation_id: 'gen_0000000000000000' },
      text: 'Error: Generation not found: gen_0000000000000000. Leave generation_id out to see all cases.',
      code: 'NOT_FOUND',
    },
    ...['/etc/cases.json', '../cases.json', 'C:\\cases.json', ' '].map(
      (output_file): Row => ({
        ...refused('ours', { output_file }, 'output_file must be within the current working directory.'),
        args: { ...NAMED, output_file },
      }),
    ),
    ...[0, -1, 1.5].map(
      (limit): Row => ({
        ...refused('ours', { limit }, 'limit must be a positive integer.'),
        args: { ...NAMED, limit },
      }),
    ),
    { ...refused('ours', { offset: -1 }, 'offset must be >= 0.'), args: { ...NAMED, offset: -1 } },
    {
      ...refused('ours', { output_format: 'xml' }, "Invalid output_format 'xml'. Must be one of: text, json."),
      args: { ...NAMED, output_format: 'xml' },
    },
    ...requiredText('agent_name', {}),
    wrongType('generation_id', 'string', NAMED),
  ],
};

/** Sections 2.11 and 2.12: test cases, made and read. */
export const GENERATION: ToolContract[] = [GENERATED, READ];
