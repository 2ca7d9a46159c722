import {
  type CaseReading,
  type Comparison,
  compareRuns,
  fingerprintOf,
  type RunReading,
  readCases,
  type SeenResult,
} from '../domain/comparison.ts';
import type { FailureCategory, ResultStatus } from '../domain/fields.ts';
import { type Drift, driftOf, type Fingerprint, pooled, toolPath } from '../domain/fingerprint.ts';
import type { RunResult } from '../domain/result.ts';
import { RECENT_RUNS } from '../domain/scores.ts';
import { sum } from '../domain/statistics/averages.ts';
import type { HeldReadings } from './held-readings.ts';
import { STANDS } from './result-rows.ts';
import type { Run } from './run-rows.ts';
import type { Scoreboard } from './scoreboard.ts';

/** What is read out of all results of a run, when somebody asks: about 25 µs a result. */

export type ReadingDeps = { sql: SqlStorage; scores: Scoreboard };

const MAX_COMPARED = 200_000;
/** Results of each run that a fingerprint is taken of; cases in the order in which they were made. */
const MAX_SAMPLED = 2_000;

/** What is different in `after`. Runs may be compared in either order, and whatever became of them. */
export function compare(deps: ReadingDeps, before: Run, after: Run): Comparison {
  return compareRuns(readingOf(deps, before), readingOf(deps, after));
}

function readingOf({ sql, scores }: ReadingDeps, run: Run): RunReading {
  return {
    score: scores.afterRun(run.seq).score?.value ?? null,
    pins: { catalogueRev: run.pinnedRev, toolsVersion: run.toolsVersion, evaluatorVersion: run.evaluatorVersion },
    cases: selectReadings(sql, run.seq, MAX_COMPARED),
  };
}

export function readFingerprint(sql: SqlStorage, runSeq: number): Fingerprint {
  return fingerprintOf(selectReadings(sql, runSeq, MAX_SAMPLED));
}

export function charsOfPaths(fingerprint: Fingerprint): number {
  return sum([...fingerprint.values()], (paths) => sum([...paths.keys()], ({ length }) => length));
}

/** Without `fingerprints` every run is read anew. */
export type BehaviourDeps = ReadingDeps & { fingerprints?: HeldReadings<Fingerprint> };

/** How the agent goes about its cases in this run and the few before, and whether this run is unlike them. */
export type Behaviour = Drift & { habit: Fingerprint };

export function behaviourIn({ sql, scores, fingerprints }: BehaviourDeps, run: Run): Behaviour {
  const seqs = scores.usableRuns(run.seq, RECENT_RUNS + 1);
  const runs = fingerprints?.of(seqs) ?? seqs.map((seq) => readFingerprint(sql, seq));
  const { passed, total } = run.tally.counts;
  const drift = seqs[0] === run.seq ? driftOf(runs, { allPassed: passed === total, seed: run.seq }) : NO_DRIFT;
  return { ...drift, habit: pooled(runs) };
}

/** An outage, or a run that is not over, is not compared with any. */
const NO_DRIFT: Drift = { distance: null, drifted: false };

type ReadingRow = {
  scenario_id: string;
  n: number;
  status: ResultStatus;
  agent_fault: number;
  category: FailureCategory | null;
  body: string;
};

function selectReadings(sql: SqlStorage, runSeq: number, limit: number): CaseReading[] {
  const rows = sql.exec<ReadingRow>(
    `SELECT s.scenario_id, c.n, r.status, r.agent_fault, r.verdict ->> 'category' AS category, r.body
     FROM results r JOIN cases c ON c.case_no = r.case_no JOIN scenarios s ON s.scenario_no = c.scenario_no
     WHERE r.run_seq = ?1 AND ${STANDS} ORDER BY r.run_seq, r.case_no, r.trial LIMIT ?2`,
    ...[runSeq, limit],
  );
  return readCases(seen(rows));
}

/** One at a time: the bodies of a run are never in memory together. */
function* seen(rows: Iterable<ReadingRow>): Generator<SeenResult> {
  for (const row of rows) {
    const result = JSON.parse(row.body) as RunResult;
    yield {
      caseId: `${row.scenario_id}_${row.n}`,
      status: row.status,
      agentFault: row.agent_fault === 1,
      category: row.category,
      latencyMs: result.latency_ms ?? null,
      path: toolPath(result),
    };
  }
}
