import { LIBRARY, LITTLE } from './contract-documents.ts';
import { type Row, requiredText, type ToolContract, wrongType } from './contract-row.ts';
import { newcomer, withoutD1, withPlan } from './contract-scenes.ts';

const LIBRARY_SCORE = `Agent Readiness Score: 85/100 (GREEN -- Ready)
Based on 11 audit checks`;

const prepared: Row[] = [
  {
    mark: 'ours',
    when: 'a blueprint says a lot',
    scene: newcomer,
    args: { blueprint: LIBRARY },
    text: `Save blueprint to: .invarium/library-agent-blueprint.yaml

BLUEPRINT PREVIEW
Agent: library-agent
Framework: langchain
Description: Finds books of a city library and lends them to readers.
Tools (3):
  - find_book: Finds a book by its title and tells whether it is there. [side effects: read]
  - lend_book: Lends a book to the reader who asks for it. [side effects: write]
  - delete_reader: Removes a reader with all loans for good. [side effects: delete]
Workflow chains: 1
Constraints: 1

CONFIDENCE: high
  returns is missing on 1 of 3 tools: lend_book
  error_handling is missing on 1 of 3 tools: lend_book

LOCAL AUDIT PREVIEW
${LIBRARY_SCORE}
  Security: 42/50
  Reliability: 19/25
  System Design: 15/15
  Tool Quality: 9/10

FINDINGS (4)
  [CRITICAL] Unconfirmed destructive tool: delete_reader
    Fix: Add \`requires_confirmation: true\` to tool delete_reader, and make the agent ask before the call.
  [HIGH] No error handling: lend_book
    Fix: Add \`error_handling: fail\` to tool lend_book (stop and tell the user), or \`retry\` where a second call does no harm.
  [MEDIUM] Unbounded retries or rate
    Fix: Add to constraints: \`max_retries: 3\`, or \`rate_limit: "10 req/min"\` to the tools that cost most.
  [LOW] Incomplete interface: lend_book
    Fix: Add to tool lend_book: \`returns: "…"\` with what the model gets back.

NEXT STEP
Review with the user. To submit, call invarium_upload_blueprint.

BLUEPRINT YAML
${LIBRARY.trimEnd()}`,
  },
  {
    mark: 'ours',
    when: 'a blueprint says as little as it may, and another name is given',
    scene: newcomer,
    args: { blueprint: LITTLE, agent_name: 'word-agent' },
    text: `Save blueprint to: .invarium/word-agent-blueprint.yaml

BLUEPRINT PREVIEW
Agent: word-agent
Framework: custom
Tools (1):
  - look_up: Looks up one word. [side effects: not declared]
Workflow chains: 0
Constraints: 0

CONFIDENCE: low
  The description has fewer than 40 characters
  The framework is not set
  parameters is missing on 1 of 1 tools: look_up
  returns is missing on 1 of 1 tools: look_up
  side_effects is missing on 1 of 1 tools: look_up
  error_handling is missing on 1 of 1 tools: look_up
  No workflow chain is described
  No constraint or guardrail is given
  Neither a graph nor sample_data is given

LOCAL AUDIT PREVIEW
Agent Readiness Score: 83/100 (GREEN -- Ready)
Based on 11 audit checks
  Security: 42/50
  Reliability: 21/25
  System Design: 13/15
  Tool Quality: 7/10

FINDINGS (6)
  [CRITICAL] Missing guardrails
    Fix: Add to constraints: \`guardrails: ["Refuse requests outside the purpose of this agent, and never state what no tool returned"]\`, one sentence per limit.
  [MEDIUM] No workflow or entry point
    Fix: Add \`workflow: { entry_point: "look_up" }\`, or a chain with the trigger that calls for it.
  [MEDIUM] No error handling: look_up
    Fix: Add \`error_handling: retry\` to tool look_up, or \`fallback\` where another source can answer.
  [MEDIUM] Unbounded retries or rate
    Fix: Add to constraints: \`max_retries: 3\`, or \`rate_limit: "10 req/min"\` to the tools that cost most.
  [MEDIUM] Incomplete interface: look_up
    Fix: Add to tool look_up: \`parameters: { type: object, properties: {} }\` with one property for each argument, \`returns: "…"\` with what the model gets back, \`side_effects: none\`, \`read\`, \`write\`, \`delete\` or \`handoff\`.
  [LOW] Weak description: look_up
    Fix: Say in one sentence what look_up does, when to use it, and what it returns.

NEXT STEP
Review with the user. To submit, call invarium_upload_blueprint.

BLUEPRINT YAML
${LITTLE.replace('small-agent', 'word-agent').trimEnd()}`,
  },
];

const TOOL = '{ name: look_up, description: Looks up one word., parameters: {} }';
const INVALID = 'Error: Blueprint validation failed.';

/** What is said of a bad document is the same before and at the upload. */
const REFUSED: [mark: Row['mark'], see: string, when: string, blueprint: string, words: string][] = [
  [
    'ours',
    '2.5',
    'the YAML is broken',
    'agent_name: small-agent\ntools: [',
    'Invalid YAML at line 2, column 9: wrong indentation or a bracket that is not closed.',
  ],
  ['fixed', '12', 'there are no tools', 'agent_name: small-agent', "Required field 'tools' is missing."],
  ['fixed', '2.5', 'there is no name', `tools: [${TOOL}]`, "Required field 'agent_name' is missing."],
  [
    'fixed',
    '4.1',
    'a tool has no parameters',
    'agent_name: small-agent\ntools: [{ name: look_up, description: Looks up one word. }]',
    "Required field 'parameters' is missing in tool 'look_up'.",
  ],
  [
    'fixed',
    '12',
    'a tool has no description',
    'agent_name: small-agent\ntools: [{ name: look_up, parameters: {} }]',
    "Required field 'description' is missing in tool 'look_up'.",
  ],
  [
    'fixed',
    '12',
    'a tool has no name',
    'agent_name: small-agent\ntools: [{ description: Looks up one word., parameters: {} }]',
    "Required field 'name' is missing in tool at index 0.",
  ],
  [
    'ours',
    '2.5',
    'a value is outside its list',
    `agent_name: small-agent\nframework: java\ntools: [${TOOL}]`,
    "Invalid value for 'framework': 'java'. Accepted: langchain, crewai, autogen, openai_agents, openai, custom.",
  ],
  [
    'fixed',
    '4.2',
    'the name breaks the rule',
    `agent_name: Small Agent\ntools: [${TOOL}]`,
    "Invalid value for 'agent_name': 'Small Agent'. Accepted: 3 to 64 lowercase letters, digits and hyphens, with a letter or digit at either end.",
  ],
  [
    'ours',
    '4.2',
    'two tools have one name',
    `agent_name: small-agent\ntools: [${TOOL}, ${TOOL}]`,
    "Invalid value for 'tools[1].name': 'look_up'. Accepted: a name that no other tool has.",
  ],
  [
    'ours',
    '2.5',
    'the document is too large',
    `agent_name: small-agent # ${'x'.repeat(512_000)}`,
    'Document is 501 KB. Maximum is 500 KB.',
  ],
];

const refused: Row[] = [
  ...REFUSED.map(
    ([mark, see, when, blueprint, words]): Row => ({
      mark,
      see,
      when,
      args: { blueprint },
      text: `${INVALID} ${words}`,
      code: 'INVALID_BLUEPRINT',
    }),
  ),
  ...requiredText('blueprint', {}),
  wrongType('agent_name', 'string', { blueprint: LITTLE }),
];

/** Sections 2.5, 2.6 and 2.9: a blueprint before, at and after its upload. */
export const BLUEPRINTS: ToolContract[] = [
  { tool: 'prepare_blueprint', section: '2.5', rows: [...prepared, ...refused] },
  {
    tool: 'upload_blueprint',
    section: '2.6',
    rows: [
      {
        mark: 'known',
        when: 'an agent is new',
        scene: newcomer,
        args: { blueprint: LIBRARY },
        text: `Blueprint uploaded for library-agent ✓
Tools detected: 3
Workflow chains: 1
Confidence: high
View on dashboard: {app_url}/agent/{agent_id}

Local audit preview:
  Agent Readiness Score: 85/100 (GREEN -- Ready)

→ Next: Call invarium_get_audit(agent_name="library-agent") for the full server-side audit.`,
      },
      {
        mark: 'known',
        when: 'an agent of that name is there already',
        args: { blueprint: LITTLE, agent_name: '{agent_name}' },
        text: `Blueprint uploaded for {agent_name} ✓
Tools detected: 1
Workflow chains: 0
Confidence: low
View on dashboard: {app_url}/agent/{agent_id}

Local audit preview:
  Agent Readiness Score: 83/100 (GREEN -- Ready)

→ Next: Call invarium_get_audit(agent_name="{agent_name}") for the full server-side audit.`,
      },
      {
        mark: 'ours',
        when: 'the plan holds no more agents',
        scene: withPlan({ name: 'Free', limits: { agents: 1 } }),
        args: { blueprint: LIBRARY },
        text: 'Error: Agent limit reached (1/1) on the Free plan. Delete an agent or upgrade.',
        code: 'QUOTA_EXCEEDED',
      },
      ...refused,
      {
        mark: 'ours',
        see: '2.1',
        when: 'D1 is away',
        scene: withoutD1(),
        args: { blueprint: LIBRARY },
        text: 'Error: Could not reach the Invarium backend. Retry in 30 seconds.',
        code: 'RETRY_LATER',
      },
    ],
  },
];
