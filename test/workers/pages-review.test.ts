import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import type { LiveFrame } from '../../src/domain/run.ts';
import type { AgentRpc } from '../../src/env.ts';
import { d1 } from '../faults/worker.ts';
import { AGENT, newWorkspace, refund, request, shop, sync, type Workspace } from './client.ts';
import { runPath, type Visitor, visit } from './dashboard-visitor.ts';

/** What an agent leaves undone that was due. */
const LAZY = { agent_response: 'I am sorry.', tools_called: [{ name: 'get_order', parameters: { order_id: 'A1' } }] };

/** D1 hears of a change from an alarm. */
const PATIENCE = { timeout: 10_000 };

/** A shop whose one run holds a result that passed and, as trial 2, one that failed; and somebody who looks at it. */
async function judged() {
  const scene = await shop();
  const results = [refund(scene.caseId), refund(scene.caseId, { ...LAZY, trial: 2 })];
  const runId = String((await sync(scene.call, results)).structured.test_run_id);
  return { ...scene, runId, visitor: await visit(scene.workspace) };
}

/** Presses a button of the result's page as it stands now; `fields` are typed in or forged. */
async function decide(visitor: Visitor, runId: string, fields: Record<string, string>): Promise<Response> {
  const [, key] = /^\w+:(\w+\.\d+)/.exec(fields.verdict ?? '') ?? [];
  const { html } = await visitor.open(runPath(runId, `/cases/${key}`));
  const hidden = [...html.matchAll(/<input type="hidden" name="(csrf|back)" value="([^"]*)"/g)];
  const given = hidden.map(([, name, value]) => [name, value?.replaceAll('&amp;', '&')]);
  return visitor.post(runPath(runId, '/review'), { ...Object.fromEntries(given), ...fields });
}

async function readRun(call: Awaited<ReturnType<typeof shop>>['call'], runId: string) {
  const { structured } = await call('get_test_run', { agent_name: AGENT, test_run_id: runId });
  const { counts } = structured.run as { counts: Record<string, number> };
  return { counts, results: structured.results as Record<string, unknown>[] };
}

function inD1(runId: string) {
  return env.DB.prepare('SELECT passed, failed FROM runs WHERE id = ?1').bind(runId).first();
}

function stubOf({ id }: Workspace) {
  return env.AGENT.getByName(`${id}/${AGENT}`);
}

test('a reviewer overrides a verdict: the old one stays beside it, and counts, score, D1 and the log follow', async () => {
  const { call, caseId, runId, visitor, workspace } = await judged();
  const aqs = async () => Number((await call('get_agent', { agent_name: AGENT })).structured.aqs);
  const before = await aqs();
  await vi.waitFor(async () => expect(await inD1(runId)).toEqual({ passed: 1, failed: 1 }), PATIENCE);
  const answer = await decide(visitor, runId, {
    verdict: `passed:${caseId}.2.1`,
    comment: 'The policy changed.\r\nAsk ada@shop.example.com',
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, runPath(runId, `/cases/${caseId}.2`)]);
  const { counts, results } = await readRun(call, runId);
  expect(counts).toMatchObject({ passed: 2, failed: 0 });
  expect(results[1]).toMatchObject({
    ...{ status: 'passed', decided_by: 'reviewer', reviewer: 'dev@example.com' },
    reason: expect.stringMatching(/^The policy changed\.\nAsk \[REDACTED/),
    instead_of: { status: 'failed', decided_by: 'rules' },
  });
  const page = await visitor.open(runPath(runId));
  expect(page.text).toContain('was: failed by rules — issue_refund was due');
  expect(await aqs()).toBeGreaterThan(before);
  await vi.waitFor(async () => expect(await inD1(runId)).toEqual({ passed: 2, failed: 0 }), PATIENCE);
  const log = await env.DB.prepare('SELECT actor, action, subject FROM audit_log WHERE workspace_id = ?1')
    .bind(workspace.id)
    .all();
  const subject = `${runId} ${caseId} trial 2: failed to passed`;
  expect(log.results).toEqual([{ actor: 'dev@example.com', action: 'result.reviewed', subject }]);
});

test('a pending result is decided, and a decision can be taken back without losing what was first found', async () => {
  const { call, caseId, workspace } = await shop();
  const silent = { scenario_id: caseId, user_message: 'Hi', agent_response: 'Hello' };
  const runId = String((await sync(call, [silent])).structured.test_run_id);
  const visitor = await visit(workspace);
  expect((await readRun(call, runId)).counts).toMatchObject({ pending: 1 });
  await decide(visitor, runId, { verdict: `failed:${caseId}.1.1` });
  expect((await readRun(call, runId)).counts).toMatchObject({ pending: 0, failed: 1 });
  await decide(visitor, runId, { verdict: `passed:${caseId}.1.1` });
  const { counts, results } = await readRun(call, runId);
  expect(counts).toMatchObject({ failed: 0, passed: 1 });
  expect(results[0]).toMatchObject({
    instead_of: { status: 'pending' },
    reason: 'dev@example.com decided that the case passed.',
  });
});

test('pages that watch see the row change its verdict', async () => {
  const { caseId, runId, visitor } = await judged();
  const headers = { upgrade: 'websocket', origin: 'http://localhost', cookie: visitor.cookie };
  const { webSocket } = await request(runPath(runId, '/live'), { headers });
  const frames: LiveFrame[] = [];
  webSocket?.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as LiveFrame));
  webSocket?.accept();
  await vi.waitFor(() => expect(frames.at(-1)?.rows).toContain('data-status="failed"'));
  await decide(visitor, runId, { verdict: `passed:${caseId}.2.1` });
  await vi.waitFor(() => expect(frames.at(-1)?.run.counts).toMatchObject({ passed: 2, failed: 0 }));
  const rows = [...(frames.at(-1)?.rows ?? '').matchAll(/data-key="\w+\.(\d)" data-status="(\w+)"/g)];
  expect(rows.map(([, trial, status]) => [trial, status])).toEqual([
    ['2', 'passed'],
    ['1', 'passed'],
  ]);
});

test('nothing is decided by a forged form, another site, a stranger or a viewer', async () => {
  const { call, caseId, runId, visitor, workspace } = await judged();
  const verdict = { verdict: `passed:${caseId}.2.1` };
  expect((await decide(visitor, runId, { ...verdict, csrf: 'forged' })).status).toBe(403);
  expect((await visitor.post(runPath(runId, '/review'), verdict, 'https://evil.example')).status).toBe(403);
  const signedOut = await request(runPath(runId, '/review'), {
    method: 'POST',
    headers: { origin: 'http://localhost' },
  });
  expect(signedOut.headers.get('location')).toMatch(/^\/sign-in\?next=/);
  const stranger = await visit(await newWorkspace());
  const home = await stranger.open('/');
  const csrf = /name="csrf" value="([^"]+)"/.exec(home.html)?.[1] ?? '';
  expect((await stranger.post(runPath(runId, '/review'), { ...verdict, csrf })).status).toBe(404);
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  const refused = await decide(visitor, runId, verdict);
  expect([refused.status, await refused.text()]).toEqual([
    403,
    expect.stringContaining('You may look at this workspace'),
  ]);
  expect((await readRun(call, runId)).counts).toMatchObject({ passed: 1, failed: 1 });
});

test('a decision on what is not there any more, or is no decision, changes nothing and says why', async () => {
  const { call, caseId, runId, visitor } = await judged();
  await sync(call, [refund(caseId, { ...LAZY, agent_response: 'Sorry again.', trial: 2 })], { test_run_id: runId });
  const late = await decide(visitor, runId, { verdict: `passed:${caseId}.2.1` });
  expect([late.status, await late.text()]).toEqual([409, expect.stringContaining('replaced by attempt 2')]);
  const { html } = await visitor.open('/');
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  expect((await decide(visitor, runId, { verdict: `passed:${caseId}.9.1`, csrf })).status).toBe(404);
  expect((await decide(visitor, runId, { verdict: `pending:${caseId}.2.2` })).status).toBe(400);
  const long = await decide(visitor, runId, {
    verdict: `passed:${caseId}.2.2`,
    comment: 'x'.repeat(2001),
  });
  expect(long.status).toBe(400);
  expect((await readRun(call, runId)).counts).toMatchObject({ passed: 1, failed: 1 });
});

test('a decision stands although D1 cannot be told of it', async () => {
  const { call, caseId, runId, workspace } = await judged();
  d1.mode = 'fail';
  try {
    const object = stubOf(workspace) as unknown as AgentRpc;
    const review = { status: 'passed' as const, comment: '', reviewer: 'ada@example.com' };
    const answer = await object.reviewResult({ runId, caseId, trial: 2, attempt: null, review });
    expect(answer).toMatchObject({ ok: true, value: { counts: { passed: 2, failed: 0 } } });
  } finally {
    d1.mode = 'ok';
  }
  expect((await readRun(call, runId)).counts).toMatchObject({ passed: 2 });
});
