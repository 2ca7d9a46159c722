import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Secrets that have to be read again, because something is signed or checked with them: stored encrypted with AES-256-GCM under a key that
 * HKDF-SHA-256 derives from SESSION_SECRET. Who has the database alone cannot read them; with another SESSION_SECRET nobody can.
 */

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Seals a secret for one place (a workspace and the id of what it belongs to), and is worth nothing when copied to another. */
export function seal(secret: string, { place, sessionSecret }: { place: string; sessionSecret: string }): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(sessionSecret), iv).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** The secret, or null where it was sealed for another place, under another SESSION_SECRET, or damaged. */
export function unseal(
  sealed: string,
  { place, sessionSecret }: { place: string; sessionSecret: string },
): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)];
  if (tag.length < TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(sessionSecret), iv).setAAD(Buffer.from(place));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function keyOf(sessionSecret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', sessionSecret, '', 'invarium/sealed-secret/v1', KEY_BYTES));
}
