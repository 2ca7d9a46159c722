import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Env } from '../../src/env.ts';
import { sourceOf } from '../../src/http/rate-limit.ts';
import worker from '../../src/worker.ts';
import { signInAs } from './browser.ts';
import { AGENT, newWorkspace, ORIGIN, refund, shop } from './client.ts';

/** A Worker with limits of its own, asked from an address; it counts what it asks of KV and of agents. */
function serverWith(more: Partial<Env>) {
  const asked = { kv: 0, agents: 0 };
  const counting = <T extends object>(target: T, method: string, note: () => void): T =>
    new Proxy(target, {
      get(on, name) {
        if (name === method) note();
        const value: unknown = Reflect.get(on, name);
        return typeof value === 'function' ? value.bind(on) : value;
      },
    });
  const bindings: Env = {
    ...(env as unknown as Env),
    KV: counting(env.KV, 'get', () => {
      asked.kv += 1;
    }),
    AGENT: counting((env as unknown as Env).AGENT, 'getByName', () => {
      asked.agents += 1;
    }),
    ...more,
  };
  const ask = (path: string, init: RequestInit & { from?: string } = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('host', 'localhost');
    if (init.from) headers.set('cf-connecting-ip', init.from);
    const request = new Request(`${ORIGIN}${path}`, { redirect: 'manual', ...init, headers });
    return Promise.resolve(worker.fetch(request, bindings, createExecutionContext()));
  };
  return { ask, asked };
}

const limits = (key: number | null, source: number | null) => ({ RATE_LIMITS: JSON.stringify({ key, source }) });
let address = 0;
/** An address that no test has used. */
const anybody = () => `192.0.2.${++address}`;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const badKey = () => `inv_${crypto.randomUUID().replaceAll('-', '')}${'q'.repeat(8)}`;

type Rpc = {
  result?: { isError?: boolean; content: { text: string }[]; _meta?: Record<string, unknown> };
  error?: object;
};

function mcp(key: string, method: string, params: object = {}): RequestInit {
  const headers = { ...bearer(key), 'content-type': 'application/json', 'mcp-protocol-version': '2025-06-18' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return { method: 'POST', headers: { ...headers, accept: 'application/json, text/event-stream' }, body };
}

const toolCall = (key: string, tool: string, args: object = {}) =>
  mcp(key, 'tools/call', { name: `invarium_${tool}`, arguments: args });

async function rpc(answer: Response): Promise<Rpc> {
  const text = await answer.text();
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text) as Rpc;
}

const SENTENCE = /^Error: Rate limit reached\. Retry in \d+ seconds\.$/;

test('a key over its limit reads so in the result of a tool, and no store of the agent is asked', async () => {
  const { workspace, caseId } = await shop();
  const { ask, asked } = serverWith(limits(2, null));
  const results = JSON.stringify([refund(caseId)]);
  const sync = () => ask('/mcp', toolCall(workspace.key, 'sync_results', { agent_name: AGENT, results }));
  for (let n = 0; n < 2; n++) expect((await rpc(await sync())).result?.content[0]?.text).toContain('synced');
  const before = asked.agents;
  const answer = await sync();
  expect(answer.status).toBe(200);
  const { result } = await rpc(answer);
  expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(SENTENCE) }] });
  expect(result?._meta?.['invarium/error']).toEqual({ code: 'RATE_LIMITED', retry_after: 5 });
  expect(asked.agents).toBe(before);
});

test('over the limit other methods of MCP, REST and ingestion are 429 with the seconds to wait', async () => {
  const { workspace } = await shop();
  const { ask } = serverWith(limits(1, null));
  const headers = bearer(workspace.key);
  expect((await ask('/v1/me', { headers })).status).toBe(200);
  const listed = await ask('/mcp', mcp(workspace.key, 'tools/list'));
  const rest = await ask('/v1/me', { headers });
  const upload = await ask(`/ingest/${AGENT}`, { method: 'POST', headers, body: '{}' });
  for (const answer of [listed, rest, upload]) {
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  }
  expect((await rpc(listed)).error).toEqual({ code: -32003, message: expect.stringMatching(SENTENCE) });
  for (const answer of [rest, upload]) {
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'RATE_LIMITED', status: 429, retry_after: expect.any(Number) });
  }
  const other = await newWorkspace();
  expect((await ask('/v1/me', { headers: bearer(other.key) })).status).toBe(200);
});

test('what needs no key works on while a key is over its limit', async () => {
  const { key } = await newWorkspace();
  const { ask } = serverWith(limits(1, null));
  await ask('/v1/me', { headers: bearer(key) });
  expect((await rpc(await ask('/mcp', toolCall(key, 'get_workflow')))).result?.content[0]?.text).toContain('## Phase');
});

test('a source that shows bad keys is soon not looked up any more, and other sources are', async () => {
  const workspace = await newWorkspace();
  const { ask, asked } = serverWith(limits(null, 5));
  const [attacker, neighbour] = [anybody(), anybody()];
  const from = (source: string, key: string) => ask('/v1/me', { headers: bearer(key), from: source });
  for (let n = 0; n < 5; n++) expect((await from(attacker, badKey())).status).toBe(401);
  const before = asked.kv;
  expect((await from(attacker, badKey())).status).toBe(429);
  expect((await from(attacker, workspace.key)).status).toBe(429);
  const { result } = await rpc(await ask('/mcp', { ...toolCall(badKey(), 'list_agents'), from: attacker }));
  expect(result?.content[0]?.text).toMatch(SENTENCE);
  expect(asked.kv).toBe(before);
  expect((await from(neighbour, workspace.key)).status).toBe(200);
});

test('a key that was believed is not counted, nor shut out by bad ones from the same source', async () => {
  const workspace = await newWorkspace();
  const { ask } = serverWith(limits(null, 2));
  const source = anybody();
  const me = (key: string) => ask('/v1/me', { headers: bearer(key), from: source });
  for (let n = 0; n < 20; n++) expect((await me(workspace.key)).status).toBe(200);
  expect((await me(badKey())).status).toBe(401);
  expect((await me(badKey())).status).toBe(429);
  expect((await me(workspace.key)).status).toBe(200);
});

const form = (body: string, origin = ORIGIN): RequestInit => ({
  ...{ method: 'POST', body, headers: { origin, 'content-type': 'application/x-www-form-urlencoded' } },
});

test.each<[string, string, RequestInit, number]>([
  ['a key at sign-in', '/sign-in', form('key=inv_x'), 401],
  ['a sign-in link', '/sign-in?code=forged', {}, 410],
  ['a setup code', '/api/setup/forged', { method: 'POST' }, 410],
  ['a token request', '/oauth/token', form('grant_type=refresh_token&refresh_token=x'), 401],
  [
    'a registration',
    '/oauth/register',
    { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
    400,
  ],
  ['a consent', '/authorize?client_id=x', {}, 302],
  ['a bad token', '/mcp', mcp('abc.def', 'tools/list'), 401],
  ['a signature', '/ingest/ws_1/shop-agent', { method: 'POST', headers: { 'webhook-id': '1' }, body: '{}' }, 401],
  ['a GitHub event', '/ingest/ws_1/github', { method: 'POST', body: '{}' }, 401],
])('%s is an attempt of its source', async (_, path, init, status) => {
  const { ask } = serverWith(limits(null, 2));
  const from = anybody();
  for (let n = 0; n < 2; n++) expect((await ask(path, { ...init, from })).status).toBe(status);
  const answer = await ask(path, { ...init, from });
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('30');
  expect((await ask(path, { ...init, from: anybody() })).status).toBe(status);
});

test('a member who reloads without end gets a plain page that says when to go on', async () => {
  const workspace = await newWorkspace();
  const cookie = await signInAs(workspace);
  const { ask } = serverWith(limits(2, null));
  const page = () => ask('/api-keys', { headers: { cookie } });
  for (let n = 0; n < 2; n++) expect((await page()).status).toBe(200);
  const answer = await page();
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await answer.text()).toContain('Rate limit reached.');
});

test('without limits, and for who has no address, nothing is counted', async () => {
  const unlimited = serverWith({ RATE_LIMITS: '{}' });
  const from = anybody();
  const nowhere = serverWith(limits(null, 1));
  for (let n = 0; n < 5; n++) {
    expect((await unlimited.ask('/v1/me', { headers: bearer(badKey()), from })).status).toBe(401);
    expect((await nowhere.ask('/v1/me', { headers: bearer(badKey()) })).status).toBe(401);
  }
});

const { RATE_LIMITS: _, ...unconfigured } = env as unknown as Env;

test("Cloudflare's binding is asked by the key's id and by the source, and its period is the time to wait", async () => {
  const { key } = await newWorkspace();
  const names: string[] = [];
  const limiter = (allowed: number) => ({
    limit: async ({ key: name }: { key: string }) => {
      names.push(name);
      return { success: names.filter((each) => each === name).length <= allowed };
    },
  });
  const { ask } = serverWith({
    ...unconfigured,
    RATE_LIMITS: undefined as never,
    KEY_LIMIT: limiter(1),
    SOURCE_LIMIT: limiter(2),
  });
  const from = anybody();
  expect((await ask('/v1/me', { headers: bearer(key), from })).status).toBe(200);
  const over = await ask('/v1/me', { headers: bearer(key), from });
  expect([over.status, over.headers.get('retry-after')]).toEqual([429, '10']);
  expect((await ask('/v1/me', { headers: bearer(badKey()), from })).status).toBe(401);
  const refused = await ask('/v1/me', { headers: bearer(badKey()), from });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
  expect(names).toEqual([from, expect.stringMatching(/^key_/), expect.stringMatching(/^key_/), from, from]);
});

test('a binding that fails lets everybody in', async () => {
  const { key } = await newWorkspace();
  const broken = { limit: () => Promise.reject(new Error('away')) };
  const { ask } = serverWith({ RATE_LIMITS: undefined as never, KEY_LIMIT: broken, SOURCE_LIMIT: broken });
  expect((await ask('/v1/me', { headers: bearer(key), from: anybody() })).status).toBe(200);
});

test('the binding of wrangler.toml refuses a source within two of its minutes', async () => {
  const { ask } = serverWith({ RATE_LIMITS: undefined as never });
  const from = anybody();
  let tries = 0;
  let status = 0;
  for (; status !== 429 && tries < 1_300; tries++)
    status = (await ask('/api/setup/x', { method: 'POST', from })).status;
  expect([status, tries]).toEqual([429, expect.any(Number)]);
  expect(tries).toBeGreaterThan(600);
  expect((await ask('/api/setup/x', { method: 'POST', from: anybody() })).status).toBe(410);
});

test('an address of IPv6 counts with its whole network', () => {
  const one = ['2001:db8::1', '2001:DB8:0:0:ffff::2', '2001:db8:0:0:1:2:3:4'].map(sourceOf);
  expect(new Set(one)).toEqual(new Set(['2001:db8:0:0']));
  expect(sourceOf('2001:db8:0:1::1')).not.toBe(one[0]);
  expect([sourceOf('::1'), sourceOf('192.0.2.7'), sourceOf(''), sourceOf(undefined)]).toEqual([
    '0:0:0:0',
    '192.0.2.7',
    null,
    null,
  ]);
});
