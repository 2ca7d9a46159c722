import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { passTime } from '../faults/worker.ts';
import { ctrf, rest, upload } from './ci-client.ts';
import { AGENT, ORIGIN, openRun, refund, request, shop, sync } from './client.ts';
import { watch } from './members-doors.ts';
import { askToken, authorizePath, callTool, codeGrant, decide, newClient, pkce, type Tokens } from './oauth-client.ts';

/** A key is revoked by another instance of the server: what this one remembers of it has to end by itself. */

const MINUTE_MS = 60_000;

async function signInBy(key: string): Promise<string> {
  const headers = { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await request('/sign-in', { method: 'POST', headers, body: String(new URLSearchParams({ key })) });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

async function appOf(cookie: string): Promise<{ clientId: string; tokens: Tokens }> {
  const open = async (path: string) => {
    const html = await (await request(path, { headers: { cookie } })).text();
    return { status: 200, html, text: html };
  };
  const clientId = await newClient();
  const { verifier, challenge } = pkce();
  const visitor = { cookie, open, post: () => Promise.reject(new Error('no form is sent')) };
  const back = await decide(visitor, authorizePath(clientId, challenge));
  return { clientId, tokens: (await (await askToken(codeGrant(clientId, back, verifier))).json()) as Tokens };
}

/** What another instance leaves in the stores that all share: the key and its sessions revoked, its grants gone. */
async function revokeElsewhere(keyHash: string): Promise<void> {
  const names = (await env.KV.list()).keys.map(({ name }) => name);
  for (const name of names.filter((each) => each === `key:${keyHash}` || each.startsWith('session:'))) {
    const record = JSON.parse((await env.KV.get(name)) ?? '{}') as Record<string, unknown>;
    await env.KV.put(name, JSON.stringify({ ...record, revoked_at: Date.now() }));
  }
  for (const name of names.filter((each) => /^(token|grant):/.test(each))) await env.KV.delete(name);
  await env.DB.prepare('UPDATE api_keys SET revoked_at = 1 WHERE hash = ?1').bind(keyHash).run();
  await env.DB.prepare('UPDATE sessions SET revoked_at = 1').run();
}

test('a key that was revoked is refused within a minute at every door, with the sessions, sockets and apps that came of it', async () => {
  const { workspace, call, caseId } = await shop();
  const runId = await openRun(call, 10);
  const cookie = await signInBy(workspace.key);
  const { clientId, tokens } = await appOf(cookie);
  const socket = await watch(runId, cookie);
  const doors: Record<string, () => Promise<number>> = {
    'a tool by key': async () =>
      (await (await callTool(workspace.key, 'list_agents')).text()).includes('AUTH_FAILED') ? 401 : 200,
    'a tool by app': async () => (await callTool(tokens.access_token, 'list_agents')).status,
    REST: async () => (await rest(workspace, 'GET /v1/me')).status,
    'an upload': async () => (await upload(workspace, ctrf([{ name: 'a' }]))).status,
    'a page': async () => (await request('/agents', { headers: { cookie } })).status,
    'a new socket': async () => {
      const headers = { upgrade: 'websocket', origin: ORIGIN, cookie };
      const { status, webSocket } = await request(`/runs/${runId}/live?agent=${AGENT}`, { headers });
      webSocket?.accept();
      webSocket?.close();
      return status;
    },
    'a sign-in': async () => ((await signInBy(workspace.key)) === '' ? 401 : 200),
    'a refresh': async () =>
      (await askToken({ grant_type: 'refresh_token', client_id: clientId, refresh_token: tokens.refresh_token }))
        .status,
  };
  const ask = async () => {
    const told: Record<string, number> = {};
    for (const [door, knock] of Object.entries(doors)) told[door] = await knock();
    return told;
  };
  expect(await ask()).toEqual({
    ...{ 'a tool by key': 200, 'a tool by app': 200, REST: 200, 'an upload': 202, 'a page': 200 },
    ...{ 'a new socket': 101, 'a sign-in': 200, 'a refresh': 200 },
  });
  await sync(call, [refund(caseId)], { test_run_id: runId });
  await vi.waitFor(() => expect(socket.total()).toBe(1));

  await revokeElsewhere(workspace.keyHash);
  passTime(MINUTE_MS);
  expect(await ask()).toEqual({
    ...{ 'a tool by key': 401, 'a tool by app': 401, REST: 401, 'an upload': 401, 'a page': 302 },
    ...{ 'a new socket': 401, 'a sign-in': 401, 'a refresh': 400 },
  });
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  await stub.endRun({ how: 'finish', runId });
  await vi.waitFor(() => expect(socket.closed()).toBe(4401));
  expect(socket.total()).toBe(1);
});
