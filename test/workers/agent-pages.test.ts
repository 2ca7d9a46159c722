import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { agentObject } from '../../src/env.ts';
import { AGENT, BLUEPRINT, type Caller, newWorkspace, refund, request, shop, sync, toolCaller } from './client.ts';
import { linkOf, type Visitor, visit } from './dashboard-visitor.ts';

const TABS = [
  '',
  '/blueprint',
  '/scenarios',
  '/runs',
  '/audit',
  '/delete',
  '/scenarios/new',
  '/generate',
  '/blueprint/edit',
];

async function agentPath(call: Caller, agent_name = AGENT): Promise<string> {
  return `/agent/${(await call('get_agent', { agent_name })).structured.id}`;
}

function csrfOf(html: string): string {
  return /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
}

async function run(call: Caller, results: unknown[], name: string): Promise<string> {
  return String((await sync(call, results, { name })).structured.test_run_id);
}

test('every view of an agent is reached from its summary, and says which one it is', async () => {
  const { workspace, call } = await shop();
  const visitor = await visit(workspace);
  const path = await agentPath(call);
  const { html } = await visitor.open(path);
  for (const words of ['Blueprint', 'Scenarios', 'Test runs', 'Audit']) {
    const page = await visitor.open(linkOf(html.slice(html.indexOf('class="tabs"')), words));
    expect(page.status, words).toBe(200);
    expect(page.html, words).toMatch(new RegExp(`aria-current="page">${words}</a>`));
    expect(page.html.match(/<h1/g), words).toHaveLength(1);
  }
});

test('no page of an agent opens for another workspace, and no form of it does anything there', async () => {
  const { call, scenarioId } = await shop();
  const stranger = await visit(await newWorkspace());
  const path = await agentPath(call);
  const csrf = csrfOf((await stranger.open('/api-keys')).html);
  const own = [`/scenarios/${scenarioId}`, `/scenarios/${scenarioId}/edit`, `/scenarios/${scenarioId}/delete`];
  for (const page of [...TABS, ...own, '/blueprint.yaml', '/compare']) {
    expect((await stranger.open(path + page)).status, page).toBe(404);
  }
  for (const form of [...own.slice(1), '/delete', '/blueprint/edit', '/blueprint/check', '/scenarios/new', '/generate'])
    expect((await stranger.post(path + form, { csrf })).status, form).toBe(404);
  expect((await call('list_scenarios', { agent_name: AGENT })).text).toContain(scenarioId);
});

test('a viewer sees every tab without a way to change anything, and is refused where one is sent anyway', async () => {
  const { workspace, call, scenarioId } = await shop();
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  const visitor = await visit(workspace);
  const path = await agentPath(call);
  const seen = [path, `${path}/blueprint`, `${path}/scenarios`, `${path}/scenarios/${scenarioId}`];
  const pages = await Promise.all(seen.map((page) => visitor.open(page)));
  for (const { status, html } of pages) {
    expect(status).toBe(200);
    expect(html.match(/<form method="post" action="([^"]*)"/g)).toEqual(['<form method="post" action="/sign-out"']);
    expect(html).not.toMatch(/href="[^"]*\/(edit|delete|new|generate)"/);
  }
  const csrf = csrfOf(pages[0]?.html ?? '');
  const forms = ['/delete', '/blueprint/edit', '/scenarios/new', '/generate', `/scenarios/${scenarioId}/toggle`];
  for (const form of [...forms, `/scenarios/${scenarioId}/delete`, `/scenarios/${scenarioId}/edit`]) {
    const answer = await visitor.post(path + form, { csrf, name: 'x', blueprint: BLUEPRINT, to: 'inactive' });
    expect([form, answer.status, await answer.text()]).toEqual([
      form,
      403,
      expect.stringContaining('You may look at this workspace'),
    ]);
  }
  expect((await call('list_scenarios', { agent_name: AGENT })).structured).toMatchObject({ total: 1 });
});

test('two ticked runs of an agent are compared, the older one as what was before', async () => {
  const { workspace, call, caseId } = await shop();
  const older = await run(call, [refund(caseId)], 'First');
  const newer = await run(call, [refund(caseId, { agent_response: 'No.', tools_called: [] })], 'Second');
  const visitor = await visit(workspace);
  const path = await agentPath(call);
  await expect.poll(async () => (await visitor.open(`${path}/runs`)).text).toMatch(/Second.*First/);
  const list = await visitor.open(`${path}/runs`);
  expect(list.html.match(/type="checkbox" name="run"/g)).toHaveLength(2);
  expect(list.html).toContain(`action="${path}/compare"`);
  const compared = await compare(visitor, path, [newer, older]);
  expect(compared.location).toBe(`/runs/compare?agent=${AGENT}&a=${older}&b=${newer}`);
  expect((await visitor.open(compared.location)).text).toMatch(/Regressions 1/);
  expect((await compare(visitor, path, [older])).text).toContain('Tick exactly two runs');
  expect((await compare(visitor, path, [older, newer, older])).location).toBe(compared.location);
});

async function compare(visitor: Visitor, path: string, runs: string[]) {
  const query = new URLSearchParams(runs.map((id) => ['run', id]));
  const answer = await request(`${path}/compare?${query}`, { headers: { cookie: visitor.cookie } });
  return { location: answer.headers.get('location') ?? '', text: await answer.text() };
}

test('uploads that were refused are listed with the reason', async () => {
  const { workspace, call } = await shop();
  const visitor = await visit(workspace);
  const path = `${await agentPath(call)}/runs`;
  expect((await visitor.open(path)).text).not.toContain('Refused uploads');
  const upload = {
    at: Date.now(),
    format: 'junit',
    code: 'INVALID_RESULTS',
    reason: 'Not <XML>',
    bytes: 12,
    sender: 'CI',
  };
  await agentObject(env, workspace.id, AGENT).noteRefusedUpload(upload);
  expect((await visitor.open(path)).text).toMatch(/Not &lt;XML&gt; INVALID_RESULTS just now from CI junit 12 bytes/);
});

test('the audit names each finding with its fix, and leads to the line of the blueprint that it is about', async () => {
  const { workspace, call } = await shop();
  const visitor = await visit(workspace);
  const path = await agentPath(call);
  const { structured } = await call('get_audit', { agent_name: AGENT });
  const page = await visitor.open(`${path}/audit`);
  expect(page.text).toContain(`${structured.score} /100`);
  for (const { title, recommendation } of structured.findings as { title: string; recommendation: string }[]) {
    expect(page.text.replaceAll('&quot;', '"')).toContain(title);
    expect(page.text.replace(/[`\s]/g, '')).toContain(recommendation.replaceAll('"', '&quot;').replace(/[`\s]/g, ''));
  }
  const link = /href="([^"]*#L(\d+))"[^>]*><bdi>issue_refund/.exec(page.html);
  const lines = BLUEPRINT.split('\n');
  expect(lines[Number(link?.[2]) - 1]).toContain('name: issue_refund');
  const blueprint = await visitor.open(String(link?.[1]).replaceAll('&amp;', '&').split('#')[0] ?? '');
  expect(blueprint.html).toContain(`<li id="L${link?.[2]}">`);
});

test('an agent that was never audited has an audit page that says what to do', async () => {
  const { workspace, call } = await shop();
  await env.DB.prepare('DELETE FROM audits').run();
  const visitor = await visit(workspace);
  expect((await visitor.open(`${await agentPath(call)}/audit`)).text).toContain('No audit yet.');
});

test('an agent is deleted after a question that counts what goes with it', async () => {
  const { workspace, call, caseId } = await shop();
  await run(call, [refund(caseId)], 'Only');
  const visitor = await visit(workspace);
  const path = await agentPath(call);
  const summary = await visitor.open(path);
  const question = await visitor.open(linkOf(summary.html, 'Delete'));
  expect(question.text).toMatch(/Delete shop-agent for good\? .*1 scenario with 1 test case 1 test run/);
  expect((await visitor.open(path)).status).toBe(200);
  expect((await visitor.post(`${path}/delete`, { csrf: 'other' })).status).toBe(403);
  const answer = await visitor.post(`${path}/delete`, { csrf: csrfOf(question.html) });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/agents']);
  expect((await visitor.open(path)).status).toBe(404);
  expect((await call('list_agents')).text).toContain('No agents registered yet');
});

test('an agent of half a megabyte and 500 tools has pages that stay small', async () => {
  const workspace = await newWorkspace();
  const call = await toolCaller(workspace.key);
  const evil = '<script>alert(1)</script>\\u202e&';
  const tools = Array.from(
    { length: 500 },
    (_, index) =>
      `  - name: "tool_${index}<b>"\n    description: "${evil.repeat(27)}"\n    parameters: {} # ${'<'.repeat(20)}\n    side_effects: delete\n`,
  );
  const blueprint = `agent_name: ${AGENT}\ntools:\n${tools.join('')}`;
  const { text } = await call('upload_blueprint', { blueprint });
  expect(text).toContain('Tools detected: 500');
  await call('upload_blueprint', { blueprint: blueprint.replaceAll('side_effects: delete', 'side_effects: write') });
  const visitor = await visit(workspace);
  const path = await agentPath(call);
  for (const tab of [
    ...TABS.filter((each) => each !== '/blueprint/edit'),
    '/blueprint?from=1900',
    '/blueprint/diff?version=2',
  ]) {
    const { html, status } = await visitor.open(path + tab);
    expect([tab, status]).toEqual([tab, 200]);
    expect(new TextEncoder().encode(html).length, tab).toBeLessThan(62_000);
    expect(html, tab).not.toContain('<script>alert');
    expect(html, tab).not.toContain('<b>');
  }
});
