import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { sha256 } from '../../src/http/auth.ts';
import { d1, passTime } from '../faults/worker.ts';
import { AGENT, addScenario, newWorkspace, refund, request, shop, sync } from './client.ts';
import { runPath, type Visitor, visit } from './dashboard-visitor.ts';

const DAY_MS = 24 * 3_600_000;
const LAZY = { agent_response: 'I am sorry.', tools_called: [{ name: 'get_order', parameters: { order_id: 'A1' } }] };
const LINK = /http:\/\/localhost(\/report\/[\w-]{43})(?![\w-])/;

afterEach(() => {
  d1.mode = 'ok';
});

/** A run in which one case failed, one passed and one waits, with somebody who looks at it. */
async function reported() {
  const { workspace, call, caseId } = await shop();
  const later = await addScenario(call, { name: 'Refund <b>a spoon</b>' });
  const results = [
    refund(caseId, LAZY),
    refund(`${later}_1`),
    { ...refund(caseId, { trial: 2 }), tools_called: undefined },
  ];
  const run = await sync(call, results, { source: 'ci', name: 'Nightly' });
  const runId = String(run.structured.test_run_id);
  return { workspace, call, runId, visitor: await visit(workspace) };
}

async function share(visitor: Visitor, runId: string, more: Record<string, string> = {}) {
  const { html } = await visitor.open(runPath(runId, '/report'));
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const answer = await visitor.post(runPath(runId, '/report/shares'), { csrf, days: '90', ...more });
  const page = await answer.text();
  return { status: answer.status, page, path: LINK.exec(page)?.[1] ?? '' };
}

test('the report of a run says scores, reasons, coverage, cases and what to do', async () => {
  const { visitor, runId, call } = await reported();
  const { text, status, html } = await visitor.open(runPath(runId, '/report'));
  expect(status).toBe(200);
  const { structured } = await call('get_audit', { agent_name: AGENT });
  expect(text).toContain(`Agent Readiness Score ${structured.score} `);
  expect(text).toMatch(/Agent Quality Score \d+ \w+ 95% interval \d+ to \d+/);
  expect(text).toContain('high Tool usage 1 issue_refund was due');
  expect(text).toMatch(/1 result failed in tool usage\./);
  expect(text).toContain('1 result waits for a person.');
  expect(text).toMatch(/No case aims at [a-z ,]+\./);
  expect(text).toContain('Refund &lt;b&gt;a spoon&lt;/b&gt; passed 1 of 1');
  expect(html).not.toContain('<b>a spoon');
});

test('the report is a file in three forms, each a download that nothing can run in', async () => {
  const { visitor, runId } = await reported();
  const file = async (format: string) => {
    const answer = await request(runPath(runId, `/report.${format}`), { headers: { cookie: visitor.cookie } });
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="qa-report-${AGENT}-${runId.slice(3, 11)}.${format}"`,
    );
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    return { type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const html = await file('html');
  expect(html.type).toBe('text/html; charset=utf-8');
  expect(html.text).toContain('--ground:');
  expect(html.text).toContain('issue_refund was due');
  expect(html.text).not.toMatch(/<link|<script|\ssrc=|url\(/);
  const markdown = await file('md');
  expect([markdown.type, markdown.text]).toEqual([
    'text/markdown; charset=utf-8',
    expect.stringContaining('### Tool usage, high: 1'),
  ]);
  const json = JSON.parse((await file('json')).text);
  expect(json).toMatchObject({
    agent: { name: AGENT },
    run: { id: runId, counts: { total: 3, passed: 1, failed: 1, pending: 1 } },
  });
  expect(json.results).toHaveLength(3);
  expect(json.results[0].evidence).not.toEqual([]);
  expect((await visitor.open(runPath(runId, '/report.pdf'))).status).toBe(404);
  expect((await visitor.open(runPath('tr_0000000000000000', '/report.md'))).status).toBe(404);
});

test('a shared link opens the report to somebody signed out, and only its fingerprint is stored', async () => {
  const { visitor, runId, workspace } = await reported();
  const { path, page } = await share(visitor, runId);
  expect(page).toContain('cannot be shown again');
  const answer = await request(path);
  const html = await answer.text();
  expect(answer.status).toBe(200);
  expect(html).toContain('issue_refund was due');
  expect(html).not.toMatch(/<form|\/agent\/|\/runs\//);
  expect(
    Object.fromEntries(
      ['cache-control', 'referrer-policy', 'x-robots-tag'].map((name) => [name, answer.headers.get(name)]),
    ),
  ).toEqual({
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow',
  });
  for (const format of ['html', 'md', 'json']) {
    const file = await request(`${path}.${format}`);
    expect([file.status, await file.text()]).toEqual([200, expect.stringContaining('was due')]);
  }
  const { results } = await env.DB.prepare('SELECT * FROM report_shares WHERE workspace_id = ?1')
    .bind(workspace.id)
    .all();
  expect(results).toMatchObject([{ hash: sha256(path.slice('/report/'.length)), run_id: runId }]);
  expect(JSON.stringify(results)).not.toContain(path.slice('/report/'.length));
  expect((await visitor.open(runPath(runId, '/report'))).html).not.toContain(path);
});

test('what a shared report holds is what the report holds, and no conversation', async () => {
  const { visitor, runId } = await reported();
  const { path } = await share(visitor, runId);
  for (const format of ['', '.html', '.md', '.json']) {
    const answer = await request(`${path}${format}`);
    const text = await answer.text();
    expect(answer.status, format).toBe(200);
    expect(text, format).not.toContain('I am sorry.');
    expect(text, format).not.toContain('arrived broken');
  }
});

test('a link that is wrong, expired or revoked is one and the same missing page', async () => {
  const { visitor, runId, workspace } = await reported();
  const gone = (await share(visitor, runId)).path;
  const old = (await share(visitor, runId, { days: '1' })).path;
  const stays = (await share(visitor, runId, { days: '365' })).path;
  const { html } = await visitor.open(runPath(runId, '/report'));
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const revoke = `/report/shares/${sha256(gone.slice('/report/'.length))}/revoke`;
  const answer = await visitor.post(runPath(runId, revoke), { csrf });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `${runPath(runId, '/report')}#share`]);
  passTime(DAY_MS + 1);
  const wrong = `/report/${'A'.repeat(43)}`;
  const pages = await Promise.all(
    [wrong, gone, old, `${old}.json`, '/report/x', `${stays}.exe`].map(async (path) => {
      const missing = await request(path);
      return [missing.status, missing.headers.get('cache-control'), await missing.text()];
    }),
  );
  expect(pages[0]?.[0]).toBe(404);
  for (const page of pages) expect(page).toEqual(pages[0]);
  expect((await request(stays)).status).toBe(200);
  const live = (await (await visit(workspace)).open(runPath(runId, '/report'))).html;
  expect(live.match(/\/revoke\?/g)).toHaveLength(1);
  passTime(-DAY_MS - 1);
});

test('a link ends with the agent it is about', async () => {
  const { visitor, runId, call } = await reported();
  const { path } = await share(visitor, runId);
  await call('delete_agent', { agent_name: AGENT, confirm: true });
  expect((await request(path)).status).toBe(404);
});

test('nothing is shared or revoked by a forged form, another site, a viewer, a stranger, or for no sensible time', async () => {
  const { visitor, runId, workspace } = await reported();
  const { path } = await share(visitor, runId);
  const hash = sha256(path.slice('/report/'.length));
  const revoke = runPath(runId, `/report/shares/${hash}/revoke`);
  expect((await share(visitor, runId, { csrf: 'forged' })).status).toBe(403);
  expect((await visitor.post(revoke, { csrf: 'forged' })).status).toBe(403);
  expect((await visitor.post(revoke, {}, 'https://evil.example')).status).toBe(403);
  for (const days of ['0', '366', '1.5', '', 'soon'])
    expect(await share(visitor, runId, { days }), days).toMatchObject({
      status: 400,
      page: expect.stringContaining('A link lives for 1 to 365 whole days.'),
    });
  const stranger = await visit(await newWorkspace());
  const { html } = await stranger.open('/');
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  expect((await stranger.open(runPath(runId, '/report'))).status).toBe(404);
  expect((await stranger.post(runPath(runId, '/report/shares'), { csrf, days: '90' })).status).toBe(404);
  expect((await stranger.post(revoke, { csrf })).status).toBe(404);
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  expect((await share(visitor, runId)).status).toBe(403);
  const viewer = await visit(workspace);
  const looked = await viewer.open(runPath(runId, '/report'));
  expect([looked.status, looked.html]).toEqual([200, expect.not.stringMatching(/action="[^"]*shares/)]);
  expect((await request(path)).status).toBe(200);
});

test('while D1 is away the report is still read, without its audit and its links', async () => {
  const { visitor, runId } = await reported();
  await visitor.open(runPath(runId, '/report'));
  d1.mode = 'fail';
  const { status, text } = await visitor.open(runPath(runId, '/report'));
  expect(status).toBe(200);
  expect(text).toContain('No audit of this agent is stored.');
  expect(text).toContain('issue_refund was due');
});
