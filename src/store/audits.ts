import { Audit } from '../domain/audit/audit.ts';

/** The newest audit of an agent, or null when its blueprint was never audited. */
export async function selectAudit(db: D1Database, workspaceId: string, agentId: string): Promise<Audit | null> {
  const report = await db
    .prepare(
      `SELECT u.report FROM audits u JOIN agents a ON a.id = u.agent_id
       WHERE a.workspace_id = ?1 AND a.id = ?2 ORDER BY u.blueprint_version DESC LIMIT 1`,
    )
    .bind(workspaceId, agentId)
    .first<string>('report');
  return report === null ? null : Audit.parse(JSON.parse(report));
}
