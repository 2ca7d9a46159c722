import { type Context, Hono } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import { SignInPage } from '../dashboard/sign-in-page.tsx';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectMember, selectOwner } from '../store/members.ts';
import type { Caller } from '../tools/define-tool.ts';
import type { App } from './app.ts';
import { callerOfKey, endSession, endSessions } from './auth.ts';
import { redeemSignInCode } from './one-time-code.ts';
import { assertAttempt } from './rate-limit.ts';
import { closeSession, currentSession, isCsrfToken, openSession } from './session.ts';

const D1_DEADLINE_MS = 8_000;

/** In by a one-time link or by key, and out again. */
export const signIn = new Hono<App>();

signIn.get('/sign-in', async (c) => {
  const code = c.req.query('code');
  if (code === undefined) return c.html(<SignInPage next={safePath(c.req.query('next'))} />);
  const now = Date.now();
  if (c.req.method === 'HEAD') return c.body(null);
  await assertAttempt(c, now);
  const redeemed = await redeemSignInCode(c.env, code, now);
  const member = redeemed && (await withDeadline(selectMember(c.env.DB, redeemed.member_id), D1_DEADLINE_MS));
  if (!member || member.workspace_id !== redeemed.workspace_id)
    return (await currentSession(c, now)) ? c.redirect(safePath(c.req.query('next'))) : c.html(<SpentLink />, 410);
  await openSession(c, { member, keyId: null }, now);
  return c.redirect(safePath(c.req.query('next')));
});

function SpentLink() {
  const hint = 'Sign in with an API key at /sign-in, or start the server again for a new link.';
  return (
    <MessagePage
      status={410}
      title="This link was used or has expired"
      message="A sign-in link works once."
      hint={hint}
    />
  );
}

signIn.post('/sign-in', async (c) => {
  const now = Date.now();
  const form = await c.req.parseBody();
  const next = safePath(form.next);
  const key = typeof form.key === 'string' ? form.key.trim() : '';
  await assertAttempt(c, now);
  const caller = await callerOfKey(c.env, key, now);
  const member = caller && (await memberBehind(c.env, caller));
  if (!caller || !member) return badKey(c, next);
  return (await openSession(c, { member, keyId: caller.credentialId }, now)) ? c.redirect(next, 303) : badKey(c, next);
});

/** Whom a key signs in: who made it, or the first owner where no member did. Null for a key that is not good for everything. */
async function memberBehind({ DB }: Env, { workspaceId, memberId, scopes, agentName }: Caller) {
  if (!scopes.includes('admin') || agentName !== null) return null;
  const member = memberId === null ? selectOwner(DB, workspaceId) : selectMember(DB, memberId);
  return withDeadline(member, D1_DEADLINE_MS);
}

function badKey(c: Context<App>, next: string): Response | Promise<Response> {
  const error = 'This key is unknown, revoked, expired, or lacks the scope admin.';
  return c.html(<SignInPage next={next} error={error} />, 401);
}

signIn.post('/sign-out', async (c) => {
  const now = Date.now();
  const signedIn = await currentSession(c, now);
  const form = await c.req.parseBody();
  if (signedIn && !isCsrfToken(c, signedIn, form.csrf)) return notSignedOut(c);
  if (signedIn) await endSession(c.env, signedIn, now);
  closeSession(c);
  return c.redirect('/sign-in', 303);
});

signIn.post('/sign-out-everywhere', async (c) => {
  const now = Date.now();
  const signedIn = await currentSession(c, now);
  const form = await c.req.parseBody();
  if (!signedIn) return c.redirect('/sign-in', 303);
  if (!isCsrfToken(c, signedIn, form.csrf)) return notSignedOut(c);
  const { workspace_id: workspaceId, member_id: memberId } = signedIn.session;
  await endSessions(c.env, { workspaceId, memberId }, now);
  // What the list was too young or too old to hold is the session that asks.
  await endSession(c.env, signedIn, now);
  closeSession(c);
  return c.redirect('/sign-in', 303);
});

function notSignedOut(c: Context<App>): Response | Promise<Response> {
  const hint = 'Reload the page and try again.';
  return c.html(
    <MessagePage status={403} title="Not signed out" message="This form is out of date." hint={hint} />,
    403,
  );
}

/** A path of our own, never another site's: one slash, then anything that is not a second one. */
export function safePath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(next) ? next : '/';
}
