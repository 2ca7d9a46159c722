import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/http/auth.ts';
import { AGENT, ORIGIN, request } from './client.ts';
import { addShop, api, keyOf } from './members-doors.ts';
import { newMember, owned, type Person, send } from './members-scene.ts';

/** Who made a key, and that nobody gives one more than they may do themselves. */

const KEY = /inv_[\w-]{40}(?![\w-])/;

async function create({ visitor }: Person, scopes: string[], more: Record<string, string> = {}) {
  const { html } = await visitor.open('/api-keys');
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  const body = new URLSearchParams({
    csrf: hidden('csrf'),
    id: hidden('id'),
    name: 'Made',
    days: '',
    agent: '',
    ...more,
  });
  for (const scope of scopes) body.append('scope', scope);
  const headers = { cookie: visitor.cookie, origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await request('/api-keys', { method: 'POST', headers, body: String(body) });
  const page = await answer.text();
  return { status: answer.status, html: page, key: KEY.exec(page)?.[0] ?? '' };
}

function stored(key: string) {
  return env.DB.prepare('SELECT id, member_id, agent_name FROM api_keys WHERE hash = ?1')
    .bind(sha256(key))
    .first<{ id: string; member_id: string | null; agent_name: string | null }>();
}

test('a key carries who made it, by page and by REST, and the list says so', async () => {
  const owner = await owned();
  const ada = await newMember(owner, 'member', 'ada@example.com');
  const { key } = await create(ada, ['read']);
  expect(await stored(key)).toMatchObject({ member_id: ada.id, agent_name: null });
  expect((await owner.visitor.open('/api-keys')).text).toMatch(
    /Made inv_\S+ read created just now by ada@example\.com never expires/,
  );
  const admin = await keyOf(owner, 'admin', ['admin']);
  const made = (await api(admin, 'POST', '/v1/keys', { name: 'By REST', scopes: ['read'] })).body as { key: string };
  expect(await stored(made.key)).toMatchObject({ member_id: owner.id });
});

test('nobody gives a key more than their role has, nor revokes one that may do more', async () => {
  const owner = await owned();
  const ada = await newMember(owner);
  const page = await ada.visitor.open('/api-keys');
  expect(page.html).not.toContain('value="admin"');
  const refused = await create(ada, ['read', 'admin']);
  expect([refused.status, refused.html]).toEqual([400, expect.stringContaining('A key may do no more than you')]);
  const { id } = (await stored(owner.workspace.key)) ?? { id: '' };
  expect(page.html).not.toContain(`/api-keys/${id}/revoke`);
  expect((await ada.visitor.open(`/api-keys/${id}/revoke`)).status).toBe(403);
  expect((await send(ada.visitor, `/api-keys/${id}/revoke`, {}, '/api-keys')).status).toBe(403);
  expect((await create(owner, ['admin'])).status).toBe(200);
  const theirs = await stored((await create(ada, ['write'])).key);
  expect((await send(ada.visitor, `/api-keys/${theirs?.id}/revoke`, {}, '/api-keys')).status).toBe(303);
});

test('REST makes a key with the scope admin only for an owner', async () => {
  const owner = await owned();
  const ada = await newMember(owner);
  const wanted = { name: 'New', scopes: ['admin'] };
  expect((await api(await keyOf(ada, 'left over', ['admin']), 'POST', '/v1/keys', wanted)).status).toBe(403);
  expect((await api(await keyOf(owner, 'owners', ['admin']), 'POST', '/v1/keys', wanted)).status).toBe(201);
  expect((await api(owner.workspace.key, 'POST', '/v1/keys', wanted)).status).toBe(201);
  expect((await api(await keyOf(owner, 'weak'), 'POST', '/v1/keys', { name: 'New', scopes: ['read'] })).status).toBe(
    403,
  );
});

test('a key is limited to one agent of the workspace', async () => {
  const owner = await owned();
  expect((await owner.visitor.open('/api-keys')).html).not.toContain('name="agent"');
  await addShop(owner);
  expect((await owner.visitor.open('/api-keys')).html).toContain(`<option value="${AGENT}">only ${AGENT}</option>`);
  const { key } = await create(owner, ['read'], { agent: AGENT });
  expect(await stored(key)).toMatchObject({ agent_name: AGENT });
  expect((await owner.visitor.open('/api-keys')).text).toMatch(/Made inv_\S+ read only shop-agent created/);
  const strange = await create(owner, ['read'], { agent: 'other-agent' });
  expect([strange.status, strange.html]).toEqual([400, expect.stringContaining('Choose an agent of the list.')]);
  const admin = await keyOf(owner, 'admin', ['admin']);
  const made = await api(admin, 'POST', '/v1/keys', { name: 'CI', scopes: ['ingest'], agent_name: AGENT });
  expect(await stored((made.body as { key: string }).key)).toMatchObject({ agent_name: AGENT, member_id: owner.id });
  expect((await api(admin, 'GET', '/v1/keys')).body).toMatchObject({
    keys: expect.arrayContaining([expect.objectContaining({ agent_name: AGENT })]),
  });
});
