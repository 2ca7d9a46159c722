import { standardSignature } from '../agent/standard-signature.ts';
import { distrust, type Trust } from './ci-trust-faults.ts';
import { isSameText } from './same-text.ts';

/** Standard Webhooks, as they come in: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. */

/** How old a signature may be, and how far ahead the sender's clock. */
export const TOLERANCE_S = 300;
/** Signatures of one delivery that are looked at: a sender needs one for each secret it rotates. */
const MAX_SIGNATURES = 16;

/** No full stop in an id or a timestamp, so that only one split of the signed text is possible. */
const ID = /^[!-\-/-~]{1,256}$/;
const TIMESTAMP = /^\d{1,12}$/;

export type SignedRequest = { headers: Headers; body: Uint8Array; now: number };

/** The headers of a delivery, checked for form and age. */
export function readSigned({
  headers,
  now,
}: SignedRequest): Trust<{ id: string; timestamp: string; signatures: string[] }> {
  const read = (name: string) => headers.get(name)?.trim() ?? '';
  const [id, timestamp, signature] = [read('webhook-id'), read('webhook-timestamp'), read('webhook-signature')];
  const missing = Object.entries({ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature });
  for (const [named, value] of missing) if (value === '') return distrust({ fault: 'header_missing', named });
  if (!ID.test(id)) return distrust({ fault: 'header_malformed', named: 'webhook-id' });
  if (!TIMESTAMP.test(timestamp)) return distrust({ fault: 'header_malformed', named: 'webhook-timestamp' });
  const age = Math.floor(now / 1000) - Number(timestamp);
  if (age > TOLERANCE_S) return distrust({ fault: 'timestamp_stale' });
  if (age < -TOLERANCE_S) return distrust({ fault: 'timestamp_future' });
  const signatures = signature.split(' ').slice(0, MAX_SIGNATURES);
  return { ok: true, value: { id, timestamp, signatures } };
}

/**
 * Whether one of the signatures is that of a secret, over the bytes as they were received. The published library takes text: bytes that are no
 * UTF-8, such as a report in UTF-16, would never match, and it reads a clock of its own.
 */
export function isSignedWith(
  secret: string,
  { id, timestamp, signatures }: { id: string; timestamp: string; signatures: string[] },
  body: Uint8Array,
): boolean {
  const expected = standardSignature(secret, { id, timestamp, body });
  return expected !== null && signatures.some((given) => isSameText(given, expected));
}
