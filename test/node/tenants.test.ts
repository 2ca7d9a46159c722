import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { type Server, startServer } from './server.ts';

/** Two workspaces with agents of one name on one server. */

const CALLS = 10_000;
const AT_ONCE = 16;
/** Trials that a case may have in a run. */
const TRIALS = 1_000;
const AGENT = 'same-name';

let server: Server;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  agent.destroy();
  await server.kill('SIGTERM');
});

type Sent = { method?: string; headers?: Record<string, string>; body?: string };

function ask(path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(server.facts.base_url + path, { method, agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => resolve(text));
    });
    sent.on('error', reject).end(body);
  });
}

function callTool(key: string, tool: string, args: Record<string, unknown>): Promise<string> {
  const params = { name: `invarium_${tool}`, arguments: args };
  return ask('/mcp', {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...{ accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-06-18' },
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
}

/** A second workspace, as its owner makes one: signed in by the one-time link, with forms. Answers with a key of it. */
async function secondKey(): Promise<string> {
  const base = server.facts.base_url;
  let cookie = '';
  const visit = async (path: string, form?: Record<string, string>) => {
    const headers = { cookie, origin: base };
    const body = form ? new URLSearchParams(form) : null;
    const answer = await fetch(new URL(path, base), {
      method: form ? 'POST' : 'GET',
      headers,
      body,
      redirect: 'manual',
    });
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return answer.text();
  };
  const field = (html: string, name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? '';
  const hidden = (html: string) => ({ csrf: field(html, 'csrf'), id: field(html, 'id') });
  await visit(server.facts.dashboard_url);
  await visit('/workspaces', { ...hidden(await visit('/workspaces')), name: 'The other one' });
  const keys = await visit('/api-keys');
  const made = await visit('/api-keys', { ...hidden(keys), name: 'All', scope: 'admin' });
  return /inv_[\w-]{40}/.exec(made)?.[0] ?? '';
}

type Tenant = { key: string; mark: string; marks: string[]; runId: string; cases: string[] };

async function tenant(key: string, mark: string): Promise<Tenant> {
  await callTool(key, 'upload_blueprint', { blueprint: JSON.stringify({ ...BLUEPRINT, agent_name: AGENT }) });
  const scenarios: string[] = [];
  for (const n of [1, 2, 3]) {
    const wanted = {
      agent_name: AGENT,
      name: `Title ${n} of ${mark}`,
      user_message: mark,
      expected_behavior: 'Anything',
    };
    scenarios.push(/sc_[0-9a-f]{16}/.exec(await callTool(key, 'create_scenario', wanted))?.[0] ?? 'none');
  }
  const opened = { agent_name: AGENT, create_empty: true, results: '[]', expected_total: CALLS };
  const runId = /tr_[0-9a-f]{16}/.exec(await callTool(key, 'sync_results', opened))?.[0] ?? 'none';
  return { key, mark, marks: [mark, runId, ...scenarios], runId, cases: scenarios.map((id) => `${id}_1`) };
}

/** The n-th call of a tenant: every second one brings a result, the others look. */
function callOf({ mark, runId, cases }: Tenant, n: number): [tool: string, args: Record<string, unknown>] {
  const agent_name = AGENT;
  const reads: [string, Record<string, unknown>][] = [
    ['get_test_run', { agent_name, test_run_id: runId }],
    ['list_scenarios', { agent_name }],
    ['get_tests', { agent_name }],
    ['get_agent', { agent_name }],
    ['list_test_runs', {}],
    ['dashboard', {}],
    ['list_agents', {}],
    ['connect', {}],
  ];
  const at = Math.floor(n / 2);
  if (n % 2 === 1) return reads[at % reads.length] ?? ['connect', {}];
  const said = `${mark} number ${n}`;
  const scenario_id = cases[Math.floor(at / TRIALS)] ?? '';
  const result = { scenario_id, trial: (at % TRIALS) + 1, user_message: said, agent_response: said, tools_called: [] };
  return ['sync_results', { agent_name, test_run_id: runId, results: JSON.stringify([result]) }];
}

test('ten thousand calls of two workspaces at once never show or store anything of the other', async () => {
  const [red, blue] = [await tenant(server.facts.api_key, 'red-tag'), await tenant(await secondKey(), 'blue-tag')];
  const crossed: string[] = [];
  let next = 0;
  const caller = async () => {
    for (let at = next++; at < CALLS; at = next++) {
      const [mine, theirs] = at % 4 < 2 ? [red, blue] : [blue, red];
      const [tool, args] = callOf(mine, Math.floor(at / 4) * 2 + (at % 2));
      const text = await callTool(mine.key, tool, args);
      const isBad = !text.includes('"result"') || text.includes('"isError":true');
      if (isBad || theirs.marks.some((mark) => text.includes(mark)))
        crossed.push(`${at} ${tool}: ${text.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  expect(crossed).toEqual([]);
  for (const { key, mark, runId } of [red, blue]) {
    const headers = { authorization: `Bearer ${key}` };
    const exported = await ask('/v1/workspace/export', { headers });
    expect([...new Set([...exported.matchAll(/(\w+-tag) number \d+/g)].map(([, tag]) => tag))]).toEqual([mark]);
    const run = JSON.parse(await ask(`/v1/runs/${runId}?agent=${AGENT}`, { headers })) as { counts: unknown };
    expect(run.counts).toMatchObject({ total: CALLS / 4 });
  }
}, 240_000);
