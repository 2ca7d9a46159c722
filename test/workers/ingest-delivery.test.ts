import { createExecutionContext, runDurableObjectAlarm, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { sign as githubSign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test, vi } from 'vitest';
import { newStandardSecret } from '../../src/agent/standard-signature.ts';
import type { Env } from '../../src/env.ts';
import worker from '../../src/worker.ts';
import { AgentObject, d1 } from '../faults/worker.ts';
import { ctrf, gateOf, rest, runOf, upload } from './ci-client.ts';
import { Issuer } from './ci-trust-issuer.ts';
import { AGENT, ORIGIN, request, shop, type Workspace } from './client.ts';
import { visit } from './dashboard-visitor.ts';

afterEach(() => {
  d1.mode = 'ok';
});

const REPORT = ctrf([{ name: 'a' }, { name: 'b', status: 'failed' }]);

test('an upload that is sent again with its Idempotency-Key gets the first answer, and with another body is refused', async () => {
  const { workspace } = await shop();
  const headers = { 'idempotency-key': 'job-1' };
  const first = await upload(workspace, REPORT, {}, { headers });
  const again = await upload(workspace, REPORT, {}, { headers });
  expect(again.body).toEqual(first.body);
  expect([first, again].map((reply) => reply.headers.get('idempotent-replayed'))).toEqual([null, 'true']);
  const other = await upload(workspace, ctrf([{ name: 'c' }]), {}, { headers });
  expect(other).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  expect((await rest(workspace, `GET /v1/agents/${AGENT}/runs`)).body.total).toBe(1);
  const bad = await upload(workspace, REPORT, {}, { headers: { 'idempotency-key': 'with blanks' } });
  expect(bad.status).toBe(400);
});

test('a CTRF report that names itself is one run, however often it is sent', async () => {
  const { workspace } = await shop();
  const report = { ...REPORT, reportId: '6f5b0f6e-9d7e-4c3c-8a3b-1d3a36a3a0aa' };
  const first = await upload(workspace, report);
  const again = await upload(workspace, report);
  expect(first.body).toMatchObject({ accepted: 2, status: 'completed' });
  expect(again.body).toMatchObject({ accepted: 0, duplicate: 2, run_id: first.body.run_id, status: 'completed' });
  const shards = [1, 2].map((index) => ({ ...ctrf([{ name: `of ${index}` }]), runId: 'r-9', shardId: `${index}/2` }));
  const one = await upload(workspace, shards[0]);
  const two = await upload(workspace, shards[1]);
  expect([one.body.status, two.body.status]).toEqual(['running', 'completed']);
  expect(two.body.run_id).toBe(one.body.run_id);
});

test('a report without a test is refused, never green, and makes no run', async () => {
  const { workspace } = await shop();
  for (const empty of [ctrf([]), '<testsuites></testsuites>', '[]']) {
    const reply = await upload(workspace, empty);
    expect([reply.status, reply.body.code]).toEqual([422, 'INVALID_RESULTS']);
  }
  expect((await rest(workspace, `GET /v1/agents/${AGENT}/runs`)).body.total).toBe(0);
});

test('refused uploads are listed on the page of the agent, with the reason and without a line of what was sent', async () => {
  const { workspace } = await shop();
  await upload(workspace, '{"results": {"tests": [{"name": "SECRET-LINE"', { format: 'ctrf' });
  await upload(workspace, ctrf([]));
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  // They are noted after the answer.
  const listed = await vi.waitFor(async () => {
    const all = await stub.listRefusedUploads();
    expect(all).toMatchObject({ ok: true, value: [{}, {}] });
    return all;
  });
  expect(listed).toMatchObject({
    ok: true,
    value: [
      { code: 'INVALID_RESULTS', reason: expect.stringContaining('There is no test in the report'), format: null },
      { code: 'INVALID_RESULTS', format: 'ctrf', bytes: 45, sender: expect.stringMatching(/^key key_/) },
    ],
  });
  const visitor = await visit(workspace);
  const { results } = await env.DB.prepare('SELECT id FROM agents WHERE workspace_id = ?1').bind(workspace.id).all();
  const page = await visitor.open(`/agent/${results[0]?.id}/runs`);
  expect(page.text).toContain('There is no test in the report');
  expect(page.html).not.toContain('SECRET-LINE');
});

test('who has no key, a bad one, or one that may not ingest is told so', async () => {
  const { workspace } = await shop();
  const none = await request(`/ingest/${AGENT}`, { method: 'POST', body: JSON.stringify(REPORT) });
  expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="invarium"']);
  expect((await upload(workspace, REPORT, {}, { key: `inv_${'x'.repeat(40)}` })).status).toBe(401);
  const reader = await rest(workspace, 'POST /v1/keys', { name: 'reader', scopes: ['read'] });
  const refused = await upload(workspace, REPORT, {}, { key: String(reader.body.key) });
  expect(refused).toMatchObject({ status: 403, body: { code: 'AUTH_FAILED' } });
  const ingester = await rest(workspace, 'POST /v1/keys', { name: 'ci', scopes: ['ingest'] });
  const key = String(ingester.body.key);
  const done = await upload(workspace, REPORT, {}, { key });
  expect(done.status).toBe(202);
  expect((await gateOf({ key }, done.body.run_id)).status).toBe(422);
  const stranger = await shop();
  expect((await gateOf(stranger.workspace, done.body.run_id)).status).toBe(404);
  expect((await upload(workspace, REPORT, {}, { agent: 'nobody' })).body).toMatchObject({
    code: 'AGENT_NOT_FOUND',
    status: 404,
  });
  expect((await request(`/ingest/${AGENT}`)).status).toBe(405);
});

async function signed({ id }: Workspace, secret: string, body: string, more: { id?: string; at?: number } = {}) {
  const webhookId = more.id ?? `msg_${crypto.randomUUID()}`;
  const at = more.at ?? Date.now();
  const headers = {
    'content-type': 'application/json',
    'webhook-id': webhookId,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(secret).sign(webhookId, new Date(at), body),
  };
  return request(`/ingest/${id}/${AGENT}`, { method: 'POST', headers, body });
}

test('a signed upload needs no key, is taken once by its id, and a wrong signature is refused and listed', async () => {
  const { workspace } = await shop();
  const secret = newStandardSecret();
  const rule = await rest(workspace, 'POST /v1/trust-rules', {
    name: 'Jenkins',
    policy: { kind: 'standard_webhook' },
    agent_name: AGENT,
    secret,
  });
  expect(rule).toMatchObject({ status: 201, body: { secret } });
  const body = JSON.stringify(REPORT);
  const one = await signed(workspace, secret, body, { id: 'msg_1' });
  const two = await signed(workspace, secret, body, { id: 'msg_1' });
  expect([one.status, two.status, two.headers.get('idempotent-replayed')]).toEqual([202, 202, 'true']);
  expect(await two.json()).toEqual(await one.json());
  const forged = await signed(workspace, newStandardSecret(), body);
  expect(forged.status).toBe(401);
  const stale = await signed(workspace, secret, body, { at: Date.now() - 301_000 });
  expect(stale.status).toBe(401);
});

/** The product's Worker with an issuer of the test's own. */
async function asJob(issuer: Issuer, path: string, init: RequestInit): Promise<Response> {
  const context = createExecutionContext();
  const bindings = { ...env, OIDC_ISSUER: issuer.url } as unknown as Env;
  const answer = await worker.fetch(new Request(`${ORIGIN}${path}`, init), bindings, context);
  const body = await answer.text();
  await waitOnExecutionContext(context);
  return new Response(body, answer);
}

async function trusting(workspace: Workspace) {
  const issuer = await new Issuer().publish('k1');
  const policy = { kind: 'github_oidc', repository_id: '74', repository_owner_id: '65' };
  await rest(workspace, 'POST /v1/trust-rules', { name: 'CI', policy });
  const token = () => issuer.token({ claims: { aud: ORIGIN }, at: Date.now() });
  const job = async (path: string, method = 'POST', body?: unknown) => {
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return asJob(issuer, path, init);
  };
  return { issuer, job };
}

test('a job with a token of its CI system uploads, finishes its run and passes the gate, without any stored secret', async () => {
  const { workspace } = await shop();
  const { job } = await trusting(workspace);
  const place = `/ingest/${workspace.id}/${AGENT}`;
  const one = await (await job(place, 'POST', ctrf([{ name: 'a' }]))).json<{ run_id: string; status: string }>();
  expect(one.status).toBe('running');
  const waiting = await job(`${place}/runs/${one.run_id}/gate`, 'GET');
  expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([503, '5']);
  const ended = await job(`${place}/runs/${one.run_id}/finish`);
  expect([ended.status, await ended.json()]).toMatchObject([200, { id: one.run_id, status: 'completed' }]);
  expect((await job(`${place}/runs/${one.run_id}/gate?min_pass_rate=1`, 'GET')).status).toBe(200);
  expect((await job(`/ingest/${workspace.id}/other-agent/runs/${one.run_id}/gate`, 'GET')).status).toBe(404);
  const stranger = await shop();
  expect((await job(`/ingest/${stranger.workspace.id}/${AGENT}/runs/${one.run_id}/gate`, 'GET')).status).toBe(403);
});

async function github({ id }: Workspace, secret: string, event: Record<string, unknown>) {
  const body = JSON.stringify(event);
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'workflow_run',
    'x-github-delivery': crypto.randomUUID(),
    'x-hub-signature-256': await githubSign(secret, body),
  };
  return request(`/ingest/${id}/github`, { method: 'POST', headers, body });
}

test('GitHub says that a job was cancelled, and its run is over and never green', async () => {
  const { workspace } = await shop();
  const secret = 'a-secret-of-sixteen-or-more';
  await rest(workspace, 'POST /v1/trust-rules', { name: 'GitHub', policy: { kind: 'github_webhook' }, secret });
  const { body } = await upload(workspace, REPORT, { external_key: 'octo-org/shop/5/1', shard: '1/3' });
  expect(body.status).toBe('running');
  const event = {
    action: 'completed',
    workflow_run: {
      id: 5,
      run_attempt: 1,
      conclusion: 'cancelled',
      status: 'completed',
      updated_at: new Date().toISOString(),
      repository: { full_name: 'octo-org/shop', id: 74 },
    },
    repository: { full_name: 'octo-org/shop', id: 74, owner: { id: 65 } },
  };
  await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`) as never);
  const told = await github(workspace, secret, event);
  expect([told.status, await told.json()]).toMatchObject([202, { ended: [body.run_id] }]);
  expect(await runOf(workspace, body.run_id)).toMatchObject({ status: 'failed', status_reason: 'cancelled' });
  expect((await gateOf(workspace, body.run_id)).status).toBe(422);
  const late = await upload(workspace, REPORT, { external_key: 'octo-org/shop/5/1', shard: '2/3' });
  expect(late.status).toBe(409);
});

/** 1,200 tests make several parts. */
function longReport(): unknown {
  return ctrf(Array.from({ length: 1_200 }, (_, n) => ({ name: `test ${n}`, status: n % 2 ? 'passed' : 'failed' })));
}

test('an upload whose object breaks down between its parts is refused, and sent again it is complete and counted once', async () => {
  const { workspace } = await shop();
  const query = { external_key: 'octo/shop/9/1', shard: '1/1' };
  const { ingest } = AgentObject.prototype;
  AgentObject.prototype.ingest = function (call) {
    if (call.runId === null) return ingest.call(this, call);
    AgentObject.prototype.ingest = ingest;
    this.ctx.abort('power cut');
    throw new Error('power cut');
  };
  const cut = await upload(workspace, longReport(), query);
  expect([cut.status, cut.body.code, cut.headers.get('retry-after')]).toEqual([500, 'SERVER_ERROR', '30']);
  const again = await upload(workspace, longReport(), query);
  expect(again.body).toMatchObject({
    status: 'completed',
    duplicate: 500,
    accepted: 700,
    counts: { total: 1_200, passed: 600, failed: 600 },
  });
  expect((await rest(workspace, `GET /v1/agents/${AGENT}/runs`)).body.total).toBe(1);
});

test('while D1 is away uploads with a key are taken in all the same', async () => {
  const { workspace } = await shop();
  await upload(workspace, ctrf([{ name: 'warm' }]));
  d1.mode = 'fail';
  const { status, body } = await upload(workspace, REPORT);
  expect([status, body.status]).toEqual([202, 'completed']);
  expect((await gateOf(workspace, body.run_id)).status).toBe(422);
});
