import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { newId } from '../agent/ids.ts';
import { FirstUsePage } from '../dashboard/first-use.tsx';
import { firstUseNews } from '../dashboard/first-use-state.tsx';
import { MessagePage } from '../dashboard/message-page.tsx';
import { WAYS, WAYS_IN, type Way } from '../dashboard/way-in.ts';
import { planOf } from '../domain/quota.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectFirstUse } from '../store/first-use.ts';
import { selectRole } from '../store/members.ts';
import { answered } from './answered.ts';
import { type App, baseUrl } from './app.ts';
import type { SignedIn } from './auth.ts';
import { mintKey } from './mint-key.ts';
import { csrfToken, isCsrfToken } from './session.ts';
import { mayChange, signedIn } from './signed-in.tsx';

/** From an empty workspace to its first run: the ways in, a key for each, and what has arrived so far. */
export const firstUse = new Hono<App>();

const DEADLINE_MS = 5_000;
const STALE_FORM = 'This form is out of date. Go back, reload the page and try again.';
const NOT_ALLOWED = 'You may look at this workspace, and not make keys in it. Ask its owner.';

const Wanted = z.object({ way: z.enum(WAYS), id: z.string().regex(/^key_[0-9a-f]{16}$/) });

type Outcome = { made?: { way: Way; key: string }; error?: string };

export async function showFirstUse(c: Context<App>, who: SignedIn, outcome: Outcome = {}): Promise<Response> {
  const { workspace_id: workspaceId, workspace_name: workspaceName } = who.session;
  const page = {
    ...{ workspaceName, csrf: csrfToken(c, who), mcpUrl: `${baseUrl(c)}/mcp`, keyId: newId('key') },
    news: firstUseNews(await answered(selectFirstUse(c.env.DB, workspaceId))),
    mayChange: mayChange(who),
  };
  return c.html(<FirstUsePage {...page} {...outcome} />, outcome.error ? 409 : 200);
}

firstUse.get('/first-use.json', (c) =>
  signedIn(c, async ({ session }) => {
    const use = await answered(selectFirstUse(c.env.DB, session.workspace_id));
    const { agents, runs, key } = use;
    return c.json({ connected: key !== null || agents > 0 || runs > 0, agents, runs, ...firstUseNews(use) });
  }),
);

firstUse.post('/first-use/key', (c) =>
  signedIn(c, async (who) => {
    const form = await c.req.parseBody();
    const wanted = Wanted.safeParse(form);
    if (!isCsrfToken(c, who, form.csrf) || !wanted.success) return refusal(c, STALE_FORM);
    const { workspace_id: workspaceId, member_id: memberId } = who.session;
    const role = await withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), DEADLINE_MS);
    if (role !== 'owner' && role !== 'member') return refusal(c, NOT_ALLOWED);
    return showFirstUse(c, who, await makeKey(c, who, wanted.data));
  }),
);

/** Where somebody lands who reloads after a key was made, or had to sign in again. */
firstUse.get('/first-use/key', (c) => c.redirect('/'));

async function makeKey(c: Context<App>, { session }: SignedIn, { way, id }: z.output<typeof Wanted>): Promise<Outcome> {
  const { name: planName, limits } = planOf(c.env.PLAN);
  const { name, scopes } = WAYS_IN[way];
  const minted = await mintKey(c.env, {
    ...{ id, name, scopes, workspaceId: session.workspace_id, actor: session.email },
    ...{ createdAt: Date.now(), expiresAt: null, limit: limits.api_keys, memberId: session.member_id },
  });
  if ('key' in minted) return { made: { way, key: minted.key } };
  return minted.refused === 'repeated'
    ? { error: 'This form was sent before, and its key was shown then. Make another one below.' }
    : {
        error: `API key limit reached (${minted.active}/${limits.api_keys}) on the ${planName} plan. Revoke a key or upgrade.`,
      };
}

function refusal(c: Context<App>, message: string): Response | Promise<Response> {
  return c.html(<MessagePage status={403} title="No key was made" message={message} />, 403);
}
