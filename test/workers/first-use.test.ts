import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { WAYS, WAYS_IN } from '../../src/dashboard/way-in.ts';
import { plan } from '../faults/worker.ts';
import { AGENT, BLUEPRINT, newWorkspace, ORIGIN, refund, request, shop, sync, toolCaller } from './client.ts';
import { type Visitor, visit } from './dashboard-visitor.ts';

const KEY = /inv_[\w-]{40}(?![\w-])/;

afterEach(() => {
  plan.text = null;
});

const news = async (visitor: Visitor) => JSON.parse((await visitor.open('/first-use.json')).html);

/** The hidden fields of the page's forms. */
async function fieldsOf(visitor: Visitor): Promise<{ csrf: string; id: string }> {
  const { html } = await visitor.open('/');
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  return { csrf: hidden('csrf'), id: hidden('id') };
}

test('a new workspace is watched from its first connection to its first run', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  expect((await visitor.open('/')).text).toContain('Waiting for the first connection.');
  expect(await news(visitor)).toEqual({
    ...{ connected: false, agents: 0, runs: 0, step: 'waiting', url: null },
    says: 'Waiting for the first connection.',
  });
  const call = await toolCaller(workspace.key);
  await call('list_agents');
  await vi.waitFor(async () => expect(await news(visitor)).toMatchObject({ connected: true, step: 'connected' }));
  expect((await visitor.open('/')).text).toContain('Connected: the key “Test” has been used.');
  await call('upload_blueprint', { blueprint: BLUEPRINT });
  expect(await news(visitor)).toMatchObject({
    step: 'registered',
    agents: 1,
    url: expect.stringMatching(/^\/agent\/ag_/),
  });
  const waits = await visitor.open('/');
  expect(waits.text).toContain(`Connected: ${AGENT} is registered.`);
  expect(waits.html).toContain('/assets/first-use.js');
  const { structured } = await call('create_scenario', {
    ...{ agent_name: AGENT, name: 'Hello', user_message: 'Hi', expected_behavior: 'Says hello.' },
  });
  const run = await sync(call, [refund(`${structured.scenario_id}_1`)]);
  await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
  const { test_run_id: runId } = run.structured;
  expect(await news(visitor)).toMatchObject({ step: 'running', runs: 1, url: `/runs/${runId}?agent=${AGENT}` });
  expect((await visitor.open('/')).text).not.toContain('Waiting for');
});

test.each(WAYS)('a key made for %s is shown once, filled in, with the scopes of its way, and works', async (way) => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const fields = { ...(await fieldsOf(visitor)), way };
  const answer = await visitor.post('/first-use/key', fields);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  const html = await answer.text();
  const [key = ''] = KEY.exec(html) ?? [];
  expect(html).toContain(`A key for ${WAYS_IN[way].name}`);
  const row = await env.DB.prepare("SELECT name, scopes FROM api_keys WHERE workspace_id = ?1 AND name <> 'Test'")
    .bind(workspace.id)
    .first();
  expect(row).toEqual({ name: WAYS_IN[way].name, scopes: JSON.stringify(WAYS_IN[way].scopes) });
  const call = await toolCaller(key);
  expect((await call('list_agents')).isError).toBe(way === 'ci');
  const again = await visitor.post('/first-use/key', fields);
  expect(again.status).toBe(409);
  expect(await again.text()).not.toMatch(KEY);
});

test('what the page gives a CI job to run is a call that makes a run', async () => {
  const { workspace, caseId } = await shop();
  const [snippet] = WAYS_IN.ci.snippets({ mcpUrl: `${ORIGIN}/mcp` });
  const script = snippet?.text.replaceAll('\\\n', '') ?? '';
  const headers = Object.fromEntries(
    [...script.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(([, name = '', value]) => [name, value]),
  );
  const [, filter = ''] = /jq -Rs '([^']+)'/.exec(script) ?? [];
  // What jq makes of its program: bare names are strings, and the dot is the file as one text.
  const body = filter
    .replace(/(\w+):/g, '"$1":')
    .replace('"your-agent"', JSON.stringify(AGENT))
    .replace(/"results": \./, () => `"results": ${JSON.stringify(JSON.stringify([refund(caseId)]))}`);
  headers.Authorization = String(headers.Authorization).replace('$INVARIUM_API_KEY', workspace.key);
  const answer = await request('/mcp', { method: 'POST', headers: headers as Record<string, string>, body });
  expect(answer.status).toBe(200);
  const said = await answer.text();
  expect(said).toContain('tr_');
  expect(said).not.toContain('"isError":true');
});

test('no key is made by a forged form, another site, somebody signed out, a viewer, or beyond the plan', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const fields = { ...(await fieldsOf(visitor)), way: 'cursor' };
  const status = async (more: Record<string, string>, origin?: string) =>
    (await visitor.post('/first-use/key', { ...fields, ...more }, origin)).status;
  expect(await status({ csrf: 'forged' })).toBe(403);
  expect(await status({ way: 'root' })).toBe(403);
  expect(await status({ id: 'key_1' })).toBe(403);
  expect(await status({}, 'https://evil.example')).toBe(403);
  expect((await request('/first-use.json')).status).toBe(302);
  plan.text = JSON.stringify({ name: 'Free', limits: { api_keys: 1 } });
  const full = await visitor.post('/first-use/key', fields);
  expect([full.status, await full.text()]).toEqual([
    409,
    expect.stringContaining('API key limit reached (1/1) on the Free plan.'),
  ]);
  plan.text = null;
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  expect(await status({})).toBe(403);
  const viewer = await visit(workspace);
  expect((await viewer.open('/')).html).not.toContain('action="/first-use/key"');
  const { results } = await env.DB.prepare('SELECT id FROM api_keys WHERE workspace_id = ?1').bind(workspace.id).all();
  expect(results).toHaveLength(1);
});

test('what another workspace does is no news', async () => {
  const visitor = await visit(await newWorkspace());
  const other = await shop();
  await sync(other.call, [refund(other.caseId)]);
  await runDurableObjectAlarm(env.AGENT.getByName(`${other.workspace.id}/${AGENT}`));
  expect(await news(visitor)).toMatchObject({ connected: false, agents: 0, runs: 0 });
});
