import { decodeJwt } from 'jose';
import { targetFault } from '../../domain/webhook-target.ts';

/**
 * A client may name itself by the https address of its own description, which is then fetched: whoever asks chooses what this server asks
 * for. Names are held to the rules that webhooks are held to; what they resolve to is for the local runtime and the platform to guard.
 */
export function isUnreachable(clientId: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(clientId) && targetFault(clientId) !== null;
}

/** Whom a token request names as its client: in its form, or as the issuer of the assertion it brings. */
export function clientsNamedIn(form: URLSearchParams): string[] {
  return [...form.getAll('client_id'), ...form.getAll('client_assertion').flatMap(issuerOf)];
}

function issuerOf(assertion: string): string[] {
  try {
    const { iss } = decodeJwt(assertion);
    return iss === undefined ? [] : [iss];
  } catch {
    return [];
  }
}
