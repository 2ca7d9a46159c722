import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { newWorkspace, ORIGIN, request } from './client.ts';
import { addShop } from './members-doors.ts';
import {
  accept,
  browserWith,
  cookieOf,
  invitationFor,
  linkIn,
  logOf,
  memberNamed,
  newMember,
  owned,
  type Person,
  send,
} from './members-scene.ts';

const FORM = '/workspaces';

async function make({ visitor }: Person, name: string, more: Record<string, string> = {}) {
  const { html } = await visitor.open(FORM);
  const id = /name="id" value="(ws_[0-9a-f]{16})"/.exec(html)?.[1] ?? '';
  const answer = await send(visitor, FORM, { id, name, ...more }, FORM);
  return { id, answer, inside: browserWith(cookieOf(answer)) };
}

/** Somebody who belongs to two workspaces, signed in to the second. */
async function inTwo() {
  const [first, second] = [await owned(), await owned()];
  const path = await invitationFor(second.visitor, 'both@example.com');
  const visitor = browserWith(cookieOf(await accept(path, first.visitor)));
  const id = await memberNamed(second.workspace, 'both@example.com');
  return { first, second, both: { visitor, id, workspace: { ...second.workspace, memberId: id } } };
}

const enter = (visitor: Person['visitor'], id: string) => send(visitor, `/workspaces/${id}/enter`, {}, FORM);

test('an owner makes a workspace, is in it at once, and finds nothing of the other there', async () => {
  const owner = await owned();
  await addShop(owner);
  const { id, answer, inside } = await make(owner, 'Second shop');
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  expect((await inside.open('/settings/members')).text).toContain('Second shop Sign out');
  expect((await inside.open('/agents')).html).not.toContain('shop-agent');
  expect((await inside.open(FORM)).text).toMatch(
    /Test workspace owner, as dev@example\.com.*Second shop .*you are here/,
  );
  expect(await logOf({ ...owner.workspace, id })).toEqual(['dev@example.com workspace.created Second shop']);
  const back = browserWith(cookieOf(await enter(inside, owner.workspace.id)));
  expect((await back.open('/agents')).html).toContain('shop-agent');
  expect((await inside.open('/')).status, 'the session that was left').toBe(302);
});

test('the form that makes a workspace makes one, however often it is sent', async () => {
  const owner = await owned();
  const { id, inside } = await make(owner, 'Once');
  const again = await make({ ...owner, visitor: inside }, 'Once', { id });
  expect(again.answer.status).toBe(303);
  const found = env.DB.prepare('SELECT count(*) AS n FROM members WHERE person_id = ?1 AND workspace_id <> ?2');
  expect(await found.bind(owner.id, owner.workspace.id).first('n')).toBe(1);
  expect(await logOf({ ...owner.workspace, id })).toHaveLength(1);
});

test("an id of somebody else's workspace makes nobody a member of it", async () => {
  const [owner, stranger] = [await owned(), await owned()];
  const made = await make(stranger, 'Mine now', { id: owner.workspace.id });
  expect(made.answer.status).toBe(404);
  expect((await enter(stranger.visitor, owner.workspace.id)).status).toBe(404);
  expect((await enter(stranger.visitor, 'ws_0123456789abcdef')).status).toBe(404);
  const members = env.DB.prepare('SELECT count(*) AS n FROM members WHERE workspace_id = ?1');
  expect(await members.bind(owner.workspace.id).first('n')).toBe(1);
});

test('a person goes from one workspace to another in the role they have there', async () => {
  const { first, second, both } = await inTwo();
  expect((await both.visitor.open('/settings/members')).text).toContain('both@example.com you member');
  const back = browserWith(cookieOf(await enter(both.visitor, first.workspace.id)));
  expect((await back.open('/settings/members')).text).toContain('dev@example.com you owner');
  expect((await enter(back, second.workspace.id)).status).toBe(303);
});

test('the same e-mail address in two workspaces is not the same person', async () => {
  const [one, two] = [await owned(), await owned()];
  expect((await one.visitor.open(FORM)).html).not.toContain(two.workspace.id);
  expect((await enter(one.visitor, two.workspace.id)).status).toBe(404);
});

test('a session that a key opened enters and makes no other workspace', async () => {
  const { first, both } = await inTwo();
  const headers = { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  const body = String(new URLSearchParams({ key: first.workspace.key }));
  const byKey = browserWith(cookieOf(await request('/sign-in', { method: 'POST', headers, body })));
  const page = await byKey.open(FORM);
  expect(page.html).not.toContain(both.workspace.id);
  expect(page.text).toContain('good for this workspace alone');
  expect((await enter(byKey, both.workspace.id)).status).toBe(403);
  expect((await make({ ...first, visitor: byKey }, 'Outliving')).answer.status).toBe(403);
});

test('whoever an owner signs in by a link is let into no other workspace of theirs', async () => {
  const { first, second, both } = await inTwo();
  const link = await linkIn(await send(second.visitor, `/settings/members/${both.id}/link`));
  const taken = browserWith(cookieOf(await request(link)));
  expect((await taken.open('/settings/members')).text).toContain('both@example.com you member');
  expect((await taken.open(FORM)).html).not.toContain(first.workspace.id);
  expect((await enter(taken, first.workspace.id)).status).toBe(404);
});

test("one's own link to another browser leads to all of one's workspaces", async () => {
  const { first, both } = await inTwo();
  const link = await linkIn(await send(both.visitor, `/settings/members/${both.id}/link`));
  const other = browserWith(cookieOf(await request(link)));
  expect((await enter(other, first.workspace.id)).status).toBe(303);
});

test('a removed member enters no more, a form from elsewhere neither', async () => {
  const { first, second, both } = await inTwo();
  const back = browserWith(cookieOf(await enter(both.visitor, first.workspace.id)));
  expect((await back.post(`/workspaces/${second.workspace.id}/enter`, { csrf: 'forged' })).status).toBe(403);
  await send(second.visitor, `/settings/members/${both.id}/remove`, { revoke_keys: 'yes' });
  expect((await back.open(FORM)).html).not.toContain(second.workspace.id);
  expect((await enter(back, second.workspace.id)).status).toBe(404);
});

test('only owners make workspaces, with a name that fits', async () => {
  const owner = await owned();
  const ada = await newMember(owner);
  expect((await make(ada, 'Mine')).answer.status).toBe(403);
  expect((await ada.visitor.open(FORM)).html).not.toContain('name="name"');
  for (const [name, words] of [
    [' ', 'Give the workspace a name.'],
    ['x'.repeat(81), 'A name has at most 80 characters.'],
  ] as const) {
    const { answer } = await make(owner, name);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(words)]);
  }
  expect((await make(owner, 'Bad id', { id: 'ws_1' })).answer.status).toBe(400);
});

test('everybody else is asked to sign in', async () => {
  const { id } = await newWorkspace();
  for (const path of [FORM, '/settings/members', '/settings/apps', '/settings/audit-log'])
    expect((await request(path)).headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
  const answer = await request(`/workspaces/${id}/enter`, { method: 'POST', headers: { origin: ORIGIN } });
  expect(answer.headers.get('location')).toContain('/sign-in?next=');
});
