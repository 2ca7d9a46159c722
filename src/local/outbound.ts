import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress, OUTBOUND_FAULT_HEADER, type OutboundFault, targetFault } from '../domain/webhook-target.ts';

/**
 * Webhooks that a local server's Worker sends go through here: it is the Worker's binding OUTBOUND. A name is resolved once, and the
 * connection goes to the very address that was looked at: a name that means another address a moment later gains nothing.
 */

const DEADLINE_MS = 10_000;
const BAD_GATEWAY = 502;

export type Address = { address: string; family: number };
/** `sendTo` connects to the address it is given and resolves nothing; it answers with the status. */
export type OutboundDeps = {
  resolve: (host: string) => Promise<Address[]>;
  sendTo: (address: Address, request: Sent) => Promise<number>;
};
export type Sent = { url: URL; method: string; headers: Record<string, string>; body: Uint8Array };

export const resolveAll: OutboundDeps['resolve'] = (host) => lookup(host, { all: true });
const REAL: OutboundDeps = { resolve: resolveAll, sendTo };

/** A service for the Worker. Answers with the receiver's status alone: no header, no body, no redirect followed. */
export function guardedOutbound({ resolve, sendTo: send }: OutboundDeps = REAL) {
  return async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const first = await publicAddressOf(url, resolve);
    if (typeof first === 'string') return refuse(first);
    const body = new Uint8Array(await request.arrayBuffer());
    const sent = { url, method: request.method, headers: Object.fromEntries(request.headers), body };
    const status = await send(first, sent).catch(() => null);
    return status === null ? refuse('no_connection') : new Response(null, { status });
  };
}

/** The one address to connect to, or why there is none. */
export async function publicAddressOf(url: URL, resolve: OutboundDeps['resolve']): Promise<Address | OutboundFault> {
  if (targetFault(url.href)) return 'private_address';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host).catch(() => []);
  // One private address among public ones is reason enough: which of them is used would be chance.
  if (addresses.some(({ address }) => !isPublicAddress(address))) return 'private_address';
  return addresses[0] ?? 'name_not_found';
}

function refuse(fault: OutboundFault): Response {
  return new Response(null, { status: BAD_GATEWAY, headers: { [OUTBOUND_FAULT_HEADER]: fault } });
}

/** Connects to the address, with the URL's name in the handshake, the certificate check and the Host header. */
export async function sendTo(address: Address, sent: Sent): Promise<number> {
  const response = await requestOf(address, sent);
  response.destroy();
  return response.statusCode ?? BAD_GATEWAY;
}

/** The same, with what was answered. */
export function requestOf(
  { address, family }: Address,
  { url, method, headers, body }: Sent,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url.href, {
      method,
      headers: { ...headers, host: url.host, 'content-length': String(body.byteLength) },
      agent: false,
      // Node asks for all addresses when it may try several: both forms get the one.
      lookup: (_host, options, done) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    request.on('error', reject);
    request.once('response', resolve);
    request.end(body);
  });
}
