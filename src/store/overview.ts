import type { FailureCategory } from '../domain/fields.ts';
import type { ScoreCount } from '../domain/fleet.ts';
import type { QuotaName } from '../domain/quota.ts';
import { RUN_CREDITS, spentSince } from './spent-usage.ts';

export type Totals = {
  scenarios: number;
  runs: number;
  results: number;
  recent_passed: number;
  recent_results: number;
};
export type Overview = Totals & {
  scores: ScoreCount[];
  failures: { category: FailureCategory; count: number }[];
};

/** Runs that were opened and never used are left out of every figure. */
const COUNTED = `workspace_id = ?1 AND status_reason IS NOT 'abandoned'`;
const SCENARIOS = 'SELECT count(*) FROM scenarios c JOIN agents a ON a.id = c.agent_id WHERE a.workspace_id = ?1';

/**
 * The figures of a workspace. `recent` ones, and failures by category with the most frequent first, are those of runs that began at or
 * after `since` (epoch ms) and have ended: a run under way has no result yet.
 */
export async function selectOverview(db: D1Database, workspaceId: string, since: number): Promise<Overview> {
  const scores = db
    .prepare(
      `SELECT s.value AS aqs, count(*) AS agents FROM agents a LEFT JOIN scores s ON s.agent_id = a.id
       WHERE a.workspace_id = ?1 GROUP BY s.value ORDER BY s.value LIMIT 200`,
    )
    .bind(workspaceId);
  const totals = db
    .prepare(
      `SELECT t.runs, t.results, n.recent_passed, n.recent_results, (${SCENARIOS}) AS scenarios
       FROM (SELECT count(*) AS runs, coalesce(sum(${RUN_CREDITS}), 0) AS results FROM runs WHERE ${COUNTED}) t,
         (SELECT coalesce(sum(passed), 0) AS recent_passed, coalesce(sum(${RUN_CREDITS}), 0) AS recent_results FROM runs
          WHERE ${COUNTED} AND started_at >= ?2 AND status IN ('completed', 'failed')) n`,
    )
    .bind(workspaceId, since);
  const failures = db
    .prepare(
      `SELECT f.key AS category, sum(f.value * alike.runs) AS count FROM
         (SELECT failures, count(*) AS runs FROM runs
          WHERE ${COUNTED} AND started_at >= ?2 AND failures <> '{}' GROUP BY failures) alike, json_each(alike.failures) f
       GROUP BY f.key ORDER BY count DESC, f.key LIMIT 20`,
    )
    .bind(workspaceId, since);
  const [byScore, figures, byCategory] = await db.batch([scores, totals, failures]);
  return {
    ...(figures?.results[0] as Totals),
    scores: (byScore?.results ?? []) as ScoreCount[],
    failures: (byCategory?.results ?? []) as Overview['failures'],
  };
}

/**
 * What a workspace has used: agents and live keys as they are now, generated cases and synced results since the month began, those included
 * that have been deleted since.
 */
export async function selectUsage(
  db: D1Database,
  workspaceId: string,
  { since, now }: { since: number; now: number },
): Promise<Record<QuotaName, number>> {
  const row = await db
    .prepare(
      `SELECT (SELECT count(*) FROM agents WHERE workspace_id = ?1) AS agents,
         (SELECT coalesce(sum(cases), 0) FROM generations WHERE workspace_id = ?1 AND created_at >= ?2)
           + ${spentSince('generations', '?2')} AS generations,
         (SELECT coalesce(sum(${RUN_CREDITS}), 0) FROM runs WHERE workspace_id = ?1 AND started_at >= ?2)
           + ${spentSince('credits', '?2')} AS credits,
         (SELECT count(*) FROM api_keys
          WHERE workspace_id = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)) AS api_keys LIMIT 1`,
    )
    .bind(workspaceId, since, now)
    .first<Record<QuotaName, number>>();
  return row ?? { agents: 0, generations: 0, credits: 0, api_keys: 0 };
}
