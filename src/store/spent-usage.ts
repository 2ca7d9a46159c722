/** What deletions must not give back: usage of a month that the rows of agents and runs tell of for as long as they are there. */

/** The first moment of the month, UTC, in which a column's time (epoch ms) lies. */
const monthOf = (column: string) => `unixepoch(${column} / 1000, 'unixepoch', 'start of month') * 1000`;
export const RUN_CREDITS = 'passed + failed + error + pending';
const RUNS = `SELECT ${monthOf('started_at')} AS month, 0 AS cases, ${RUN_CREDITS} AS results FROM runs`;
const GENERATIONS = `SELECT ${monthOf('created_at')} AS month, cases, 0 AS results FROM generations`;

/** SQL for what was used by what is gone, of the workspace `?1`, since the month that a parameter names. */
export function spentSince(column: 'generations' | 'credits', month: string): string {
  return `coalesce((SELECT sum(${column}) FROM spent_usage WHERE workspace_id = ?1 AND month >= ${month}), 0)`;
}

/** Before the rows go, in the same batch: what a repeat of the batch finds gone is not added again. */
export function insertSpentOfAgent(db: D1Database, workspaceId: string, agentId: string): D1PreparedStatement {
  const used = `${RUNS} WHERE agent_id = ?2 AND workspace_id = ?1 UNION ALL ${GENERATIONS} WHERE agent_id = ?2 AND workspace_id = ?1`;
  return insertSpent(db, used).bind(workspaceId, agentId);
}

/** The same for one run. */
export function insertSpentOfRun(db: D1Database, workspaceId: string, runId: string): D1PreparedStatement {
  return insertSpent(db, `${RUNS} WHERE id = ?2 AND workspace_id = ?1`).bind(workspaceId, runId);
}

function insertSpent(db: D1Database, used: string): D1PreparedStatement {
  return db.prepare(
    `INSERT INTO spent_usage (workspace_id, month, generations, credits)
     SELECT ?1, month, sum(cases), sum(results) FROM (${used}) GROUP BY month HAVING sum(cases) + sum(results) > 0
     ON CONFLICT (workspace_id, month) DO UPDATE SET generations = generations + excluded.generations,
       credits = credits + excluded.credits`,
  );
}

/** Results synced since a month began (epoch ms), those of deleted runs included. */
export async function selectCredits(db: D1Database, workspaceId: string, since: number): Promise<number> {
  const used = await db
    .prepare(
      `SELECT (SELECT coalesce(sum(${RUN_CREDITS}), 0) FROM runs WHERE workspace_id = ?1 AND started_at >= ?2)
         + ${spentSince('credits', '?2')} AS used LIMIT 1`,
    )
    .bind(workspaceId, since)
    .first<number>('used');
  return used ?? 0;
}
