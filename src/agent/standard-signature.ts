import { createHmac, randomBytes } from 'node:crypto';
import { standardSecretKey } from '../domain/trust-rule.ts';

/** The signature of Standard Webhooks, for what comes in and what goes out: github.com/standard-webhooks/standard-webhooks, spec. */

const SECRET_BYTES = 32;

export type Signed = { id: string; timestamp: string; body: string | Uint8Array };

/** `v1,` and the base64 of an HMAC-SHA-256 over id, timestamp (seconds) and body, joined by full stops; null for a secret that is none. */
export function standardSignature(secret: string, { id, timestamp, body }: Signed): string | null {
  const key = standardSecretKey(secret);
  if (key === null) return null;
  const mac = createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${timestamp}.`).update(body);
  return `v1,${mac.digest('base64')}`;
}

export function newStandardSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
