import { Hono } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import { SignInPage } from '../dashboard/sign-in-page.tsx';
import { withDeadline } from '../store/deadline.ts';
import { selectOwner } from '../store/sessions.ts';
import { selectWorkspace } from '../store/workspaces.ts';
import type { App } from './app.ts';
import { callerOfKey, endSession } from './auth.ts';
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
  const member = {
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    memberId: redeemed.member_id,
    email: workspace.email,
  };
  await openSession(c, member, now);
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
  if (!caller || !owner)
    return c.html(
      <SignInPage next={next} error="This key is unknown, revoked, expired, or lacks the scope admin." />,
      401,
    );
  const { workspaceId, workspaceName } = caller;
  await openSession(c, { workspaceId, workspaceName, memberId: owner.id, email: owner.email }, now);
  return c.redirect(next, 303);
});

signIn.post('/sign-out', async (c) => {
  const now = Date.now();
  const signedIn = await currentSession(c, now);
  const form = await c.req.parseBody();
  if (signedIn && !isCsrfToken(c, signedIn, form.csrf)) {
    return c.html(
      <MessagePage
        status={403}
        title="Not signed out"
        message="This form is out of date."
        hint="Reload the page and try again."
      />,
      403,
    );
  }
  if (signedIn) await endSession(c.env, signedIn, now);
  closeSession(c);
  return c.redirect('/sign-in', 303);
});

/** A path of our own, never another site's: one slash, then anything that is not a second one. */
export function safePath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(next) ? next : '/';
}
