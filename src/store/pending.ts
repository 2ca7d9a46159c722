export type PendingAgent = { agentId: string; agentName: string; pending: number };

const MAX_AGENTS = 1_000;

/** Agents with results that wait for a person, those with the most first. */
export async function selectPendingAgents(db: D1Database, workspaceId: string): Promise<PendingAgent[]> {
  const { results } = await db
    .prepare(
      `SELECT p.agent_id AS agentId, a.name AS agentName, p.pending FROM (
         SELECT r.agent_id, sum(r.pending) AS pending FROM runs r WHERE r.workspace_id = ?1 AND r.pending > 0 GROUP BY r.agent_id) p
       JOIN agents a ON a.id = p.agent_id ORDER BY p.pending DESC, a.name LIMIT ?2`,
    )
    .bind(workspaceId, MAX_AGENTS)
    .all<PendingAgent>();
  return results;
}
