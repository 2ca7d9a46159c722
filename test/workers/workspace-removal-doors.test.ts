import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { standardSignature } from '../../src/agent/standard-signature.ts';
import type { Env } from '../../src/env.ts';
import { removeWorkspace, SETTLED_MS } from '../../src/http/remove-workspace.ts';
import { upsertAgent } from '../../src/store/agents.ts';
import { selectRole } from '../../src/store/members.ts';
import { insertSession } from '../../src/store/sessions.ts';
import { passTime } from '../faults/worker.ts';
import { ctrf, type Reply, rest } from './ci-client.ts';
import { AGENT, newWorkspace, request, shop, type Workspace } from './client.ts';

/** What the doors of a workspace that is being deleted answer, where no copy in KV tells them, and whom the deletion itself lets in. */

const NAME = 'Test workspace';

async function closed(): Promise<Workspace> {
  const { workspace } = await shop();
  await removeWorkspace(env as Env, { workspaceId: workspace.id, actor: 'dev@example.com', now: Date.now() });
  return workspace;
}

const deletion = (key: string): Promise<Reply> => rest({ key }, 'DELETE /v1/workspace', { confirm: NAME });

test('over REST the same request with the same key goes on with a deletion to its end, and nothing else takes that key', async () => {
  const { workspace } = await shop();
  expect((await deletion(workspace.key)).status).toBe(202);
  expect((await rest(workspace, 'GET /v1/me')).status).toBe(401);
  expect(await deletion(workspace.key)).toMatchObject({ status: 202, body: { remaining: { agents: 0 } } });
  passTime(SETTLED_MS);
  expect(await deletion(workspace.key)).toMatchObject({ status: 200, body: { deleted: workspace.id } });
  expect((await deletion(workspace.key)).status).toBe(401);
});

test('a key that may not delete a workspace, was revoked before, or has expired goes on with no deletion', async () => {
  const { workspace } = await shop();
  const made = async (body: object) => {
    const { body: answer } = await rest(workspace, 'POST /v1/keys', { name: 'Key', ...body });
    return { id: String(answer.id), key: String(answer.key) };
  };
  const narrow = await made({ scopes: ['read', 'write', 'ingest'] });
  const revoked = await made({ scopes: ['admin'] });
  await rest(workspace, `DELETE /v1/keys/${revoked.id}`);
  const expired = await made({ scopes: ['admin'], days: 1 });
  const left = await newWorkspace();
  await rest(left, `DELETE /v1/keys/${(await rest(left, 'GET /v1/me')).body.key_id}`);
  expect((await deletion(workspace.key)).status).toBe(202);
  passTime(2 * 86_400_000);
  for (const { key } of [narrow, revoked, expired, left]) expect((await deletion(key)).status).toBe(401);
  expect((await deletion(workspace.key)).status).toBe(200);
});

test('where the copy of a key is lost, D1 says that the workspace is being deleted', async () => {
  const workspace = await closed();
  await env.DB.prepare('UPDATE api_keys SET revoked_at = NULL WHERE hash = ?1').bind(workspace.keyHash).run();
  await env.KV.delete(`key:${workspace.keyHash}`);
  passTime(31_000);
  expect((await rest(workspace, 'GET /v1/me')).status).toBe(401);
});

test('a report with a good signature is refused as in a workspace that does not exist', async () => {
  const { workspace } = await shop();
  const rule = await rest(workspace, 'POST /v1/trust-rules', { name: 'CI', policy: { kind: 'standard_webhook' } });
  const send = async (workspaceId: string, id: string) => {
    const body = JSON.stringify(ctrf([{ name: 'a' }]));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = String(standardSignature(String(rule.body.secret), { id, timestamp, body }));
    const proof = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    const headers = { 'content-type': 'application/json', ...proof };
    const answer = await request(`/ingest/${workspaceId}/${AGENT}`, { method: 'POST', body, headers });
    return { status: answer.status, text: await answer.text() };
  };
  expect((await send(workspace.id, 'one')).status).toBe(202);
  await env.DB.prepare('UPDATE workspaces SET deleting_at = 1 WHERE id = ?1').bind(workspace.id).run();
  expect(await send(workspace.id, 'two')).toEqual(await send('ws_0000000000000000', 'three'));
});

test('no agent, no session and no role is to be had in a workspace that is being deleted', async () => {
  const workspace = await closed();
  const { id: workspaceId, memberId } = workspace;
  const agent = {
    id: 'ag_late',
    name: 'late',
    document: '',
    confidence: 'low',
    score: 1,
    audit: '{}',
    now: 1,
    limit: null,
  };
  expect(await upsertAgent(env.DB, { ...agent, workspaceId })).toEqual({ id: null, agents: 0, isOpen: false });
  const session = { hash: 'late', workspaceId, memberId, keyId: null, createdAt: 1, expiresAt: Date.now() + 1000 };
  expect(await insertSession(env.DB, session)).toBeNull();
  expect(await selectRole(env.DB, { workspaceId, memberId })).toBeNull();
});

test('what KV says of somebody who was turned away ends some months later', async () => {
  const workspace = await closed();
  const { keys } = await env.KV.list();
  const copies = keys.filter(
    ({ name }) => name === `key:${workspace.keyHash}` || name === `member:${workspace.memberId}`,
  );
  expect(copies).toHaveLength(2);
  for (const { expiration = 0 } of copies) expect(expiration).toBeGreaterThan(Date.now() / 1000 + 80 * 86_400);
});

test('an export over REST is sent while it is made, so that it has no tag', async () => {
  const { workspace } = await shop();
  const answer = await request('/v1/workspace/export', { headers: { authorization: `Bearer ${workspace.key}` } });
  expect(answer.headers.get('etag')).toBeNull();
  await answer.body?.cancel();
});
