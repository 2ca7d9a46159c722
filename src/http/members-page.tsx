import { type Context, Hono } from 'hono';
import { MemberPage } from '../dashboard/members-one-page.tsx';
import { MembersPage } from '../dashboard/members-page.tsx';
import { selectInvitations } from '../store/invitations.ts';
import { selectListedMember, selectMemberList } from '../store/member-list.ts';
import { selectMembersKeys } from '../store/membership.ts';
import { answered } from './answered.ts';
import type { App } from './app.ts';
import { isByKey, type Present, present } from './members-access.tsx';
import { missing } from './signed-in.tsx';

/** Who belongs to the workspace, and one of them. */
export const membersPage = new Hono<App>();

const MEMBERS_A_PAGE = 50;
const KEYS_SHOWN = 50;

membersPage.get('/settings/members', (c) => present(c, (here) => showMembers(c, here)));

export type RefusedInvitation = { email: string; role: string; error: string; status: 400 | 409 };

/** The list, with the form as it is first asked for or as it comes back with what was wrong. */
export async function showMembers(c: Context<App>, here: Present, refused?: RefusedInvitation): Promise<Response> {
  const { workspaceId, memberId, role, page } = here;
  const { now } = here.act;
  const after = c.req.query('after') ?? null;
  const [listed, invitations] = await Promise.all([
    answered(selectMemberList(c.env.DB, { workspaceId, after, limit: MEMBERS_A_PAGE + 1 })),
    role === 'owner' ? answered(selectInvitations(c.env.DB, workspaceId, now)) : null,
  ]);
  const members = listed.slice(0, MEMBERS_A_PAGE);
  const last = listed.length > MEMBERS_A_PAGE ? members.at(-1) : undefined;
  const shown = {
    ...{ ...page, now, members, ownId: memberId, invitations, isFirst: after === null },
    next: last ? `/settings/members?after=${last.id}` : null,
    form: { email: refused?.email ?? '', role: refused?.role ?? 'member', error: refused?.error ?? null },
  };
  return c.html(<MembersPage {...shown} />, refused?.status ?? 200);
}

membersPage.get('/settings/members/:id', (c) =>
  present(c, async (here) => {
    const { workspaceId, memberId, role, page } = here;
    const { now } = here.act;
    const id = c.req.param('id');
    const member = await answered(selectListedMember(c.env.DB, workspaceId, id));
    if (!member) return missing(c, 'There is no such member in this workspace.');
    const query = { workspaceId, id, now, allowed: [], limit: KEYS_SHOWN };
    const keys = role === 'owner' ? await answered(selectMembersKeys(c.env.DB, query)) : [];
    const isSelf = id === memberId;
    const shown = { ...page, now, member, keys, isSelf, mayDecide: role === 'owner' };
    return c.html(<MemberPage {...shown} mayLink={isSelf ? !isByKey(here.who) : role === 'owner'} />);
  }),
);
