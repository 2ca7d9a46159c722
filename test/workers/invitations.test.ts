import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { sha256 } from '../../src/http/auth.ts';
import { d1, passTime } from '../faults/worker.ts';
import { newWorkspace, request } from './client.ts';
import { visit } from './dashboard-visitor.ts';
import {
  accept,
  browserWith,
  cookieOf,
  invitationFor,
  logOf,
  membersOf,
  newMember,
  owned,
  send,
} from './members-scene.ts';

const DAY_MS = 24 * 3_600_000;

afterEach(() => {
  d1.mode = 'ok';
});

async function stored(path: string) {
  const sql = 'SELECT * FROM invitations WHERE hash = ?1';
  return env.DB.prepare(sql)
    .bind(sha256(path.replace('/join/', '')))
    .first<{ id: string; accepted_at: number | null }>();
}

test('an owner invites by a link that is shown once, and whoever opens it joins in the role it names', async () => {
  const owner = await owned();
  const answer = await send(owner.visitor, '/settings/invitations', { email: 'ada@example.com', role: 'viewer' });
  expect(answer.headers.get('cache-control')).toBe('private, no-store');
  const html = await answer.text();
  const path = /http:\/\/localhost(\/join\/[\w-]{43})</.exec(html)?.[1] ?? '';
  const listed = await owner.visitor.open('/settings/members');
  expect(listed.text).toMatch(/Invited As Made Expires Revoke ada@example\.com viewer just now 20/);
  expect(listed.html).not.toContain(path.slice(-43));
  const page = await request(path);
  expect([page.status, page.headers.get('cache-control'), page.headers.get('referrer-policy')]).toEqual([
    ...[200, 'private, no-store', 'no-referrer'],
  ]);
  expect((await page.text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toContain(
    'Join Test workspace You are invited as ada@example.com , a viewer',
  );
  const joined = await accept(path);
  expect([joined.status, joined.headers.get('location')]).toEqual([303, '/']);
  const ada = browserWith(cookieOf(joined));
  expect((await ada.open('/settings/members')).text).toContain('ada@example.com you viewer');
  expect((await ada.open('/settings/members')).text).not.toContain('Invitations');
  const members = await membersOf(owner.workspace);
  expect(members).toMatchObject([{ role: 'owner' }, { email: 'ada@example.com', role: 'viewer' }]);
  expect(await logOf(owner.workspace)).toEqual([
    expect.stringMatching(/^dev@example\.com invitation\.made in_[0-9a-f]{16}: ada@example\.com, viewer$/),
    `ada@example.com member.joined ${members[1]?.id}: viewer`,
  ]);
});

test('looking at an invitation, by a person or a program that looks ahead, spends nothing', async () => {
  const owner = await owned();
  const path = await invitationFor(owner.visitor, 'ada@example.com');
  for (const method of ['GET', 'HEAD', 'GET']) expect((await request(path, { method })).status).toBe(200);
  expect(await membersOf(owner.workspace)).toHaveLength(1);
  expect(await stored(path)).toMatchObject({ accepted_at: null });
  expect((await accept(path)).status).toBe(303);
});

test('only the hash of a link is stored', async () => {
  const owner = await owned();
  const token = (await invitationFor(owner.visitor, 'ada@example.com')).replace('/join/', '');
  const dump = await Promise.all(
    ['invitations', 'audit_log', 'members'].map((table) =>
      env.DB.prepare(`SELECT * FROM ${table} WHERE workspace_id = ?1`).bind(owner.workspace.id).all(),
    ),
  );
  expect(JSON.stringify(dump)).not.toContain(token);
  expect(JSON.stringify(dump)).toContain(sha256(token));
});

test('a link that was used, revoked or has expired, and one that never was, are one answer', async () => {
  const owner = await owned();
  const used = await invitationFor(owner.visitor, 'a@example.com');
  await accept(used);
  const revoked = await invitationFor(owner.visitor, 'b@example.com');
  const { id } = (await stored(revoked)) ?? { id: '' };
  expect((await send(owner.visitor, `/settings/invitations/${id}/revoke`)).status).toBe(303);
  const replaced = await invitationFor(owner.visitor, 'c@example.com');
  await invitationFor(owner.visitor, 'C@example.com');
  const expired = await invitationFor(owner.visitor, 'd@example.com');
  passTime(7 * DAY_MS + 1_000);
  const answers = new Set<string>();
  for (const path of [used, revoked, replaced, expired, '/join/nothing', `/join/${'x'.repeat(43)}`])
    for (const method of ['GET', 'POST']) {
      const answer = await request(path, { method, headers: { origin: 'http://localhost' } });
      expect([answer.status, cookieOf(answer)], `${method} ${path}`).toEqual([410, '']);
      answers.add(await answer.text());
    }
  expect(answers.size).toBe(1);
  expect(await membersOf(owner.workspace)).toHaveLength(2);
  expect((await send(owner.visitor, `/settings/invitations/${id}/revoke`)).status).toBe(404);
});

test('one invitation that is accepted ten times at once makes one member', async () => {
  const owner = await owned();
  const path = await invitationFor(owner.visitor, 'ada@example.com');
  const answers = await Promise.all(Array.from({ length: 10 }, () => accept(path)));
  expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(9).fill(410)]);
  expect(await membersOf(owner.workspace)).toHaveLength(2);
  expect((await logOf(owner.workspace)).filter((line) => line.includes('member.joined'))).toHaveLength(1);
});

test('whoever is signed in joins as the same person, unless a key signed them in, and nobody joins twice', async () => {
  const [owner, other] = [await owned(), await owned()];
  const path = await invitationFor(owner.visitor, 'other@example.com');
  expect((await other.visitor.open(path)).text).toContain('You are signed in as dev@example.com in Test workspace');
  const unasked = await request(path, {
    method: 'POST',
    headers: { cookie: other.visitor.cookie, origin: 'http://localhost' },
  });
  expect(unasked.status).toBe(403);
  const joined = await accept(path, other.visitor);
  const person = async (email: string) =>
    env.DB.prepare('SELECT person_id FROM members WHERE workspace_id = ?1 AND email = ?2')
      .bind(owner.workspace.id, email)
      .first('person_id');
  expect(await person('other@example.com')).toBe(other.id);
  expect((await other.visitor.open('/')).status, 'the session before has ended').toBe(302);
  const again = await invitationFor(owner.visitor, 'another@example.com');
  const inBoth = browserWith(cookieOf(joined));
  const twice = await inBoth.open(again);
  expect([twice.status, twice.text]).toEqual([409, expect.stringContaining('belong to this workspace already')]);
  const form = (await inBoth.open('/workspaces')).html;
  const csrf = /name="csrf" value="([^"]+)"/.exec(form)?.[1] ?? '';
  expect((await inBoth.post(again, { csrf })).status).toBe(409);
  const headers = { origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' };
  const body = String(new URLSearchParams({ key: other.workspace.key }));
  const byKey = browserWith(cookieOf(await request('/sign-in', { method: 'POST', headers, body })));
  expect((await byKey.open(again)).text).not.toContain('You are signed in as');
  expect((await accept(again, byKey)).status).toBe(303);
  const stranger = await person('another@example.com');
  expect([other.id, owner.id]).not.toContain(stranger);
});

test('an address that a member has is not invited, and a bad form comes back as it was', async () => {
  const owner = await owned();
  const wrong: [Record<string, string>, number, string][] = [
    [{ email: 'DEV@example.com', role: 'member' }, 409, 'A member of this workspace has that e-mail address already.'],
    [{ email: 'nobody', role: 'member' }, 400, 'Give an e-mail address'],
    [{ email: 'a@example.com', role: 'god' }, 400, 'Invalid option'],
  ];
  for (const [fields, status, words] of wrong) {
    const answer = await send(owner.visitor, '/settings/invitations', fields);
    const html = await answer.text();
    expect([answer.status, html]).toEqual([status, expect.stringContaining(words)]);
    expect(html).toContain(`value="${fields.email}"`);
  }
  expect(await logOf(owner.workspace)).toEqual([]);
});

test('nobody but an owner invites, from a form of their own, and what they invited ends with them', async () => {
  const owner = await owned();
  const second = await newMember(owner, 'owner');
  for (const role of ['member', 'viewer']) {
    const { visitor } = await newMember(owner, role);
    const fields = { email: 'x@example.com', role: 'owner' };
    expect((await send(visitor, '/settings/invitations', fields)).status, role).toBe(403);
  }
  const fields = { email: 'x@example.com', role: 'owner', csrf: 'forged' };
  expect((await owner.visitor.post('/settings/invitations', fields)).status).toBe(403);
  const theirs = await invitationFor(second.visitor, 'friend@example.com', 'owner');
  expect((await request(theirs)).status).toBe(200);
  await send(owner.visitor, `/settings/members/${second.id}/role`, { role: 'member' });
  expect((await request(theirs)).status).toBe(410);
});

test("another workspace's invitation is not there", async () => {
  const owner = await owned();
  const path = await invitationFor(owner.visitor, 'ada@example.com');
  const stranger = await visit(await newWorkspace());
  const { id } = (await stored(path)) ?? { id: '' };
  expect((await send(stranger, `/settings/invitations/${id}/revoke`)).status).toBe(404);
  expect((await accept(path)).status).toBe(303);
});

test('an invitation that D1 cannot be asked about is not called spent', async () => {
  const owner = await owned();
  const path = await invitationFor(owner.visitor, 'ada@example.com');
  d1.mode = 'fail';
  for (const method of ['GET', 'POST'])
    expect((await request(path, { method, headers: { origin: 'http://localhost' } })).status).toBe(503);
  d1.mode = 'ok';
  expect((await accept(path)).status).toBe(303);
});
