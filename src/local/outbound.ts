import { lookup } from 'node:dns/promises';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress, OUTBOUND_FAULT_HEADER, type OutboundFault, targetFault } from '../domain/webhook-target.ts';

/**
 * What a local server's Worker sends to addresses that people chose goes through here: it is the Worker's binding OUTBOUND, so nothing else
 * does, such as a question to a model on this machine. A name is resolved once, and the connection goes to the very address that was looked
 * at: a name that means another address a moment later gains nothing.
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

const REAL: OutboundDeps = { resolve: (host) => lookup(host, { all: true }), sendTo };

/** A service for the Worker. Answers with the receiver's status alone: no header, no body, no redirect followed. */
export function guardedOutbound({ resolve, sendTo: send }: OutboundDeps = REAL) {
  return async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (targetFault(request.url)) return refuse('private_address');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host).catch(() => []);
    const [first] = addresses;
    if (!first) return refuse('name_not_found');
    // One private address among public ones is reason enough: which of them is used would be chance.
    if (addresses.some(({ address }) => !isPublicAddress(address))) return refuse('private_address');
    const body = new Uint8Array(await request.arrayBuffer());
    const sent = { url, method: request.method, headers: Object.fromEntries(request.headers), body };
    const status = await send(first, sent).catch(() => null);
    return status === null ? refuse('no_connection') : new Response(null, { status });
  };
}

function refuse(fault: OutboundFault): Response {
  return new Response(null, { status: BAD_GATEWAY, headers: { [OUTBOUND_FAULT_HEADER]: fault } });
}

/** Connects to the address, with the URL's name in the handshake, the certificate check and the Host header. */
export function sendTo({ address, family }: Address, { url, method, headers, body }: Sent): Promise<number> {
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
    request.once('response', (response) => {
      response.destroy();
      resolve(response.statusCode ?? BAD_GATEWAY);
    });
    request.end(body);
  });
}
