import type { FailureCategory, Severity } from '../domain/fields.ts';
import { type FailureCount, type LatencyCount, latencyFigures, type RunFacts } from '../domain/trend.ts';
import type { Run } from './run-rows.ts';
import type { Scoreboard } from './scoreboard.ts';

/** How the standing results of a run failed and how long they took. Kept beside its score once it has one. */

/** Results of an unscored run that are counted when somebody looks, about 5 µs each; of a larger one the facts come with its score. */
const MAX_COUNTED = 5_000;
const NO_FACTS: RunFacts = { failures: [], latency: null };

/** Stored when the run was scored; counted for one that has no score, while that is quick. */
export function factsOf({ sql, scores }: { sql: SqlStorage; scores: Scoreboard }, run: Run): RunFacts {
  const stored = scores.scored([run.seq])[0]?.facts;
  return stored ?? (run.tally.rows <= MAX_COUNTED ? selectFacts(sql, run.seq) : NO_FACTS);
}

/** Reads the small columns and the verdicts of all results of a run. */
export function selectFacts(sql: SqlStorage, runSeq: number): RunFacts {
  return { failures: selectFailureCounts(sql, runSeq), latency: latencyFigures(selectLatencies(sql, runSeq)) };
}

type FailureRow = { category: FailureCategory; severity: Severity; count: number };

/** The most frequent first. */
function selectFailureCounts(sql: SqlStorage, runSeq: number): FailureCount[] {
  const rows = sql.exec<FailureRow>(
    `SELECT verdict ->> 'category' AS category, coalesce(severity, 'medium') AS severity, count(*) AS count FROM (
       SELECT status, severity, verdict, max(attempt) FROM results WHERE run_seq = ?1 GROUP BY case_no, trial)
     WHERE status = 'failed' AND verdict ->> 'category' IS NOT NULL GROUP BY 1, 2 ORDER BY count DESC, category, severity LIMIT 100`,
    runSeq,
  );
  return [...rows].map(({ category, severity, count }) => ({ category, severity, count }));
}

function selectLatencies(sql: SqlStorage, runSeq: number): LatencyCount[] {
  const rows = sql.exec<LatencyCount>(
    `SELECT round(latency_ms) AS ms, count(*) AS results FROM (
       SELECT latency_ms, max(attempt) FROM results WHERE run_seq = ?1 GROUP BY case_no, trial)
     WHERE latency_ms IS NOT NULL GROUP BY ms ORDER BY ms LIMIT 200000`,
    runSeq,
  );
  return [...rows].map(({ ms, results }) => ({ ms, results }));
}
