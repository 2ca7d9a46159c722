import { createHash, randomBytes } from 'node:crypto';
import { ORIGIN, request, type Workspace } from './client.ts';
import { type Visitor, visit } from './dashboard-visitor.ts';

/** A client that connects by the connector's URL alone, step by step, so that a test can take a wrong one. */

export const REDIRECT = 'https://client.example/callback';

export async function register(more: Record<string, unknown> = {}): Promise<Response> {
  const wanted = { client_name: 'Test client', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none', ...more };
  return request('/oauth/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wanted),
  });
}

export async function newClient(more: Record<string, unknown> = {}): Promise<string> {
  const { client_id } = (await (await register(more)).json()) as { client_id: string };
  return client_id;
}

export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The address of the consent page; a value of null takes a parameter away. */
export function authorizePath(clientId: string, challenge: string, more: Record<string, string | null> = {}): string {
  const query = new URLSearchParams();
  const all: Record<string, string | null> = {
    ...{ response_type: 'code', client_id: clientId, redirect_uri: REDIRECT, state: 'st4te' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', resource: `${ORIGIN}/mcp`, ...more },
  };
  for (const [name, value] of Object.entries(all)) if (value !== null) query.set(name, value);
  return `/authorize?${query}`;
}

/** What the person answers; where the browser is sent then. */
export async function decide(
  visitor: Visitor,
  path: string,
  { scope = ['read', 'write', 'ingest'], decision = 'allow' } = {},
): Promise<URL> {
  const { html } = await visitor.open(path);
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, decision });
  for (const each of scope) body.append('scope', each);
  const headers = { cookie: visitor.cookie, origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await request(path, { method: 'POST', headers, body: String(body) });
  return new URL(answer.headers.get('location') ?? 'about:blank');
}

export type Tokens = { access_token: string; refresh_token: string; scope: string; expires_in: number };

export function askToken(fields: Record<string, string>, contentType = 'application/x-www-form-urlencoded') {
  const body = contentType.includes('json') ? JSON.stringify(fields) : String(new URLSearchParams(fields));
  return request('/oauth/token', { method: 'POST', headers: { 'content-type': contentType }, body });
}

export type Connected = { clientId: string; visitor: Visitor; tokens: Tokens };

/** All of it, as it should be. */
export async function connect(workspace: Workspace, scope?: string[]): Promise<Connected> {
  const visitor = await visit(workspace);
  const clientId = await newClient();
  const { verifier, challenge } = pkce();
  const back = await decide(visitor, authorizePath(clientId, challenge), scope ? { scope } : {});
  const tokens = await askToken(codeGrant(clientId, back, verifier));
  return { clientId, visitor, tokens: (await tokens.json()) as Tokens };
}

export function codeGrant(clientId: string, back: URL, verifier: string): Record<string, string> {
  const code = back.searchParams.get('code') ?? '';
  return {
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: REDIRECT,
    code,
    code_verifier: verifier,
  };
}

/** A tool call as a client sends it. */
export function callTool(token: string, tool: string, args: Record<string, unknown> = {}): Promise<Response> {
  return request('/mcp', {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...{ accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-06-18' },
    },
    body: JSON.stringify({
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name: `invarium_${tool}`, arguments: args },
    }),
  });
}
