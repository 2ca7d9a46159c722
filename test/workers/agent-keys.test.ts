import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { TOOLS } from '../../src/tools/catalog.ts';
import { rest } from './ci-client.ts';
import {
  AGENT,
  addScenario,
  BLUEPRINT,
  refund,
  request,
  type Said,
  shop,
  sync,
  toolCaller,
  type Workspace,
} from './client.ts';

/** Keys that are good for one agent alone, at the tools. */

const OTHER = 'other-agent';
const GHOST = 'ghost-agent';
const MINUTE_MS = 60_000;

async function keyFor(workspace: Workspace, agent: string, scopes = ['read', 'write', 'ingest']): Promise<string> {
  const { body } = await rest(workspace, 'POST /v1/keys', { name: agent, scopes, agent_name: agent });
  return String(body.key);
}

/** Two agents with a scenario and a run each, and a key for the first of them. */
async function twoAgents() {
  const { workspace, call, scenarioId, caseId } = await shop();
  await call('upload_blueprint', { blueprint: BLUEPRINT, agent_name: OTHER });
  const otherScenario = await addScenario(call, { agent_name: OTHER });
  const run = await sync(call, [refund(caseId)]);
  const otherRun = await sync(call, [refund(`${otherScenario}_1`)], { agent_name: OTHER });
  const key = await keyFor(workspace, AGENT);
  return {
    ...{ workspace, call, key, limited: await toolCaller(key), caseId },
    mine: { agent: AGENT, scenario: scenarioId, run: String(run.structured.test_run_id) },
    foreign: { agent: OTHER, scenario: otherScenario, run: String(otherRun.structured.test_run_id) },
    nothing: { agent: GHOST, scenario: 'sc_00000000deadbeef', run: 'tr_00000000deadbeef' },
  };
}

type Named = { agent: string; scenario: string; run: string };
/** What a tool is given for an agent; null for tools that work the same for every key. Tools in `refused` are not for such keys. */
type Row = (of: Named) => Record<string, unknown>;

const ofAgent: Row = ({ agent }) => ({ agent_name: agent });
const ROWS: Record<string, Row | 'same' | 'refused'> = {
  invarium_connect: 'same',
  invarium_usage: 'refused',
  invarium_dashboard: 'refused',
  invarium_get_workflow: 'same',
  invarium_prepare_blueprint: 'same',
  invarium_upload_blueprint: ({ agent }) => ({ blueprint: BLUEPRINT, agent_name: agent }),
  invarium_list_agents: 'same',
  invarium_get_agent: ofAgent,
  invarium_get_audit: ofAgent,
  invarium_delete_agent: ofAgent,
  invarium_generate_tests: ({ agent }) => ({ agent_name: agent, test_description: 'Refunds' }),
  invarium_get_tests: ofAgent,
  invarium_list_scenarios: ofAgent,
  invarium_create_scenario: ({ agent }) => ({ agent_name: agent, name: 'Another', user_message: 'Hello' }),
  invarium_manage_scenario: ({ scenario }) => ({ scenario_id: scenario, action: 'delete' }),
  invarium_setup_tracing: 'same',
  invarium_sync_results: ({ agent, scenario }) => ({
    agent_name: agent,
    results: JSON.stringify([refund(`${scenario}_1`, { trial: 2 })]),
  }),
  invarium_list_test_runs: ofAgent,
  invarium_get_test_run: ({ agent, run }) => ({ agent_name: agent, test_run_id: run }),
};

const short = (tool: string) => tool.replace('invarium_', '');
/** A sentence with what it echoes taken out. */
const unnamed = ({ text, error }: Said, { agent, scenario, run }: Named) => ({
  text: text.replaceAll(agent, 'X').replaceAll(scenario, 'X').replaceAll(run, 'X'),
  error,
});

test('every tool says here what a key for one agent may do with it', () => {
  expect(Object.keys(ROWS).sort()).toEqual(TOOLS.map(({ name }) => name).sort());
});

test(
  'with a key for one agent every tool works on that agent, or is refused with the way out',
  async () => {
    const { limited, mine } = await twoAgents();
    for (const [tool, row] of Object.entries(ROWS)) {
      const args =
        typeof row === 'function' ? row(mine) : tool.endsWith('prepare_blueprint') ? { blueprint: BLUEPRINT } : {};
      const said = await limited(short(tool), args);
      if (row !== 'refused') expect([tool, said.text, said.isError]).toEqual([tool, said.text, false]);
      else
        expect(said).toMatchObject({
          error: { code: 'AUTH_FAILED' },
          text: `Error: This API key is not allowed to do that. It is good for the agent '${AGENT}' alone. Use another key, or make one without that limit.`,
        });
    }
  },
  MINUTE_MS,
);

test(
  'another agent is to such a key as one that does not exist, tool by tool, and stays as it is',
  async () => {
    const { call, limited, foreign, nothing } = await twoAgents();
    const state = async () =>
      Promise.all([
        call('get_agent', { agent_name: OTHER }),
        call('list_scenarios', { agent_name: OTHER }),
        call('list_test_runs', { agent_name: OTHER }),
      ]).then((answers) => answers.map(({ structured }) => ({ ...structured, last_run_ago: null })));
    const before = await state();
    for (const [tool, row] of Object.entries(ROWS)) {
      if (typeof row !== 'function') continue;
      const said = unnamed(await limited(short(tool), { ...row(foreign) }), foreign);
      expect(said, tool).toEqual(unnamed(await limited(short(tool), { ...row(nothing) }), nothing));
      expect(said.error?.code, tool).toBe(tool.endsWith('manage_scenario') ? 'NOT_FOUND' : 'AGENT_NOT_FOUND');
      if (tool.endsWith('get_agent')) expect(said.text).toBe('Error: Agent not found: X. Upload a blueprint first.');
    }
    expect(await state()).toEqual(before);
  },
  MINUTE_MS,
);

test("another agent's runs and scenarios are not found under the own agent's name either", async () => {
  const { limited, foreign } = await twoAgents();
  const run = await limited('get_test_run', { agent_name: AGENT, test_run_id: foreign.run });
  expect(run.error?.code).toBe('NOT_FOUND');
  for (const action of ['update', 'toggle', 'delete']) {
    const said = await limited('manage_scenario', {
      scenario_id: foreign.scenario,
      action,
      name: 'Mine now',
      confirm: true,
    });
    expect(said.error?.code, action).toBe('NOT_FOUND');
  }
  const results = JSON.stringify([refund(`${foreign.scenario}_1`)]);
  expect((await limited('sync_results', { agent_name: AGENT, results })).error?.code).toBe('INVALID_RESULTS');
});

test('what lists things lists those of the one agent', async () => {
  const { limited, mine } = await twoAgents();
  expect((await limited('list_agents')).structured).toMatchObject({ total: 1, agents: [{ name: AGENT }] });
  const runs = (await limited('list_test_runs')).structured;
  expect(runs).toMatchObject({ agent_name: AGENT, total: 1, runs: [{ id: mine.run }] });
});

test('a key for an agent that is not there yet uploads it, and no other', async () => {
  const { workspace } = await shop();
  const call = await toolCaller(await keyFor(workspace, 'new-agent', ['read', 'write']));
  expect((await call('list_agents')).structured.total).toBe(0);
  const own = BLUEPRINT.replace(AGENT, 'new-agent');
  expect((await call('upload_blueprint', { blueprint: BLUEPRINT })).error?.code).toBe('AGENT_NOT_FOUND');
  expect((await call('upload_blueprint', { blueprint: own, agent_name: AGENT })).error?.code).toBe('AGENT_NOT_FOUND');
  expect((await call('upload_blueprint', { blueprint: own })).structured).toMatchObject({ agent_name: 'new-agent' });
  expect((await call('list_agents')).structured.total).toBe(1);
});

test('a setup code that such a key was given makes a key with the same limit, and ends with it', async () => {
  const { limited, workspace, caseId } = await twoAgents();
  const codes = [await limited('connect'), await limited('connect')];
  const [path, later] = codes.map(({ text }) => /(\/api\/setup\/\S+)/.exec(text)?.[1] ?? '');
  const made = (await (await request(path ?? '', { method: 'POST' })).json()) as { api_key: string };
  const tracer = { key: made.api_key };
  const results = { results: [refund(caseId, { trial: 7 })] };
  expect((await rest(tracer, `POST /v1/agents/${AGENT}/results`, results)).status).toBe(200);
  expect((await rest(tracer, `POST /v1/agents/${OTHER}/results`, results)).status).toBe(404);
  const keys = (await rest(workspace, 'GET /v1/keys')).body.keys as { id: string; name: string; agent_name: string }[];
  expect(keys.find(({ name }) => name === 'Tracer')?.agent_name).toBe(AGENT);
  await rest(workspace, `DELETE /v1/keys/${keys.find(({ name }) => name === AGENT)?.id}`);
  expect((await request(later ?? '', { method: 'POST' })).status).toBe(410);
});

test('a setup code is worth nothing once the member is gone who asked for it', async () => {
  const { workspace } = await shop();
  const { body } = await rest(workspace, 'POST /v1/keys', { name: 'Mine', scopes: ['read'] });
  await env.DB.prepare("UPDATE api_keys SET member_id = 'mb_gone' WHERE workspace_id = ?1 AND name = 'Mine'")
    .bind(workspace.id)
    .run();
  await env.KV.delete(`key:${await sha256(String(body.key))}`);
  const { text } = await (await toolCaller(String(body.key)))('connect');
  const path = /(\/api\/setup\/\S+)/.exec(text)?.[1] ?? '';
  expect((await request(path, { method: 'POST' })).status).toBe(410);
});

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
