import type { RunStatus, ScenarioStatus } from '../domain/fields.ts';
import { RunHeader } from '../domain/run.ts';
import type { AgentScore } from '../domain/scores.ts';

/** A header with what D1 keeps beside it once the run has ended: failed results by category, and the agent's score after the run. */
export type FlushedRun = RunHeader & {
  failures: Record<string, number>;
  score: Pick<AgentScore, 'value' | 'low' | 'high'> | null;
  /** The CI job it is of. */
  external_key: string | null;
};

/** What an agent's object tells D1: absolute figures, each with the revision it belongs to, so that repeats and late copies are harmless. */
export type Flush = {
  agentId: string;
  workspaceId: string;
  runs: FlushedRun[];
  /** Null where nothing ended; a score of null where no run that counts is left. */
  score: { score: AgentScore | null; previous: number | null; rev: number } | null;
  statuses: { rev: number; byScenario: ReadonlyMap<string, ScenarioStatus> } | null;
};

/** Writes a flush in one batch. Nothing is written for an agent that D1 does not hold, so a late flush brings no deleted agent back. */
export async function upsertFlush(db: D1Database, flush: Flush): Promise<void> {
  const statements = [upsertRuns(db, flush)];
  if (flush.score) statements.push(upsertScore(db, flush.agentId, flush.score));
  if (flush.statuses) statements.push(updateStatuses(db, flush.agentId, flush.statuses));
  await db.batch(statements);
}

function upsertRuns(db: D1Database, { agentId, workspaceId, runs }: Flush): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO runs (id, agent_id, workspace_id, name, source, status, status_reason, started_at, completed_at, expected_total,
         passed, failed, error, pending, flaky_cases, failures, score, score_low, score_high, unmapped, external_key, rev)
       SELECT value ->> 'id', ?1, ?2, value ->> 'name', value ->> 'source', value ->> 'status', value ->> 'status_reason',
         value ->> 'started_at', value ->> 'completed_at', value ->> 'expected_total', value ->> '$.counts.passed',
         value ->> '$.counts.failed', value ->> '$.counts.error', value ->> '$.counts.pending', value ->> 'flaky_cases',
         value ->> 'failures', value ->> '$.score.value', value ->> '$.score.low', value ->> '$.score.high',
         coalesce(value ->> '$.counts.unmapped', 0), value ->> 'external_key', value ->> 'rev'
       FROM json_each(?3) WHERE EXISTS (SELECT 1 FROM agents WHERE id = ?1)
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, status_reason = excluded.status_reason,
         completed_at = excluded.completed_at, expected_total = excluded.expected_total, passed = excluded.passed,
         failed = excluded.failed, error = excluded.error, pending = excluded.pending, flaky_cases = excluded.flaky_cases,
         failures = excluded.failures, score = excluded.score, score_low = excluded.score_low, score_high = excluded.score_high,
         unmapped = excluded.unmapped,
         rev = excluded.rev
       WHERE excluded.rev > runs.rev`,
    )
    .bind(agentId, workspaceId, JSON.stringify(runs));
}

function upsertScore(
  db: D1Database,
  agentId: string,
  { score, previous, rev }: NonNullable<Flush['score']>,
): D1PreparedStatement {
  if (score === null) return db.prepare('DELETE FROM scores WHERE agent_id = ?1 AND rev < ?2').bind(agentId, rev);
  return db
    .prepare(
      `INSERT INTO scores (agent_id, value, previous, report, rev)
       SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM agents WHERE id = ?1)
       ON CONFLICT (agent_id) DO UPDATE SET value = excluded.value, previous = excluded.previous, report = excluded.report,
         rev = excluded.rev WHERE excluded.rev > scores.rev`,
    )
    .bind(agentId, score.value, previous, JSON.stringify(score), rev);
}

/** All statuses go over, only those that changed are written. */
function updateStatuses(
  db: D1Database,
  agentId: string,
  { rev, byScenario }: NonNullable<Flush['statuses']>,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE scenarios SET status = j.value, status_rev = ?2 FROM json_each(?3) j
       WHERE scenarios.id = j.key AND scenarios.agent_id = ?1 AND scenarios.status <> j.value AND scenarios.status_rev < ?2
         AND NOT EXISTS (SELECT 1 FROM scores WHERE agent_id = ?1 AND rev > ?2)`,
    )
    .bind(agentId, rev, JSON.stringify(Object.fromEntries(byScenario)));
}

export type RunQuery = { workspaceId: string; status: RunStatus | null; limit: number; offset: number };

const HEADER = `r.id, a.name AS agent_name, r.name, r.source, r.status, r.status_reason, r.started_at, r.completed_at, r.expected_total,
  r.passed, r.failed, r.error, r.pending, r.unmapped, r.flaky_cases, r.rev`;

/** Runs of a whole workspace, newest first: up to 5 s behind the agents' objects, for tallies of running runs up to a minute. */
export async function selectRuns(db: D1Database, query: RunQuery): Promise<{ runs: RunHeader[]; total: number }> {
  const where = 'WHERE r.workspace_id = ?1 AND (?2 IS NULL OR r.status = ?2)';
  const [page, count] = await db.batch<Record<string, unknown>>([
    db
      .prepare(
        `SELECT ${HEADER} FROM runs r JOIN agents a ON a.id = r.agent_id ${where} ORDER BY r.started_at DESC, r.id LIMIT ?3 OFFSET ?4`,
      )
      .bind(query.workspaceId, query.status, query.limit, query.offset),
    db.prepare(`SELECT count(*) AS total FROM runs r ${where}`).bind(query.workspaceId, query.status),
  ]);
  return { runs: (page?.results ?? []).map(toHeader), total: Number(count?.results[0]?.total ?? 0) };
}

/** The agent a run belongs to, for links that do not name it. */
export async function selectRunAgent(db: D1Database, workspaceId: string, runId: string): Promise<string | null> {
  return db
    .prepare(
      'SELECT a.name FROM runs r JOIN agents a ON a.id = r.agent_id WHERE r.workspace_id = ?1 AND r.id = ?2 LIMIT 1',
    )
    .bind(workspaceId, runId)
    .first<string>('name');
}

/** The counts of a row as a header holds them: `unmapped` only where there are any. */
export function countsOf(row: Record<string, unknown>): RunHeader['counts'] {
  const { passed, failed, error, pending, unmapped } = row as Record<keyof RunHeader['counts'], number>;
  const total = passed + failed + error + pending;
  return { total, passed, failed, error, pending, ...(unmapped > 0 ? { unmapped } : {}) };
}

function toHeader({ unmapped, ...row }: Record<string, unknown>): RunHeader {
  const present = Object.entries(row).filter(([, value]) => value !== null);
  return RunHeader.parse({ ...Object.fromEntries(present), counts: countsOf({ ...row, unmapped }) });
}
