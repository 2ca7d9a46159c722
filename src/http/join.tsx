import { type Context, Hono } from 'hono';
import { newId } from '../agent/ids.ts';
import { JoinPage } from '../dashboard/join-page.tsx';
import { MessagePage } from '../dashboard/message-page.tsx';
import { insertInvitedMember, selectOpenInvitation } from '../store/invitations.ts';
import { type MemberRecord, selectMember, selectMembersOfPerson } from '../store/members.ts';
import { answered } from './answered.ts';
import type { App } from './app.ts';
import { type SignedIn, sha256 } from './auth.ts';
import { enterAs } from './enter.ts';
import { isByKey } from './members-access.tsx';
import { assertAttempt } from './rate-limit.ts';
import { csrfToken, currentSession, isCsrfToken } from './session.ts';

/** An invitation as it is opened, and accepted. Opening it changes nothing: programs that look ahead do that too. */
export const join = new Hono<App>();

join.get('/join/:token', async (c) => {
  c.header('Cache-Control', 'private, no-store');
  const now = Date.now();
  await assertAttempt(c, now);
  const hash = sha256(c.req.param('token'));
  const [invitation, who] = await Promise.all([
    answered(selectOpenInvitation(c.env.DB, hash, now)),
    currentSession(c, now),
  ]);
  if (!invitation) return spent(c);
  const known = who && (await personBehind(c, who));
  const places = known ? await answered(selectMembersOfPerson(c.env.DB, known.person_id)) : [];
  if (places.some(({ workspace_id }) => workspace_id === invitation.workspace_id)) return alreadyIn(c);
  const page = {
    ...{ workspaceName: invitation.workspace_name, email: invitation.email, role: invitation.role },
    action: c.req.path,
    signedInAs: known ? { email: known.email, workspaceName: known.workspace_name } : null,
    ...(who ? { csrf: csrfToken(c, who) } : {}),
  };
  return c.html(<JoinPage {...page} />);
});

join.post('/join/:token', async (c) => {
  c.header('Cache-Control', 'private, no-store');
  const now = Date.now();
  await assertAttempt(c, now);
  const hash = sha256(c.req.param('token'));
  const [who, form] = await Promise.all([currentSession(c, now), c.req.parseBody()]);
  if (who && !isCsrfToken(c, who, form.csrf)) return staleForm(c);
  const known = who && (await personBehind(c, who));
  const memberId = newId('mb');
  const joining = { hash, memberId, personId: known?.person_id ?? memberId, now };
  const joined = await answered(insertInvitedMember(c.env.DB, joining));
  if (!joined) {
    const open = await answered(selectOpenInvitation(c.env.DB, hash, now));
    return open ? alreadyIn(c) : spent(c);
  }
  const member = await answered(selectMember(c.env.DB, memberId));
  return member ? enterAs(c, { member, from: who, now }) : spent(c);
});

/** Who joins as somebody that we know: nobody does who signed in with a key, which may be in other hands. */
async function personBehind(c: Context<App>, who: SignedIn): Promise<MemberRecord | null> {
  return isByKey(who) ? null : answered(selectMember(c.env.DB, who.session.member_id));
}

/** One answer for a link that was used, revoked or has expired, and for one that never was. */
function spent(c: Context<App>): Response | Promise<Response> {
  const message = 'It was accepted or revoked, or has expired.';
  const hint = 'Ask an owner of the workspace for a new link.';
  return c.html(<MessagePage status={410} title="This invitation is not open" message={message} hint={hint} />, 410);
}

function alreadyIn(c: Context<App>): Response | Promise<Response> {
  const message = 'You, or somebody with this e-mail address, belong to this workspace already.';
  const hint = 'To join as somebody else, sign out first and open the link again.';
  return c.html(<MessagePage status={409} title="Nobody joined" message={message} hint={hint} />, 409);
}

function staleForm(c: Context<App>): Response | Promise<Response> {
  const message = 'This form is out of date. Open the link again.';
  return c.html(<MessagePage status={403} title="Nobody joined" message={message} />, 403);
}
