import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { newId } from '../agent/ids.ts';
import { WorkspacesPage } from '../dashboard/workspace-list-page.tsx';
import { Refusal } from '../domain/errors.ts';
import { withoutSecrets } from '../domain/redaction/redaction.ts';
import { type MemberRecord, selectMember, selectMembersOfPerson } from '../store/members.ts';
import { insertWorkspace } from '../store/workspaces.ts';
import { answered } from './answered.ts';
import type { App } from './app.ts';
import { enterAs } from './enter.ts';
import { assertOwner, assertPerson, isByKey, type Present, present, sent } from './members-access.tsx';
import { missing } from './signed-in.tsx';

/** The workspaces of one person: which there are, another one, a new one. Who is the same person is never told by an e-mail address. */
export const workspaces = new Hono<App>();

const MAX_NAME_CHARS = 80;

const Wanted = z.object({
  id: z.string().regex(/^ws_[0-9a-f]{16}$/, 'This form is out of date. Reload the page and try again.'),
  name: z
    .string()
    .min(1, 'Give the workspace a name.')
    .max(MAX_NAME_CHARS, `A name has at most ${MAX_NAME_CHARS} characters.`),
});

workspaces.get('/workspaces', (c) => present(c, (here) => showWorkspaces(c, here)));

async function showWorkspaces(
  c: Context<App>,
  here: Present,
  refused?: { name: string; error: string },
): Promise<Response> {
  const { who, role, workspaceId, page } = here;
  const places = await answered(placesOf(c, here));
  const shown = {
    ...{ ...page, ownId: workspaceId, isByKey: isByKey(who), mayMake: role === 'owner' && !isByKey(who) },
    places: places.map(({ workspace_id: id, workspace_name: name, email, role }) => ({ id, name, email, role })),
    form: { id: newId('ws'), name: refused?.name ?? '', error: refused?.error ?? null },
  };
  return c.html(<WorkspacesPage {...shown} />, refused ? 400 : 200);
}

/** Whom this person is in which workspace. Whoever signed in with a key is in this one and knows no other. */
async function placesOf(c: Context<App>, { who, memberId }: Present): Promise<MemberRecord[]> {
  const member = await selectMember(c.env.DB, memberId);
  if (!member || isByKey(who)) return member ? [member] : [];
  return selectMembersOfPerson(c.env.DB, member.person_id);
}

workspaces.post('/workspaces', (c) =>
  sent(c, async (here) => {
    assertOwner(here);
    assertPerson(here);
    const given = { id: here.text('id'), name: here.text('name') };
    const wanted = Wanted.safeParse(given);
    if (!wanted.success) return showWorkspaces(c, here, { ...given, error: wanted.error.issues[0]?.message ?? '' });
    const { id } = wanted.data;
    const { now } = here.act;
    const self = await answered(selectMember(c.env.DB, here.memberId));
    if (!self) throw new Refusal('NOT_FOUND', 'There is no such member');
    const owner = { id: newId('mb'), personId: self.person_id, email: self.email };
    const name = withoutSecrets(wanted.data.name);
    // Sent a second time, the form leads to what it made the first time.
    await answered(insertWorkspace(c.env.DB, { id, name, owner, now }));
    return enter(c, here, id);
  }),
);

workspaces.post('/workspaces/:id/enter', (c) =>
  sent(c, async (here) => {
    assertPerson(here);
    return enter(c, here, c.req.param('id'));
  }),
);

async function enter(c: Context<App>, here: Present, workspaceId: string): Promise<Response> {
  const places = await answered(placesOf(c, here));
  const member = places.find(({ workspace_id }) => workspace_id === workspaceId);
  if (!member) return missing(c, 'There is no such workspace.');
  return enterAs(c, { member, from: here.who, now: here.act.now });
}

/** Where somebody lands who had to sign in again before a form was followed. */
workspaces.get('/workspaces/:id/enter', (c) => c.redirect('/workspaces'));
