import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { type App, baseUrl } from '../app.ts';
import { ownAddress } from '../own-origin.ts';
import { authorizationServer, GRANTED_SCOPES, oauthEnv, resourceOf } from './authorization-server.ts';

/** How a client that knows nothing but the connector's URL finds its way (RFC 9728, RFC 8414), and the token endpoints. */
export const discovery = new Hono<App>();

export const RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource/mcp';
const MAX_AGE_S = 300;

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

/** What the library serves: its metadata, tokens, revocation, registration. Behind a proxy it is asked as the outside asks. */
discovery.on(
  ['GET', 'POST', 'OPTIONS'],
  ['/.well-known/oauth-authorization-server', '/oauth/token', '/oauth/register'],
  async (c) => {
    const address = ownAddress(c);
    if (address === null) return c.json({ error: 'invalid_request', error_description: NO_ADDRESS }, 404);
    const { pathname, search } = new URL(c.req.url);
    const request = new Request(address + pathname + search, c.req.raw);
    return authorizationServer(address).fetch(request, oauthEnv(c.env), c.executionCtx as ExecutionContext);
  },
);

/** The scopes named in a challenge, so that a client asks for what it will need. */
export const CHALLENGE_SCOPE = GRANTED_SCOPES.join(' ');
