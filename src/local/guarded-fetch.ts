import { Readable } from 'node:stream';
import { type Address, type OutboundDeps, publicAddressOf, requestOf, resolveAll, type Sent } from './outbound.ts';

/**
 * Whatever else a local server's Worker fetches goes through here. Addresses of its own configuration (a model, an issuer of tokens) are
 * asked as they are; every other one was named by somebody outside, such as the description of a client that wants to connect, and gets no
 * further than the public internet, over https.
 */

const BAD_GATEWAY = 502;

export type FetchDeps = {
  resolve: OutboundDeps['resolve'];
  ask: (address: Address, sent: Sent) => Promise<{ status: number; headers: Headers; body: ReadableStream | null }>;
};

const REAL: FetchDeps = { resolve: resolveAll, ask };

/** `configured` are URLs of the server's own configuration; those that are not set count for nothing. */
export function guardedFetch(configured: readonly (string | undefined)[], deps: FetchDeps = REAL) {
  const own = new Set(configured.flatMap((url) => (url && URL.canParse(url) ? [new URL(url).origin] : [])));
  return async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (own.has(url.origin)) return passOn(request);
    const address = await publicAddressOf(url, deps.resolve);
    if (typeof address === 'string') return new Response(null, { status: BAD_GATEWAY });
    const body = new Uint8Array(await request.arrayBuffer());
    const sent = { url, method: request.method, headers: Object.fromEntries(request.headers), body };
    const answer = await deps.ask(address, sent).catch(() => null);
    if (!answer) return new Response(null, { status: BAD_GATEWAY });
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  };
}

async function passOn(request: Request): Promise<Response> {
  const body = request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer();
  const headers = new Headers(request.headers);
  // What the runtime says of its own side of the connection.
  for (const name of ['host', 'content-length', 'connection', 'transfer-encoding']) headers.delete(name);
  const answer = await fetch(request.url, { method: request.method, headers, body, redirect: 'manual' });
  const kept = new Headers(answer.headers);
  // The body has been inflated by now.
  for (const name of ['content-encoding', 'content-length']) kept.delete(name);
  return new Response(answer.body, { status: answer.status, headers: kept });
}

async function ask(address: Address, sent: Sent) {
  const response = await requestOf(address, sent);
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers))
    for (const each of [value ?? []].flat()) headers.append(name, each);
  const status = response.statusCode ?? BAD_GATEWAY;
  const isEmpty = status === 204 || status === 304;
  return {
    status,
    headers,
    // Node's and the web's types of one and the same stream.
    body: isEmpty ? null : (Readable.toWeb(response) as unknown as ReadableStream),
  };
}
