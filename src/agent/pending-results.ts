import type { PendingResult, PendingResults } from '../domain/case-detail.ts';
import { selectAgent } from './catalogue.ts';
import { STANDS } from './result-rows.ts';
import type { Run } from './run-rows.ts';
import type { ViewDeps } from './run-views.ts';

/** Older runs are not looked at: who wants one of theirs finds it on the run's own page. */
const RUNS_LOOKED_AT = 1_000;

/** What waits for a person, the newest runs first, in the order of their cases and trials. */
export function listPending(deps: ViewDeps, limit: number): PendingResults {
  const waiting = selectUnsettled(deps.sql)
    .map((seq) => deps.runs.get(seq))
    .filter(({ tally }) => tally.counts.pending > 0);
  const results: PendingResult[] = [];
  for (const run of waiting) {
    if (results.length >= limit) break;
    results.push(...selectPending(deps, run, limit - results.length));
  }
  const total = waiting.reduce((sum, { tally }) => sum + tally.counts.pending, 0);
  return { agentId: selectAgent(deps.sql).id, results, total };
}

/** Runs whose stored tally says that something waits, and those whose tally has to be counted. */
function selectUnsettled(sql: SqlStorage): number[] {
  const rows = sql.exec<{ seq: number }>(
    `SELECT seq FROM (SELECT seq, tally, dirty FROM runs ORDER BY seq DESC LIMIT ?1)
     WHERE tally IS NULL OR dirty = 1 OR tally ->> '$.counts.pending' > 0 ORDER BY seq DESC LIMIT ?1`,
    RUNS_LOOKED_AT,
  );
  return [...rows].map(({ seq }) => seq);
}

type PendingRow = { case_id: string; trial: number; received_at: number; title: string };

function selectPending(deps: ViewDeps, run: Run, limit: number): PendingResult[] {
  const rows = deps.sql.exec<PendingRow>(
    `SELECT s.scenario_id || '_' || c.n AS case_id, r.trial, r.received_at, v.content ->> 'title' AS title
     FROM results r JOIN cases c ON c.case_no = r.case_no JOIN scenarios s ON s.scenario_no = c.scenario_no
     JOIN case_versions v ON v.case_no = r.case_no AND v.rev = r.case_rev
     WHERE r.run_seq = ?1 AND r.status = 'pending' AND ${STANDS} ORDER BY r.run_seq, r.case_no, r.trial LIMIT ?2`,
    ...[run.seq, limit],
  );
  const header = deps.header(run);
  return [...rows].map(({ case_id, trial, received_at, title }) => ({
    ...{ caseId: case_id, trial, title, receivedAt: received_at, run: header },
  }));
}
