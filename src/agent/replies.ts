import { Refusal } from '../domain/errors.ts';
import { keptName } from './kept-name.ts';

/** First answers to requests that carry an idempotency key: the same request again gets the same answer, for a day. */

const KEPT_MS = 24 * 3_600_000;
/** A request that was not answered in this time is taken for dead, and may be made again. */
const SERVED_MS = 60_000;

/** `hash` is of the request's method, path and body. */
export type ReplyKey = { key: string; hash: string };

/** The first answer, or null where there is none: then the key is taken, and the caller has to settle it. @throws Refusal CONFLICT, INVALID_ARGUMENT */
export function reserveReply(
  storage: DurableObjectStorage,
  { key: given, hash }: ReplyKey,
  now: number,
): string | null {
  const key = keptName(given);
  return storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec('DELETE FROM replies WHERE expires_at <= ?1', now);
    const [held] = sql
      .exec<{ hash: string; answer: string | null }>('SELECT hash, answer FROM replies WHERE key = ?1 LIMIT 1', key)
      .toArray();
    if (!held) {
      sql.exec('INSERT INTO replies (key, hash, expires_at) VALUES (?1, ?2, ?3)', key, hash, now + SERVED_MS);
      return null;
    }
    if (held.hash !== hash)
      throw new Refusal('INVALID_ARGUMENT', 'This Idempotency-Key was used for another request', 'Use a new key.');
    if (held.answer === null)
      throw new Refusal('CONFLICT', 'A request with this Idempotency-Key is being served', 'Retry in a few seconds.');
    return held.answer;
  });
}

/** Keeps the answer; a null frees the key, because what failed may be tried again. */
export function settleReply(
  sql: SqlStorage,
  { key: given, answer, now }: { key: string; answer: string | null; now: number },
): void {
  const key = keptName(given);
  if (answer === null) sql.exec('DELETE FROM replies WHERE key = ?1 AND answer IS NULL', key);
  else sql.exec('UPDATE replies SET answer = ?2, expires_at = ?3 WHERE key = ?1', key, answer, now + KEPT_MS);
}
