import { insertSpentOfRun } from './spent-usage.ts';

export type RunDeletion = { id: string; workspaceId: string; actor: string; now: number };

/** Removes a run and what was shared of it; a line in the audit log stays, and what it used. Repeating it changes nothing. */
export async function deleteRun(db: D1Database, { id, workspaceId, actor, now }: RunDeletion): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT ?1, ?2, ?3, 'run.deleted', ?4 WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?4 AND workspace_id = ?1)
         ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, now, actor, id),
    db.prepare('DELETE FROM report_shares WHERE workspace_id = ?1 AND run_id = ?2').bind(workspaceId, id),
    insertSpentOfRun(db, workspaceId, id),
    db.prepare('DELETE FROM runs WHERE id = ?1 AND workspace_id = ?2').bind(id, workspaceId),
  ]);
}
