import { type Context, Hono } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import { SignInPage } from '../dashboard/sign-in-page.tsx';
import { withDeadline } from '../store/deadline.ts';
import { selectRole } from '../store/members.ts';
import { selectOwner } from '../store/sessions.ts';
import { selectWorkspace } from '../store/workspaces.ts';
import type { App } from './app.ts';
import { callerOfKey, endSession, endSessions } from './auth.ts';
import { redeemSignInCode } from './one-time-code.ts';
import { closeSession, currentSession, isCsrfToken, openSession } from './session.ts';

const D1_DEADLINE_MS = 8_000;

/** In by a one-time link or by key, and out again. */
export const signIn = new Hono<App>();

signIn.get('/sign-in', async (c) => {
  const code = c.req.query('code');
  if (code === undefined) return c.html(<SignInPage next={safePath(c.req.query('next'))} />);
  const now = Date.now();
  if (c.req.method === 'HEAD') return c.body(null);
  const redeemed = await redeemSignInCode(c.env, code, now);
  const workspace = redeemed && (await withDeadline(selectWorkspace(c.env.DB, redeemed.workspace_id), D1_DEADLINE_MS));
  if (!redeemed || !workspace)
    return (await currentSession(c, now)) ? c.redirect(safePath(c.req.query('next'))) : c.html(<SpentLink />, 410);
  const { id: workspaceId, name: workspaceName, email } = workspace;
  const memberId = redeemed.member_id;
  const role = await withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), D1_DEADLINE_MS);
  await openSession(c, { workspaceId, workspaceName, memberId, email, role, keyId: null }, now);
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
  const caller = await callerOfKey(c.env, key, now);
  const owner = caller?.scopes.includes('admin')
    ? await withDeadline(selectOwner(c.env.DB, caller.workspaceId), D1_DEADLINE_MS)
    : null;
  if (!caller || !owner) return badKey(c, next);
  const { workspaceId, workspaceName, credentialId: keyId } = caller;
  const member = { workspaceId, workspaceName, memberId: owner.id, email: owner.email, role: 'owner' as const, keyId };
  return (await openSession(c, member, now)) ? c.redirect(next, 303) : badKey(c, next);
});

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
