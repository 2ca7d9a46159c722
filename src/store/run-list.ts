import type { Place } from '../domain/query.ts';
import { RunHeader, type ScoredRun } from '../domain/run.ts';
import type { RunOutcome } from '../domain/run-filter.ts';
import { countsOf } from './runs.ts';

export type FilteredRuns = {
  workspaceId: string;
  /** Names; none is all. */
  agents: readonly string[];
  /** From `since` on and before `until`, epoch milliseconds; null is no limit. */
  since: number | null;
  until: number | null;
  status: RunOutcome | null;
  source: string | null;
  /** The last run seen: when it began, and its id. */
  after: Place | null;
  limit: number;
};
export type RunPage = { runs: ScoredRun[]; next: Place | null };

const COLUMNS = `r.id, a.name AS agent_name, r.name, r.source, r.status, r.status_reason, r.started_at, r.completed_at,
  r.expected_total, r.passed, r.failed, r.error, r.pending, r.unmapped, r.flaky_cases, r.rev, r.score`;

/** Two ways in: the workspace's runs by time, already in order; or those of some agents, which reads no other agent's. */
const OF_WORKSPACE = 'r.workspace_id = ?1';
const OF_AGENTS = `+r.workspace_id = ?1 AND r.agent_id IN (SELECT id FROM agents WHERE workspace_id = ?1
   AND name IN (SELECT value FROM json_each(?2)))`;

const OUTCOME = `CASE ?5 WHEN 'has_failures' THEN r.failed + r.error > 0
   WHEN 'all_passed' THEN r.status = 'completed' AND r.passed > 0 AND r.failed + r.error + r.pending = 0
   ELSE ?5 IS NULL OR r.status = ?5 END`;

/** A page of a workspace's runs, newest first, of those that match. Rows that arrive meanwhile move nothing: a page begins after the last row seen. */
export async function selectRunsFiltered(db: D1Database, query: FilteredRuns): Promise<RunPage> {
  const { workspaceId, agents, since, until, status, source, after, limit } = query;
  const last = Math.min((until ?? Number.MAX_SAFE_INTEGER) - 1, after?.rank ?? Number.MAX_SAFE_INTEGER);
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM runs r JOIN agents a ON a.id = r.agent_id
       WHERE ${agents.length > 0 ? OF_AGENTS : OF_WORKSPACE}
         AND r.started_at >= ?3 AND r.started_at <= ?4 AND ${OUTCOME} AND (?6 IS NULL OR r.source = ?6)
         AND (r.started_at <> ?7 OR r.id > ?8)
       ORDER BY r.started_at DESC, r.id LIMIT ?9`,
    )
    .bind(
      ...[workspaceId, JSON.stringify(agents), since ?? Number.MIN_SAFE_INTEGER, last, status, source],
      ...[after?.rank ?? null, after?.tie ?? '', limit + 1],
    )
    .all();
  const runs = results.slice(0, limit).map(toScoredRun);
  const end = results.length > limit ? runs.at(-1)?.run : undefined;
  return { runs, next: end ? { rank: end.started_at, tie: end.id } : null };
}

function toScoredRun({ score, ...row }: Record<string, unknown>): ScoredRun {
  const present = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  const run = RunHeader.parse({ ...present, counts: countsOf(row) });
  return { run, score: typeof score === 'number' ? score : null };
}
