import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, test, vi } from 'vitest';
import type { Received } from '../faults/outbound.ts';
import { rest, upload } from './ci-client.ts';
import { AGENT, newWorkspace, refund, request, shop, sync, type Workspace } from './client.ts';
import { type Visitor, visit } from './dashboard-visitor.ts';

const SECRET = /whsec_[\w+/=]{40,}/;
const REPORT = '<testsuite name="s"><testcase name="one"/></testsuite>';

async function scene() {
  const made = await shop();
  const visitor = await visit(made.workspace);
  return { ...made, visitor, send: sender(visitor) };
}

/** Sends a form of the page as a browser does. */
function sender(visitor: Visitor) {
  return async (path: string, fields: Record<string, string> = {}) => {
    const { html } = await visitor.open('/webhooks');
    const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const answer = await visitor.post(path, { csrf, ...fields });
    return { status: answer.status, location: answer.headers.get('location') ?? '', html: await answer.text() };
  };
}

async function listed(workspace: Workspace, what: 'webhooks' | 'trust-rules') {
  const { body } = await rest(workspace, `GET /v1/${what}`);
  return (body.webhooks ?? body.trust_rules) as Record<string, unknown>[];
}

test('an empty workspace is told what to do next', async () => {
  const visitor = await visit(await newWorkspace());
  const { text } = await visitor.open('/webhooks');
  expect(text).toContain('No address hears of ended runs yet. Name one');
  expect(text).toContain('Nothing was sent: there is no webhook to send to.');
  const uploads = await visitor.open('/webhooks/uploads');
  expect(uploads.text).toContain('Trust a CI system itself and no key has to be kept in it.');
  expect(uploads.html).toContain('/AGENT_NAME');
});

test('a webhook is added, shows its secret once, hears of a run, is rotated, switched off and deleted', async () => {
  const { workspace, visitor, send, call, caseId } = await scene();
  const host = `https://${crypto.randomUUID()}.hooks.test`;
  const added = await send('/webhooks/new', { url: `${host}/ok`, event: 'run.completed' });
  const [secret = ''] = SECRET.exec(added.html) ?? [];
  expect(secret).not.toBe('');
  const [webhook] = await listed(workspace, 'webhooks');
  const path = `/webhooks/${webhook?.id}`;
  expect(webhook).toMatchObject({ url: `${host}/ok`, events: ['run.completed'], enabled: true });
  expect((await visitor.open('/webhooks')).html).not.toMatch(SECRET);

  await sync(call, [refund(caseId)]);
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
    expect((await visitor.open('/webhooks')).text).toContain('HTTP 204 1 attempt');
  });
  const [first] = (await (await fetch(`${host}/received`)).json()) as Received[];
  expect(new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {})).toMatchObject({ type: 'run.completed' });

  const rotated = await send(`${path}/rotate`);
  expect(SECRET.exec(rotated.html)?.[0]).not.toBe(secret);
  expect((await visitor.open('/webhooks')).text).toContain('signs with two secrets');
  expect(await send(`${path}/finish-rotation`)).toMatchObject({ status: 303, location: `/webhooks#${webhook?.id}` });
  expect(await send(`${path}/off`)).toMatchObject({ status: 303 });
  expect(await listed(workspace, 'webhooks')).toMatchObject([{ enabled: false, secrets: 1 }]);
  await send(`${path}/on`);
  expect((await visitor.open(`${path}/delete`)).text).toContain('what is still to be sent to it is given up');
  expect(await send(`${path}/delete`)).toMatchObject({ status: 303 });
  expect(await listed(workspace, 'webhooks')).toEqual([]);
  expect((await visitor.open('/webhooks')).text).toContain('deleted webhook');
});

test('a delivery is sent again from the page, which comes back to the same view', async () => {
  const { workspace, visitor, send, call, caseId } = await scene();
  const host = `https://${crypto.randomUUID()}.hooks.test`;
  await send('/webhooks/new', { url: `${host}/failing`, event: 'run.completed' });
  await sync(call, [refund(caseId)]);
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  const view = `/webhooks?agent=${AGENT}`;
  const shows = (words: string) =>
    vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      const page = await visitor.open(view);
      expect(page.text).toContain(words);
      return page.html;
    });
  const html = await shows('HTTP 500 1 attempt');
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  const fields = { delivery: hidden('delivery'), back: hidden('back') };
  const sent = await send('/webhooks/redeliver', fields);
  expect(sent).toMatchObject({ status: 303, location: `${view}#deliveries` });
  await shows('HTTP 500 2 attempts');
  const elsewhere = await send('/webhooks/redeliver', { ...fields, back: '//evil.example' });
  expect(elsewhere.location).toBe('/webhooks#deliveries');
  expect((await send('/webhooks/redeliver', { ...fields, delivery: `${AGENT} msg_none wh_none` })).status).toBe(404);
});

test('an address that is not on the public internet comes back with the reason and what was typed', async () => {
  const { workspace, send } = await scene();
  const url = 'https://127.0.0.1/hook';
  const { status, html } = await send('/webhooks/new', { url, event: 'run.failed', agent: AGENT });
  expect(status).toBe(400);
  expect(html).toContain('leads to an address that is not on the public internet');
  expect(html).toContain(`value="${url}"`);
  expect(html).toMatch(/value="run\.failed" checked/);
  expect(html).not.toMatch(/value="run\.completed" checked/);
  const eventless = await send('/webhooks/new', { url: 'https://a.hooks.test/ok' });
  expect([eventless.status, eventless.html.includes('events must name at least one event.')]).toEqual([400, true]);
  const unnamed = await send('/webhooks/new', {
    url: 'https://a.hooks.test/ok',
    event: 'run.failed',
    agent: 'no such name',
  });
  expect(unnamed.html).toMatch(/<input id="webhook-agent"[^>]*aria-invalid="true"/);
  expect(await listed(workspace, 'webhooks')).toEqual([]);
});

test('a rule for signatures is made, vouches for an upload, is rotated and deleted', async () => {
  const { workspace, visitor, send } = await scene();
  const made = await send('/webhooks/rules', { kind: 'standard_webhook', name: 'GitLab', agent: AGENT });
  const [secret = ''] = SECRET.exec(made.html) ?? [];
  const deliver = async (id: string, key: string) => {
    const at = new Date();
    const signature = new Webhook(key).sign(id, at, REPORT);
    const headers = {
      ...{ 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) },
      ...{ 'webhook-signature': signature, 'content-type': 'application/xml' },
    };
    const path = `/ingest/${workspace.id}/${AGENT}?format=junit`;
    return (await request(path, { method: 'POST', headers, body: REPORT })).status;
  };
  expect(await deliver('d-1', secret)).toBe(202);
  const [rule] = await listed(workspace, 'trust-rules');
  const path = `/webhooks/rules/${rule?.id}`;
  const next = SECRET.exec((await send(`${path}/rotate`)).html)?.[0] ?? '';
  expect([await deliver('d-2', secret), await deliver('d-3', next)]).toEqual([202, 202]);
  await send(`${path}/finish-rotation`);
  expect([await deliver('d-4', secret), await deliver('d-5', next)]).toEqual([401, 202]);
  expect((await visitor.open(`${path}/delete`)).text).toContain('GitLab, Standard Webhooks');
  await send(`${path}/delete`);
  expect(await deliver('d-6', next)).toBe(401);
  expect((await visitor.open('/webhooks/uploads')).text).not.toContain('GitLab');
});

test('a rule for GitHub Actions is made without a secret, and a wrong one comes back as it was typed', async () => {
  const { workspace, visitor, send } = await scene();
  const typed = { kind: 'github_oidc', name: 'CI', repository_id: '12', ref: 'refs/heads/*', allow_forks: 'yes' };
  const refused = await send('/webhooks/rules', typed);
  expect([refused.status, refused.html.includes('value="refs/heads/*"')]).toEqual([400, true]);
  expect(refused.html).toContain('repository_owner_id must be a number');
  expect(refused.html).toMatch(/<details class="adding" open[^>]*><summary>GitHub Actions/);
  const made = await send('/webhooks/rules', { ...typed, repository_owner_id: '34' });
  const [rule] = await listed(workspace, 'trust-rules');
  expect(made).toMatchObject({ status: 303, location: `/webhooks/uploads#${rule?.id}` });
  expect(rule?.policy).toEqual({
    ...{ kind: 'github_oidc', repository_id: '12', repository_owner_id: '34' },
    ...{ ref: 'refs/heads/*', allow_forks: true },
  });
  expect((await visitor.open('/webhooks/uploads')).text).toContain('ref refs/heads/* also events open to forks');
});

test("GitHub's own webhook is believed with the secret of the page, which no page shows again", async () => {
  const { workspace, visitor, send } = await scene();
  const secret = 'a secret of GitHub';
  const made = await send('/webhooks/rules', { kind: 'github_webhook', name: 'Hook', secret });
  expect(made.html).toContain(`value="${secret}"`);
  const short = await send('/webhooks/rules', { kind: 'github_webhook', name: 'Hook', secret: 'short one' });
  expect([short.status, short.html.includes('short one')]).toEqual([400, false]);
  expect(short.html).toContain('secret must have at least 16 characters.');
  const page = await visitor.open('/webhooks/uploads');
  expect(page.html).not.toContain(secret);
  expect(page.html).toContain(`http://localhost/ingest/${workspace.id}/github`);
  const body = JSON.stringify({ zen: 'Keep it logically awesome.' });
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = { 'x-github-event': 'ping', 'x-github-delivery': 'd-1', 'x-hub-signature-256': signature };
  expect((await request(`/ingest/${workspace.id}/github`, { method: 'POST', headers, body })).status).toBe(202);
});

test('uploads that were refused stand on the page with their reason, those of the chosen agent alone', async () => {
  const { workspace, visitor } = await scene();
  expect((await upload(workspace, '<testsuite', { format: 'junit' })).status).toBe(400);
  await vi.waitFor(async () =>
    expect((await visitor.open('/webhooks/uploads')).text).toContain('INVALID_RESULTS junit 10 B'),
  );
  const agent = await env.DB.prepare('SELECT id FROM agents WHERE workspace_id = ?1').bind(workspace.id).first('id');
  const summary = await visitor.open(`/agent/${agent}`);
  expect(summary.text).toContain('Of the newest uploads from CI 1 did not become a run: see why they were refused');
  expect((await visitor.open(`/agent/${agent}/runs`)).html).toContain('id="refused"');
  expect((await visitor.open('/webhooks/uploads?agent=nobody')).text).toContain(
    'No upload for these agents was turned away',
  );
});

test('a viewer sees no path of an address and no way to change anything, and cannot', async () => {
  const { workspace, send } = await scene();
  const url = 'https://a.hooks.test/secret-path';
  await send('/webhooks/new', { url, event: 'run.completed' });
  const [webhook] = await listed(workspace, 'webhooks');
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  const other = await visit(workspace);
  const { html } = await other.open('/webhooks');
  expect(html).toContain('https://a.hooks.test/…');
  expect(html).not.toContain('secret-path');
  const asked = await other.open(`/webhooks/${webhook?.id}/delete`);
  expect([asked.status, asked.html.includes('secret-path')]).toEqual([403, false]);
  for (const page of [html, (await other.open('/webhooks/uploads')).html])
    expect(page.match(/method="post"/g)).toHaveLength(1);
  for (const path of [
    '/webhooks/new',
    `/webhooks/${webhook?.id}/off`,
    `/webhooks/${webhook?.id}/delete`,
    '/webhooks/rules',
  ])
    expect([path, (await sender(other)(path, { url, kind: 'github_webhook', name: 'x' })).status]).toEqual([path, 403]);
  expect(await listed(workspace, 'webhooks')).toMatchObject([{ enabled: true }]);
  expect(await listed(workspace, 'trust-rules')).toEqual([]);
});

test('without its token or from another workspace a form changes nothing', async () => {
  const { workspace, visitor, send } = await scene();
  await send('/webhooks/new', { url: 'https://a.hooks.test/ok', event: 'run.completed' });
  const [webhook] = await listed(workspace, 'webhooks');
  expect((await send(`/webhooks/${webhook?.id}/off`, { csrf: 'x' })).status).toBe(403);
  const foreign = sender(await visit(await newWorkspace()));
  for (const act of ['off', 'rotate', 'finish-rotation', 'delete'])
    expect([act, (await foreign(`/webhooks/${webhook?.id}/${act}`)).status]).toEqual([act, 404]);
  expect((await foreign('/webhooks/rules/tru_0/rotate')).status).toBe(404);
  expect((await (await visit(await newWorkspace())).open(`/webhooks/${webhook?.id}/delete`)).status).toBe(404);
  expect(await listed(workspace, 'webhooks')).toMatchObject([{ enabled: true, secrets: 1 }]);
  for (const [path, home] of [
    [`/webhooks/${webhook?.id}/off`, '/webhooks'],
    ['/webhooks/redeliver', '/webhooks#deliveries'],
    ['/webhooks/rules/tru_0/rotate', '/webhooks/uploads'],
  ] as const)
    expect((await request(path, { headers: { cookie: visitor.cookie } })).headers.get('location')).toBe(home);
});
