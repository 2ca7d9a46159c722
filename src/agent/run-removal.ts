import { withDeadline } from '../store/deadline.ts';
import { deleteRun } from '../store/removed-runs.ts';
import { selectAgent } from './catalogue.ts';
import { WRITE_DEADLINE_MS } from './catalogue-writer.ts';
import { packDigest } from './digest-text.ts';
import { findRun, type RunLogDeps } from './run-log.ts';
import { selectRunSeqs } from './run-rows.ts';
import { deleteUnused, selectUnmappedOf } from './unmapped-cases.ts';

/**
 * Runs that were deleted. One is gone from here at once; D1 is told in the same turn as of everything else, so that no flush that is under
 * way brings it back, and again until it has answered.
 */

/** The newest score, and the one that it is compared with. */
const RESCORED_RUNS = 2;

/**
 * Deletes a run with its results. An empty score row stays in its place: revisions of scores only ever grow, and its number is never given
 * again; the newest runs that are left are scored anew. @throws Refusal NOT_FOUND
 */
export function removeRun(
  deps: RunLogDeps,
  { runId, actor, now }: { runId: string; actor: string; now: number },
): string {
  const { sql } = deps.storage;
  const { seq, id } = findRun(deps, runId);
  deps.storage.transactionSync(() => {
    const tests = selectUnmappedOf(sql, seq);
    for (const table of ['results', 'shards']) sql.exec(`DELETE FROM ${table} WHERE run_seq = ?1`, seq);
    sql.exec("DELETE FROM timers WHERE key = ?1 AND kind IN ('stall', 'judge')", seq);
    sql.exec('DELETE FROM deliveries WHERE run_id = ?1', id);
    sql.exec('DELETE FROM runs WHERE seq = ?1', seq);
    sql.exec(
      `INSERT INTO scores (run_seq, rev, digest) VALUES (?1, 1, ?2) ON CONFLICT (run_seq)
       DO UPDATE SET rev = rev + 1, value = NULL, report = NULL, facts = NULL, digest = excluded.digest`,
      ...[seq, packDigest({ cases: [], outage: true })],
    );
    deleteUnused(sql, tests);
    const newest = selectRunSeqs(sql, { end: 'completed', limit: RESCORED_RUNS, offset: 0 });
    for (const later of newest)
      sql.exec('UPDATE runs SET dirty = 1, header_rev = header_rev + 1 WHERE seq = ?1', later);
    sql.exec('INSERT INTO removed_runs (run_id, actor, at) VALUES (?1, ?2, ?3)', id, actor, now);
  });
  deps.runs.clear();
  return id;
}

type RemovedRun = { run_id: string; actor: string; at: number };
const MOST_AT_ONCE = 100;

/** Deleted runs that D1 may still hold. */
export function selectRemovedRuns(sql: SqlStorage): RemovedRun[] {
  return sql
    .exec<RemovedRun>('SELECT run_id, actor, at FROM removed_runs ORDER BY at LIMIT ?1', MOST_AT_ONCE)
    .toArray();
}

/** Tells D1 of deleted runs. Repeating it changes nothing. @throws whatever D1 threw, or a deadline */
export async function forgetInD1(db: D1Database, sql: SqlStorage, removed: readonly RemovedRun[]): Promise<void> {
  const { workspace_id: workspaceId } = selectAgent(sql);
  for (const { run_id: id, actor, at: now } of removed)
    await withDeadline(deleteRun(db, { id, workspaceId, actor, now }), WRITE_DEADLINE_MS);
}

/** D1 knows, of the deletions and of the score without them. */
export function deleteRemovedRuns(sql: SqlStorage, removed: readonly RemovedRun[]): void {
  for (const { run_id } of removed) sql.exec('DELETE FROM removed_runs WHERE run_id = ?1', run_id);
}
