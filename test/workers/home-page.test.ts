import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { d1 } from '../faults/worker.ts';
import { AGENT, newWorkspace, refund, request, shop, sync, type Workspace } from './client.ts';
import { visit } from './dashboard-visitor.ts';

const DAY_MS = 24 * 3_600_000;
const LAZY = { agent_response: 'I am sorry.', tools_called: [] };

afterEach(() => {
  d1.mode = 'ok';
});

let serial = 0;

type Stored = { name: string; score?: number; previous?: number; status?: string };

async function storeAgent({ id: workspaceId }: Workspace, { name, score, previous, status }: Stored): Promise<string> {
  const id = `ag_home${++serial}`;
  await env.DB.prepare(
    `INSERT INTO agents (id, workspace_id, name, status, blueprint_version, created_at, updated_at)
     VALUES (?1, ?2, ?3, ?4, 1, 1, 1)`,
  )
    .bind(id, workspaceId, name, status ?? 'ACTIVE')
    .run();
  if (score === undefined) return id;
  await env.DB.prepare("INSERT INTO scores (agent_id, value, previous, report, rev) VALUES (?1, ?2, ?3, '{}', 1)")
    .bind(id, score, previous ?? null)
    .run();
  return id;
}

test('the overview and invarium_dashboard tell the same figures', async () => {
  const { workspace, call, caseId } = await shop();
  const results = [refund(caseId), refund(caseId, { trial: 2 }), refund(caseId, { trial: 3, ...LAZY })];
  await sync(call, [...results, { ...refund(caseId, { trial: 4 }), tools_called: undefined }], { source: 'ci' });
  await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
  const told = (await call('dashboard')).structured as {
    passed: number;
    results: number;
    average_aqs: number;
    fleet: Record<string, number>;
    failures: { category: string; count: number }[];
  };
  const { text, html } = await (await visit(workspace)).open('/');
  expect(told.results).toBe(4);
  expect(text).toContain(`Pass rate 50% ${told.passed} of ${told.results}, 30 days`);
  expect(text).toContain(`Average quality (AQS) ${told.average_aqs} `);
  for (const [health, agents] of Object.entries(told.fleet)) expect(text).toContain(`${agents} ${health} `);
  expect(told.failures).toEqual([{ category: 'tool_usage_failure', count: 1 }]);
  expect(text).toContain('Tool usage 1 100%');
  expect(text).toContain('1 result waits for a review shop-agent');
  expect(text).toMatch(/Agents 1 Scenarios 1 Test runs 1 Test cases run 4/);
  expect(html).toContain(`${new Date().toISOString().slice(0, 10)}`);
});

test('agents that stand badly, fell or were never tested are named, those switched off or in order are not', async () => {
  const workspace = await newWorkspace();
  await storeAgent(workspace, { name: 'fine', score: 95, previous: 96 });
  await storeAgent(workspace, { name: 'fallen', score: 80, previous: 90 });
  await storeAgent(workspace, { name: 'poor', score: 30 });
  await storeAgent(workspace, { name: 'untested' });
  await storeAgent(workspace, { name: 'switched-off', score: 10, status: 'INACTIVE' });
  const { text } = await (await visit(workspace)).open('/');
  const [, named] = /Needs attention (.*?) Failures/.exec(text) ?? [];
  expect(named).toBe('poor critical score 30 fallen good, fell by 10 score 80 untested never tested —');
});

test('a state of the fleet leads to the agents that are in it, on the page and as a file', async () => {
  const workspace = await newWorkspace();
  const scores = { a100: 100, b70: 70, c69: 69, d50: 50, e49: 49, f0: 0 };
  for (const [name, score] of Object.entries(scores)) await storeAgent(workspace, { name, score });
  await storeAgent(workspace, { name: 'g-none' });
  const visitor = await visit(workspace);
  const named = async (query: string) => {
    const { html } = await visitor.open(`/agents${query}`);
    return [...html.matchAll(/<h2><a href="[^"]*">([^<]*)</g)].map(([, name]) => name);
  };
  expect(await named('?health=healthy')).toEqual(['a100', 'b70']);
  expect(await named('?health=degraded')).toEqual(['c69', 'd50']);
  expect(await named('?health=critical&sort=score')).toEqual(['e49', 'f0']);
  expect(await named('?health=untested')).toEqual(['g-none']);
  expect(await named('')).toHaveLength(7);
  expect((await visitor.open('/agents?health=ill')).text).toContain('health=ill means nothing here and was left out.');
  const answer = await request('/agents.csv?health=degraded', { headers: { cookie: visitor.cookie } });
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="agents.csv"');
  const [head, ...lines] = (await answer.text()).trimEnd().split('\r\n');
  expect(head).toBe('agent_id,agent,status,framework,tools,aqs,previous_aqs,ars,scenarios,last_run_at,updated_at,url');
  expect(lines.map((line) => line.split(',')[1])).toEqual(['c69', 'd50']);
  const json = JSON.parse((await visitor.open('/agents.json?health=untested')).html);
  expect(json).toMatchObject({ agents: [{ agent: 'g-none', aqs: null, ars: null }], next: null, notes: [] });
});

test('the files of agents are for nobody who is signed out, and hold nothing of another workspace', async () => {
  for (const file of ['/agents.csv', '/agents.json'])
    expect((await request(file)).headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(file)}`);
  const { workspace } = await shop();
  const stranger = await visit(await newWorkspace());
  expect((await stranger.open('/agents.csv')).html.trim().split('\r\n')).toHaveLength(1);
  expect((await (await visit(workspace)).open('/agents.csv')).html).toContain(`${AGENT},ACTIVE,custom,2,`);
});

test('a large workspace is asked as many questions as a small one, and only some of its agents are listed', async () => {
  const { workspace: small, call, caseId } = await shop();
  await sync(call, [refund(caseId)]);
  await runDurableObjectAlarm(env.AGENT.getByName(`${small.id}/${AGENT}`));
  const large = await newWorkspace();
  for (let each = 0; each < 200; each++)
    await storeAgent(large, { name: `agent-${String(each).padStart(3, '0')}`, score: each % 60 });
  const day = (back: number) => Date.now() - (back % 40) * DAY_MS;
  const statement = env.DB.prepare(
    `INSERT INTO runs (id, agent_id, workspace_id, source, status, started_at, passed, failed, error, pending, flaky_cases, rev)
     SELECT ?1, id, ?2, 'ci', 'completed', ?3, 5, 1, 0, 1, 0, 1 FROM agents WHERE workspace_id = ?2 AND name = ?4`,
  );
  const runs = Array.from({ length: 400 }, (_, n) =>
    statement.bind(`tr_home${n}`, large.id, day(n), `agent-${String(n % 200).padStart(3, '0')}`),
  );
  await env.DB.batch(runs);
  const asked = async (workspace: Workspace) => {
    const visitor = await visit(workspace);
    await visitor.open('/');
    const before = d1.queries;
    const { html } = await visitor.open('/');
    return { queries: d1.queries - before, html };
  };
  const [few, many] = [await asked(small), await asked(large)];
  expect(many.queries).toBe(few.queries);
  expect(many.queries).toBeLessThanOrEqual(5);
  expect(new Set(many.html.match(/href="\/agent\/[^"]+"/g)).size).toBe(8);
  expect(new TextEncoder().encode(many.html).length).toBeLessThan(40_000);
});

for (const mode of ['fail', 'hang'] as const) {
  test(`while D1 calls ${mode} the overview says that the database is away`, async () => {
    const visitor = await visit((await shop()).workspace);
    await visitor.open('/');
    d1.mode = mode;
    const { status, text } = await visitor.open('/');
    expect([status, text]).toEqual([503, expect.stringContaining('The database does not answer')]);
  });
}
