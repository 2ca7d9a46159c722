import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { sha256 } from '../../src/http/auth.ts';
import { d1, passTime, plan } from '../faults/worker.ts';
import { AGENT, newWorkspace, request, shop, toolCaller, type Workspace } from './client.ts';
import { linkOf, type Visitor, visit } from './dashboard-visitor.ts';

const FAILED = 'Error: Authentication failed. Check your INVARIUM_API_KEY.';
const KEY = /inv_[\w-]{40}(?![\w-])/;
const DAY_MS = 24 * 3_600_000;
/** How long a revoked key may go on working. */
const REVOKED_WITHIN_MS = 60_000;

afterEach(() => {
  plan.text = null;
  d1.mode = 'ok';
});

type Fields = { name?: string; scope?: string[]; days?: string; csrf?: string; id?: string };

/** Fills in the form of the page as a browser does; `more` changes what is sent. */
async function create(visitor: Visitor, more: Fields = {}, origin = 'http://localhost') {
  const { html } = await visitor.open('/api-keys');
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  const { scope = ['read', 'write', 'ingest'], ...rest } = more;
  const fields = { csrf: hidden('csrf'), id: hidden('id'), name: 'Laptop', days: '', ...rest };
  const body = new URLSearchParams(fields);
  for (const each of scope) body.append('scope', each);
  const headers = { cookie: visitor.cookie, origin, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await request('/api-keys', { method: 'POST', headers, body: String(body) });
  const page = await answer.text();
  return { status: answer.status, headers: answer.headers, html: page, key: KEY.exec(page)?.[0] ?? '', fields };
}

async function revoke(visitor: Visitor, path: string, csrf?: string) {
  const { html } = await visitor.open('/api-keys');
  const given = csrf ?? /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  return visitor.post(path, { csrf: given });
}

function keysInD1({ id }: Workspace) {
  return env.DB.prepare(
    'SELECT id, hash, name, revoked_at FROM api_keys WHERE workspace_id = ?1 ORDER BY created_at, id',
  )
    .bind(id)
    .all<{ id: string; hash: string; name: string; revoked_at: number | null }>()
    .then(({ results }) => results);
}

async function idOf(key: string): Promise<string> {
  return String(await env.DB.prepare('SELECT id FROM api_keys WHERE hash = ?1').bind(sha256(key)).first('id'));
}

function auditLog({ id }: Workspace) {
  return env.DB.prepare('SELECT actor, action, subject FROM audit_log WHERE workspace_id = ?1 ORDER BY at, action')
    .bind(id)
    .all()
    .then(({ results }) => results);
}

test('a key is made on the page, works over MCP, is revoked after a question, and is refused within a minute', async () => {
  const { workspace } = await shop();
  const visitor = await visit(workspace);
  const made = await create(visitor, { name: 'CI of the shop' });
  expect(made).toMatchObject({ status: 200, key: expect.stringMatching(KEY) });
  expect(made.html).toContain(`export INVARIUM_API_KEY=${made.key}`);
  expect(made.html).toContain('http://localhost/mcp');
  const id = await idOf(made.key);
  expect(await env.KV.get(`key:${sha256(made.key)}`, 'json')).toMatchObject({ id, revoked_at: null });
  const call = await toolCaller(made.key);
  expect((await call('get_agent', { agent_name: AGENT })).isError).toBe(false);
  const list = await visitor.open('/api-keys');
  expect(list.text).toMatch(
    /active CI of the shop inv_\S{4}… read, write, ingest created just now by dev@example\.com never expires (no use noted|last used just now) Revoke/,
  );
  const question = await visitor.open(linkOf(list.html, 'Revoke'));
  expect(question.text).toContain('Revoke CI of the shop ?');
  expect((await call('list_agents')).isError).toBe(false);
  const answer = await revoke(visitor, `/api-keys/${id}/revoke`);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `/api-keys#${id}`]);
  passTime(REVOKED_WITHIN_MS);
  expect((await call('list_agents')).text).toBe(FAILED);
  expect((await visitor.open('/api-keys')).text).toMatch(/revoked CI of the shop inv_/);
  expect(await auditLog(workspace)).toEqual([
    { actor: 'dev@example.com', action: 'key.created', subject: `${id}: read, write, ingest` },
    { actor: 'dev@example.com', action: 'key.revoked', subject: id },
  ]);
  expect((await revoke(visitor, `/api-keys/${id}/revoke`)).status).toBe(303);
  expect(await auditLog(workspace)).toHaveLength(2);
});

test('the value of a key is in one answer that nobody keeps, and in no store', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const made = await create(visitor);
  expect(made.headers.get('cache-control')).toBe('private, no-store');
  const again = await create(visitor, made.fields);
  expect([again.status, again.key]).toEqual([409, '']);
  expect(again.html).toContain('This form was sent before, and its key is in the list.');
  expect(await keysInD1(workspace)).toHaveLength(2);
  for (const path of ['/api-keys', `/api-keys/${await idOf(made.key)}/revoke`, '/settings', '/'])
    expect((await visitor.open(path)).html, path).not.toContain(made.key);
  const { results } = await env.DB.prepare('SELECT * FROM api_keys WHERE workspace_id = ?1').bind(workspace.id).all();
  expect(JSON.stringify([results, await auditLog(workspace)])).not.toContain(made.key.slice(8));
  expect(await env.KV.get(`key:${sha256(made.key)}`)).not.toContain(made.key.slice(4));
});

test('a key may do what its scopes say and nothing else', async () => {
  const { workspace, caseId } = await shop();
  const visitor = await visit(workspace);
  const only = async (scope: string) => toolCaller((await create(visitor, { name: scope, scope: [scope] })).key);
  const tried = async (scope: string) => {
    const call = await only(scope);
    const result = { scenario_id: caseId, user_message: 'Hi', agent_response: 'Hello' };
    const answers = [
      await call('get_agent', { agent_name: AGENT }),
      await call('create_scenario', { agent_name: AGENT, name: `By ${scope}`, user_message: 'Hi' }),
      await call('sync_results', { agent_name: AGENT, results: JSON.stringify([result]) }),
    ];
    return answers.map(({ isError, error }) => (isError ? error?.code : 'done'));
  };
  expect(await tried('read')).toEqual(['done', 'AUTH_FAILED', 'AUTH_FAILED']);
  expect(await tried('write')).toEqual(['AUTH_FAILED', 'done', 'AUTH_FAILED']);
  expect(await tried('ingest')).toEqual(['AUTH_FAILED', 'AUTH_FAILED', 'done']);
  expect(await tried('admin')).toEqual(['done', 'done', 'done']);
});

test('the use of a key is noted at most once an hour', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const { key } = await create(visitor, { name: 'Noted' });
  const lastUse = () =>
    env.DB.prepare('SELECT last_used_at FROM api_keys WHERE hash = ?1').bind(sha256(key)).first<number>('last_used_at');
  expect((await visitor.open('/api-keys')).text).toMatch(
    /Noted inv_\S+ read, write, ingest created just now by dev@example\.com never expires no use/,
  );
  const call = await toolCaller(key);
  await vi.waitFor(async () => expect(await lastUse()).toBeGreaterThan(0));
  const first = await lastUse();
  passTime(59 * 60_000);
  await call('list_agents');
  expect(await lastUse()).toBe(first);
  passTime(61_000);
  await call('list_agents');
  await vi.waitFor(async () => expect(await lastUse()).toBeGreaterThan(Number(first)));
  expect((await visitor.open('/api-keys')).text).toMatch(/Noted .*? never expires last used just now Revoke/);
});

test('a key ends on its day, says so in the list, and makes room in the plan', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const { key } = await create(visitor, { name: 'Short', days: '2' });
  plan.text = JSON.stringify({ name: 'Pro', limits: { api_keys: 2 } });
  expect((await create(visitor)).status).toBe(409);
  const call = await toolCaller(key);
  expect((await call('list_agents')).isError).toBe(false);
  const day = new Date(Date.now() + 2 * DAY_MS).toISOString().slice(0, 10);
  expect((await visitor.open('/api-keys')).text).toMatch(
    new RegExp(`active Short .* created just now by dev@example\\.com expires ${day} `),
  );
  passTime(2 * DAY_MS);
  expect((await call('list_agents')).text).toBe(FAILED);
  expect((await visitor.open('/api-keys')).text).toMatch(
    /expired Short .* created 2 days ago by dev@example\.com expired /,
  );
  expect((await create(visitor)).status).toBe(200);
});

test('a form that asks for no possible key comes back as it was, with the reason', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const wrong: [Fields, string][] = [
    [{ name: '  ' }, 'Give the key a name.'],
    [{ name: 'x'.repeat(81) }, 'A name has at most 80 characters.'],
    [{ scope: [] }, 'Choose at least one scope.'],
    [{ scope: ['read', 'root'] }, 'Choose scopes of the list.'],
    [{ days: '0' }, 'A key lives for 1 to 3,650 whole days'],
    [{ days: '1.5' }, 'A key lives for 1 to 3,650 whole days'],
    [{ days: '1e9' }, 'A key lives for 1 to 3,650 whole days'],
    [{ days: 'soon' }, 'A key lives for 1 to 3,650 whole days'],
    [{ id: 'key_1' }, 'This form is out of date.'],
  ];
  for (const [fields, sentence] of wrong) {
    const { status, html } = await create(visitor, { name: 'Mine', ...fields });
    expect([status, html], JSON.stringify(fields)).toEqual([400, expect.stringContaining(sentence)]);
  }
  const kept = await create(visitor, { name: 'Mine', scope: ['admin'], days: '0' });
  expect(kept.html).toMatch(/name="name" value="Mine"/);
  expect(kept.html.match(/value="\w+" checked/g)).toEqual(['value="admin" checked']);
  expect(await keysInD1(workspace)).toHaveLength(1);
});

test('of several keys that are asked for at once only as many are made as the plan allows', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  plan.text = JSON.stringify({ name: 'Pro', limits: { api_keys: 3 } });
  const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => create(visitor, { name: `Key ${n}` })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409, 409, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(refused?.html).toContain('API key limit reached (3/3) on the Pro plan. Revoke a key or upgrade.');
  expect(refused?.key).toBe('');
  expect(await keysInD1(workspace)).toHaveLength(3);
  expect(await auditLog(workspace)).toHaveLength(2);
  expect((await visitor.open('/api-keys')).text).toContain('Pro plan: 3/3 (100%) [0 remaining]');
  const id = await idOf(answers.find(({ status }) => status === 200)?.key ?? '');
  await revoke(visitor, `/api-keys/${id}/revoke`);
  expect((await create(visitor)).status).toBe(200);
});

test('whoever signed in with a key is signed out when it is revoked, and nobody else is', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const made = await create(visitor, { scope: ['admin'] });
  const headers = { origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' };
  const body = String(new URLSearchParams({ key: made.key }));
  const answer = await request('/sign-in', { method: 'POST', headers, body });
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const page = () => request('/settings', { headers: { cookie } });
  expect((await page()).status).toBe(200);
  await revoke(visitor, `/api-keys/${await idOf(made.key)}/revoke`);
  expect((await page()).headers.get('location')).toBe('/sign-in?next=%2Fsettings');
  expect((await visitor.open('/settings')).status).toBe(200);
});

test("another workspace's key is not there", async () => {
  const owner = await newWorkspace();
  const [theirs] = await keysInD1(owner);
  const stranger = await visit(await newWorkspace());
  for (const id of [theirs?.id, 'key_0000000000000000', '%27%20OR%201=1'])
    for (const path of [`/api-keys/${id}/revoke`]) {
      expect(await stranger.open(path)).toMatchObject({
        status: 404,
        text: expect.stringContaining('There is no such key in this workspace.'),
      });
      expect((await revoke(stranger, path)).status).toBe(404);
    }
  expect((await stranger.open(`/api-keys?after=${theirs?.id}`)).html).not.toContain(theirs?.id);
  expect((await keysInD1(owner))[0]?.revoked_at).toBeNull();
  expect((await (await toolCaller(owner.key))('list_agents')).isError).toBe(false);
});

test('nothing is made or revoked by a forged form, another site, somebody signed out, or a viewer', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const [mine] = await keysInD1(workspace);
  const path = `/api-keys/${mine?.id}/revoke`;
  const other = await (await visit(workspace)).open('/api-keys');
  for (const csrf of ['', 'forged', /name="csrf" value="([^"]+)"/.exec(other.html)?.[1] ?? '']) {
    expect((await create(visitor, { csrf })).status, csrf).toBe(403);
    expect((await revoke(visitor, path, csrf)).status, csrf).toBe(403);
  }
  expect((await create(visitor, {}, 'https://evil.example')).status).toBe(403);
  for (const address of ['/api-keys', path]) {
    expect((await visitor.post(address, {}, 'https://evil.example')).status).toBe(403);
    const signedOut = await request(address, { method: 'POST', headers: { origin: 'http://localhost' } });
    expect(signedOut.headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(address)}`);
  }
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  const looked = await visitor.open('/api-keys');
  expect(looked.text).toContain('You may look at this workspace, and not make or revoke keys in it. Ask its owner.');
  expect(looked.html).not.toMatch(/action="\/api-keys"|\/revoke"/);
  const csrf = /name="csrf" value="([^"]+)"/.exec(looked.html)?.[1] ?? '';
  const refused = await create(visitor, { csrf, id: 'key_0123456789abcdef' });
  expect([refused.status, refused.html]).toEqual([403, expect.stringContaining('You may look at this workspace')]);
  expect((await visitor.open(path)).status).toBe(403);
  expect((await revoke(visitor, path, csrf)).status).toBe(403);
  expect(await keysInD1(workspace)).toMatchObject([{ id: mine?.id, revoked_at: null }]);
  expect(await auditLog(workspace)).toEqual([]);
});

test('a hostile name stays text wherever it is shown', async () => {
  const visitor = await visit(await newWorkspace());
  const name = '"><img src=x onerror=alert(1)></title>\u202Exe';
  const made = await create(visitor, { name });
  const list = await visitor.open('/api-keys');
  const question = await visitor.open(`/api-keys/${await idOf(made.key)}/revoke`);
  const kept = await create(visitor, { name, scope: [] });
  for (const { html } of [made, list, question, kept]) {
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toContain('<img');
  }
  for (const { html } of [made, list, question]) expect(html).toContain('[U+202E]xe');
});

test('the list goes on over pages, with the keys that work before those that do not', async () => {
  const workspace = await newWorkspace();
  const dead = Array.from({ length: 60 }, (_, n) =>
    env.DB.prepare(
      `INSERT INTO api_keys (hash, id, workspace_id, name, prefix, scopes, created_at, revoked_at)
       VALUES (?1, ?2, ?3, ?4, 'inv_dead', '["ingest"]', ?5, 9)`,
    ).bind(crypto.randomUUID(), `key_${n}`, workspace.id, `Dead ${n}`, 1000 + (n % 7)),
  );
  await env.DB.batch(dead);
  const visitor = await visit(workspace);
  const first = await visitor.open('/api-keys');
  const second = await visitor.open(linkOf(first.html, 'Older keys'));
  const names = (html: string) => [...html.matchAll(/<h3[^>]*><bdi>([^<]*)</g)].map(([, name]) => name);
  expect(names(first.html)[0]).toBe('Test');
  expect([names(first.html).length, names(second.html).length]).toEqual([50, 11]);
  expect(new Set([...names(first.html), ...names(second.html)]).size).toBe(61);
  expect(second.html).not.toContain('Older keys');
});

test('while D1 is away a key is neither made nor revoked, and its button stays', async () => {
  const workspace = await newWorkspace();
  const visitor = await visit(workspace);
  const [mine] = await keysInD1(workspace);
  const { html } = await visitor.open('/api-keys');
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  d1.mode = 'fail';
  expect((await visitor.open('/api-keys')).status).toBe(503);
  expect((await visitor.post('/api-keys', { csrf, id: 'key_0123456789abcdef', name: 'x', scope: 'read' })).status).toBe(
    503,
  );
  expect((await revoke(visitor, `/api-keys/${mine?.id}/revoke`, csrf)).status).toBe(503);
  d1.mode = 'ok';
  expect(await keysInD1(workspace)).toMatchObject([{ id: mine?.id, revoked_at: null }]);
  expect((await (await toolCaller(workspace.key))('list_agents')).isError).toBe(false);
});
