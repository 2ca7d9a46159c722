import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { MemberLinkPage } from '../dashboard/members-link-page.tsx';
import { Role } from '../domain/access.ts';
import { Refusal } from '../domain/errors.ts';
import { selectMember } from '../store/members.ts';
import { insertSignInLink } from '../store/membership.ts';
import { answered } from './answered.ts';
import { type App, baseUrl } from './app.ts';
import { invite, NewInvitation, revokeInvitation } from './invite.ts';
import { assertOwner, assertPerson, type Sent, sent, sentence } from './members-access.tsx';
import { changeRole, memberOf, removeMember } from './members-acts.ts';
import { showMembers } from './members-page.tsx';
import { mintSignInCode } from './one-time-code.ts';
import { closeSession, openSession } from './session.ts';

/** What can be done with members and invitations: each is a form, and leads back to the page. */
export const membersForms = new Hono<App>();

const PERSON_BYTES = 8;
const LIST = '/settings/members';

membersForms.post('/settings/invitations', (c) =>
  sent(c, async (here) => {
    assertOwner(here);
    const given = { email: here.text('email'), role: here.text('role') };
    const wanted = NewInvitation.safeParse(given);
    if (!wanted.success) {
      const error = wanted.error.issues[0]?.message ?? '';
      return showMembers(c, here, { ...given, error, status: 400 });
    }
    try {
      const { token } = await invite(c.env, { ...here.act, invitedBy: here.memberId }, wanted.data);
      const made = { url: `${baseUrl(c)}/join/${token}`, ...wanted.data };
      return c.html(<MemberLinkPage {...here.page} kind="invitation" {...made} back={LIST} />);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return showMembers(c, here, { ...given, error: sentence(error), status: 409 });
    }
  }),
);

membersForms.post('/settings/invitations/:id/revoke', (c) =>
  sent(c, async (here) => {
    assertOwner(here);
    await revokeInvitation(c.env, here.act, c.req.param('id'));
    return c.redirect(`${LIST}#invitations`, 303);
  }),
);

membersForms.post('/settings/members/:id/role', (c) =>
  sent(c, async (here) => {
    assertOwner(here);
    const role = Role.safeParse(here.text('role'));
    if (!role.success) throw new Refusal('INVALID_ARGUMENT', 'A role is owner, member or viewer');
    const id = c.req.param('id');
    await changeRole(c.env, here.act, { id, role: role.data });
    return id === here.memberId ? signInAnew(c, here) : c.redirect(`${LIST}/${id}`, 303);
  }),
);

/** Whoever steps down ended the sessions they had, this one too. */
async function signInAnew(c: Context<App>, { who, memberId, act }: Sent): Promise<Response> {
  const member = await answered(selectMember(c.env.DB, memberId));
  const opened = member && (await openSession(c, { member, keyId: who.session.key_id ?? null }, act.now));
  if (!opened) closeSession(c);
  return c.redirect(opened ? `${LIST}/${memberId}` : '/sign-in', 303);
}

membersForms.post('/settings/members/:id/remove', (c) =>
  sent(c, async (here) => {
    assertOwner(here);
    const id = c.req.param('id');
    await removeMember(c.env, here.act, { id, keepKeys: here.text('revoke_keys') !== 'yes' });
    return c.redirect(id === here.memberId ? '/sign-in' : LIST, 303);
  }),
);

/** One's own link keeps who one is; one for somebody else makes them unknown to other workspaces, because its maker could use it. */
membersForms.post('/settings/members/:id/link', (c) =>
  sent(c, async (here) => {
    const id = c.req.param('id');
    const isSelf = id === here.memberId;
    if (isSelf) assertPerson(here);
    else assertOwner(here);
    const { email } = await memberOf(c.env, here.act, id);
    const personId = isSelf ? null : `ps_${randomBytes(PERSON_BYTES).toString('hex')}`;
    await answered(insertSignInLink(c.env.DB, { ...here.act, id, personId }));
    const madeBy = isSelf ? null : here.memberId;
    const code = await mintSignInCode(c.env, { workspaceId: here.workspaceId, memberId: id, madeBy }, here.act.now);
    const url = `${baseUrl(c)}/sign-in?code=${code}`;
    return c.html(<MemberLinkPage {...here.page} kind="sign-in" {...{ url, email, isSelf }} back={`${LIST}/${id}`} />);
  }),
);

/** Where somebody lands who had to sign in again before a form was followed. */
membersForms.get('/settings/invitations', (c) => c.redirect(LIST));
membersForms.get('/settings/invitations/:id/revoke', (c) => c.redirect(LIST));
membersForms.get('/settings/members/:id/:act', (c) => c.redirect(`${LIST}/${encodeURIComponent(c.req.param('id'))}`));
