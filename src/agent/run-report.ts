import { toolPath } from '../domain/fingerprint.ts';
import { coverageOf, flakyCases, REPORTED_RESULTS, type ReportedResult, type RunReport } from '../domain/report.ts';
import type { RunResult } from '../domain/result.ts';
import { type CaseContent, targetCategory } from '../domain/scenario.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';
import { selectAgent } from './catalogue.ts';
import { STANDS, selectOutcomes } from './result-rows.ts';
import { factsOf } from './run-facts.ts';
import type { Run } from './run-rows.ts';
import { settled, type ViewDeps } from './run-views.ts';

/** Of the 32 MiB that an answer may take on Cloudflare; a result with ordinary evidence takes under 1 KB. */
const MAX_CHARS = 12_000_000;
/** Ids and figures of a result. */
const ROW_CHARS = 150;

/** Reads all results of the run, one at a time: about 30 µs each. */
export function readReport(deps: ViewDeps, run: Run): RunReport {
  const { sql, scores } = deps;
  const outcomes = selectOutcomes(sql, run.seq);
  const cases = selectJudgedCases(sql, run.seq);
  const known = [...cases].filter(([, { content }]) => !content.purged);
  const targets = new Map(known.map(([caseNo, { content }]) => [caseNo, targetCategory(content)]));
  return {
    agentId: selectAgent(sql).id,
    run: { ...deps.header(run), ...settled(deps, run).mark },
    score: scores.afterRun(run.seq).score,
    ...factsOf(deps, run),
    coverage: coverageOf(outcomes, targets),
    results: selectReported(sql, run.seq, { cases, flaky: flakyCases(outcomes) }),
  };
}

type JudgedCase = { scenarioId: string; caseId: string; content: CaseContent };

/** The cases of a run in the versions that it judged them by. */
function selectJudgedCases(sql: SqlStorage, runSeq: number): Map<number, JudgedCase> {
  const rows = sql.exec<{ case_no: number; scenario_id: string; n: number; content: string }>(
    `SELECT r.case_no, s.scenario_id, c.n, v.content FROM (
       SELECT case_no, max(case_rev) AS case_rev FROM results WHERE run_seq = ?1 GROUP BY case_no) r
     JOIN cases c ON c.case_no = r.case_no JOIN scenarios s ON s.scenario_no = c.scenario_no
     JOIN case_versions v ON v.case_no = r.case_no AND v.rev = r.case_rev ORDER BY r.case_no LIMIT 100000`,
    runSeq,
  );
  const judged = [...rows].map(({ case_no, scenario_id, n, content }) => {
    const at = { scenarioId: scenario_id, caseId: `${scenario_id}_${n}` };
    return [case_no, { ...at, content: JSON.parse(content) as CaseContent }] as const;
  });
  return new Map(judged);
}

type ReportedRow = {
  case_no: number;
  trial: number;
  attempt: number;
  verdict: string;
  latency_ms: number | null;
  body: string;
};
type Known = { cases: ReadonlyMap<number, JudgedCase>; flaky: ReadonlySet<number> };

/** Bodies are read for the tools alone, and never in memory together. */
function selectReported(sql: SqlStorage, runSeq: number, known: Known): ReportedResult[] {
  const rows = sql.exec<ReportedRow>(
    `SELECT r.case_no, r.trial, r.attempt, r.verdict, r.latency_ms, r.body FROM results r
     WHERE r.run_seq = ?1 AND ${STANDS} ORDER BY r.run_seq, r.case_no, r.trial LIMIT ?2`,
    ...[runSeq, REPORTED_RESULTS],
  );
  const reported: ReportedResult[] = [];
  let chars = 0;
  for (const row of rows) {
    const result = reportedResult(row, known);
    if (result) reported.push(result);
    chars += row.verdict.length + (result ? result.title.length + result.tools.join().length + ROW_CHARS : 0);
    if (chars > MAX_CHARS) break;
  }
  return reported;
}

function reportedResult(row: ReportedRow, { cases, flaky }: Known): ReportedResult | null {
  const judged = cases.get(row.case_no);
  if (!judged) return null;
  const { status, rule, reason, evidence, category, subtype, severity } = JSON.parse(row.verdict) as Verdict;
  return {
    ...{ scenarioId: judged.scenarioId, caseId: judged.caseId, title: judged.content.title },
    ...{ trial: row.trial, attempt: row.attempt, flaky: flaky.has(row.case_no), latencyMs: row.latency_ms },
    ...{ status, rule, reason, evidence },
    ...(category ? { category } : {}),
    ...(subtype ? { subtype } : {}),
    ...(severity ? { severity } : {}),
    tools: toolPath(JSON.parse(row.body) as RunResult) ?? [],
  };
}
