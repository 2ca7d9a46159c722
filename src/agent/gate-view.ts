import type { RunHeader } from '../domain/run.ts';
import type { AgentScore } from '../domain/scores.ts';
import { assertOfJob, countRejected } from './ci-intake.ts';
import { findRun, labelOf, type RunLogDeps } from './run-log.ts';
import { compare, type ReadingDeps } from './run-readings.ts';
import { type Run, selectNewestOfBranch } from './run-rows.ts';

/** What a gate decides by. `baseline` is the newest completed run of the branch that was named, other than this one. */
export type GateView = {
  run: RunHeader;
  score: AgentScore | null;
  baseline: RunHeader | null;
  regressions: string[] | null;
  rejected: number;
};

/** `job`: the CI job that asks, where it may ask for its own runs only. */
export type GateQuery = { runId: string; baseline: string | null; job?: string | null };

/** @throws Refusal NOT_FOUND */
export function viewGate(
  deps: ReadingDeps & { log: RunLogDeps; header: (run: Run) => RunHeader },
  { runId, baseline, job = null }: GateQuery,
): GateView {
  const { header, log } = deps;
  const run = findRun(log, runId);
  assertOfJob(run, job);
  const { score, outage } = deps.scores.afterRun(run.seq);
  const branch = labelOf(baseline, run);
  const candidates = branch === null ? [] : selectNewestOfBranch(deps.sql, branch, run.seq);
  // An outage says nothing of the branch.
  const seq = candidates.find((one) => !deps.scores.afterRun(one).outage);
  const before = seq === undefined ? null : log.runs.get(seq);
  return {
    run: { ...header(run), ...(outage ? { outage } : {}) },
    score,
    baseline: before && header(before),
    regressions: before && run.end ? compare(deps, before, run).regressions : null,
    rejected: countRejected(deps.sql, run.seq),
  };
}
