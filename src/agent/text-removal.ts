import { createHash } from 'node:crypto';
import type { RunResult } from '../domain/result.ts';
import { type Removal, verdictWithoutTexts, withoutTexts } from '../domain/retention.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';

/** Takes the texts out of results of ended runs. Writes one row per attempt, and one per run once none of its texts is left. */

/** What one transaction works on at most: some 50 ms, and what it holds in memory. */
const ROWS_AT_ONCE = 500;
const CHARS_AT_ONCE = 4_000_000;
const HASH_CHARS = 10;

/** The end (epoch ms) of the run that ended first, of those that hold texts; null where there is none. An open run has no end. */
export function selectFirstEnd(sql: SqlStorage): number | null {
  const first = 'SELECT min(ended_at) AS at FROM runs WHERE texts_removed_at IS NULL AND end_status IS NOT NULL';
  return sql.exec<{ at: number | null }>(first).one().at;
}

/** The runs that ended no later than that and hold texts, those that ended first first. */
export function selectEndedBy(sql: SqlStorage, at: number, limit: number): number[] {
  const rows = sql.exec<{ seq: number }>(
    `SELECT seq FROM runs WHERE texts_removed_at IS NULL AND end_status IS NOT NULL AND ended_at <= ?1
     ORDER BY ended_at, seq LIMIT ?2`,
    ...[at, limit],
  );
  return [...rows].map(({ seq }) => seq);
}

/** An attempt; those of a run are gone through in this order. */
export type Place = { caseNo: number; trial: number; attempt: number };
type HeldText = { case_no: number; trial: number; attempt: number; verdict: string; body: string };

/** Removes the texts of the next results of a run, after a place. Answers with the last one, or null where nothing was left to do. */
export function removeTexts(
  sql: SqlStorage,
  { seq, after, removal }: { seq: number; after: Place | null; removal: Omit<Removal, 'sameAs'> },
): Place | null {
  const held = selectTexts(sql, seq, after);
  for (const row of held) {
    const told = { ...removal, sameAs: (text: string) => hashed(`${seq} ${text}`) };
    const body = withoutTexts(JSON.parse(row.body) as RunResult, told);
    const verdict = verdictWithoutTexts(JSON.parse(row.verdict) as Verdict, told);
    sql.exec(
      `UPDATE results SET verdict = ?5, body = ?6, removed_at = ?7 WHERE run_seq = ?1 AND case_no = ?2 AND trial = ?3 AND attempt = ?4`,
      ...[seq, row.case_no, row.trial, row.attempt, JSON.stringify(verdict), JSON.stringify(body), removal.at],
    );
  }
  const last = held.at(-1);
  return last ? { caseNo: last.case_no, trial: last.trial, attempt: last.attempt } : null;
}

function selectTexts(sql: SqlStorage, seq: number, after: Place | null): HeldText[] {
  const rows = sql.exec<HeldText>(
    `SELECT case_no, trial, attempt, verdict, body FROM results
     WHERE run_seq = ?1 AND (case_no, trial, attempt) > (?2, ?3, ?4) AND removed_at IS NULL
     ORDER BY run_seq, case_no, trial, attempt LIMIT ?5`,
    ...[seq, after?.caseNo ?? Number.MIN_SAFE_INTEGER, after?.trial ?? 0, after?.attempt ?? 0, ROWS_AT_ONCE],
  );
  const held: HeldText[] = [];
  let chars = 0;
  for (const row of rows) {
    held.push(row);
    chars += row.verdict.length + row.body.length;
    if (chars > CHARS_AT_ONCE) break;
  }
  return held;
}

export function updateTextsRemoved(sql: SqlStorage, seq: number, at: number): void {
  sql.exec('UPDATE runs SET texts_removed_at = ?2 WHERE seq = ?1', seq, at);
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARS);
}
