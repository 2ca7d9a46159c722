import type { Context } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import type { App } from './app.ts';
import type { SignedIn } from './auth.ts';
import { currentSession } from './session.ts';

/** Serves a page to whoever is signed in; everyone else is asked to sign in and comes back. */
export async function signedIn(c: Context<App>, serve: (who: SignedIn) => Promise<Response>): Promise<Response> {
  const who = await currentSession(c, Date.now());
  c.header('Cache-Control', 'private, no-store');
  if (who) return serve(who);
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(`/sign-in?next=${encodeURIComponent(pathname + search)}`);
}

/** Whether to show the ways to change something. Every change looks the role up again, so a copy that is out of date shows a form too many at worst. */
export function mayChange({ session }: SignedIn): boolean {
  return session.role !== 'viewer';
}

export function missing(c: Context<App>, message: string): Response | Promise<Response> {
  return c.html(
    <MessagePage
      status={404}
      title="Not found"
      message={message}
      hint="The link may be old, or belong to another workspace."
    />,
    404,
  );
}
