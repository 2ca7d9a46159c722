import type { Counts, ResultStatus, RunStatusReason, Source } from '../domain/fields.ts';
import type { RunHeader } from '../domain/run.ts';
import { type RunEnd, runStatus } from '../domain/run-state.ts';

/** What counting knows of a run: attempts stored, distinct keys, verdicts of the standing attempts, keys whose attempts differ. */
export type Tally = { rows: number; keys: number; counts: Counts; flaky: number };

/** Which job of a CI system a run is of: all uploads with one key form one run. Nulls where that is not known. */
export type CiRun = {
  externalKey: string | null;
  branch: string | null;
  commit: string | null;
  shardTotal: number | null;
};
export const NO_CI: CiRun = { externalKey: null, branch: null, commit: null, shardTotal: null };

/** A run as the object works on it. Plain data: a call changes a copy and keeps it once the transaction went through. */
export type Run = {
  seq: number;
  id: string;
  name: string | null;
  source: Source;
  startedAt: number;
  expectedTotal: number | null;
  pinnedRev: number;
  toolsVersion: number;
  evaluatorVersion: number;
  redactPersonal: boolean;
  stallMs: number;
  ci: CiRun;
  end: RunEnd | null;
  endedAt: number | null;
  /** When the texts of its results were removed for their age; null while any is here. */
  textsRemovedAt: number | null;
  headerRev: number;
  dirty: boolean;
  tally: Tally;
};

export const NO_RESULTS: Tally = {
  rows: 0,
  keys: 0,
  counts: { total: 0, passed: 0, failed: 0, error: 0, pending: 0 },
  flaky: 0,
};

/** Grows with every stored attempt and every change of the header, without a write of its own. */
export function runRev(run: Run): number {
  return run.headerRev + run.tally.rows;
}

export function runHeader(run: Run, agentName: string): RunHeader {
  return {
    id: run.id,
    agent_name: agentName,
    ...(run.name === null ? {} : { name: run.name }),
    status: runStatus({ end: run.end, expectedTotal: run.expectedTotal, keys: run.tally.keys }),
    ...(run.end?.reason ? { status_reason: run.end.reason } : {}),
    source: run.source,
    started_at: run.startedAt,
    ...(run.endedAt === null ? {} : { completed_at: run.endedAt }),
    ...(run.expectedTotal === null ? {} : { expected_total: run.expectedTotal }),
    ...(run.textsRemovedAt === null ? {} : { texts_removed_at: run.textsRemovedAt }),
    counts: run.tally.counts,
    flaky_cases: run.tally.flaky,
    rev: runRev(run),
  };
}

type RunRow = {
  seq: number;
  run_id: string;
  name: string | null;
  source: Source;
  started_at: number;
  expected_total: number | null;
  pinned_rev: number;
  tools_version: number;
  evaluator_version: number;
  redact_personal: number;
  stall_ms: number;
  external_key: string | null;
  branch: string | null;
  commit_sha: string | null;
  shard_total: number | null;
  end_status: RunEnd['status'] | null;
  end_reason: RunStatusReason | null;
  ended_at: number | null;
  texts_removed_at: number | null;
  header_rev: number;
  tally: string | null;
  dirty: number;
};

const COLUMNS = `seq, run_id, name, source, started_at, expected_total, pinned_rev, tools_version, evaluator_version,
  redact_personal, stall_ms, external_key, branch, commit_sha, shard_total, end_status, end_reason, ended_at, texts_removed_at,
  header_rev, tally, dirty`;

export function selectRun(sql: SqlStorage, seq: number): Run {
  return fromRow(sql, sql.exec<RunRow>(`SELECT ${COLUMNS} FROM runs WHERE seq = ?1 LIMIT 1`, seq).one());
}

/** Where no exact tally is stored (an open run, or one that changed since the last flush) its results are counted, in one statement. */
function fromRow(sql: SqlStorage, row: RunRow): Run {
  return {
    seq: row.seq,
    id: row.run_id,
    name: row.name,
    source: row.source,
    startedAt: row.started_at,
    expectedTotal: row.expected_total,
    pinnedRev: row.pinned_rev,
    toolsVersion: row.tools_version,
    evaluatorVersion: row.evaluator_version,
    redactPersonal: row.redact_personal === 1,
    stallMs: row.stall_ms,
    ci: { externalKey: row.external_key, branch: row.branch, commit: row.commit_sha, shardTotal: row.shard_total },
    end: row.end_status ? { status: row.end_status, reason: row.end_reason } : null,
    endedAt: row.ended_at,
    textsRemovedAt: row.texts_removed_at,
    headerRev: row.header_rev,
    dirty: row.dirty === 1,
    tally: row.tally && !row.dirty ? (JSON.parse(row.tally) as Tally) : countResults(sql, row.seq),
  };
}

type StatusRow = { status: ResultStatus; keys: number; attempts: number; flaky: number; unmapped: number };

/**
 * The standing attempt of a key is its highest: SQLite gives the bare column of the row that max() chose. A test that no case was made for
 * has a number below zero.
 */
function countResults(sql: SqlStorage, seq: number): Tally {
  const rows = sql.exec<StatusRow>(
    `SELECT status, count(*) AS keys, sum(attempts) AS attempts, sum(differ) AS flaky, sum(case_no < 0) AS unmapped FROM (
       SELECT case_no, status, max(attempt), count(*) AS attempts, count(DISTINCT nullif(status, 'pending')) > 1 AS differ
       FROM results WHERE run_seq = ?1 GROUP BY case_no, trial)
     GROUP BY status ORDER BY status`,
    seq,
  );
  const tally: Tally = { ...NO_RESULTS, counts: { ...NO_RESULTS.counts } };
  let unmapped = 0;
  for (const row of rows) {
    unmapped += row.unmapped;
    tally.rows += row.attempts;
    tally.keys += row.keys;
    tally.flaky += row.flaky;
    tally.counts[row.status] += row.keys;
    tally.counts.total += row.keys;
  }
  if (unmapped > 0) tally.counts.unmapped = unmapped;
  return tally;
}

export type NewRun = Omit<Run, 'seq' | 'tally' | 'end' | 'endedAt' | 'textsRemovedAt' | 'headerRev' | 'dirty'>;

/** Numbers run on; that of a deleted run is not given again. */
export function insertRun(sql: SqlStorage, run: NewRun): Run {
  const { seq } = sql
    .exec<{ seq: number }>(
      `INSERT INTO runs (seq, run_id, name, source, started_at, expected_total, pinned_rev, tools_version, evaluator_version,
         redact_personal, stall_ms, external_key, branch, commit_sha, shard_total, header_rev, dirty)
       VALUES (1 + max(coalesce((SELECT max(seq) FROM runs), 0), coalesce((SELECT max(run_seq) FROM scores), 0)),
         ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 1, 1) RETURNING seq`,
      ...[run.id, run.name, run.source, run.startedAt, run.expectedTotal, run.pinnedRev, run.toolsVersion],
      ...[run.evaluatorVersion, Number(run.redactPersonal), run.stallMs],
      ...[run.ci.externalKey, run.ci.branch, run.ci.commit, run.ci.shardTotal],
    )
    .one();
  const begun = { end: null, endedAt: null, textsRemovedAt: null, headerRev: 1, dirty: true };
  return { ...run, seq, tally: NO_RESULTS, ...begun };
}

/** Writes what can change of a run's header. */
export function updateRun(sql: SqlStorage, run: Run): void {
  sql.exec(
    `UPDATE runs SET expected_total = ?2, end_status = ?3, end_reason = ?4, ended_at = ?5, header_rev = ?6, dirty = ?7, shard_total = ?8,
       texts_removed_at = ?9 WHERE seq = ?1`,
    ...[
      run.seq,
      run.expectedTotal,
      run.end?.status ?? null,
      run.end?.reason ?? null,
      run.endedAt,
      run.headerRev,
      Number(run.dirty),
      run.ci.shardTotal,
      run.textsRemovedAt,
    ],
  );
}

/**
 * Says that an ended run got further results: its stored tally no longer holds, D1 must hear of it, and there are texts to be removed again.
 * One row, once until the next flush.
 */
export function updateRunChanged(sql: SqlStorage, seq: number): void {
  sql.exec('UPDATE runs SET dirty = 1, texts_removed_at = NULL WHERE seq = ?1', seq);
}

/** D1 holds this run as it is. An ended one keeps its exact tally, so that lists need not count again. */
export function updateRunFlushed(sql: SqlStorage, run: Run): void {
  sql.exec(
    'UPDATE runs SET dirty = 0, tally = ?2, announced = ended_at WHERE seq = ?1',
    ...[run.seq, run.end ? JSON.stringify(run.tally) : null],
  );
}

/** The run with this id; `tr_` may be left out and a unique start of at least 8 hex digits is enough. */
export function selectRunSeq(sql: SqlStorage, text: string): number | undefined {
  const match = /^(?:tr_)?([0-9a-f]{8,16})$/.exec(text);
  if (!match) return undefined;
  const start = `tr_${match[1]}`;
  const rows = sql
    .exec<{ seq: number }>(
      'SELECT seq FROM runs WHERE run_id >= ?1 AND run_id < ?2 ORDER BY run_id LIMIT 2',
      start,
      `${start}g`,
    )
    .toArray();
  return rows.length === 1 ? rows[0]?.seq : undefined;
}

/** Sequence numbers of the runs, newest first. `end` picks ended runs of that status, or the open ones. */
export function selectRunSeqs(
  sql: SqlStorage,
  page: { end: RunEnd['status'] | 'open' | null; limit: number; offset: number },
): number[] {
  const rows = sql.exec<{ seq: number }>(
    `SELECT seq FROM runs WHERE ?1 IS NULL OR coalesce(end_status, 'open') = ?1 ORDER BY seq DESC LIMIT ?2 OFFSET ?3`,
    ...[page.end, page.limit, page.offset],
  );
  return [...rows].map((row) => row.seq);
}

export function countRuns(sql: SqlStorage, end: RunEnd['status'] | 'open' | null): number {
  return sql
    .exec<{ total: number }>(
      `SELECT count(*) AS total FROM runs WHERE ?1 IS NULL OR coalesce(end_status, 'open') = ?1`,
      end,
    )
    .one().total;
}

/** The run of a CI job by the key that its uploads carry. */
export function selectSeqOfKey(sql: SqlStorage, externalKey: string): number | undefined {
  const rows = sql.exec<{ seq: number }>('SELECT seq FROM runs WHERE external_key = ?1 LIMIT 1', externalKey);
  return [...rows][0]?.seq;
}

const RUNS_OF_BRANCH = 20;

/** The newest completed runs of a branch, other than one. */
export function selectNewestOfBranch(sql: SqlStorage, branch: string, but: number): number[] {
  const rows = sql.exec<{ seq: number }>(
    `SELECT seq FROM runs WHERE branch = ?1 AND seq <> ?2 AND end_status = 'completed' ORDER BY seq DESC LIMIT ?3`,
    ...[branch, but, RUNS_OF_BRANCH],
  );
  return [...rows].map(({ seq }) => seq);
}

export function selectDirtySeqs(sql: SqlStorage): number[] {
  return [...sql.exec<{ seq: number }>('SELECT seq FROM runs WHERE dirty = 1 ORDER BY seq LIMIT 100000')].map(
    (row) => row.seq,
  );
}
