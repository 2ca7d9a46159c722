import { randomBytes } from 'node:crypto';
import { logLine } from '../domain/redaction/log-line.ts';
import { withoutSecrets } from '../domain/redaction/redaction.ts';
import type { Env } from '../env.ts';
import { projectKey } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import { insertKey, type NewKey, selectKey } from '../store/keys.ts';
import { KEY_PREFIX, sha256 } from './auth.ts';

const KEY_BYTES = 30; // 40 url-safe characters
const SHOWN_CHARS = 8;
const DEADLINE_MS = 8_000;

export type Minted =
  | { key: string }
  /** Nothing was made: the plan leaves no room, or the id was used before. `active` counts the workspace's keys that work. */
  | { refused: 'full' | 'repeated'; active: number };

/**
 * Makes a key, whose value nobody can be told again: D1 keeps its hash, and KV a copy for checks without a database.
 * @throws DeadlineError when D1 does not answer in time; a key may have been made then whose value nobody knows
 */
export async function mintKey(env: Env, wanted: Omit<NewKey, 'hash' | 'prefix'>): Promise<Minted> {
  const key = KEY_PREFIX + randomBytes(KEY_BYTES).toString('base64url');
  const hash = sha256(key);
  const row = { ...wanted, name: withoutSecrets(wanted.name), hash, prefix: key.slice(0, SHOWN_CHARS) };
  const { isNew, known, active } = await withDeadline(insertKey(env.DB, row), DEADLINE_MS);
  if (!isNew) return { refused: known ? 'repeated' : 'full', active };
  await withDeadline(copyToKv(env, hash), DEADLINE_MS).catch((cause: unknown) => {
    // D1 answers for a key that KV does not know, so a lost copy costs time at each check; a lost answer would cost the key.
    console.error(logLine({ level: 'error', event: 'key_not_projected', cause: String(cause) }));
  });
  return { key };
}

async function copyToKv({ DB, KV }: Env, hash: string): Promise<void> {
  const record = await selectKey(DB, hash);
  if (record) await projectKey(KV, hash, record);
}
