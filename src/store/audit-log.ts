import type { AuditLine, AuditPlace } from '../domain/audit-log.ts';

export type AuditEntry = { workspaceId: string; at: number; actor: string; action: string; subject: string };

/** Notes who did what, for good. The same entry twice is one. */
export async function insertAuditEntry(db: D1Database, entry: AuditEntry): Promise<void> {
  await auditEntry(db, entry).run();
}

/** The same as a statement for a batch. */
export function auditEntry(db: D1Database, entry: AuditEntry): D1PreparedStatement {
  return db
    .prepare(
      'INSERT INTO audit_log (workspace_id, at, actor, action, subject) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING',
    )
    .bind(entry.workspaceId, entry.at, entry.actor, entry.action, entry.subject);
}

/** Later than any line, and nothing in the order of text is before it. */
const END: AuditPlace = [Number.MAX_SAFE_INTEGER, '', ''];

export type AuditQuery = {
  workspaceId: string;
  actor: string | null;
  action: string | null;
  after: AuditPlace | null;
  limit: number;
};

/** Lines of a workspace's audit log, newest first. */
export async function selectAuditLog(db: D1Database, query: AuditQuery): Promise<AuditLine[]> {
  const [at, action, subject] = query.after ?? END;
  const { results } = await db
    .prepare(
      `SELECT at, actor, action, subject FROM audit_log
       WHERE workspace_id = ?1 AND at <= ?4 AND (at, action, subject) < (?4, ?5, ?6)
         AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR action = ?3)
       ORDER BY at DESC, action DESC, subject DESC LIMIT ?7`,
    )
    .bind(query.workspaceId, query.actor, query.action, at, action, subject, query.limit)
    .all<AuditLine>();
  return results;
}
