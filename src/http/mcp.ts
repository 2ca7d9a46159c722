import type { McpServerFactory } from '@modelcontextprotocol/server';
import { createMcpHandler } from 'agents/mcp/server';
import type { Context } from 'hono';
import { Refusal, refusalText } from '../domain/errors.ts';
import type { Env } from '../env.ts';
import { authFailed, type OpenContext } from '../tools/define-tool.ts';
import { type App, baseUrl } from './app.ts';
import { callerOfKey, readCredential } from './auth.ts';
import { noteKeyUse } from './key-use.ts';
import { authInfoOf, buildServer, calledTool } from './mcp-server.ts';
import { mintSetupCode } from './one-time-code.ts';
import { readText } from './read-body.ts';

/** `POST /mcp`: one endpoint for both protocol eras, no session in either. */

/** JSON text inside JSON grows when it is escaped, so the wire may carry more than the 10 MB a call may hold. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'WWW-Authenticate, mcp-session-id',
};

/** JSON-RPC error codes: parse error; and ours for a request that nobody may make without a key. */
const PARSE_ERROR = -32700;
const UNAUTHORIZED = -32001;
const TOO_LARGE = -32002;

export const serveMcp = mcpDoor(productTransport);

/** Checks the credential, size and form of a request before a transport sees it. The conformance suite comes this way too. */
export function mcpDoor(transportOf: (env: Env) => McpTransport): (c: Context<App>) => Promise<Response> {
  return (c) => serve(c, transportOf(c.env));
}

async function serve(c: Context<App>, transport: McpTransport): Promise<Response> {
  if (c.req.method === 'OPTIONS') return transport.fetch(c.req.raw);
  const credential = readCredential(c.req.header('authorization'));
  if (credential.kind === 'foreign') return unauthorized('invalid_token');
  const text = c.req.method === 'POST' ? await readText(c.req.raw, MAX_BODY_BYTES) : '';
  const body = parseJson(text ?? '');
  const called = calledTool(body);
  if (credential.kind === 'none' && called.tool?.needsKey !== false) return unauthorized();
  if (text === null) return rpcError(413, TOO_LARGE, 'Error: Request is over 32 MB. Maximum is 10 MB.');
  if (c.req.method !== 'POST') return transport.fetch(c.req.raw);
  if (body === undefined) return rpcError(400, PARSE_ERROR, 'Parse error: the request body is not JSON.');
  const now = Date.now();
  const caller =
    credential.kind === 'key' ? await callerOfKey(c.env, credential.key, now).catch(() => undefined) : null;
  c.set('workspace', caller?.workspaceId ?? null);
  if (caller) noteKeyUse(c, caller, now);
  const report = ({ tool, code }: { tool: string; code: string }) => c.set('outcome', { tool, code });
  const context: OpenContext = {
    caller: caller ?? null,
    ...(caller === undefined ? { fault: unreachable() } : {}),
    env: c.env,
    baseUrl: baseUrl(c),
    now,
    mintSetupCode: (ws) => mintSetupCode(c.env, ws, now),
  };
  return transport.fetch(c.req.raw, { authInfo: authInfoOf({ ...called, context, report }), parsedBody: body });
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

function unauthorized(error?: 'invalid_token'): Response {
  const challenge = error ? `Bearer realm="invarium", error="${error}"` : 'Bearer realm="invarium"';
  return rpcError(401, UNAUTHORIZED, refusalText(authFailed()), { 'WWW-Authenticate': challenge });
}

/** Nobody can say whether the key is good: neither KV nor D1 answers and nothing is cached. A tool result, because clients hide HTTP errors. */
function unreachable(): Refusal {
  const hint = 'Retry in 30 seconds.';
  return new Refusal('RETRY_LATER', 'Could not reach the Invarium backend', hint, { retry_after: 30 });
}
