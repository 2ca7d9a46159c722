import { type Attempt, type CaseDetail, type CaseRun, HISTORY_ROWS } from '../domain/case-detail.ts';
import { echo, Refusal } from '../domain/errors.ts';
import type { ResultStatus } from '../domain/fields.ts';
import { toolPath } from '../domain/fingerprint.ts';
import type { RunResult } from '../domain/result.ts';
import type { ResultKey } from '../domain/run.ts';
import { type CaseContent, parseCaseId } from '../domain/scenario.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';
import { type CaseRow, selectAgent, selectCase } from './catalogue.ts';
import { type Key, resultView } from './result-rows.ts';
import type { Run } from './run-rows.ts';
import { settled, type ViewDeps } from './run-views.ts';

/** Runs that are asked whether they held a case; a case that none of them held has no history. */
const RUNS_LOOKED_AT = 100;

/** @throws Refusal NOT_FOUND for a case that the agent never had, or that has no result of this trial in the run. */
export function viewCaseResult(deps: ViewDeps, run: Run, { caseId, trial }: ResultKey): CaseDetail {
  const { sql } = deps;
  const id = parseCaseId(caseId);
  const row = id && selectCase(sql, id).row;
  const key: Key = { runSeq: run.seq, caseNo: row?.case_no ?? 0, trial };
  const attempts = row ? selectAttempts(sql, key) : [];
  const attempt = attempts.at(-1)?.attempt;
  if (!row || attempt === undefined)
    throw new Refusal('NOT_FOUND', `Test run ${run.id} holds no result of ${echo(caseId)}, trial ${trial}`);
  return {
    agentId: selectAgent(sql).id,
    run: { ...deps.header(run), ...settled(deps, run).mark },
    ...selectSent(sql, row, { ...key, attempt }),
    attempts,
    history: historyOf(deps, key),
    previous: selectNeighbour(sql, key, 'previous'),
    next: selectNeighbour(sql, key, 'next'),
  };
}

type AttemptRow = { attempt: number; status: ResultStatus; received_at: number; late: number };

function selectAttempts(sql: SqlStorage, key: Key): Attempt[] {
  const rows = sql.exec<AttemptRow>(
    `SELECT attempt, status, received_at, late FROM results WHERE run_seq = ?1 AND case_no = ?2 AND trial = ?3
     ORDER BY attempt LIMIT 10000`,
    ...[key.runSeq, key.caseNo, key.trial],
  );
  return [...rows].map(({ attempt, status, received_at, late }) => ({
    ...{ attempt, status, receivedAt: received_at, late: late === 1 },
  }));
}

type SentRow = {
  received_at: number;
  late: number;
  verdict: string;
  body: string;
  content: string;
  removed_at: number | null;
};

function selectSent(sql: SqlStorage, row: CaseRow, key: Key & { attempt: number }) {
  const found = sql
    .exec<SentRow>(
      `SELECT r.received_at, r.late, r.verdict, r.body, r.removed_at, v.content FROM results r
       JOIN case_versions v ON v.case_no = r.case_no AND v.rev = r.case_rev
       WHERE r.run_seq = ?1 AND r.case_no = ?2 AND r.trial = ?3 AND r.attempt = ?4 LIMIT 1`,
      ...[key.runSeq, key.caseNo, key.trial, key.attempt],
    )
    .one();
  const content = JSON.parse(found.content) as CaseContent;
  const sent = JSON.parse(found.body) as RunResult;
  const result = resultView({
    scenarioId: row.scenario_id,
    caseId: `${row.scenario_id}_${row.n}`,
    trial: key.trial,
    attempt: key.attempt,
    late: found.late === 1,
    receivedAt: found.received_at,
    verdict: JSON.parse(found.verdict) as Verdict,
    result: sent,
    content,
  });
  return { content, sent, result, ...(found.removed_at === null ? {} : { textsRemovedAt: found.removed_at }) };
}

/** How the case went elsewhere. The key of results begins with the run, so that each run is asked, never all results read. */
function historyOf(deps: ViewDeps, { runSeq, caseNo }: Key): CaseRun[] {
  const history: CaseRun[] = [];
  for (const seq of deps.scores.usableRuns(Number.MAX_SAFE_INTEGER, RUNS_LOOKED_AT)) {
    if (history.length >= HISTORY_ROWS) break;
    if (seq !== runSeq) history.push(...selectTrials(deps, { seq, caseNo, limit: HISTORY_ROWS - history.length }));
  }
  return history;
}

type TrialRow = { trial: number; status: ResultStatus; body: string };

function selectTrials(
  deps: ViewDeps,
  { seq, caseNo, limit }: { seq: number; caseNo: number; limit: number },
): CaseRun[] {
  const rows = deps.sql
    .exec<TrialRow>(
      `SELECT trial, status, body, max(attempt) FROM results WHERE run_seq = ?1 AND case_no = ?2 GROUP BY trial ORDER BY trial LIMIT ?3`,
      ...[seq, caseNo, limit],
    )
    .toArray();
  if (rows.length === 0) return [];
  const { id: runId, startedAt } = deps.runs.get(seq);
  return rows.map(({ trial, status, body }) => ({
    ...{ runId, startedAt, trial, status, tools: toolPath(JSON.parse(body) as RunResult) },
  }));
}

type Way = { beyond: '<' | '>'; order: 'DESC' | 'ASC' };
const WAYS: Record<'previous' | 'next', Way> = {
  previous: { beyond: '<', order: 'DESC' },
  next: { beyond: '>', order: 'ASC' },
};

/** The result beside one, in the order of cases and trials. */
function selectNeighbour(sql: SqlStorage, { runSeq, caseNo, trial }: Key, way: keyof typeof WAYS): ResultKey | null {
  const { beyond, order } = WAYS[way];
  const rows = sql.exec<{ case_id: string; trial: number }>(
    `SELECT s.scenario_id || '_' || c.n AS case_id, r.trial FROM results r JOIN cases c ON c.case_no = r.case_no
     JOIN scenarios s ON s.scenario_no = c.scenario_no
     WHERE r.run_seq = ?1 AND (r.case_no, r.trial) ${beyond} (?2, ?3) ORDER BY r.case_no ${order}, r.trial ${order} LIMIT 1`,
    ...[runSeq, caseNo, trial],
  );
  const found = [...rows][0];
  return found ? { caseId: found.case_id, trial: found.trial } : null;
}
