import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { projectKey } from '../../src/store/credentials.ts';
import { selectKey, updateKeyRevoked } from '../../src/store/keys.ts';
import { passTime } from '../faults/worker.ts';
import { signInAs, signInCode } from './browser.ts';
import { AGENT, connectClient, newWorkspace, openRun, request, shop, toolCaller } from './client.ts';

const FAILED = 'Error: Authentication failed. Check your INVARIUM_API_KEY.';
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function rpc(method: string, params: unknown = {}) {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
}

test('without an Authorization header everything but the workflow is 401 first', async () => {
  const bodies = [
    rpc('initialize'),
    rpc('tools/list'),
    rpc('tools/call', { name: 'invarium_list_agents' }),
    'not json',
    '[]',
    '',
  ];
  for (const body of bodies) {
    const answer = await request('/mcp', { method: 'POST', headers: HEADERS, body });
    expect(answer.status, body).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(await answer.text()).toContain(FAILED);
  }
  for (const method of ['GET', 'DELETE']) expect((await request('/mcp', { method })).status).toBe(401);
  expect((await request('/mcp', { method: 'OPTIONS' })).status).toBeLessThan(300);
});

test('the workflow needs no key', async () => {
  const body = rpc('tools/call', { name: 'invarium_get_workflow', arguments: { phase: 'setup' } });
  const answer = await request('/mcp', {
    method: 'POST',
    headers: { ...HEADERS, 'mcp-protocol-version': '2025-06-18' },
    body,
  });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('## Phase 0');
});

test('with a bad key the handshake, the lists and the workflow work and every other tool says why', async () => {
  for (const key of [`inv_${'z'.repeat(40)}`, `$${'{INVARIUM_API_KEY}'}`, '']) {
    const client = await connectClient(key);
    expect((await client.listTools()).tools.length).toBeGreaterThan(10);
    const call = await toolCaller(key);
    expect((await call('get_workflow')).isError).toBe(false);
    for (const tool of ['connect', 'list_agents', 'sync_results', 'get_agent']) {
      expect(await call(tool), `${tool} with ${key}`).toMatchObject({
        text: FAILED,
        isError: true,
        error: { code: 'AUTH_FAILED' },
      });
    }
  }
});

test('a token that is not one of our keys is 401 invalid_token', async () => {
  for (const authorization of ['Bearer abc.def', 'Basic dXNlcjpwYXNz']) {
    const answer = await request('/mcp', {
      method: 'POST',
      headers: { ...HEADERS, authorization },
      body: rpc('tools/list'),
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  }
});

test('a revoked key stops working within the cache time, an expired one at its hour', async () => {
  const workspace = await newWorkspace();
  const call = await toolCaller(workspace.key);
  expect((await call('list_agents')).isError).toBe(false);
  const record = await selectKey(env.DB, workspace.keyHash);
  if (!record) throw new Error('the key is not stored');
  await projectKey(env.KV, workspace.keyHash, { ...record, expires_at: Date.now() + 60_000 });
  expect((await call('list_agents')).isError).toBe(false);
  passTime(61_000);
  expect((await call('list_agents')).text).toBe(FAILED);
  await updateKeyRevoked(env.DB, workspace.keyHash, Date.now());
  await env.KV.delete(`key:${workspace.keyHash}`);
  passTime(31_000);
  expect((await call('list_agents')).text).toBe(FAILED);
});

test('what invarium_connect prints works: a key that can only ingest, and the tracer', async () => {
  const workspace = await newWorkspace('Shop team');
  const call = await toolCaller(workspace.key);
  const { text } = await call('connect');
  expect(text).toMatch(
    /^Connected to Invarium ✓\nAccount: dev@example\.com\nWorkspace: Shop team\n\nSETUP — Run these commands and create this file:\n\n1\. mkdir -p \.invarium/,
  );
  expect(text).not.toContain(workspace.key);
  const path = /-X POST http:\/\/localhost(\/api\/setup\/\S+) -o \.invarium\/config\.json/.exec(text)?.[1] ?? '';
  const config = (await (await request(path, { method: 'POST' })).json()) as { api_key: string; mcp_url: string };
  expect(config).toEqual({ api_key: expect.stringMatching(/^inv_[\w-]{40}$/), mcp_url: 'http://localhost' });
  expect(await selectScopes(config.api_key)).toBe('["ingest"]');
  expect((await request(path, { method: 'POST' })).status).toBe(410);
  const tracer = await request('/api/tracer');
  expect(tracer.headers.get('content-type')).toContain('text/x-python');
  expect(await tracer.text()).toContain('class Tracer');
});

test('a setup code is worth nothing after ten minutes', async () => {
  const call = await toolCaller((await newWorkspace()).key);
  const { text } = await call('connect');
  passTime(10 * 60_000 + 1_000);
  const path = /(\/api\/setup\/\S+)/.exec(text)?.[1] ?? '';
  expect((await request(path, { method: 'POST' })).status).toBe(410);
});

async function selectScopes(key: string): Promise<string | null> {
  return env.DB.prepare('SELECT scopes FROM api_keys WHERE prefix = ?1 ORDER BY created_at DESC LIMIT 1')
    .bind(key.slice(0, 8))
    .first('scopes');
}

test('a one-time link signs in once, and pages show nothing to anyone else', async () => {
  const { workspace, call } = await shop();
  const runId = await openRun(call, 2);
  const path = `/runs/${runId}?agent=${AGENT}`;
  const signedOut = await request(path);
  expect(signedOut.headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
  const code = await signInCode(workspace);
  const cookie = (await request(`/sign-in?code=${code}`)).headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/);
  expect((await request(`/sign-in?code=${code}`)).status).toBe(410);
  const page = await request(path, { headers: { cookie: cookie.split(';')[0] ?? '' } });
  expect(page.status).toBe(200);
  expect(page.headers.get('cache-control')).toBe('private, no-store');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  const stranger = await signInAs(await newWorkspace());
  expect((await request(path, { headers: { cookie: stranger } })).status).toBe(404);
});

test('signing out ends the session and asks for the token of its form', async () => {
  const workspace = await newWorkspace();
  const cookie = await signInAs(workspace);
  const home = await (await request('/', { headers: { cookie } })).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(home)?.[1] ?? '';
  const post = (token: string) =>
    request('/sign-out', {
      method: 'POST',
      headers: { cookie, origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' },
      body: `csrf=${token}`,
    });
  expect((await post('guess')).status).toBe(403);
  expect((await request('/', { headers: { cookie } })).status).toBe(200);
  expect((await post(csrf)).status).toBe(303);
  expect((await request('/', { headers: { cookie } })).status).toBe(302);
});

test('signing in by key takes a form from our own pages and goes nowhere else', async () => {
  const { key } = await newWorkspace();
  const post = (fields: Record<string, string>, origin = 'http://localhost') =>
    request('/sign-in', {
      method: 'POST',
      headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const ok = await post({ key, next: '/runs/x' });
  expect(ok.headers.get('location')).toBe('/runs/x');
  for (const next of ['https://evil.example', '//evil.example', '/\\evil.example']) {
    expect((await post({ key, next })).headers.get('location')).toBe('/');
  }
  expect((await post({ key: 'inv_wrong' })).status).toBe(401);
  expect((await post({ key }, 'https://evil.example')).status).toBe(403);
});

test('the live socket is refused to strangers and to other origins', async () => {
  const { workspace, call } = await shop();
  const runId = await openRun(call, 2);
  const path = `/runs/${runId}/live?agent=${AGENT}`;
  const cookie = await signInAs(workspace);
  const upgrade = { upgrade: 'websocket', origin: 'http://localhost' };
  expect((await request(path, { headers: upgrade })).status).toBe(401);
  expect((await request(path, { headers: { ...upgrade, cookie, origin: 'https://evil.example' } })).status).toBe(403);
  expect((await request(path, { headers: { ...upgrade, cookie: await signInAs(await newWorkspace()) } })).status).toBe(
    404,
  );
  expect((await request(path, { headers: { ...upgrade, cookie } })).status).toBe(101);
});
