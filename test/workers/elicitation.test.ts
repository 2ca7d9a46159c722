import { expect, test } from 'vitest';
import { passTime } from '../faults/worker.ts';
import { asking, type Options, type Params, type Reply } from './asking-client.ts';
import { AGENT, BLUEPRINT, type Caller, request, shop } from './client.ts';

const MINUTE_MS = 60_000;
const INVALID_PARAMS = -32602;

const WARNING = `⚠ Confirm deletion of agent '${AGENT}'

This permanently removes:
  - 1 scenarios (1 test cases)
  - 0 test runs
  - audit history

This cannot be undone.`;
const PROMPT = `${WARNING} To proceed, call invarium_delete_agent(agent_name="${AGENT}", confirm=true).`;
const DELETED = `Agent '${AGENT}' deleted ✓\nAll associated test runs, scenarios, and audit data have been removed.`;

async function isThere(call: Caller): Promise<boolean> {
  const { structured } = await call('list_agents');
  return (structured.agents as { name: string }[]).some(({ name }) => name === AGENT);
}

test('a user who confirms in the form has the agent deleted, and was told what goes', async () => {
  const { workspace, call } = await shop();
  const { deletes, questions, client } = await asking(workspace.key);
  expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
  const done = await deletes();
  expect(done.text).toBe(DELETED);
  expect(done.structuredContent).toMatchObject({ agent_name: AGENT, done: true, scenarios: 1 });
  expect(questions).toEqual([
    {
      message: WARNING,
      requestedSchema: {
        type: 'object',
        properties: { confirm: { type: 'boolean', title: 'Delete for good', default: false } },
        required: ['confirm'],
      },
    },
  ]);
  expect(await isThere(call)).toBe(false);
});

test('a user who confirms in the form has the scenario deleted; other actions ask nothing', async () => {
  const { workspace, call, scenarioId } = await shop();
  const { call: ask, questions } = await asking(workspace.key);
  const manage = (action: string) => ask('manage_scenario', { scenario_id: scenarioId, action });
  expect((await manage('toggle')).text).toBe(`Scenario ${scenarioId} is now inactive`);
  expect(questions).toEqual([]);
  expect((await manage('delete')).text).toBe(`Scenario ${scenarioId} deleted`);
  expect(questions.map(({ message }) => message)).toEqual([
    `⚠ Confirm deletion of scenario ${scenarioId}
  Name: Refund a broken cup
  Test cases: 1
Deletion is permanent.`,
  ]);
  expect((await call('list_scenarios', { agent_name: AGENT })).structured.total).toBe(0);
});

const NOT_A_YES: [name: string, reply: Reply][] = [
  ['declines', { action: 'decline' }],
  ['cancels', { action: 'cancel' }],
  ['accepts the form with a no', { action: 'accept', content: { confirm: false } }],
  ['declines with a yes in the form', { action: 'decline', content: { confirm: true } }],
];

for (const [name, reply] of NOT_A_YES) {
  test(`a user who ${name} keeps agent and scenario, which is no error`, async () => {
    const { workspace, call, scenarioId } = await shop();
    const { deletes, call: ask, questions } = await asking(workspace.key, { reply });
    const kept = await deletes();
    expect(kept).toMatchObject({
      text: `Agent '${AGENT}' was not deleted: the user did not confirm.`,
      structuredContent: { done: false },
    });
    expect(kept.isError).toBeUndefined();
    const scenario = await ask('manage_scenario', { scenario_id: scenarioId, action: 'delete' });
    expect(scenario.text).toBe(`Scenario ${scenarioId} was not deleted: the user did not confirm.`);
    expect(questions).toHaveLength(2);
    expect(await isThere(call)).toBe(true);
    expect((await call('list_scenarios', { agent_name: AGENT })).structured.total).toBe(1);
  });
}

test('a yes that is not a boolean is none', async () => {
  const { workspace, call } = await shop();
  const edit = (params: Params) => {
    if (params.inputResponses) params.inputResponses = { confirm: { action: 'accept', content: { confirm: 'true' } } };
  };
  expect((await (await asking(workspace.key, { edit })).deletes()).text).toContain('was not deleted');
  expect(await isThere(call)).toBe(true);
});

const PROMPTED: [name: string, options: Options][] = [
  ['declares no elicitation', { capability: null }],
  ['can only open URLs', { capability: { url: {} } }],
  ['speaks an earlier revision', { mode: 'legacy' }],
];

for (const [name, options] of PROMPTED) {
  test(`a client that ${name} gets the published prompt`, async () => {
    const { workspace, call } = await shop();
    const { deletes, questions } = await asking(workspace.key, options);
    const asked = await deletes();
    expect(asked).toMatchObject({ text: PROMPT, structuredContent: { done: false } });
    expect(asked.isError).toBeUndefined();
    expect(questions).toEqual([]);
    expect(await isThere(call)).toBe(true);
  });
}

test('a client of an earlier revision that sends the new fields still gets the published prompt', async () => {
  const { workspace } = await shop();
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
  const params = { name: 'invarium_delete_agent', arguments: { agent_name: AGENT }, _meta };
  const response = await request('/mcp', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${workspace.key}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  const [, data = ''] = (await response.text()).match(/^data: (.*)$/m) ?? [];
  expect(JSON.parse(data).result.content).toEqual([{ type: 'text', text: PROMPT }]);
});

test('an empty elicitation capability means forms', async () => {
  const { workspace } = await shop();
  const { deletes, questions } = await asking(workspace.key, { capability: {} });
  expect((await deletes()).text).toBe(DELETED);
  expect(questions).toHaveLength(1);
});

test('confirm=true deletes at once, without a question', async () => {
  const { workspace, call, scenarioId } = await shop();
  const { deletes, call: ask, questions } = await asking(workspace.key, { reply: { action: 'decline' } });
  const scenario = await ask('manage_scenario', { scenario_id: scenarioId, action: 'delete', confirm: true });
  expect(scenario.text).toBe(`Scenario ${scenarioId} deleted`);
  expect((await deletes({ confirm: true })).text).toBe(DELETED);
  expect(questions).toEqual([]);
  expect(await isThere(call)).toBe(false);
});

test('what cannot be deleted is refused before anybody is asked', async () => {
  const { workspace } = await shop();
  const { call, questions } = await asking(workspace.key);
  const refused = await call('delete_agent', { agent_name: 'nobody-here' });
  expect(refused).toMatchObject({
    isError: true,
    text: 'Error: Agent not found: nobody-here. Upload a blueprint first.',
  });
  expect(questions).toEqual([]);
});

test('an answer without its state is no answer: the user is asked again', async () => {
  const { workspace } = await shop();
  const edit = (params: Params) => {
    if (questions.length === 1) delete params.requestState;
  };
  const { deletes, questions } = await asking(workspace.key, { edit });
  expect((await deletes()).text).toBe(DELETED);
  expect(questions).toHaveLength(2);
});

test('a state without an answer is no answer either', async () => {
  const { workspace } = await shop();
  const edit = (params: Params) => {
    if (questions.length === 1) delete params.inputResponses;
  };
  const { deletes, questions } = await asking(workspace.key, { edit });
  expect((await deletes()).text).toBe(DELETED);
  expect(questions).toHaveLength(2);
});

/** A state as the server gave it to another client for another question. */
async function stateOf(key: string, tool: string, args: Record<string, unknown>): Promise<string> {
  const { call, states } = await asking(key, { reply: { action: 'decline' } });
  await call(tool, args);
  return states[0] ?? '';
}

/** Flips a bit of the MAC, or of what it covers. */
function tamper(state: string, place: 'payload' | 'mac'): string {
  const at = place === 'mac' ? state.lastIndexOf('.') + 1 : state.indexOf('.') + 8;
  return state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1);
}

/** Sends this state with every call that carries one, or with every call at all. */
function sending(state: string, which: 'replies' | 'all' = 'replies') {
  return (params: Params) => {
    if (which === 'all' || params.requestState) params.requestState = state;
  };
}

const FOREIGN = { code: INVALID_PARAMS, message: expect.stringContaining('Invalid or expired requestState') };

test('a forged state, or one of another agent, scenario or workspace, is refused and deletes nothing', async () => {
  const { workspace, call, scenarioId } = await shop();
  const other = await shop();
  await call('upload_blueprint', { blueprint: BLUEPRINT.replace(AGENT, 'second-agent') });
  const agent = { agent_name: AGENT };
  const own = await stateOf(workspace.key, 'delete_agent', agent);
  const forgeries: [name: string, state: string][] = [
    ['nonsense', 'yes'],
    ['a changed payload', tamper(own, 'payload')],
    ['a changed MAC', tamper(own, 'mac')],
    ['other arguments', await stateOf(workspace.key, 'delete_agent', { agent_name: 'second-agent' })],
    ['more arguments', await stateOf(workspace.key, 'delete_agent', { ...agent, confirm: false })],
    ['a scenario', await stateOf(workspace.key, 'manage_scenario', { scenario_id: scenarioId, action: 'delete' })],
    ['another workspace', await stateOf(other.workspace.key, 'delete_agent', agent)],
  ];
  for (const [name, state] of forgeries) {
    const { deletes } = await asking(workspace.key, { edit: sending(state) });
    await expect(deletes(), name).rejects.toMatchObject(FOREIGN);
    expect(await isThere(call), name).toBe(true);
  }
  const untouched = await asking(workspace.key, { edit: sending(own) });
  expect((await untouched.deletes()).text).toBe(DELETED);
});

test('a state of one tool is refused by another with the same arguments', async () => {
  const { workspace } = await shop();
  const state = await stateOf(workspace.key, 'delete_agent', { agent_name: AGENT });
  const { call } = await asking(workspace.key, { edit: sending(state, 'all') });
  await expect(call('get_agent', { agent_name: AGENT })).rejects.toMatchObject(FOREIGN);
});

test('an answer within 10 minutes counts, a later one is refused in words and deletes nothing', async () => {
  const { workspace, call } = await shop();
  const lateBy = (ms: number) => (params: Params) => {
    if (params.requestState) passTime(ms);
  };
  const late = await (await asking(workspace.key, { edit: lateBy(10 * MINUTE_MS + 2_000) })).deletes();
  expect(late).toMatchObject({
    isError: true,
    text: 'Error: The confirmation came after more than 10 minutes. Nothing was deleted. Call again to ask the user once more.',
    _meta: { 'invarium/error': { code: 'INVALID_ARGUMENT' } },
  });
  expect(await isThere(call)).toBe(true);
  const inTime = await (await asking(workspace.key, { edit: lateBy(9 * MINUTE_MS) })).deletes();
  expect(inTime.text).toBe(DELETED);
});

for (const mode of ['auto', 'legacy'] as const) {
  test(`no change of a list is promised (${mode})`, async () => {
    const { workspace } = await shop();
    const { client } = await asking(workspace.key, { mode });
    const fixed = { listChanged: false };
    expect(client.getServerCapabilities()).toEqual({ tools: fixed, resources: fixed, prompts: fixed });
  });
}
