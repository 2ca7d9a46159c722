import type { ResultStatus } from '../domain/fields.ts';
import { toolPath } from '../domain/fingerprint.ts';
import type { RunResult } from '../domain/result.ts';
import type { ResultView } from '../domain/run.ts';
import type { CaseContent } from '../domain/scenario.ts';
import type { Outcome } from '../domain/scores.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';

/** A result's place: run, test case, trial. Attempts at it are numbered. */
export type Key = { runSeq: number; caseNo: number; trial: number };

export type HeldRow = {
  attempt: number;
  hash: string;
  result_id: string | null;
  status: ResultStatus;
  case_rev: number;
};

export function selectHeld(sql: SqlStorage, key: Key): HeldRow[] {
  return sql
    .exec<HeldRow>(
      `SELECT attempt, hash, result_id, status, case_rev FROM results
       WHERE run_seq = ?1 AND case_no = ?2 AND trial = ?3 ORDER BY attempt LIMIT 10000`,
      ...[key.runSeq, key.caseNo, key.trial],
    )
    .toArray();
}

/** The case version that a run already judged this case by, where it did. */
export function selectCaseRevUsed(sql: SqlStorage, key: Omit<Key, 'trial'>): number | undefined {
  return sql
    .exec<{ case_rev: number }>(
      'SELECT case_rev FROM results WHERE run_seq = ?1 AND case_no = ?2 LIMIT 1',
      key.runSeq,
      key.caseNo,
    )
    .toArray()[0]?.case_rev;
}

export type NewResult = Key & {
  attempt: number;
  arrival: number;
  receivedAt: number;
  hash: string;
  resultId: string | null;
  caseRev: number;
  late: boolean;
  verdict: Verdict;
  redactions: Record<string, number>;
  body: string;
  latencyMs: number | null;
};

export function insertResult(sql: SqlStorage, row: NewResult): void {
  const redactions = Object.keys(row.redactions).length > 0 ? JSON.stringify(row.redactions) : null;
  sql.exec(
    `INSERT INTO results (run_seq, case_no, trial, attempt, arrival, received_at, hash, result_id, case_rev, late, status, severity,
       agent_fault, redactions, verdict, body, latency_ms)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)`,
    ...[
      row.runSeq,
      row.caseNo,
      row.trial,
      row.attempt,
      row.arrival,
      row.receivedAt,
      row.hash,
      row.resultId,
      row.caseRev,
    ],
    ...[Number(row.late), row.verdict.status, row.verdict.severity ?? null, Number(row.verdict.agent_fault !== false)],
    ...[redactions, JSON.stringify(row.verdict), row.body, row.latencyMs],
  );
}

export function selectVerdict(sql: SqlStorage, key: Key, attempt: number): Verdict {
  const { verdict } = sql
    .exec<{ verdict: string }>(
      'SELECT verdict FROM results WHERE run_seq = ?1 AND case_no = ?2 AND trial = ?3 AND attempt = ?4 LIMIT 1',
      ...[key.runSeq, key.caseNo, key.trial, attempt],
    )
    .one();
  return JSON.parse(verdict) as Verdict;
}

export function updateVerdict(sql: SqlStorage, key: Key & { attempt: number }, verdict: Verdict): void {
  sql.exec(
    `UPDATE results SET status = ?5, severity = ?6, agent_fault = ?7, verdict = ?8
     WHERE run_seq = ?1 AND case_no = ?2 AND trial = ?3 AND attempt = ?4`,
    ...[key.runSeq, key.caseNo, key.trial, key.attempt],
    ...[verdict.status, verdict.severity ?? null, Number(verdict.agent_fault !== false), JSON.stringify(verdict)],
  );
}

export type DueResult = Key & { attempt: number; result: RunResult; content: CaseContent };

export type DueQuery = { runSeq: number; after: (Key & { attempt: number }) | undefined; limit: number };

/** Results of a run that wait for the judge, with the case version they were judged by, in the order of their keys. */
export function selectJudgeDue(sql: SqlStorage, { runSeq, after, limit }: DueQuery): DueResult[] {
  const rows = sql.exec<{ case_no: number; trial: number; attempt: number; body: string; content: string }>(
    `SELECT r.case_no, r.trial, r.attempt, r.body, v.content FROM results r
     JOIN case_versions v ON v.case_no = r.case_no AND v.rev = r.case_rev
     WHERE r.run_seq = ?1 AND (r.case_no, r.trial, r.attempt) > (?2, ?3, ?4)
       AND r.status = 'pending' AND r.verdict ->> 'rule' = 'judge_due'
     ORDER BY r.case_no, r.trial, r.attempt LIMIT ?5`,
    ...[runSeq, after?.caseNo ?? 0, after?.trial ?? 0, after?.attempt ?? 0, limit],
  );
  return [...rows].map(({ case_no, trial, attempt, body, content }) => ({
    ...{ runSeq, caseNo: case_no, trial, attempt },
    result: JSON.parse(body) as RunResult,
    content: JSON.parse(content) as CaseContent,
  }));
}

/** When the newest result of a run arrived (epoch ms), or undefined. */
export function selectNewestArrival(sql: SqlStorage, runSeq: number): number | undefined {
  const { at } = sql
    .exec<{ at: number | null }>('SELECT max(received_at) AS at FROM results WHERE run_seq = ?1', runSeq)
    .one();
  return at ?? undefined;
}

type ViewRow = {
  scenario_id: string;
  n: number;
  trial: number;
  attempt: number;
  received_at: number;
  late: number;
  verdict: string;
  body: string;
  content: string;
};

const VIEW = `SELECT s.scenario_id, c.n, r.trial, r.attempt, r.received_at, r.late, r.verdict, r.body, v.content
  FROM results r JOIN cases c ON c.case_no = r.case_no JOIN scenarios s ON s.scenario_no = c.scenario_no
  JOIN case_versions v ON v.case_no = r.case_no AND v.rev = r.case_rev`;
/** `r` is an attempt that stands. */
export const STANDS = `r.attempt = (SELECT max(x.attempt) FROM results x
  WHERE x.run_seq = r.run_seq AND x.case_no = r.case_no AND x.trial = r.trial)`;

export type ResultPage = { runSeq: number; status: ResultStatus | null; limit: number; offset: number };

/** Standing results in the order of their cases and trials. */
export function selectResults(sql: SqlStorage, page: ResultPage): ResultView[] {
  const rows = sql.exec<ViewRow>(
    `${VIEW} WHERE r.run_seq = ?1 AND ${STANDS} AND (?2 IS NULL OR r.status = ?2)
     ORDER BY r.run_seq, r.case_no, r.trial LIMIT ?3 OFFSET ?4`,
    ...[page.runSeq, page.status, page.limit, page.offset],
  );
  return [...rows].map(toView);
}

/** Few attempts are replaced, so that the newest that stand are mostly among this many times as many arrivals. */
const ARRIVALS_A_ROW = 5;

/** The standing attempts that arrived last, newest first. */
export function selectNewestResults(sql: SqlStorage, runSeq: number, limit: number): ResultView[] {
  const found = selectAmongNewest(sql, { runSeq, limit, arrivals: ARRIVALS_A_ROW * limit });
  return found.length < limit ? selectAmongNewest(sql, { runSeq, limit, arrivals: EVERY }) : found;
}

const EVERY = -1;

/** Only keys are sorted, and only the newest of them looked up: bodies are read for the few that are shown. */
function selectAmongNewest(
  sql: SqlStorage,
  { runSeq, limit, arrivals }: { runSeq: number; limit: number; arrivals: number },
): ResultView[] {
  const rows = sql.exec<ViewRow>(
    `${VIEW} JOIN (SELECT r.run_seq, r.case_no, r.trial, r.attempt, r.arrival FROM (
         SELECT run_seq, case_no, trial, attempt, arrival FROM results WHERE run_seq = ?1 ORDER BY arrival DESC LIMIT ?3) r
       WHERE ${STANDS} ORDER BY r.arrival DESC LIMIT ?2) t
       ON t.run_seq = r.run_seq AND t.case_no = r.case_no AND t.trial = r.trial AND t.attempt = r.attempt
     ORDER BY t.arrival DESC LIMIT ?2`,
    ...[runSeq, limit, arrivals],
  );
  return [...rows].map(toView);
}

function toView(row: ViewRow): ResultView {
  return resultView({
    scenarioId: row.scenario_id,
    caseId: `${row.scenario_id}_${row.n}`,
    trial: row.trial,
    attempt: row.attempt,
    late: row.late === 1,
    receivedAt: row.received_at,
    verdict: JSON.parse(row.verdict) as Verdict,
    result: JSON.parse(row.body) as RunResult,
    content: JSON.parse(row.content) as CaseContent,
  });
}

export type ViewParts = {
  scenarioId: string;
  caseId: string;
  trial: number;
  attempt: number;
  late: boolean;
  receivedAt: number;
  verdict: Verdict;
  result: RunResult;
  content: CaseContent;
};

export function resultView(parts: ViewParts): ResultView {
  const { result, content, verdict } = parts;
  const { expected_tools } = content.expectations;
  return {
    scenario_id: parts.scenarioId,
    test_case_id: parts.caseId,
    title: content.title,
    trial: parts.trial,
    attempt: parts.attempt,
    ...verdict,
    tools_called: toolPath(result) ?? [],
    ...(expected_tools ? { expected_tools } : {}),
    user_message: result.user_message,
    agent_response: result.agent_response,
    ...(result.latency_ms == null ? {} : { latency_ms: result.latency_ms }),
    ...(parts.late ? { late: true } : {}),
    received_at: parts.receivedAt,
  };
}

type OutcomeRow = {
  case_no: number;
  status: ResultStatus;
  severity: Outcome['severity'];
  agent_fault: number;
  differ: number;
  keys: number;
};

/** What a run's standing attempts say of each case, for its digest. */
export function selectOutcomes(sql: SqlStorage, runSeq: number): Outcome[] {
  const rows = sql.exec<OutcomeRow>(
    `SELECT case_no, status, severity, agent_fault, differ, count(*) AS keys FROM (
       SELECT case_no, trial, status, severity, agent_fault, max(attempt), count(DISTINCT nullif(status, 'pending')) > 1 AS differ
       FROM results WHERE run_seq = ?1 GROUP BY case_no, trial)
     GROUP BY case_no, status, severity, agent_fault, differ ORDER BY case_no`,
    runSeq,
  );
  return [...rows].map((row) => ({
    caseNo: row.case_no,
    status: row.status,
    severity: row.severity,
    agentFault: row.agent_fault === 1,
    flaky: row.differ === 1,
    count: row.keys,
  }));
}

const ERROR_CHARS = 200;

/** How many standing results of a run failed with the same error message, the most frequent one. Reads every body. */
export function selectAlikeErrors(sql: SqlStorage, runSeq: number): number {
  const rows = sql.exec<{ keys: number }>(
    `SELECT count(*) AS keys FROM (
       SELECT status, substr(trim(body ->> 'error_message'), 1, ?2) AS message, max(attempt)
       FROM results WHERE run_seq = ?1 GROUP BY case_no, trial)
     WHERE status IN ('failed', 'error') AND message <> '' GROUP BY message ORDER BY keys DESC, message LIMIT 1`,
    ...[runSeq, ERROR_CHARS],
  );
  return [...rows][0]?.keys ?? 0;
}
