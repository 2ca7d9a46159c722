import { env } from 'cloudflare:workers';
import { newId } from '../../src/agent/ids.ts';
import type { Scope } from '../../src/domain/access.ts';
import type { LiveFrame } from '../../src/domain/run.ts';
import { sha256 } from '../../src/http/auth.ts';
import { mintKey } from '../../src/http/mint-key.ts';
import { projectKey } from '../../src/store/credentials.ts';
import { selectKey } from '../../src/store/keys.ts';
import { AGENT, addScenario, BLUEPRINT, type Caller, request, toolCaller } from './client.ts';
import type { Person } from './members-scene.ts';

/** The doors that somebody comes in by besides pages: keys, REST, sockets. */

/** The agent and one case of it, in a workspace that somebody owns. */
export async function addShop({ workspace }: Person): Promise<{ call: Caller; caseId: string }> {
  const call = await toolCaller(workspace.key);
  await call('upload_blueprint', { blueprint: BLUEPRINT });
  return { call, caseId: `${await addScenario(call)}_1` };
}

/** A key that a member made, whatever they may make now: one of better times. */
export async function keyOf(
  { workspace, id }: Person,
  name: string,
  scopes: Scope[] = ['read', 'write', 'ingest'],
): Promise<string> {
  const row = { id: newId('key'), workspaceId: workspace.id, name, scopes, createdAt: Date.now(), expiresAt: null };
  const minted = await mintKey(env, row);
  if (!('key' in minted)) return '';
  await env.DB.prepare('UPDATE api_keys SET member_id = ?2 WHERE id = ?1').bind(row.id, id).run();
  const hash = sha256(minted.key);
  const record = await selectKey(env.DB, hash);
  if (record) await projectKey(env.KV, hash, record);
  return minted.key;
}

export async function api(key: string, method: string, path: string, body?: unknown) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await request(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: JSON.parse(text || 'null') as unknown };
}

/** The socket of a run page: how many results it was told of, and the code that it was closed with. */
export async function watch(runId: string, cookie: string) {
  const headers = { upgrade: 'websocket', origin: 'http://localhost', cookie };
  const { webSocket } = await request(`/runs/${runId}/live?agent=${AGENT}`, { headers });
  if (!webSocket) throw new Error('no socket');
  let [total, code]: (number | undefined)[] = [];
  webSocket.addEventListener('message', ({ data }) => {
    total = (JSON.parse(String(data)) as LiveFrame).run.counts.total;
  });
  webSocket.addEventListener('close', (event) => {
    code = event.code;
  });
  webSocket.accept();
  return { total: () => total, closed: () => code };
}
