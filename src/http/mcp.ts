import type { McpServerFactory } from '@modelcontextprotocol/server';
import { createMcpHandler } from 'agents/mcp/server';
import type { Context } from 'hono';
import { allows, type Scope } from '../domain/access.ts';
import { Refusal, refusalText } from '../domain/errors.ts';
import type { Env } from '../env.ts';
import { authFailed, type Caller, type OpenContext, type Tool } from '../tools/define-tool.ts';
import { type App, baseUrl } from './app.ts';
import { type Credential, callerOfKey, readCredential } from './auth.ts';
import { CHALLENGE_SCOPE, RESOURCE_METADATA_PATH } from './connect/discovery.ts';
import { callerOfToken } from './connect/token-caller.ts';
import { noteKeyUse } from './key-use.ts';
import { authInfoOf, buildServer, calledTool } from './mcp-server.ts';
import { mintSetupCode } from './one-time-code.ts';
import { ownAddress } from './own-origin.ts';
import { assertClaim, claimOf, settleClaim } from './rate-limit.ts';
import { readText } from './read-body.ts';

/** `POST /mcp`: one endpoint for both protocol eras, no session in either. */

/** JSON text inside JSON grows when it is escaped, so the wire may carry more than the 10 MB a call may hold. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'WWW-Authenticate, mcp-session-id',
};

/** JSON-RPC error codes: parse error; and ours for a request that nobody may make without a key, that is too large, or one too many. */
const PARSE_ERROR = -32700;
const UNAUTHORIZED = -32001;
const TOO_LARGE = -32002;
const TOO_MANY = -32003;

export const serveMcp = mcpDoor(productTransport);

/** Checks the credential, size and form of a request before a transport sees it. The conformance suite comes this way too. */
export function mcpDoor(transportOf: (env: Env) => McpTransport): (c: Context<App>) => Promise<Response> {
  return (c) => serve(c, transportOf(c.env));
}

async function serve(c: Context<App>, transport: McpTransport): Promise<Response> {
  if (c.req.method === 'OPTIONS') return transport.fetch(c.req.raw);
  const credential = readCredential(c.req.header('authorization'));
  if (credential.kind === 'foreign') return unauthorized(c, 'invalid_token');
  const text = c.req.method === 'POST' ? await readText(c.req.raw, MAX_BODY_BYTES) : '';
  const body = parseJson(text ?? '');
  const called = calledTool(body);
  if (credential.kind === 'none' && called.tool?.needsKey !== false) return unauthorized(c);
  if (text === null) return rpcError(413, TOO_LARGE, 'Error: Request is over 32 MB. Maximum is 10 MB.');
  if (c.req.method !== 'POST') return transport.fetch(c.req.raw);
  if (body === undefined) return rpcError(400, PARSE_ERROR, 'Parse error: the request body is not JSON.');
  const now = Date.now();
  const { caller, most, fault } = await whoCalls(c, credential, now).catch(unknown);
  if (fault && !called.tool) return tooMany(fault);
  if (credential.kind === 'token') {
    if (caller === null) return unauthorized(c, 'invalid_token');
    if (caller && called.tool && canAskFor(called.tool, caller, most)) return insufficientScope(c, called.tool, caller);
  }
  c.set('workspace', caller?.workspaceId ?? null);
  if (caller && credential.kind === 'key') noteKeyUse(c, caller, now);
  const report = ({ tool, code }: { tool: string; code: string }) => c.set('outcome', { tool, code });
  const context: OpenContext = {
    caller: caller ?? null,
    ...(caller === undefined ? { fault: fault ?? unreachable() } : {}),
    env: c.env,
    baseUrl: baseUrl(c),
    now,
    mintSetupCode: (minter) => mintSetupCode(c.env, minter, now),
  };
  const answer = await transport.fetch(c.req.raw, {
    authInfo: authInfoOf({ ...called, context, report }),
    parsedBody: body,
  });
  // A proxy that rewrites or collects an event stream breaks it, one that keeps it tells others.
  answer.headers.set('Cache-Control', 'private, no-store, no-transform');
  return answer;
}

type Who = { caller: Caller | null | undefined; most: readonly Scope[]; fault?: Refusal };

/** Who asks too often is not looked up. Anything else that is thrown is a bug. */
function unknown(error: unknown): Who {
  if (!(error instanceof Refusal)) throw error;
  return { caller: undefined, most: [], fault: error };
}

/** @throws Refusal RATE_LIMITED */
async function whoCalls(c: Context<App>, credential: Credential, now: number): Promise<Who> {
  if (credential.kind !== 'key' && credential.kind !== 'token') return { caller: null, most: [] };
  const claim = claimOf(c, credential.kind === 'key' ? credential.key : credential.token, now);
  await assertClaim(c, claim);
  const who = await lookUp(c, credential, now);
  await settleClaim(c, claim, who.caller?.credentialId ?? null);
  return who;
}

/** The caller is null for a credential that is not good, undefined where no store can say. `most` is what a token could come to allow. */
async function lookUp(c: Context<App>, credential: Credential, now: number): Promise<Who> {
  const { env } = c;
  if (credential.kind === 'key')
    return { caller: await callerOfKey(env, credential.key, now).catch(() => undefined), most: [] };
  const address = ownAddress(c);
  if (credential.kind !== 'token' || address === null) return { caller: null, most: [] };
  const use = { token: credential.token, address, now };
  const found = await callerOfToken(env, use).catch(() => ({ caller: undefined, most: [] }));
  return found ?? { caller: null, most: [] };
}

/** Whether a client may come back with more: its member can grant what the tool needs, and has not. */
function canAskFor({ needsKey, scope }: Tool, { scopes }: Caller, most: readonly Scope[]): boolean {
  return needsKey && !allows(scopes, scope) && allows(most, scope);
}

export type McpTransport = ReturnType<typeof createMcpHandler>;
const transports = new Map<string, McpTransport>();

function productTransport({ PUBLIC_URL }: Env): McpTransport {
  const name = PUBLIC_URL ?? '';
  const transport = transports.get(name) ?? createTransport(buildServer, PUBLIC_URL);
  transports.set(name, transport);
  return transport;
}

/** Browsers may call from localhost, workers.dev and the configured public address; other clients send no Origin. */
export function createTransport(build: McpServerFactory, publicUrl?: string): McpTransport {
  return createMcpHandler(build, publicUrl ? { corsOptions: { origin: new URL(publicUrl).origin } } : {});
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function rpcError(status: number, code: number, message: string, headers: Record<string, string> = {}): Response {
  const body = { jsonrpc: '2.0', error: { code, message }, id: null };
  return Response.json(body, { status, headers: { ...CORS, 'Cache-Control': 'no-store', ...headers } });
}

/** For what is no tool's call; a call gets a result, because clients hide HTTP errors. */
function tooMany(fault: Refusal): Response {
  return rpcError(429, TOO_MANY, refusalText(fault), { 'Retry-After': String(fault.details.retry_after) });
}

function unauthorized(c: Context<App>, error?: 'invalid_token'): Response {
  const headers = { 'WWW-Authenticate': challenge(c, error ? { error } : {}) };
  return rpcError(401, UNAUTHORIZED, refusalText(authFailed()), headers);
}

/** A client that can ask for more does so on this; an API key's holder reads a tool result instead. */
function insufficientScope(c: Context<App>, { scope }: Tool, { scopes }: Caller): Response {
  const needed = [...new Set([...scopes, scope])].join(' ');
  const text = `Error: This connection is not allowed to do that. It needs the scope '${scope}'.`;
  const headers = { 'WWW-Authenticate': challenge(c, { error: 'insufficient_scope', scope: needed }) };
  return rpcError(403, UNAUTHORIZED, text, headers);
}

/** RFC 6750, with the way to sign in where clients can find us by our own address (RFC 9728). */
function challenge(c: Context<App>, { error, scope = CHALLENGE_SCOPE }: { error?: string; scope?: string }): string {
  const address = ownAddress(c);
  const how = address ? [`scope="${scope}"`, `resource_metadata="${address}${RESOURCE_METADATA_PATH}"`] : [];
  return [`Bearer realm="invarium"`, ...(error ? [`error="${error}"`] : []), ...how].join(', ');
}

/** Nobody can say whether the key is good: neither KV nor D1 answers and nothing is cached. A tool result, because clients hide HTTP errors. */
function unreachable(): Refusal {
  const hint = 'Retry in 30 seconds.';
  return new Refusal('RETRY_LATER', 'Could not reach the Invarium backend', hint, { retry_after: 30 });
}
