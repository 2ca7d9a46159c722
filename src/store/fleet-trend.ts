/** Results of a day's runs; `day` is `YYYY-MM-DD` in UTC. */
export type FleetDay = { day: string; passed: number; results: number };

const MAX_DAYS = 400;

/** What ended runs that began at or after `since` (epoch ms) showed, by the day on which they began, oldest first. Days without any are left out. */
export async function selectFleetTrend(db: D1Database, workspaceId: string, since: number): Promise<FleetDay[]> {
  const { results } = await db
    .prepare(
      `SELECT date(day * 86400, 'unixepoch') AS day, passed, results FROM (
         SELECT started_at / 86400000 AS day, sum(passed) AS passed, sum(passed + failed + error + pending) AS results FROM runs
         WHERE workspace_id = ?1 AND started_at >= ?2 AND status IN ('completed', 'failed') AND status_reason IS NOT 'abandoned'
         GROUP BY 1) ORDER BY 1 LIMIT ?3`,
    )
    .bind(workspaceId, since, MAX_DAYS)
    .all<FleetDay>();
  return results;
}
