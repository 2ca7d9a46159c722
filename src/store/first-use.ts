import type { FirstUse } from '../domain/first-use.ts';

type Row = Record<'key_name' | 'agent_id' | 'agent_name' | 'run_id' | 'run_agent', string | null> &
  Record<'agents' | 'runs', number> & { used_at: number | null };

/** One look at all of it, asked every few seconds by a page that waits. Runs that were opened and never used are no run. */
export async function selectFirstUse(db: D1Database, workspaceId: string): Promise<FirstUse> {
  const counted = `FROM runs WHERE workspace_id = ?1 AND status_reason IS NOT 'abandoned'`;
  const row = await db
    .prepare(
      `SELECT k.name AS key_name, k.last_used_at AS used_at, n.id AS agent_id, n.name AS agent_name, r.id AS run_id,
         (SELECT name FROM agents WHERE id = r.agent_id) AS run_agent,
         (SELECT count(*) FROM agents WHERE workspace_id = ?1) AS agents, (SELECT count(*) ${counted}) AS runs
       FROM (SELECT 1)
       LEFT JOIN (SELECT name, last_used_at FROM api_keys WHERE workspace_id = ?1 AND last_used_at IS NOT NULL
                  ORDER BY last_used_at DESC, id LIMIT 1) k
       LEFT JOIN (SELECT id, name FROM agents WHERE workspace_id = ?1 ORDER BY created_at DESC, id LIMIT 1) n
       LEFT JOIN (SELECT id, agent_id ${counted} ORDER BY started_at DESC, id LIMIT 1) r LIMIT 1`,
    )
    .bind(workspaceId)
    .first<Row>();
  return {
    key: row?.key_name != null && row.used_at !== null ? { name: row.key_name, usedAt: row.used_at } : null,
    agents: row?.agents ?? 0,
    agent: row?.agent_id && row.agent_name ? { id: row.agent_id, name: row.agent_name } : null,
    runs: row?.runs ?? 0,
    run: row?.run_id && row.run_agent ? { id: row.run_id, agentName: row.run_agent } : null,
  };
}
