import { AuthorizationError, type AuthRequest, authorizationErrorRedirect } from '@cloudflare/workers-oauth-provider';
import { type Context, Hono } from 'hono';
import { ConsentPage } from '../../dashboard/consent-page.tsx';
import { MessagePage } from '../../dashboard/message-page.tsx';
import { type Scope, scopesOf } from '../../domain/access.ts';
import { insertAuditEntry } from '../../store/audit-log.ts';
import { withDeadline } from '../../store/deadline.ts';
import { selectKeyExpiry } from '../../store/keys.ts';
import { selectRole } from '../../store/members.ts';
import type { App } from '../app.ts';
import type { SignedIn } from '../auth.ts';
import { ownAddress } from '../own-origin.ts';
import { csrfToken, isCsrfToken } from '../session.ts';
import { signedIn } from '../signed-in.tsx';
import { authorizationServer, GRANTED_SCOPES, type GrantProps, oauthEnv } from './authorization-server.ts';
import { isUnreachable } from './client-id.ts';
import type { GrantNote } from './grants.ts';

/** The consent page: a client asks in a person's browser to act for them. Nothing is kept between the question and the answer. */
export const authorize = new Hono<App>();

const D1_DEADLINE_MS = 8_000;
const UNREADABLE = 'The description of this client, at the address it names itself by, could not be read.';

/** A request that the library found good, and the way back to it. */
type Asked = { request: AuthRequest; api: ReturnType<ReturnType<typeof authorizationServer>['getOAuthApi']> };

authorize.get('/authorize', (c) =>
  signedIn(c, (who) =>
    answering(c, async ({ request, api }) => {
      const client = await api.describeConsent(request);
      const { pathname, search } = new URL(c.req.url);
      c.set('formTargets', [originOf(client.redirectUri)]);
      return c.html(
        <ConsentPage
          client={{
            ...{ name: client.clientName, redirectHost: client.redirectHost, isLocal: client.redirectIsLoopback },
            ...(client.clientDomain ? { domain: client.clientDomain } : {}),
          }}
          workspaceName={who.session.workspace_name}
          email={who.session.email}
          scopes={choices(who, request)}
          action={pathname + search}
          csrf={csrfToken(c, who)}
        />,
      );
    }),
  ),
);

authorize.post('/authorize', (c) =>
  signedIn(c, async (who) => {
    const form = await c.req.parseBody({ all: true });
    if (!isCsrfToken(c, who, form.csrf)) return refused(c, 'This form is out of date.', 403);
    return answering(c, async (asked) => {
      if (form.decision !== 'allow') return c.redirect(authorizationErrorRedirect(asked.request, 'access_denied'), 302);
      const chosen = [form.scope ?? []].flat();
      return grant(c, who, { ...asked, chosen: GRANTED_SCOPES.filter((scope) => chosen.includes(scope)) });
    });
  }),
);

/** The request is checked each time, from the address alone. Faults go back to the client only once its redirect address is known to be its own. */
async function answering(c: Context<App>, answer: (asked: Asked) => Promise<Response>): Promise<Response> {
  const address = ownAddress(c);
  if (address === null) return refused(c, 'This server does not know its own address. Set PUBLIC_URL.', 400);
  const { search, searchParams } = new URL(c.req.url);
  if (searchParams.getAll('client_id').some(isUnreachable)) return refused(c, UNREADABLE, 400);
  try {
    const api = authorizationServer(address).getOAuthApi(oauthEnv(c.env));
    return await answer({ api, request: await api.parseAuthRequest(new Request(`${address}/authorize${search}`)) });
  } catch (error) {
    if (error instanceof AuthorizationError && error.redirectTo) return c.redirect(error.redirectTo, 302);
    return refused(c, reasonOf(error), 400);
  }
}

async function grant(
  c: Context<App>,
  { session }: SignedIn,
  { request, api, chosen }: Asked & { chosen: Scope[] },
): Promise<Response> {
  const { workspace_id: workspaceId, member_id: memberId, key_id: keyId = null, email } = session;
  const role = await withDeadline(selectRole(c.env.DB, { workspaceId, memberId }), D1_DEADLINE_MS);
  const scope = role ? chosen.filter((name) => scopesOf(role).includes(name)) : [];
  if (scope.length === 0)
    return c.redirect(authorizationErrorRedirect(request, 'access_denied', 'Nothing was granted.'), 302);
  const client = await api.describeConsent(request);
  const expiresAt =
    keyId === null ? null : await withDeadline(selectKeyExpiry(c.env.DB, workspaceId, keyId), D1_DEADLINE_MS);
  const props: GrantProps = { workspaceId, memberId, expiresAt };
  const metadata: GrantNote = { client_name: client.clientName, redirect_host: client.redirectHost, key_id: keyId };
  const { redirectTo } = await api.completeAuthorization({ request, userId: memberId, metadata, scope, props });
  const subject = `${client.clientName} (${client.redirectHost}): ${scope.join(', ')}`;
  const entry = { workspaceId, at: Date.now(), actor: email, action: 'app.connected', subject };
  await withDeadline(insertAuditEntry(c.env.DB, entry), D1_DEADLINE_MS);
  return c.redirect(redirectTo, 302);
}

/** What the member can grant; ticked is what the client asks for, or everything where it names nothing of ours. */
function choices({ session }: SignedIn, { scope }: AuthRequest): { name: Scope; isChosen: boolean }[] {
  const offered = GRANTED_SCOPES.filter((name) => scopesOf(session.role).includes(name));
  const asked = offered.filter((name) => scope.includes(name));
  return offered.map((name) => ({ name, isChosen: asked.length === 0 || asked.includes(name) }));
}

/** What a form may lead to besides here. A numeric IPv6 host cannot be named in a policy, its scheme can. */
function originOf(redirectUri: string): string {
  const { origin, protocol, hostname } = new URL(redirectUri);
  return hostname.startsWith('[') ? protocol : origin;
}

/** The library's own words say what is wrong with a request; what else is thrown is a bug, except that a client's description cannot be had. */
function reasonOf(error: unknown): string {
  if (error instanceof AuthorizationError) return error.message;
  if (error instanceof Error && error.name === 'CimdFetchError') return UNREADABLE;
  throw error;
}

function refused(c: Context<App>, message: string, status: 400 | 403): Response | Promise<Response> {
  const hint = 'Start again from the program that you want to connect.';
  return c.html(<MessagePage status={status} title="Nothing was connected" message={message} hint={hint} />, status);
}
