import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { Refusal, refusalText } from '../../domain/errors.ts';
import { type App, baseUrl } from '../app.ts';
import { ownAddress } from '../own-origin.ts';
import { assertAttempt } from '../rate-limit.ts';
import { readText } from '../read-body.ts';
import {
  authorizationServer,
  GRANTED_SCOPES,
  oauthEnv,
  REGISTER_PATH,
  resourceOf,
  TOKEN_PATH,
} from './authorization-server.ts';
import { clientsNamedIn, isUnreachable } from './client-id.ts';

/** How a client that knows nothing but the connector's URL finds its way (RFC 9728, RFC 8414), and the token endpoints. */
export const discovery = new Hono<App>();

export const RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource/mcp';
const MAX_AGE_S = 300;
const MAX_BODY_BYTES = 64 * 1024;
const TOO_LARGE = 'The request is over 64 KB.';

const NO_ADDRESS =
  'This server does not know its own address, so nobody can connect by it alone. Set PUBLIC_URL, or use an API key.';

/** Clients in a browser read these from other sites; nothing in them is anybody's. */
const anywhere = cors({ origin: '*', allowMethods: ['GET', 'OPTIONS'], maxAge: 86_400 });

/** Also without the path, where clients of earlier revisions look. */
for (const path of [RESOURCE_METADATA_PATH, '/.well-known/oauth-protected-resource']) {
  discovery.use(path, anywhere);
  discovery.get(path, (c) => {
    const address = ownAddress(c);
    if (address === null) return c.json({ error: NO_ADDRESS }, 404);
    c.header('Cache-Control', `public, max-age=${MAX_AGE_S}`);
    return c.json({
      resource: resourceOf(address),
      authorization_servers: [address],
      bearer_methods_supported: ['header'],
      resource_name: 'Invarium',
      resource_documentation: `${baseUrl(c)}/docs`,
    });
  });
}

/** Whoever asks for tokens, or to be known as a client, is nobody yet. */
for (const path of ['/oauth/token', '/oauth/register'])
  discovery.post(path, async (c, next) => {
    const refusal = await assertAttempt(c, Date.now()).catch((error: unknown) => error);
    if (refusal === undefined) return next();
    if (!(refusal instanceof Refusal)) throw refusal;
    const headers = { 'Retry-After': String(refusal.details.retry_after), 'Access-Control-Allow-Origin': '*' };
    return c.json({ error: 'temporarily_unavailable', error_description: refusalText(refusal) }, 429, headers);
  });

discovery.use('/authorize', async (c, next) => {
  await assertAttempt(c, Date.now());
  return next();
});

/** What the library serves: its metadata, tokens, revocation, registration. */
const SERVED = ['/.well-known/oauth-authorization-server', TOKEN_PATH, REGISTER_PATH];

discovery.on(['GET', 'POST', 'OPTIONS'], SERVED, async (c) => {
  const address = ownAddress(c);
  if (address === null) return c.json({ error: 'invalid_request', error_description: NO_ADDRESS }, 404);
  const isPost = c.req.method === 'POST';
  const body = isPost ? await readText(c.req.raw, MAX_BODY_BYTES) : null;
  if (isPost && body === null) return refusal(c, 413, { error: 'invalid_request', error_description: TOO_LARGE });
  const { pathname, search } = new URL(c.req.url);
  if (pathname === TOKEN_PATH && clientsNamedIn(new URLSearchParams(body ?? '')).some(isUnreachable))
    return refusal(c, 401, { error: 'invalid_client', error_description: 'The client is unknown.' });
  // Behind a proxy the library is asked as the outside asks.
  const { method, headers } = c.req.raw;
  const request = new Request(address + pathname + search, { method, headers, body });
  return authorizationServer(address).fetch(request, oauthEnv(c.env), c.executionCtx as ExecutionContext);
});

function refusal(c: Context<App>, status: 401 | 413, body: { error: string; error_description: string }): Response {
  c.header('Cache-Control', 'no-store');
  c.header('Access-Control-Allow-Origin', '*');
  return c.json(body, status);
}

/** The scopes named in a challenge, so that a client asks for what it will need. */
export const CHALLENGE_SCOPE = GRANTED_SCOPES.join(' ');
