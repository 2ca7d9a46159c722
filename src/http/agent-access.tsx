import type { Context } from 'hono';
import { MessagePage } from '../dashboard/message-page.tsx';
import { scopesOf } from '../domain/access.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectRole } from '../store/members.ts';
import type { Denied } from '../tools/catalog.ts';
import type { ToolContext } from '../tools/define-tool.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { type FoundAgent, findAgent, NO_AGENT } from './find-agent.ts';
import { mintSetupCode } from './one-time-code.ts';
import { csrfToken, isCsrfToken } from './session.ts';
import { mayChange, missing, signedIn } from './signed-in.tsx';

/** What the pages of an agent do before they show or change anything. */

export const D1_DEADLINE_MS = 5_000;

/** Who looks at which agent; `page` is what goes into its frame. */
export type Seen = {
  who: SignedIn;
  workspaceId: string;
  found: FoundAgent;
  now: number;
  page: { agent: FoundAgent['agent']; workspaceName: string; csrf: string };
  /** Whether to show ways to change something. */
  mayChange: boolean;
};
/** A form as it was sent. `refused` says why it must not be followed: nothing may be changed then, and what was typed is handed back. */
export type Sent = Seen & { form: Form; refused: string | null };
/** Text fields, with line breaks as everybody but browsers writes them; `all` has every value of a field that stands more than once. */
export type Form = { text: (name: string) => string; all: (name: string) => string[] };

export function viewing(c: Context<App>, serve: (seen: Seen) => Promise<Response>): Promise<Response> {
  return signedIn(c, async (who) => {
    const seen = await see(c, who);
    return seen ? serve(seen) : missing(c, NO_AGENT);
  });
}

export function changing(c: Context<App>, serve: (sent: Sent) => Promise<Response>): Promise<Response> {
  return signedIn(c, async (who) => {
    const [seen, form, role] = await Promise.all([see(c, who), readForm(c), roleOf(c, who)]);
    if (!seen) return missing(c, NO_AGENT);
    const isOurs = isCsrfToken(c, who, form.text('csrf'));
    const refused = isOurs ? (role === 'owner' || role === 'member' ? null : NOT_ALLOWED) : STALE_FORM;
    return serve({ ...seen, form, refused });
  });
}

const STALE_FORM = 'This form was out of date and nothing was done. It is fresh again: send it once more.';
const NOT_ALLOWED = 'You may look at this workspace, and not change anything in it. Ask its owner.';

async function see(c: Context<App>, who: SignedIn): Promise<Seen | null> {
  const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
  const found = await findAgent(c, workspaceId);
  if (!found) return null;
  const page = { agent: found.agent, workspaceName, csrf: csrfToken(c, who) };
  return { who, workspaceId, found, now: Date.now(), page, mayChange: mayChange(who) };
}

function roleOf(c: Context<App>, { session }: SignedIn) {
  const { workspace_id: workspaceId, member_id: memberId } = session;
  return withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), D1_DEADLINE_MS);
}

async function readForm(c: Context<App>): Promise<Form> {
  const sent = await c.req.parseBody({ all: true });
  const all = (name: string) =>
    [sent[name] ?? []].flat().flatMap((value) => (typeof value === 'string' ? value.replaceAll('\r\n', '\n') : []));
  return { all, text: (name) => all(name)[0] ?? '' };
}

/** A tool is called as a credential of this member's would call it. */
export function toolContext(c: Context<App>, { session }: SignedIn): ToolContext {
  const { workspace_id: workspaceId, workspace_name: workspaceName, member_id: memberId, email, role } = session;
  const now = Date.now();
  return {
    caller: {
      ...{ workspaceId, workspaceName, email, credentialId: memberId },
      ...{ scopes: scopesOf(role), memberId, agentName: null },
    },
    env: c.env,
    baseUrl: baseUrl(c),
    now,
    mintSetupCode: (minter) => mintSetupCode(c.env, minter, now),
  };
}

/** A tool's refusal as a page says it. */
export function sentence({ text }: Denied): string {
  return text.replace(/^Error: /, '');
}

export function statusOf({ code }: Denied): 400 | 404 | 409 | 429 | 503 {
  if (code === 'AGENT_NOT_FOUND' || code === 'NOT_FOUND') return 404;
  if (code === 'GENERATION_IN_PROGRESS' || code === 'CONFLICT' || code === 'QUOTA_EXCEEDED') return 409;
  if (code === 'RATE_LIMITED') return 429;
  return code === 'SERVER_ERROR' || code === 'RETRY_LATER' ? 503 : 400;
}

type Refusing = { title: string; message: string; status: ReturnType<typeof statusOf> | 403 };

/** For a form that holds nothing one would have to type again. */
export function refusal(c: Context<App>, refused: Refusing): Response | Promise<Response> {
  return c.html(<MessagePage {...refused} />, refused.status);
}
