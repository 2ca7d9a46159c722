import { expect, test } from 'vitest';
import { newWorkspace, ORIGIN, request, shop } from './client.ts';
import { visit } from './dashboard-visitor.ts';
import { callTool } from './oauth-client.ts';

/** What answers say to browsers, proxies and other sites. */

const PRIVATE = 'private, no-store';

test('every answer of every door forbids sniffing and referrers, and what is somebody’s is kept by no cache', async () => {
  const { workspace } = await shop();
  const { cookie } = await visit(workspace);
  const authorization = `Bearer ${workspace.key}`;
  const asked: [string, RequestInit][] = [
    ['/', { headers: { cookie } }],
    ['/agents.json', { headers: { cookie } }],
    ['/runs.csv', { headers: { cookie } }],
    ['/settings', { headers: { cookie } }],
    ['/settings', {}],
    ['/v1/me', { headers: { authorization } }],
    ['/v1/me', {}],
    ['/v1/agents', { headers: { authorization } }],
    ['/ingest/shop-agent', { method: 'POST', headers: { authorization }, body: '{' }],
    ['/mcp', { method: 'POST', body: '{}' }],
    ['/api/setup/x', { method: 'POST' }],
    ['/authorize', { headers: { cookie } }],
    ['/oauth/token', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' }],
    ['/nothing', {}],
  ];
  for (const [path, init] of asked) {
    const { headers } = await request(path, init);
    expect([path, headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual([
      ...[path, 'nosniff', 'no-referrer'],
    ]);
    expect([path, headers.get('cache-control')]).toEqual([path, expect.stringMatching(/no-store/)]);
  }
  const tool = await callTool(workspace.key, 'list_agents');
  expect(tool.headers.get('cache-control')).toMatch(/no-store/);
  for (const path of ['/agents.json', '/settings', '/v1/me'])
    expect((await request(path, { headers: { cookie, authorization } })).headers.get('cache-control')).toBe(PRIVATE);
});

test('pages load nothing from elsewhere, run nothing inline, and cannot be framed', async () => {
  const { headers } = await request('/', { headers: { cookie: (await visit(await newWorkspace())).cookie } });
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  );
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
});

test('other sites may read the connector’s documents, and nothing that a cookie opens', async () => {
  const { cookie } = await visit(await newWorkspace());
  const from = { origin: 'https://elsewhere.example' };
  const allowed = async (path: string, headers: Record<string, string> = {}) =>
    (await request(path, { headers: { ...from, ...headers } })).headers.get('access-control-allow-origin');
  expect(await allowed('/.well-known/oauth-protected-resource/mcp')).toBe('*');
  for (const path of ['/', '/settings', '/agents.json', '/runs', '/v1/me', '/openapi.json'])
    expect([path, await allowed(path, { cookie })]).toEqual([path, null]);
  const all = await request('/mcp', { method: 'POST', headers: from, body: '{}' });
  expect(all.headers.get('access-control-allow-credentials')).toBeNull();
});

test('the session cookie is out of reach of script and of other sites, and only goes over https where there is https', async () => {
  const workspace = await newWorkspace();
  const form = String(new URLSearchParams({ key: workspace.key }));
  const headers = { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  const set = (await request('/sign-in', { method: 'POST', headers, body: form })).headers.get('set-cookie') ?? '';
  expect(set).toMatch(/^invarium_session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
});

test('a form that another site sends is refused before anything is looked at', async () => {
  const { cookie } = await visit(await newWorkspace());
  for (const origin of ['https://elsewhere.example', 'null', 'http://localhost.evil.example']) {
    const headers = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await request('/sign-out', { method: 'POST', headers, body: 'csrf=x' });
    expect([origin, answer.status]).toEqual([origin, 403]);
  }
});
