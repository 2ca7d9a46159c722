import type { Context } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import { Refusal } from '../domain/errors.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectRole } from '../store/members.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { csrfToken, isCsrfToken } from './session.ts';
import { missing, signedIn } from './signed-in.tsx';
import type { WebhookAct } from './standard-webhook-endpoints.ts';

/** What the forms of webhooks and trust rules do before they change anything. */

const D1_DEADLINE_MS = 5_000;
const STALE_FORM = 'This form is out of date. Go back, reload the page and try again.';
export const NOT_ALLOWED =
  'You may look at webhooks and trust rules, and not change them. Ask the owner of the workspace.';

/** A form that may be followed. `act` says who does it; `page` is what every page needs. */
export type Sent = {
  who: SignedIn;
  act: WebhookAct;
  text: (name: string) => string;
  all: (name: string) => string[];
  page: { workspaceName: string; csrf: string };
};

/** Serves a form of a member who may change things; everybody else is told why not. */
export function changing(c: Context<App>, serve: (sent: Sent) => Promise<Response>): Promise<Response> {
  return signedIn(c, async (who) => {
    const { workspace_id: workspaceId, member_id: memberId } = who.session;
    const form = await c.req.parseBody({ all: true });
    const all = (name: string) =>
      [form[name] ?? []].flat().flatMap((value) => (typeof value === 'string' ? value : []));
    if (!isCsrfToken(c, who, all('csrf')[0])) return refusal(c, STALE_FORM);
    const role = await withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), D1_DEADLINE_MS);
    if (role !== 'owner' && role !== 'member') return refusal(c, NOT_ALLOWED);
    const text = (name: string) => (all(name)[0] ?? '').trim();
    try {
      return await serve({ who, all, text, act: actOf(c, who), page: pageOf(c, who) });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'NOT_FOUND') return missing(c, `${error.message}.`);
      if (error instanceof Refusal && error.code === 'CONFLICT') return unchanged(c, `${error.message}.`, 409);
      throw error;
    }
  });
}

export function actOf(c: Context<App>, { session }: SignedIn): WebhookAct {
  return { workspaceId: session.workspace_id, actor: session.email, now: Date.now(), baseUrl: baseUrl(c) };
}

export function pageOf(c: Context<App>, who: SignedIn): { workspaceName: string; csrf: string } {
  return { workspaceName: who.session.workspace_name, csrf: csrfToken(c, who) };
}

/** What came of it, or the refusal that a form is handed back with. */
export async function attempt<T>(work: () => Promise<T>): Promise<{ done: T } | { refused: Refusal }> {
  try {
    return { done: await work() };
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'NOT_FOUND') return { refused: error };
    throw error;
  }
}

export function refusal(c: Context<App>, message: string): Response | Promise<Response> {
  return unchanged(c, message, 403);
}

function unchanged(c: Context<App>, message: string, status: 403 | 409): Response | Promise<Response> {
  return c.html(<MessagePage status={status} title="Nothing was changed" message={message} />, status);
}
