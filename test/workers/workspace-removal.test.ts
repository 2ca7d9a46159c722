import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import { callerOfKey, sha256, startSession } from '../../src/http/auth.ts';
import { mintKey } from '../../src/http/mint-key.ts';
import { mintSetupCode } from '../../src/http/one-time-code.ts';
import { removeWorkspace, SETTLED_MS } from '../../src/http/remove-workspace.ts';
import { findKey, findLiveSession, findMember, projectMember } from '../../src/store/credentials.ts';
import { type MemberRecord, selectMember } from '../../src/store/members.ts';
import type { Caller } from '../../src/tools/define-tool.ts';
import { d1, passTime } from '../faults/worker.ts';
import { signInCode } from './browser.ts';
import { rest } from './ci-client.ts';
import { AGENT, newWorkspace, refund, request, shop, sync, toolCaller } from './client.ts';
import { deletionOf, expectGone, inhabited, NAME, objectOf, removeWhole, rowsOfD1 } from './workspace-removal-scene.ts';

afterEach(() => {
  d1.mode = 'ok';
});

test('a deleted workspace leaves one line of the audit log, and another with an agent of the same name as it was', async () => {
  const [mine, other] = await Promise.all([inhabited(), inhabited()]);
  const ofOther = async () => {
    const rows = (await rowsOfD1()).filter((row) => other.held.some((id) => row.includes(id)));
    // Noted after the answer to a request, whenever that is.
    return rows.map((row) => row.replace(/"last_used_at":\w+/, ''));
  };
  const before = await vi.waitFor(async () => {
    await runDurableObjectAlarm(objectOf(other.workspace));
    const rows = await ofOther();
    expect(rows.filter((row) => /^(?:runs|scores) /.test(row))).toHaveLength(2);
    return rows;
  });
  await removeWhole(env as Env, mine.workspace);
  await expectGone(mine.workspace, mine.held);
  expect(await ofOther()).toEqual(before);
  expect((await rest(other.workspace, `GET /v1/agents/${AGENT}`)).status).toBe(200);
});

test('from the first step on nobody gets in, and nothing new is made', async () => {
  const { workspace, visitor } = await inhabited();
  const caller = (await callerOfKey(env as Env, workspace.key, Date.now())) as Caller;
  const setup = await mintSetupCode(env as Env, caller, Date.now());
  const member = (await selectMember(env.DB, workspace.memberId)) as MemberRecord;
  const removal = await removeWorkspace(env as Env, deletionOf(workspace));
  expect(removal).toMatchObject({
    done: false,
    retryAfterS: 30,
    left: { keys: 0, members: 0, sessions: 0, agents: 0 },
  });

  expect((await rest(workspace, 'GET /v1/me')).status).toBe(401);
  const call = await toolCaller(workspace.key);
  expect((await call('list_agents')).error?.code).toBe('AUTH_FAILED');
  expect((await visitor.open('/agents')).status).toBe(302);
  expect((await request(`/sign-in?code=${await signInCode(workspace)}`)).status).toBe(410);
  expect((await request(`/api/setup/${setup}`, { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
  const stores = env as Env;
  expect(await findMember(stores, { id: workspace.memberId, now: Date.now() })).toBeNull();
  const wanted = { id: 'key_late', workspaceId: workspace.id, name: 'Late', scopes: ['read'] as const };
  const minted = await mintKey(stores, { ...wanted, createdAt: Date.now(), expiresAt: null });
  expect(minted).toMatchObject({ refused: 'full' });
  const started = await startSession(stores, { member, keyId: workspace.keyHash }, Date.now());
  expect(started).toBeNull();
});

test('a copy that says otherwise, written by what was under way, is put right before the end', async () => {
  const { workspace, held } = await inhabited();
  const stores = env as Env;
  const member = (await selectMember(env.DB, workspace.memberId)) as MemberRecord;
  const key = await findKey(stores, { hash: workspace.keyHash, now: Date.now() });
  await removeWorkspace(stores, deletionOf(workspace));
  await projectMember(env.KV, member);
  await env.KV.put(`key:${workspace.keyHash}`, JSON.stringify(key));
  await removeWhole(stores, workspace);
  await expectGone(workspace, held);
  passTime(31_000);
  expect(await findMember(stores, { id: workspace.memberId, now: Date.now() })).toBeNull();
  expect((await rest(workspace, 'GET /v1/me')).status).toBe(401);
});

test('sessions and keys of the workspace are refused as unknown ones are, once it is gone', async () => {
  const { workspace, visitor } = await inhabited();
  const token = decodeURIComponent(visitor.cookie.replace(/^[^=]*=/, '')).split('.')[0] ?? '';
  await removeWhole(env as Env, workspace);
  expect(await findLiveSession(env as Env, { hash: sha256(token), now: Date.now() })).toBeNull();
  const [gone, unknown] = await Promise.all([
    rest(workspace, 'GET /v1/agents'),
    rest({ key: `inv_${'u'.repeat(40)}` }, 'GET /v1/agents'),
  ]);
  expect({ status: gone.status, body: gone.body }).toEqual({ status: unknown.status, body: unknown.body });
  for (const path of ['/', '/settings/delete']) expect((await visitor.open(path)).status).toBe(302);
});

test('an agent whose object cannot reach D1 is told as left, and goes with the next request', async () => {
  const { workspace, held } = await inhabited();
  d1.mode = 'fail';
  expect(await removeWorkspace(env as Env, deletionOf(workspace))).toMatchObject({ done: false, left: { agents: 1 } });
  d1.mode = 'ok';
  await removeWhole(env as Env, workspace);
  await expectGone(workspace, held);
});

test('a flush that was under way brings nothing back, and nothing waits to be sent any more', async () => {
  const { workspace, call, caseId } = await shop();
  await rest(workspace, 'POST /v1/webhooks', { url: 'https://ok.hooks.test/ok', events: ['run.completed'] });
  await sync(call, [refund(caseId)]);
  await Promise.all([runDurableObjectAlarm(objectOf(workspace)), removeWhole(env as Env, workspace)]);
  await expectGone(workspace, [workspace.id, workspace.memberId]);
});

test('agents that D1 knows and no object does go, too, more of them than one request takes', async () => {
  const workspace = await newWorkspace();
  const insert = env.DB.prepare(
    'INSERT INTO agents (id, workspace_id, name, blueprint_version, created_at, updated_at) VALUES (?1, ?2, ?3, 1, 1, 1)',
  );
  const names = Array.from({ length: 50 }, (_, at) => `agent-${at}`);
  await env.DB.batch(names.map((name) => insert.bind(`ag_${workspace.id}_${name}`, workspace.id, name)));
  const begun = await removeWorkspace(env as Env, deletionOf(workspace));
  expect(begun).toMatchObject({ done: false, left: { agents: 50 } });
  const next = await removeWorkspace(env as Env, deletionOf(workspace, Date.now() + SETTLED_MS));
  expect(next.done ? 0 : next.left.agents).toBeGreaterThanOrEqual(10);
  await removeWhole(env as Env, workspace);
  expect((await rowsOfD1()).filter((row) => row.includes(workspace.id))).toHaveLength(1);
});

test('over REST a deletion wants the name, and says when to ask again', async () => {
  const { workspace } = await inhabited();
  const refused = await rest(workspace, 'DELETE /v1/workspace', { confirm: 'test workspace' });
  expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_ARGUMENT' } });
  expect((await rest(workspace, 'GET /v1/me')).status).toBe(200);
  const begun = await rest(workspace, 'DELETE /v1/workspace', { confirm: NAME });
  expect(begun).toMatchObject({
    status: 202,
    body: { deleting: workspace.id, retry_after: 30, remaining: { agents: 0 } },
  });
  expect(begun.headers.get('retry-after')).toBe('30');
});

function csrfOf(html: string): string {
  return /action="\/settings\/delete"[^>]*><input type="hidden" name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
}

test('an owner deletes the workspace from its page, goes on in the closed workspace, and is signed out in the end', async () => {
  const { workspace, visitor, held } = await inhabited();
  const asked = await visitor.open('/settings/delete');
  expect(asked.text).toContain('1 agent with blueprints');
  const csrf = csrfOf(asked.html);
  expect((await visitor.post('/settings/delete', { csrf: 'forged', confirm: NAME })).status).toBe(403);
  const mistyped = await visitor.post('/settings/delete', { csrf, confirm: 'Another' });
  expect(mistyped.status).toBe(400);
  expect(await mistyped.text()).toContain('This is not the name of the workspace. Nothing was deleted.');
  expect((await visitor.open('/agents')).status).toBe(200);

  const begun = await visitor.post('/settings/delete', { csrf, confirm: NAME });
  expect({ status: begun.status, to: begun.headers.get('location') }).toEqual({ status: 303, to: '/settings/delete' });
  expect((await visitor.open('/agents')).status).toBe(302);
  const waiting = await visitor.open('/settings/delete');
  expect(waiting.text).toContain('Test workspace is being deleted');
  passTime(SETTLED_MS);
  const done = await visitor.post('/settings/delete', { csrf: csrfOf(waiting.html) });
  expect(await done.text()).toContain('The workspace is deleted');
  expect(done.headers.get('set-cookie')).toMatch(/invarium_session=;/);
  await expectGone(workspace, held);
});

test('nobody but an owner deletes a workspace, or goes on with it', async () => {
  const { workspace, visitor } = await inhabited();
  const csrf = csrfOf((await visitor.open('/settings/delete')).html);
  await env.DB.prepare("UPDATE members SET role = 'member' WHERE id = ?1").bind(workspace.memberId).run();
  expect((await visitor.post('/settings/delete', { csrf, confirm: NAME })).status).toBe(403);
  expect((await visitor.open('/settings/delete')).status).toBe(403);
  await removeWorkspace(env as Env, deletionOf(workspace));
  expect((await visitor.open('/settings/delete')).status).toBe(302);
  expect((await visitor.post('/settings/delete', { csrf })).status).toBe(302);
});
