import type { ScenarioStatus } from './fields.ts';
import { type CaseDigest, RECENT_RUNS, type RunDigest } from './scores.ts';
import { casePassed } from './statistics/repeats.ts';

/** Whether a case passed in each of the last five runs that decided it, newest first, and whether attempts differed in one. */
export type CaseHistory = { passes: boolean[]; flaky: boolean };

const FLAKY_SWITCHES = 2;

/** The histories of all cases, from runs given newest first. */
export function caseHistories(runs: readonly RunDigest[]): Map<number, CaseHistory> {
  const histories = new Map<number, CaseHistory>();
  for (const digest of runs.filter((run) => !run.outage).flatMap((run) => run.cases)) {
    const known = histories.get(digest.caseNo) ?? { passes: [], flaky: false };
    if (known.passes.length >= RECENT_RUNS) continue;
    const passes = [...known.passes, ...passedIn(digest)];
    histories.set(digest.caseNo, { passes, flaky: known.flaky || digest.flaky });
  }
  return histories;
}

/** A failure that was not the agent's is left out of the score, not of the status: the case did not pass. */
function passedIn(digest: CaseDigest): boolean[] {
  if (digest.decided === 0) return digest.excused > 0 ? [false] : [];
  return [casePassed(digest) === true];
}

/** `not_run`, `flaky` (two switches over the last five runs, or attempts that differ), `failed`, `passed`: the first that holds. */
export function scenarioStatus(histories: readonly CaseHistory[]): ScenarioStatus {
  const seen = histories.filter((history) => history.flaky || history.passes.length > 0);
  if (seen.length === 0) return 'not_run';
  if (seen.some((history) => history.flaky || switches(history.passes) >= FLAKY_SWITCHES)) return 'flaky';
  return seen.some((history) => history.passes[0] === false) ? 'failed' : 'passed';
}

function switches(passes: readonly boolean[]): number {
  return passes.filter((pass, index) => index > 0 && pass !== passes[index - 1]).length;
}
