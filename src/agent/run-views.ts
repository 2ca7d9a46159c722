import type { Comparison } from '../domain/comparison.ts';
import { echo, Refusal } from '../domain/errors.ts';
import type { Fingerprint } from '../domain/fingerprint.ts';
import type { RunResult } from '../domain/result.ts';
import {
  type AgentBehaviour,
  type CaseHabit,
  COMPARED_ROWS,
  type ResultView,
  type RunComparison,
  type RunHeader,
} from '../domain/run.ts';
import { type CaseContent, parseCaseId } from '../domain/scenario.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';
import { selectAgent, selectCase } from './catalogue.ts';
import type { LiveRuns } from './live-runs.ts';
import { resultView, STANDS } from './result-rows.ts';
import { type BehaviourDeps, behaviourIn, compare, type ReadingDeps } from './run-readings.ts';
import type { Run } from './run-rows.ts';

/** What pages show of runs beside their results. Made when somebody looks, never while results stream. */

export type ViewDeps = ReadingDeps & { runs: LiveRuns; header: (run: Run) => RunHeader };

/** A completed run with what scoring makes of it, and the one before it that counts. Of any other run neither is known. */
export function settled(
  { scores }: ReadingDeps,
  run: Run,
): { mark: Pick<RunHeader, 'outage'>; previous: number | null } {
  if (run.end?.status !== 'completed') return { mark: {}, previous: null };
  const mark = scores.afterRun(run.seq).outage ? { outage: true as const } : {};
  return { mark, previous: scores.usableRuns(run.seq - 1, 1)[0] ?? null };
}

type Pair = { before: Run; after: Run; header: (run: Run) => RunHeader };

/** @throws Refusal INVALID_ARGUMENT where both are one run */
export function viewComparison(deps: ReadingDeps, { before, after, header }: Pair): RunComparison {
  if (before.seq === after.seq)
    throw new Refusal('INVALID_ARGUMENT', `Both are test run ${before.id}`, 'Choose two different runs.');
  const comparison = compare(deps, before, after);
  const seen = (run: Run) => {
    const { score, outage } = deps.scores.afterRun(run.seq);
    return { run: { ...header(run), ...(outage ? { outage } : {}) }, score: score?.value ?? null };
  };
  const titles = selectTitles(deps.sql, listed(comparison));
  return { agentId: selectAgent(deps.sql).id, before: seen(before), after: seen(after), comparison, titles };
}

function listed(comparison: Comparison): string[] {
  const { regressions, fixes, stillFailing, added, removed, changedPaths } = comparison;
  const lists = [regressions, fixes, stillFailing, added, removed, changedPaths.map(({ caseId }) => caseId)];
  return lists.flatMap((ids) => ids.slice(0, COMPARED_ROWS));
}

const HABITS_SHOWN = 5;
const PATHS_SHOWN = 3;

/** Cases that are not always gone about alike come first. Null before the first run that counts. */
export function viewBehaviour(
  deps: BehaviourDeps,
  { find, header }: { find: (seq: number) => Run; header: (run: Run) => RunHeader },
): AgentBehaviour | null {
  const [seq] = deps.scores.usableRuns(Number.MAX_SAFE_INTEGER, 1);
  if (seq === undefined) return null;
  const run = find(seq);
  const { distance, drifted, habit } = behaviourIn(deps, run);
  return { run: header(run), distance, drifted, habits: habitsOf(deps.sql, habit) };
}

function habitsOf(sql: SqlStorage, habit: Fingerprint): CaseHabit[] {
  const least = [...habit].sort(([a, ones], [b, others]) => others.size - ones.size || (a < b ? -1 : 1));
  const shown = least.slice(0, HABITS_SHOWN);
  const titles = selectTitles(
    sql,
    shown.map(([caseId]) => caseId),
  );
  return shown.map(([caseId, tallies]) => {
    const paths = [...tallies].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
    return {
      caseId,
      title: titles[caseId] ?? caseId,
      paths: paths.slice(0, PATHS_SHOWN).map(([path, count]) => ({ tools: JSON.parse(path) as string[], count })),
      more: Math.max(0, paths.length - PATHS_SHOWN),
      results: paths.reduce((sum, [, count]) => sum + count, 0),
    };
  });
}

/** Titles of cases by their newest versions; deleted cases keep theirs. */
function selectTitles(sql: SqlStorage, caseIds: readonly string[]): Record<string, string> {
  const wanted = caseIds.flatMap((caseId) => parseCaseId(caseId) ?? []);
  const rows = sql.exec<{ case_id: string; title: string; rev: number }>(
    `SELECT s.scenario_id || '_' || c.n AS case_id, v.content ->> 'title' AS title, max(v.rev) AS rev
     FROM json_each(?1) j JOIN scenarios s ON s.scenario_id = j.value ->> 'scenarioId'
     JOIN cases c ON c.scenario_no = s.scenario_no AND c.n = j.value ->> 'n'
     JOIN case_versions v ON v.case_no = c.case_no GROUP BY c.case_no ORDER BY c.case_no LIMIT 10000`,
    JSON.stringify(wanted),
  );
  return Object.fromEntries([...rows].map(({ case_id, title }) => [case_id, title]));
}

type CaseResultRow = {
  trial: number;
  attempt: number;
  received_at: number;
  late: number;
  verdict: string;
  body: string;
  content: string;
};

/** What stands of one case in a run, in the order of its trials. @throws Refusal NOT_FOUND for a case that the agent never had. */
export function selectCaseResults(
  sql: SqlStorage,
  { runSeq, caseId, limit }: { runSeq: number; caseId: string; limit: number },
): { results: ResultView[]; matching: number } {
  const id = parseCaseId(caseId);
  const row = id && selectCase(sql, id).row;
  if (!row) throw new Refusal('NOT_FOUND', `Test case not found: ${echo(caseId)}`);
  const rows = sql.exec<CaseResultRow>(
    `SELECT r.trial, r.attempt, r.received_at, r.late, r.verdict, r.body, v.content
     FROM results r JOIN case_versions v ON v.case_no = r.case_no AND v.rev = r.case_rev
     WHERE r.run_seq = ?1 AND r.case_no = ?2 AND ${STANDS} ORDER BY r.trial LIMIT ?3`,
    ...[runSeq, row.case_no, limit],
  );
  const results = [...rows].map((found) =>
    resultView({
      scenarioId: row.scenario_id,
      caseId: `${row.scenario_id}_${row.n}`,
      trial: found.trial,
      attempt: found.attempt,
      late: found.late === 1,
      receivedAt: found.received_at,
      verdict: JSON.parse(found.verdict) as Verdict,
      result: JSON.parse(found.body) as RunResult,
      content: JSON.parse(found.content) as CaseContent,
    }),
  );
  const counted = sql.exec<{ trials: number }>(
    'SELECT count(DISTINCT trial) AS trials FROM results WHERE run_seq = ?1 AND case_no = ?2',
    ...[runSeq, row.case_no],
  );
  return { results, matching: counted.one().trials };
}
