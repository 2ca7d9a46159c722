export type AuditEntry = { workspaceId: string; at: number; actor: string; action: string; subject: string };

/** Notes who did what, for good. The same entry twice is one. */
export async function insertAuditEntry(db: D1Database, entry: AuditEntry): Promise<void> {
  await db
    .prepare(
      'INSERT INTO audit_log (workspace_id, at, actor, action, subject) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING',
    )
    .bind(entry.workspaceId, entry.at, entry.actor, entry.action, entry.subject)
    .run();
}
