import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { SCOPES } from '../../src/domain/access.ts';
import { mintKey } from '../../src/http/mint-key.ts';
import { deleteMember, updateRole } from '../../src/store/membership.ts';
import { d1, passTime } from '../faults/worker.ts';
import { AGENT, newWorkspace, ORIGIN, openRun, refund, request, sync } from './client.ts';
import { addShop, api, keyOf, watch } from './members-doors.ts';
import {
  browserWith,
  cookieOf,
  invitationFor,
  linkIn,
  logOf,
  membersOf,
  newMember,
  owned,
  type Person,
  rolesOf,
  send,
} from './members-scene.ts';
import { callTool, connect } from './oauth-client.ts';

/** How long somebody who was removed may still see or do something. */
const REMOVED_WITHIN_MS = 60_000;

afterEach(() => {
  Object.defineProperty(d1, 'mode', { value: 'ok', writable: true, configurable: true });
});

const change = (by: Person, whom: Person, role: string) =>
  send(by.visitor, `/settings/members/${whom.id}/role`, { role });
const remove = (by: Person, whom: Person, fields: Record<string, string> = { revoke_keys: 'yes' }) =>
  send(by.visitor, `/settings/members/${whom.id}/remove`, fields);

test('the page says who belongs to the workspace, since when, and when they last signed in', async () => {
  const owner = await owned();
  const ada = await newMember(owner, 'member', 'ada@example.com');
  const page = await owner.visitor.open('/settings/members');
  expect(page.text).toMatch(/dev@example\.com you owner \d+ years ago just now/);
  expect(page.text).toContain('ada@example.com member just now just now');
  const own = await ada.visitor.open(`/settings/members/${ada.id}`);
  expect(own.text).toContain('Signs another browser of yours in.');
  expect(own.html).not.toMatch(/\/role"|\/remove"/);
  const seen = await ada.visitor.open(`/settings/members/${owner.id}`);
  expect(seen.html).not.toMatch(/\/role"|\/remove"|\/link"/);
});

test('a removed member is refused within a minute by every page, socket, key and app of theirs, and at once by the next sign-in', async () => {
  const owner = await owned();
  const { call, caseId } = await addShop(owner);
  const ada = await newMember(owner);
  const runId = await openRun(call, 9);
  const key = await keyOf(ada, 'ada');
  const { tokens } = await connect(ada.workspace);
  const socket = await watch(runId, ada.visitor.cookie);
  const [code] = [await linkIn(await send(ada.visitor, `/settings/members/${ada.id}/link`))];
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(200);
  expect((await api(key, 'GET', '/v1/me')).status).toBe(200);
  const question = await owner.visitor.open(`/settings/members/${ada.id}`);
  expect(question.text).toMatch(/ada inv_\S+ read, write, ingest Revoke the 1 key they made/);
  expect((await remove(owner, ada)).status).toBe(303);
  passTime(REMOVED_WITHIN_MS);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  await vi.waitFor(() => expect(socket.closed()).toBe(4401));
  expect(socket.total()).toBe(0);
  for (const path of ['/', '/settings/members', `/runs/${runId}?agent=${AGENT}`])
    expect((await ada.visitor.open(path)).status, path).toBe(302);
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(401);
  expect((await api(key, 'GET', '/v1/me')).status).toBe(401);
  expect((await request(code)).status).toBe(410);
  expect(await rolesOf(owner.workspace)).toEqual(['owner']);
  expect(await logOf(owner.workspace)).toContain(
    `dev@example.com member.removed ${ada.id}: ${await emailIn(owner, ada)}, member`,
  );
  expect((await remove(owner, ada)).status).toBe(404);
});

async function emailIn(owner: Person, { id }: Person): Promise<string> {
  const line = (await logOf(owner.workspace)).find((one) => one.includes(`member.joined ${id}`)) ?? '';
  return line.split(' ')[0] ?? '';
}

test('keys of somebody who is removed go on working where the owner leaves them', async () => {
  const owner = await owned();
  const ada = await newMember(owner);
  const key = await keyOf(ada, 'CI');
  expect((await remove(owner, ada, {})).status).toBe(303);
  passTime(REMOVED_WITHIN_MS);
  expect((await api(key, 'GET', '/v1/me')).status).toBe(200);
  expect((await owner.visitor.open('/api-keys')).text).toMatch(/active CI inv_\S+ read, write, ingest created \d/);
});

test('a lower role ends sessions and apps, and revokes what may do more than the role and nothing else', async () => {
  const owner = await owned();
  const ada = await newMember(owner, 'owner');
  const [admin, reader] = [await keyOf(ada, 'admin', ['admin']), await keyOf(ada, 'reader', ['read'])];
  const { tokens } = await connect(ada.workspace);
  expect((await change(owner, ada, 'member')).headers.get('location')).toBe(`/settings/members/${ada.id}`);
  passTime(REMOVED_WITHIN_MS);
  expect((await ada.visitor.open('/')).status).toBe(302);
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(401);
  expect((await api(admin, 'GET', '/v1/me')).status).toBe(401);
  expect((await api(reader, 'GET', '/v1/me')).status).toBe(200);
  const back = browserWith(cookieOf(await request(await linkIn(await send(owner.visitor, linkPath(ada))))));
  expect((await back.open('/settings/members')).text).toContain('you member');
  expect((await send(back, '/settings/invitations', { email: 'x@example.com', role: 'viewer' })).status).toBe(403);
});

const linkPath = ({ id }: Person) => `/settings/members/${id}/link`;

test('a higher role counts at once, and ends nothing', async () => {
  const owner = await owned();
  const ada = await newMember(owner, 'viewer');
  const key = await keyOf(ada, 'look', ['read']);
  expect((await change(owner, ada, 'owner')).status).toBe(303);
  passTime(REMOVED_WITHIN_MS);
  expect((await ada.visitor.open('/settings/members')).text).toContain('Invite somebody');
  expect((await api(key, 'GET', '/v1/me')).status).toBe(200);
});

test('the only owner is neither lowered nor removed, by page or REST, and goes on working', async () => {
  const owner = await owned();
  await newMember(owner);
  for (const answer of [await change(owner, owner, 'viewer'), await remove(owner, owner)]) {
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain(
      'This is the only owner of the workspace. Make another member an owner first.',
    );
  }
  const { key } = owner.workspace;
  expect(await api(key, 'PATCH', `/v1/members/${owner.id}`, { role: 'member' })).toMatchObject({ status: 409 });
  expect(await api(key, 'DELETE', `/v1/members/${owner.id}`)).toMatchObject({ status: 409 });
  passTime(REMOVED_WITHIN_MS);
  expect((await owner.visitor.open('/settings/members')).text).toContain('Invite somebody');
});

/** A form that is filled in and only has to be sent. */
async function filledIn(by: Person, whom: Person, act: 'role' | 'remove'): Promise<() => Promise<Response>> {
  const path = `/settings/members/${whom.id}`;
  const { html } = await by.visitor.open(path);
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  return () => by.visitor.post(`${path}/${act}`, { csrf, role: 'member', revoke_keys: 'yes' });
}

test('two owners who lower or remove each other at once leave one owner, whom KV knows as one', async () => {
  for (const act of ['role', 'remove', 'role', 'remove'] as const) {
    const one = await owned();
    const two = await newMember(one, 'owner');
    const forms = [await filledIn(one, two, act), await filledIn(two, one, act)];
    const answers = await Promise.all(forms.map((post) => post()));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    const owners = (await membersOf(one.workspace)).filter(({ role }) => role === 'owner');
    expect(owners).toHaveLength(1);
    const held = await env.KV.get<{ role: string; removed_at: number | null }>(`member:${owners[0]?.id}`, 'json');
    expect(held).toMatchObject({ role: 'owner', removed_at: null });
  }
});

test('of owners who are all lowered or removed at once D1 keeps one', async () => {
  for (const act of ['lowered', 'removed']) {
    const first = await owned();
    const owners = [first];
    for (let more = 0; more < 3; more++) owners.push(await newMember(first, 'owner'));
    const { id: workspaceId } = first.workspace;
    const written = await Promise.all(
      owners.map(({ id }) => {
        const change = { workspaceId, id, actor: 'test', now: Date.now() };
        return act === 'lowered'
          ? updateRole(env.DB, { ...change, role: 'viewer' })
          : deleteMember(env.DB, { ...change, allowed: SCOPES });
      }),
    );
    expect(written.filter((done) => done)).toHaveLength(3);
    expect((await rolesOf(first.workspace)).filter((role) => role === 'owner')).toHaveLength(1);
  }
});

test('an owner steps down where there is another, and stays signed in as what they are now', async () => {
  const owner = await owned();
  await newMember(owner, 'owner');
  const answer = await change(owner, owner, 'member');
  expect(answer.headers.get('location')).toBe(`/settings/members/${owner.id}`);
  const now = browserWith(cookieOf(answer));
  expect((await now.open('/settings/members')).text).toContain('dev@example.com you member');
  expect((await owner.visitor.open('/')).status).toBe(302);
});

/** D1 answers so many times more, and then fails. */
function breakAfter(calls: number): void {
  const last = d1.queries + calls;
  Object.defineProperty(d1, 'mode', { get: () => (d1.queries > last ? 'fail' : 'ok'), configurable: true });
}

test('a change that D1 broke off is asked for again and then done, and nobody gains by the half of it', async () => {
  const owner = await owned();
  const ada = await newMember(owner);
  const key = await keyOf(ada, 'CI');
  const { html } = await owner.visitor.open(`/settings/members/${ada.id}`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const post = () => owner.visitor.post(`/settings/members/${ada.id}/remove`, { csrf, revoke_keys: 'yes' });
  let broken = 0;
  let toldFirst = false;
  for (let left = 0; left < 40; left++) {
    breakAfter(left);
    const answer = await post();
    breakAfter(Number.POSITIVE_INFINITY);
    if (answer.status === 303) break;
    expect(answer.status).toBe(503);
    broken += 1;
    const told = await env.KV.get<{ removed_at: number | null }>(`member:${ada.id}`, 'json');
    toldFirst ||= told?.removed_at !== null && (await rolesOf(owner.workspace)).length === 2;
  }
  expect(broken).toBeGreaterThan(3);
  expect(toldFirst, 'KV hears of it before D1 loses anybody').toBe(true);
  passTime(REMOVED_WITHIN_MS);
  expect(await rolesOf(owner.workspace)).toEqual(['owner']);
  expect((await api(key, 'GET', '/v1/me')).status).toBe(401);
  expect((await ada.visitor.open('/')).status).toBe(302);
  expect((await logOf(owner.workspace)).filter((line) => line.includes('member.removed'))).toHaveLength(1);
});

test('a key that somebody makes while they are being removed does not outlive them', async () => {
  const owner = await owned();
  const ada = await newMember(owner);
  const make = (n: number) =>
    mintKey(env, {
      ...{ id: `key_${String(n).padStart(16, '0')}`, workspaceId: owner.workspace.id, name: `${n}`, createdAt: n },
      ...{ scopes: ['read'], expiresAt: null, memberId: ada.id },
    });
  const [answer] = await Promise.all([remove(owner, ada), ...Array.from({ length: 12 }, (_, n) => make(n))]);
  expect(answer.status).toBe(303);
  const left = env.DB.prepare('SELECT count(*) AS n FROM api_keys WHERE member_id = ?1 AND revoked_at IS NULL');
  expect(await left.bind(ada.id).first('n')).toBe(0);
});

test('nobody but an owner changes a role or removes anybody, from a form of their own', async () => {
  const owner = await owned();
  const victim = await newMember(owner);
  for (const role of ['member', 'viewer']) {
    const by = await newMember(owner, role);
    expect([(await change(by, victim, 'viewer')).status, (await remove(by, victim)).status], role).toEqual([403, 403]);
    expect((await change(by, by, 'owner')).status).toBe(403);
    expect((await send(by.visitor, linkPath(victim))).status).toBe(403);
  }
  for (const path of ['role', 'remove', 'link'])
    expect(
      (await owner.visitor.post(`/settings/members/${victim.id}/${path}`, { csrf: 'x', role: 'owner' })).status,
    ).toBe(403);
  const stranger = await owned();
  expect((await change(stranger, victim, 'owner')).status).toBe(404);
  expect((await remove(stranger, victim)).status).toBe(404);
  expect((await send(stranger.visitor, linkPath(victim))).status).toBe(404);
  expect((await stranger.visitor.open(`/settings/members/${victim.id}`)).status).toBe(404);
  expect((await change(owner, victim, 'god')).status).toBe(400);
  expect((await membersOf(owner.workspace)).find(({ id }) => id === victim.id)?.role).toBe('member');
});

test('a sign-in link works once, for a day, and one that an owner made only as long as they are one', async () => {
  const owner = await owned();
  const second = await newMember(owner, 'owner');
  const ada = await newMember(owner);
  const link = async (by: Person) => linkIn(await send(by.visitor, linkPath(ada)));
  const [once, late, orphan] = [await link(owner), await link(owner), await link(second)];
  expect((await request(once)).status).toBe(302);
  expect((await request(once)).status).toBe(410);
  await change(owner, second, 'member');
  expect((await request(orphan)).status).toBe(410);
  passTime(24 * 3_600_000 + 1_000);
  expect((await request(late)).status).toBe(410);
  expect((await logOf(owner.workspace)).filter((line) => line.includes('sign_in_link.made'))).toHaveLength(3);
});

test('a session that a key opened makes no link that would outlive the key', async () => {
  const workspace = await newWorkspace();
  const headers = { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  const body = String(new URLSearchParams({ key: workspace.key }));
  const visitor = browserWith(cookieOf(await request('/sign-in', { method: 'POST', headers, body })));
  expect((await send(visitor, `/settings/members/${workspace.memberId}/link`)).status).toBe(403);
});

test('hostile names stay text on every page about members', async () => {
  const owner = await owned();
  await env.DB.prepare('UPDATE workspaces SET name = ?2 WHERE id = ?1')
    .bind(owner.workspace.id, '"><img src=x onerror=alert(1)>')
    .run();
  const path = await invitationFor(owner.visitor, "o'hara@example.com");
  const page = await (await request(path)).text();
  expect(page).toContain('&lt;img src=x');
  expect(page).not.toContain('<img');
  expect((await owner.visitor.open('/settings/members')).html).toContain('o&#39;hara@example.com');
});
