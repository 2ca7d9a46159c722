import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';

/** What only names a result's place: it is the key, so it has no say in whether the content is the same. */
const KEY_FIELDS = ['scenario_id', 'trial'];

/** SHA-256 (hex) of what was received, in canonical JSON, without the fields of its key. Synchronous, unlike `crypto.subtle`. */
export function contentHash(received: Record<string, unknown>): string {
  const without = received.attempt === 1 ? [...KEY_FIELDS, 'attempt'] : KEY_FIELDS;
  return createHash('sha256').update(canonicalJson(received, without)).digest('hex');
}
