import type { Context } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import type { Role } from '../domain/access.ts';
import { type ErrorCode, Refusal } from '../domain/errors.ts';
import { selectRole } from '../store/members.ts';
import { answered } from './answered.ts';
import type { App } from './app.ts';
import type { SignedIn } from './auth.ts';
import type { Act } from './members-acts.ts';
import { csrfToken, isCsrfToken } from './session.ts';
import { signedIn } from './signed-in.tsx';

/** What the pages and forms about members, apps and workspaces do before they show or change anything. */

const STALE_FORM = 'This form is out of date. Go back, reload the page and try again.';
const STATUS: Partial<Record<ErrorCode, 400 | 403 | 404 | 409>> = {
  AUTH_FAILED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  INVALID_ARGUMENT: 400,
};

/** Who looks or decides, in which role at this moment. `page` is what every page of the settings needs. */
export type Present = {
  who: SignedIn;
  role: Role;
  workspaceId: string;
  memberId: string;
  act: Act;
  page: { workspaceName: string; csrf: string };
};
export type Sent = Present & { text: (name: string) => string };

/** Serves a page with the role that D1 holds; whoever belongs to the workspace no more is told so. */
export function present(c: Context<App>, serve: (present: Present) => Promise<Response>): Promise<Response> {
  return signedIn(c, async (who) => {
    const { workspace_id: workspaceId, workspace_name: workspaceName, member_id: memberId, email } = who.session;
    const role = await answered(selectRole(c.env.DB, { workspaceId, memberId }));
    if (role === null) return refusal(c, 403, 'You do not belong to this workspace any more.');
    const page = { workspaceName, csrf: csrfToken(c, who) };
    const act = { workspaceId, actor: email, now: Date.now() };
    try {
      return await serve({ who, role, workspaceId, memberId, act, page });
    } catch (error) {
      const status = error instanceof Refusal ? STATUS[error.code] : undefined;
      if (!(error instanceof Refusal) || status === undefined) throw error;
      return refusal(c, status, sentence(error));
    }
  });
}

/** Follows a form that comes from one of our own pages. */
export function sent(c: Context<App>, serve: (sent: Sent) => Promise<Response>): Promise<Response> {
  return present(c, async (here) => {
    const form = await c.req.parseBody();
    if (!isCsrfToken(c, here.who, form.csrf)) return refusal(c, 403, STALE_FORM);
    const text = (name: string) => {
      const value = form[name];
      return typeof value === 'string' ? value.trim() : '';
    };
    return serve({ ...here, text });
  });
}

/** @throws Refusal AUTH_FAILED for everybody but owners */
export function assertOwner({ role }: Pick<Present, 'role'>): void {
  if (role !== 'owner') throw new Refusal('AUTH_FAILED', 'Only an owner of the workspace may do that');
}

/** A session that a key opened stands for the key, not for a person. @throws Refusal AUTH_FAILED */
export function assertPerson({ who }: Pick<Present, 'who'>): void {
  if (!isByKey(who)) return;
  throw new Refusal(
    'AUTH_FAILED',
    'You signed in with an API key, which is good for this workspace alone',
    SIGN_IN_BY_LINK,
  );
}

const SIGN_IN_BY_LINK = 'Sign in by a link to do that.';

/** Whether somebody signed in with an API key. */
export function isByKey({ session }: SignedIn): boolean {
  return (session.key_id ?? null) !== null;
}

export function sentence({ message, hint }: Refusal): string {
  return `${message}.${hint === undefined ? '' : ` ${hint}`}`;
}

export function refusal(c: Context<App>, status: 400 | 403 | 404 | 409, message: string): Response | Promise<Response> {
  const title = c.req.method === 'POST' ? 'Nothing was changed' : 'Nothing to show';
  return c.html(<MessagePage status={status} title={title} message={message} />, status);
}
