/** Links that open a report to whoever has them. Only the SHA-256 of a link's token is stored. */

export type NewShare = {
  hash: string;
  workspaceId: string;
  agentName: string;
  runId: string;
  createdAt: number;
  expiresAt: number;
};
export type Share = NewShare & { revokedAt: number | null };
type Actor = { actor: string };

const COLUMNS = `hash, workspace_id AS workspaceId, agent_name AS agentName, run_id AS runId, created_at AS createdAt,
  expires_at AS expiresAt, revoked_at AS revokedAt`;
const MAX_SHARES = 100;

/** False for an agent that is gone, whose links went with it, and for a run that has as many open links as can be listed. */
export async function insertShare(db: D1Database, share: NewShare & Actor): Promise<boolean> {
  const { hash, workspaceId, agentName, runId, createdAt, expiresAt, actor } = share;
  const [inserted] = await db.batch([
    db
      .prepare(
        `INSERT INTO report_shares (hash, workspace_id, agent_name, run_id, created_at, expires_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM agents WHERE workspace_id = ?2 AND name = ?3)
         AND (SELECT count(*) FROM report_shares WHERE workspace_id = ?2 AND run_id = ?4 AND revoked_at IS NULL AND expires_at > ?5) < ?7`,
      )
      .bind(hash, workspaceId, agentName, runId, createdAt, expiresAt, MAX_SHARES),
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?2, ?3, 'report.shared', ?4
         WHERE EXISTS (SELECT 1 FROM report_shares WHERE hash = ?5) ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, createdAt, actor, `${agentName}: ${runId}`, hash),
  ]);
  return inserted?.meta.changes === 1;
}

/** Also one that has expired or was revoked, which is for the caller to see. */
export async function selectShare(db: D1Database, hash: string): Promise<Share | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM report_shares WHERE hash = ?1 LIMIT 1`).bind(hash).first<Share>();
}

/** The links to one run's report that were not revoked, those that end last first. */
export async function selectSharesOfRun(db: D1Database, workspaceId: string, runId: string): Promise<Share[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM report_shares WHERE workspace_id = ?1 AND run_id = ?2 AND revoked_at IS NULL
       ORDER BY expires_at DESC, hash LIMIT ?3`,
    )
    .bind(workspaceId, runId, MAX_SHARES)
    .all<Share>();
  return results;
}

/** False where the workspace has no such link; one that was revoked before keeps its time. */
export async function updateShareRevoked(
  db: D1Database,
  { workspaceId, hash, now, actor }: { workspaceId: string; hash: string; now: number } & Actor,
): Promise<boolean> {
  const [, updated] = await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT ?1, ?2, ?3, 'report.unshared', agent_name || ': ' || run_id FROM report_shares
         WHERE hash = ?4 AND workspace_id = ?1 AND revoked_at IS NULL ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, now, actor, hash),
    db
      .prepare('UPDATE report_shares SET revoked_at = coalesce(revoked_at, ?3) WHERE hash = ?1 AND workspace_id = ?2')
      .bind(hash, workspaceId, now),
  ]);
  return updated?.meta.changes === 1;
}
