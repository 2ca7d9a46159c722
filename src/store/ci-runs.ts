/** Agents of a workspace with a run of this CI job that is not over. D1 hears of a run some seconds after its birth. */
export async function selectAgentsOfKey(db: D1Database, workspaceId: string, externalKey: string): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT a.name FROM runs r JOIN agents a ON a.id = r.agent_id
       WHERE r.workspace_id = ?1 AND r.external_key = ?2 AND r.status IN ('pending', 'running') ORDER BY a.name LIMIT 100`,
    )
    .bind(workspaceId, externalKey)
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}
