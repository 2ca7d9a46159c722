import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { connectedApps, withdrawGrant } from '../../src/http/connect/grants.ts';
import { revokeKey } from '../../src/http/revoke-key.ts';
import { projectMember } from '../../src/store/credentials.ts';
import { passTime } from '../faults/worker.ts';
import { AGENT, BLUEPRINT, newWorkspace, ORIGIN, request, shop } from './client.ts';
import { visit } from './dashboard-visitor.ts';
import {
  askToken,
  authorizePath,
  callTool,
  codeGrant,
  connect,
  decide,
  newClient,
  pkce,
  REDIRECT,
  register,
  type Tokens,
} from './oauth-client.ts';

const MINUTE_MS = 60_000;

test('a client finds its way from the connector URL alone to the documents it needs', async () => {
  const answer = await request('/mcp', { method: 'POST', body: '{}' });
  expect(answer.status).toBe(401);
  const challenge = answer.headers.get('www-authenticate') ?? '';
  const metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
  expect(metadataUrl).toBe(`${ORIGIN}/.well-known/oauth-protected-resource/mcp`);
  expect(challenge).toContain('scope="read write ingest"');
  const resource = await (await request(new URL(metadataUrl).pathname)).json();
  expect(resource).toMatchObject({ resource: `${ORIGIN}/mcp`, authorization_servers: [ORIGIN] });
  const server = await (await request('/.well-known/oauth-authorization-server')).json();
  expect(server).toMatchObject({
    issuer: ORIGIN,
    authorization_endpoint: `${ORIGIN}/authorize`,
    token_endpoint: `${ORIGIN}/oauth/token`,
    registration_endpoint: `${ORIGIN}/oauth/register`,
    code_challenge_methods_supported: ['S256'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
    scopes_supported: ['read', 'write', 'ingest', 'offline_access'],
  });
});

test('whoever is not signed in is asked to sign in and comes back to the very request', async () => {
  const path = authorizePath(await newClient(), pkce().challenge);
  const answer = await request(path);
  expect(answer.status).toBe(302);
  const next = new URL(answer.headers.get('location') ?? '', ORIGIN).searchParams.get('next');
  expect(next).toBe(path);
});

test('the consent page names the client, where access goes and what it may do, and its form may lead there', async () => {
  const visitor = await visit(await newWorkspace());
  const path = authorizePath(await newClient({ client_name: '<b>Mallory & Co</b>' }), pkce().challenge);
  const { html, text } = await visitor.open(path);
  expect(html).toContain('&lt;b&gt;Mallory &amp; Co&lt;/b&gt;');
  expect(text).toContain('client.example');
  expect(html.match(/type="checkbox"[^>]*checked/g)).toHaveLength(3);
  const policy = (await request(path, { headers: { cookie: visitor.cookie } })).headers.get('content-security-policy');
  expect(policy).toContain("form-action 'self' https://client.example;");
});

test('a granted token calls tools of its workspace with the scopes that were ticked', async () => {
  const { workspace } = await shop();
  const { tokens } = await connect(workspace, ['read']);
  expect(tokens).toMatchObject({ scope: 'read', token_type: 'bearer' });
  const read = await callTool(tokens.access_token, 'get_agent', { agent_name: AGENT });
  expect(await read.text()).toContain('shop-agent');
  const write = await callTool(tokens.access_token, 'upload_blueprint', { blueprint: BLUEPRINT });
  expect(write.status).toBe(403);
  expect(write.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="read write"');
  const full = await connect(workspace);
  expect((await callTool(full.tokens.access_token, 'upload_blueprint', { blueprint: BLUEPRINT })).status).toBe(200);
});

test('a token is refreshed, its predecessor works until the new one was used, and then no more', async () => {
  const { clientId, tokens } = await connect(await newWorkspace());
  const refresh = (token: string) =>
    askToken({ grant_type: 'refresh_token', client_id: clientId, refresh_token: token });
  const second = (await (await refresh(tokens.refresh_token)).json()) as Tokens;
  expect(second.refresh_token).not.toBe(tokens.refresh_token);
  expect((await callTool(second.access_token, 'list_agents')).status).toBe(200);
  const third = (await (await refresh(second.refresh_token)).json()) as Tokens;
  expect((await callTool(third.access_token, 'list_agents')).status).toBe(200);
  expect((await refresh(tokens.refresh_token)).status).toBe(400);
});

test('withdrawn access is refused at once here, also the refresh', async () => {
  const workspace = await newWorkspace();
  const { clientId, tokens } = await connect(workspace);
  const [app] = await connectedApps(env, workspace.memberId);
  expect(app).toMatchObject({ clientName: 'Test client', redirectHost: 'client.example' });
  await withdrawGrant(env, { memberId: workspace.memberId, id: app?.id ?? '' });
  const call = await callTool(tokens.access_token, 'list_agents');
  expect([call.status, call.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('invalid_token')]);
  const refreshed = await askToken({
    ...{ grant_type: 'refresh_token', client_id: clientId, refresh_token: tokens.refresh_token },
  });
  expect(refreshed.status).toBe(400);
});

test('a member who was removed is refused within a minute, and one who may only look can no longer change anything', async () => {
  const workspace = await newWorkspace();
  const { tokens } = await connect(workspace);
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(200);
  const member = {
    ...{ id: workspace.memberId, workspace_id: workspace.id, workspace_name: 'W', person_id: 'p' },
    ...{ email: 'dev@example.com', role: 'viewer' as const, removed_at: null },
  };
  await projectMember(env.KV, member);
  const changed = await (await callTool(tokens.access_token, 'upload_blueprint', { blueprint: BLUEPRINT })).text();
  expect(changed).toContain("It needs the scope 'write'");
  await env.KV.put(`member:${member.id}`, JSON.stringify({ ...member, removed_at: Date.now() }));
  passTime(MINUTE_MS);
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(401);
});

test('what was granted in a session that a key opened ends with the key', async () => {
  const workspace = await newWorkspace();
  const form = new URLSearchParams({ key: workspace.key, next: '/' });
  const headers = { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  const signedIn = await request('/sign-in', { method: 'POST', headers, body: String(form) });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const visitor = { ...(await visit(workspace)), cookie };
  visitor.open = async (path) => {
    const html = await (await request(path, { headers: { cookie } })).text();
    return { status: 200, html, text: html };
  };
  const clientId = await newClient();
  const { verifier, challenge } = pkce();
  const back = await decide(visitor, authorizePath(clientId, challenge));
  const tokens = (await (await askToken(codeGrant(clientId, back, verifier))).json()) as Tokens;
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(200);
  const row = await env.DB.prepare('SELECT id FROM api_keys WHERE workspace_id = ?1')
    .bind(workspace.id)
    .first<{ id: string }>();
  await revokeKey(env, { workspaceId: workspace.id, id: row?.id ?? '', actor: 'test', now: Date.now() });
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(401);
});

test('a person who declines, or ticks nothing, sends the client home without a code', async () => {
  const visitor = await visit(await newWorkspace());
  const path = authorizePath(await newClient(), pkce().challenge);
  for (const answer of [{ decision: 'deny' }, { scope: [] }]) {
    const back = await decide(visitor, path, answer);
    expect(`${back.origin}${back.pathname}`).toBe(REDIRECT);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'st4te',
      iss: ORIGIN,
    });
    expect(back.searchParams.has('code')).toBe(false);
  }
});

test('a form without the token of its session grants nothing', async () => {
  const visitor = await visit(await newWorkspace());
  const path = authorizePath(await newClient(), pkce().challenge);
  const answer = await visitor.post(path, { csrf: 'guessed', decision: 'allow', scope: 'read' });
  expect(answer.status).toBe(403);
  const elsewhere = await visitor.post(path, { decision: 'allow' }, 'https://evil.example');
  expect(elsewhere.status).toBe(403);
});

test('requests with a redirect address that is not the registered one are answered here and never sent there', async () => {
  const visitor = await visit(await newWorkspace());
  const clientId = await newClient();
  const { challenge } = pkce();
  const wrong = [
    'https://client.example:8443/callback',
    'https://client.example/other',
    'https://client.example/callback/../callback2',
    `${REDIRECT}#fragment`,
    `${REDIRECT}?more=1`,
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'HTTPS://evil.example/callback',
    'http://client.example/callback',
    'data:text/html,x',
    'https://client.example@evil.example/callback',
    'https://evil.example/callback',
  ];
  for (const redirect_uri of wrong) {
    const path = authorizePath(clientId, challenge, { redirect_uri });
    const answer = await request(path, { headers: { cookie: visitor.cookie } });
    expect([redirect_uri, answer.status, answer.headers.get('location')]).toEqual([redirect_uri, 400, null]);
  }
  const unknown = await request(authorizePath('nobody', challenge), { headers: { cookie: visitor.cookie } });
  expect([unknown.status, unknown.headers.get('location')]).toEqual([400, null]);
});

test('a loopback client may come back on another port, and nowhere else', async () => {
  const visitor = await visit(await newWorkspace());
  const clientId = await newClient({ redirect_uris: ['http://127.0.0.1:3000/cb'] });
  const open = (redirect_uri: string) =>
    request(authorizePath(clientId, pkce().challenge, { redirect_uri }), { headers: { cookie: visitor.cookie } });
  expect((await open('http://127.0.0.1:49152/cb')).status).toBe(200);
  expect((await open('http://127.0.0.1:49152/other')).status).toBe(400);
  expect((await open('http://127.0.0.2:3000/cb2')).status).toBe(400);
});

test('a client that registers an address which runs script, or none, is refused', async () => {
  const refused = [
    ['javascript:alert(1)'],
    ['JavaScript:alert(1)'],
    ['data:text/html,x'],
    ['https://client.example/cb#x'],
    ['https://user:pw@client.example/cb'],
    ['http://client.example/cb'],
    [],
  ];
  for (const redirect_uris of refused)
    expect([redirect_uris, (await register({ redirect_uris })).status]).toEqual([redirect_uris, 400]);
  const text = await request('/oauth/register', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '{',
  });
  expect(text.status).toBe(400);
});

test('without a proof of the exchange, or with a plain one, the client is sent home with an error', async () => {
  const visitor = await visit(await newWorkspace());
  const clientId = await newClient();
  const { challenge } = pkce();
  for (const more of [
    { code_challenge: null, code_challenge_method: null },
    { code_challenge_method: 'plain' },
    { code_challenge_method: null },
    { response_type: 'token' },
    { resource: 'https://elsewhere.example/mcp' },
    { resource: `${ORIGIN}/mcp/other` },
  ]) {
    const answer = await request(authorizePath(clientId, challenge, more), { headers: { cookie: visitor.cookie } });
    const back = new URL(answer.headers.get('location') ?? 'about:blank');
    expect([more, answer.status, back.searchParams.has('code')]).toEqual([more, 302, false]);
    expect(back.searchParams.get('error'), JSON.stringify(more)).toMatch(
      /^(invalid_request|invalid_target|unsupported_response_type)$/,
    );
    expect(back.origin).toBe('https://client.example');
  }
});

test('a code works once, and whoever shows it again ends what it gave', async () => {
  const visitor = await visit(await newWorkspace());
  const clientId = await newClient();
  const { verifier, challenge } = pkce();
  const grant = codeGrant(clientId, await decide(visitor, authorizePath(clientId, challenge)), verifier);
  const first = await askToken(grant);
  const { access_token } = (await first.json()) as Tokens;
  expect((await callTool(access_token, 'list_agents')).status).toBe(200);
  expect((await askToken(grant)).status).toBe(400);
  passTime(MINUTE_MS);
  expect((await callTool(access_token, 'list_agents')).status).toBe(401);
});

test('a code that was shown with a wrong resource, verifier, client or address gives nothing to those', async () => {
  const visitor = await visit(await newWorkspace());
  const clientId = await newClient();
  const { verifier, challenge } = pkce();
  const grant = codeGrant(clientId, await decide(visitor, authorizePath(clientId, challenge)), verifier);
  const wrong: Record<string, string>[] = [
    { resource: 'https://elsewhere.example/mcp' },
    { code_verifier: pkce().verifier },
    { client_id: await newClient() },
    { redirect_uri: 'https://client.example/other' },
    { grant_type: 'password' },
  ];
  for (const more of wrong) {
    const answer = await askToken({ ...grant, ...more });
    expect([more, answer.status >= 400 && answer.status < 500]).toEqual([more, true]);
    expect(await answer.text()).not.toContain('access_token');
  }
});

test('a code that was shown with a resource that is not ours still works for the one it was made for', async () => {
  const visitor = await visit(await newWorkspace());
  const clientId = await newClient();
  const { verifier, challenge } = pkce();
  const grant = codeGrant(clientId, await decide(visitor, authorizePath(clientId, challenge)), verifier);
  for (const resource of ['https://elsewhere.example/mcp', 'not a url', `${ORIGIN}/mcp/`]) {
    const answer = await askToken({ ...grant, resource });
    expect([resource, answer.status, ((await answer.json()) as { error: string }).error]).toEqual([
      ...[resource, 400, 'invalid_target'],
    ]);
  }
  const tokens = (await (await askToken({ ...grant, resource: `${ORIGIN}/mcp` })).json()) as Tokens;
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(200);
});

test('the token endpoint takes forms only', async () => {
  const answer = await askToken({ grant_type: 'authorization_code', code: 'x' }, 'application/json');
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
  for (const method of ['GET', 'PUT', 'DELETE'])
    expect((await request('/oauth/token', { method })).status).toBeGreaterThanOrEqual(400);
});

test('a token that was made for this server under another name is worth nothing here', async () => {
  const { tokens } = await connect(await newWorkspace());
  const elsewhere = await request('/mcp', { method: 'POST', body: '{}' });
  expect(elsewhere.status).toBe(401);
  const answer = await env.KV.list({ prefix: 'token:' });
  expect(answer.keys.length).toBeGreaterThan(0);
  const [held] = answer.keys;
  const record = JSON.parse((await env.KV.get(held?.name ?? '')) ?? '{}') as { audience?: unknown };
  expect(JSON.stringify(record)).toContain(`${ORIGIN}/mcp`);
  expect((await request('/v1/me', { headers: { authorization: `Bearer ${tokens.access_token}` } })).status).toBe(401);
});

test('a client that describes itself by an address is connected under the domain of that address', async () => {
  const visitor = await visit(await newWorkspace());
  const clientId = 'https://clients.test/good.json';
  const { verifier, challenge } = pkce();
  const path = authorizePath(clientId, challenge, { redirect_uri: 'https://clients.test/callback' });
  expect((await visitor.open(path)).text).toContain('Published by clients.test');
  const back = await decide(visitor, path);
  const fields = { ...codeGrant(clientId, back, verifier), redirect_uri: 'https://clients.test/callback' };
  const tokens = (await (await askToken(fields)).json()) as Tokens;
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(200);
});

test('a description that is too big, too slow, somebody else’s, not there, or inside a private network connects nobody', async () => {
  const visitor = await visit(await newWorkspace());
  const bad = [
    'https://clients.test/huge.json',
    'https://clients.test/slow.json',
    'https://clients.test/other-id.json',
    'https://clients.test/not-json.json',
    'https://clients.test/script-redirect.json',
    'https://clients.test/missing.json',
    'https://127.0.0.1/client.json',
    'https://10.0.0.8/client.json',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/client.json',
    'https://localhost/client.json',
    'https://printer.local/client.json',
    'http://clients.test/good.json',
    'https://clients.test',
  ];
  for (const clientId of bad) {
    const path = authorizePath(clientId, pkce().challenge, { redirect_uri: 'https://clients.test/callback' });
    const answer = await request(path, { headers: { cookie: visitor.cookie } });
    expect([clientId, answer.status, answer.headers.get('location')]).toEqual([clientId, 400, null]);
  }
  const asked = (await (await fetch('https://clients.test/asked')).json()) as string[];
  expect(asked.filter((host) => host !== 'clients.test')).toEqual([]);
});

test('nobody can make the token endpoint fetch an address of a private network', async () => {
  for (const client_id of ['https://127.0.0.1/client.json', 'https://localhost/client.json', 'https://[fd00::1]/c']) {
    const answer = await askToken({ grant_type: 'authorization_code', code: 'a:b:c', client_id, code_verifier: 'x' });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: 'invalid_client' });
  }
});
