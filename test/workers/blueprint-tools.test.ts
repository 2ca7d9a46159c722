import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { AGENT, BLUEPRINT, newWorkspace, ORIGIN, shop, toolCaller } from './client.ts';

const PREVIEW = `Save blueprint to: .invarium/shop-agent-blueprint.yaml

BLUEPRINT PREVIEW
Agent: shop-agent
Framework: custom
Description: Answers questions about orders of a small shop and refunds them.
Tools (2):
  - get_order: Looks up one order by its id. [side effects: read]
  - issue_refund: Pays an amount back for an order. [side effects: write]
Workflow chains: 0
Constraints: 0

CONFIDENCE: medium
  The framework is not set
  returns is missing on 2 of 2 tools: get_order, issue_refund
  error_handling is missing on 2 of 2 tools: get_order, issue_refund
  No workflow chain is described
  No constraint or guardrail is given
  Neither a graph nor sample_data is given

LOCAL AUDIT PREVIEW
Agent Readiness Score: 80/100 (GREEN -- Ready)
Based on 11 audit checks
  Security: 42/50
  Reliability: 17/25
  System Design: 13/15
  Tool Quality: 8/10

FINDINGS (7)
  [CRITICAL] Missing guardrails
    Fix: Add to constraints: \`guardrails: ["Call issue_refund only after the user has confirmed the details"]\`, one sentence per limit.
  [HIGH] No error handling: issue_refund
    Fix: Add \`error_handling: fail\` to tool issue_refund (stop and tell the user), or \`retry\` where a second call does no harm.
  [MEDIUM] No workflow or entry point
    Fix: Add \`workflow: { entry_point: "get_order", chains: [{ name: "main", trigger: "…", steps: ["get_order","issue_refund"] }] }\` with your own order.
  [MEDIUM] No error handling: get_order
    Fix: Add \`error_handling: retry\` to tool get_order, or \`fallback\` where another source can answer.
  [MEDIUM] Unbounded retries or rate
    Fix: Add to constraints: \`max_retries: 3\`, or \`rate_limit: "10 req/min"\` to the tools that cost most.
  [LOW] Incomplete interface: get_order
    Fix: Add to tool get_order: \`returns: "…"\` with what the model gets back.
  [LOW] Incomplete interface: issue_refund
    Fix: Add to tool issue_refund: \`returns: "…"\` with what the model gets back.

NEXT STEP
Review with the user. To submit, call invarium_upload_blueprint.

BLUEPRINT YAML
`;

const AUDIT = `Audit results for 'shop-agent'

Agent Readiness Score: 80/100 (GREEN -- Ready)
Based on 11 audit checks

Category breakdown:
  Security: 42/50
  Reliability: 17/25
  System Design: 13/15
  Tool Quality: 8/10

Findings: 1 critical, 1 high, 3 medium, 2 low

CRITICAL
  - Missing guardrails (Security)
    The blueprint has neither guardrails nor constraints: nothing says what the agent must never do.
    Fix: Add to constraints: \`guardrails: ["Call issue_refund only after the user has confirmed the details"]\`, one sentence per limit.
HIGH
  - No error handling: issue_refund (Reliability)
    issue_refund does not say what happens when it fails, and it changes state: a failed call may be reported as done.
    Fix: Add \`error_handling: fail\` to tool issue_refund (stop and tell the user), or \`retry\` where a second call does no harm.
MEDIUM
  - No workflow or entry point (System Design)
    The blueprint lists tools but neither a chain nor an entry point: nothing says in which order they belong.
    Fix: Add \`workflow: { entry_point: "get_order", chains: [{ name: "main", trigger: "…", steps: ["get_order","issue_refund"] }] }\` with your own order.
  - No error handling: get_order (Reliability)
    get_order does not say what happens when it fails.
    Fix: Add \`error_handling: retry\` to tool get_order, or \`fallback\` where another source can answer.
  - Unbounded retries or rate (Reliability)
    Neither max_retries nor any rate limit is given: a tool that keeps failing may be called without end.
    Fix: Add to constraints: \`max_retries: 3\`, or \`rate_limit: "10 req/min"\` to the tools that cost most.
LOW
  - Incomplete interface: get_order (Tool Quality)
    get_order has no returns.
    Fix: Add to tool get_order: \`returns: "…"\` with what the model gets back.
  - Incomplete interface: issue_refund (Tool Quality)
    issue_refund has no returns.
    Fix: Add to tool issue_refund: \`returns: "…"\` with what the model gets back.

View on dashboard: `;

async function prepare(blueprint: string, more: Record<string, unknown> = {}) {
  const call = await toolCaller((await newWorkspace()).key);
  return call('prepare_blueprint', { blueprint, ...more });
}

/** What follows the preview: the document as it should be saved. */
function yamlIn(text: string): string {
  return text.split('BLUEPRINT YAML\n')[1] ?? '';
}

test('a prepared blueprint is previewed, rated and audited, with the YAML to save at the end', async () => {
  const { text, structured } = await prepare(BLUEPRINT);
  expect(text.slice(0, PREVIEW.length)).toBe(PREVIEW);
  expect(`${yamlIn(text)}\n`).toBe(structured.yaml);
  expect(structured).toMatchObject({
    save_as: '.invarium/shop-agent-blueprint.yaml',
    confidence: { level: 'medium' },
    score: 80,
    checks: 11,
  });
});

test('the YAML that prepare returns is a blueprint that prepares to itself', async () => {
  const first = await prepare(BLUEPRINT);
  const second = await prepare(yamlIn(first.text));
  expect(second.text).toBe(first.text);
});

test('a prepared blueprint can be given another name, and an older one says its tools on one line', async () => {
  const older = {
    name: 'old-agent',
    tools: [{ name: 'look_up', description: 'Looks it\n  up.', parameters: { id: 'string' } }],
  };
  const { text } = await prepare(JSON.stringify(older), { agent_name: 'new-agent' });
  expect(text).toContain(`Save blueprint to: .invarium/new-agent-blueprint.yaml

BLUEPRINT PREVIEW
Agent: new-agent
Framework: custom
Tools (1):
  - look_up: Looks it up. [side effects: not declared]
Workflow chains: 0
`);
  expect(yamlIn(text)).toContain('agent_name: new-agent\n');
});

test('preparing stores nothing', async () => {
  const { key } = await newWorkspace();
  const call = await toolCaller(key);
  await call('prepare_blueprint', { blueprint: BLUEPRINT });
  expect((await call('get_agent', { agent_name: AGENT })).error?.code).toBe('AGENT_NOT_FOUND');
  expect((await call('list_agents')).structured.total).toBe(0);
});

test('a secret in a blueprint is a finding and appears nowhere in the answer', async () => {
  const secret = `sk-proj-${'a1B2c3D4'.repeat(4)}`;
  const { text, structured } = await prepare(
    `${BLUEPRINT}constraints:\n  - Call the shop's API with ${secret}\nmetadata: { key: "${secret}" }\n`,
  );
  expect(text).toContain('[CRITICAL] Exposed secret: API key at constraints[0]');
  expect(text).toContain('[CRITICAL] Exposed secret: API key at metadata.key');
  expect(yamlIn(text)).toContain("Call the shop's API with <REDACTED:api_key>");
  expect(text + JSON.stringify(structured)).not.toContain(secret);
});

test('the fiftieth finding is the last that is told, and the rest are counted', async () => {
  const tools = Array.from({ length: 40 }, (_, n) => ({
    ...{ name: `read_${n}`, description: `Reads part number ${n} of the book.`, parameters: {} },
  }));
  const { text, structured } = await prepare(JSON.stringify({ agent_name: 'many-tools', tools }));
  expect(text).toContain('FINDINGS (83)\n');
  expect(text.match(/^ {2}\[[A-Z]+\] /gm)).toHaveLength(50);
  expect(text).toContain('\n  … and 33 more, none of them worse.\n\nNEXT STEP');
  expect(structured.counts).toMatchObject({ critical: 1, medium: 82 });
});

const BAD: [name: string, blueprint: string, text: string][] = [
  [
    'bad syntax',
    'agent_name: a-b-c\ntools: [',
    'Error: Blueprint validation failed. Invalid YAML at line 2, column 9: wrong indentation or a bracket that is not closed.',
  ],
  ['a missing field', 'agent_name: a-b-c', "Error: Blueprint validation failed. Required field 'tools' is missing."],
  [
    'a value outside its list',
    'agent_name: a-b-c\nframework: java\ntools: [{name: t, description: d, parameters: {}}]',
    "Error: Blueprint validation failed. Invalid value for 'framework': 'java'. Accepted: langchain, crewai, autogen, openai_agents, openai, custom.",
  ],
  [
    'a document over 500 KB',
    `agent_name: a-b-c # ${'x'.repeat(512_000)}`,
    'Error: Blueprint validation failed. Document is 501 KB. Maximum is 500 KB.',
  ],
];

test.each(BAD)('prepare refuses %s in the published words', async (_name, blueprint, text) => {
  const said = await prepare(blueprint);
  expect(said).toMatchObject({ text, isError: true, error: { code: 'INVALID_BLUEPRINT' }, structured: {} });
});

test('the audit of an uploaded agent is told by severity, with details and fixes', async () => {
  const { call } = await shop();
  const { text, structured } = await call('get_audit', { agent_name: AGENT });
  expect(text).toBe(AUDIT + structured.url);
  expect(structured.url).toMatch(new RegExp(`^${ORIGIN}/agent/ag_`));
});

test('after a better blueprint the newest audit counts, and one without findings has no list', async () => {
  const { call } = await shop();
  const tool = { description: 'Looks up one order by its number.', parameters: { id: 'string' }, side_effects: 'read' };
  const better = {
    agent_name: AGENT,
    tools: [{ ...tool, name: 'get_order', returns: 'the order', error_handling: 'retry' }],
    workflow: { entry_point: 'get_order' },
    constraints: { guardrails: ['Speak only about orders'], max_retries: 2 },
  };
  await call('upload_blueprint', { blueprint: JSON.stringify(better) });
  const { text, structured } = await call('get_audit', { agent_name: AGENT });
  expect(text).toBe(`Audit results for 'shop-agent'

Agent Readiness Score: 100/100 (GREEN -- Ready)
Based on 11 audit checks

Category breakdown:
  Security: 50/50
  Reliability: 25/25
  System Design: 15/15
  Tool Quality: 10/10

Findings: 0 critical, 0 high, 0 medium, 0 low

View on dashboard: ${structured.url}`);
});

test('an unknown agent and an agent without an audit are told apart', async () => {
  const { call, workspace } = await shop();
  expect(await call('get_audit', { agent_name: 'nobody' })).toMatchObject({
    text: 'Error: Agent not found: nobody. Upload a blueprint first.',
    error: { code: 'AGENT_NOT_FOUND' },
  });
  await env.DB.prepare('DELETE FROM audits WHERE agent_id = (SELECT id FROM agents WHERE workspace_id = ?1)')
    .bind(workspace.id)
    .run();
  expect(await call('get_audit', { agent_name: AGENT })).toMatchObject({
    text: "Error: No audit found for 'shop-agent'. Upload a blueprint to trigger an audit.",
    error: { code: 'NOT_FOUND' },
  });
});

test('the audit of one workspace is not found from another', async () => {
  await shop();
  const call = await toolCaller((await newWorkspace()).key);
  expect((await call('get_audit', { agent_name: AGENT })).error?.code).toBe('AGENT_NOT_FOUND');
});
