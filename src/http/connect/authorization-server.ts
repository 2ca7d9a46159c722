import { OAuthAuthorizationServer } from '@cloudflare/workers-oauth-provider';
import type { Scope } from '../../domain/access.ts';
import { logLine } from '../../domain/redaction/log-line.ts';
import type { Env } from '../../env.ts';

/** OAuth 2.1 for the MCP endpoint. The library keeps grants, tokens and registered clients in KV; who may sign in and what is granted is ours. */

/** What a client can be granted. `admin` is for keys alone: no assistant needs it. */
export const GRANTED_SCOPES = ['read', 'write', 'ingest'] as const satisfies readonly Scope[];
export const TOKEN_PATH = '/oauth/token';
export const REGISTER_PATH = '/oauth/register';

const ACCESS_TOKEN_S = 3_600;
const REFRESH_IDLE_S = 30 * 86_400;
/** Addresses that one isolate is reached by: a name, this machine's names. */
const MAX_SERVERS = 8;

/** What the library asks of its environment. */
export type OAuthEnv = { OAUTH_KV: KVNamespace };
export type AuthorizationServer = OAuthAuthorizationServer<OAuthEnv>;

/** What a grant carries for us, sealed with its tokens. `expiresAt` (epoch ms) is when the key ends that its giver was signed in by. */
export type GrantProps = { workspaceId: string; memberId: string; expiresAt: number | null };

export function oauthEnv({ KV }: Env): OAuthEnv {
  return { OAUTH_KV: KV };
}

/** The one thing our tokens are good for. */
export function resourceOf(address: string): string {
  return `${address}/mcp`;
}

const servers = new Map<string, AuthorizationServer>();

/** The server at an address of ours: it is the issuer that its tokens name. */
export function authorizationServer(address: string): AuthorizationServer {
  const known = servers.get(address);
  if (known) return known;
  const server = new OAuthAuthorizationServer<OAuthEnv>({
    issuer: address,
    resources: [resourceOf(address)],
    scopesSupported: [...GRANTED_SCOPES, 'offline_access'],
    tokenEndpoint: TOKEN_PATH,
    clientRegistrationEndpoint: REGISTER_PATH,
    clientIdMetadataDocumentEnabled: true,
    accessTokenTTL: ACCESS_TOKEN_S,
    refreshTokenIdleTTL: REFRESH_IDLE_S,
    onError: ({ code, status, internal }) => {
      console.log(logLine({ level: 'info', event: 'oauth_refused', code, status, reason: internal?.reason }));
    },
  });
  if (servers.size >= MAX_SERVERS) servers.delete(servers.keys().next().value ?? '');
  servers.set(address, server);
  return server;
}
