import { createHmac } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import { type App, baseUrl } from './app.ts';
import { type SignedIn, type SigningIn, sessionOf, startSession } from './auth.ts';
import { assertUse } from './rate-limit.ts';
import { isSameText } from './same-text.ts';

/** The cookie of a dashboard session, and the token its forms carry. */

const COOKIE = 'invarium_session';

/** False where the key that somebody signs in with does not work any more. */
export async function openSession(c: Context<App>, member: SigningIn, now: number): Promise<boolean> {
  const started = await startSession(c.env, member, now);
  if (!started) return false;
  const { token, expiresAt } = started;
  await setSignedCookie(c, COOKIE, token, c.env.SESSION_SECRET, {
    httpOnly: true,
    sameSite: 'Lax',
    secure: baseUrl(c).startsWith('https:'),
    path: '/',
    expires: new Date(expiresAt),
  });
  return true;
}

/** Who is signed in, or null. Throws when no store answers, and Refusal RATE_LIMITED. */
export async function currentSession(c: Context<App>, now: number): Promise<SignedIn | null> {
  const token = await getSignedCookie(c, c.env.SESSION_SECRET, COOKIE);
  const signedIn = token ? await sessionOf(c.env, token, now) : null;
  if (signedIn) {
    c.set('workspace', signedIn.session.workspace_id);
    await assertUse(c, signedIn.session.member_id, now);
  }
  return signedIn;
}

export function closeSession(c: Context<App>): void {
  deleteCookie(c, COOKIE, { path: '/' });
}

/** Bound to the session, so that a form of one session is worth nothing in another. */
export function csrfToken(c: Context<App>, { hash }: SignedIn): string {
  return createHmac('sha256', c.env.SESSION_SECRET).update(`csrf:${hash}`).digest('base64url');
}

export function isCsrfToken(c: Context<App>, signedIn: SignedIn, given: unknown): boolean {
  return isSameText(typeof given === 'string' ? given : '', csrfToken(c, signedIn));
}
