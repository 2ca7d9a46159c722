import type { ResultStatus } from '../domain/fields.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';
import { type Key, selectHeld, selectVerdict, updateVerdict } from './result-rows.ts';
import type { RunLogDeps } from './run-log.ts';
import { type Run, type Tally, updateRun } from './run-rows.ts';

/** One stored attempt at a result. */
export type Attempt = Key & { attempt: number };

export type Revision = {
  at: Attempt;
  /** Given what is stored now; null leaves it. */
  revise: (stored: Verdict) => Verdict | null;
};

/**
 * Puts other verdicts in the place of stored ones of a run: the rows, the tally and, once, the header change in one transaction. Answers
 * with the run as it is afterwards, or null where nothing changed.
 */
export function reviseVerdicts({ storage, runs }: RunLogDeps, seq: number, revisions: readonly Revision[]): Run | null {
  const { sql } = storage;
  const revised = storage.transactionSync(() => {
    const run = runs.get(seq);
    const tally = revisions.reduce((known, revision) => revisedTally(sql, known, revision), run.tally);
    if (tally === run.tally) return null;
    const changed: Run = { ...run, tally, headerRev: run.headerRev + 1, dirty: run.dirty || run.end !== null };
    updateRun(sql, changed);
    return changed;
  });
  if (revised) runs.put(revised);
  return revised;
}

/** The tally after one revision; the same object where nothing was revised. */
function revisedTally(sql: SqlStorage, tally: Tally, { at, revise }: Revision): Tally {
  const stored = selectVerdict(sql, at, at.attempt);
  const verdict = revise(stored);
  if (!verdict) return tally;
  updateVerdict(sql, at, verdict);
  const statuses = selectHeld(sql, at).map(({ attempt, status }) => ({ attempt, status }));
  return retallied(tally, statuses, { attempt: at.attempt, before: stored.status });
}

type Standing = { attempt: number; status: ResultStatus };

/** `now` are the attempts as they are, one of which was `before` until now. Only the highest has a say in the counts. */
function retallied(tally: Tally, now: Standing[], change: { attempt: number; before: ResultStatus }): Tally {
  const earlier = now.map((row) => (row.attempt === change.attempt ? { ...row, status: change.before } : row));
  const flaky = tally.flaky + Number(differ(now)) - Number(differ(earlier));
  const [stood, stands] = [earlier.at(-1)?.status, now.at(-1)?.status];
  if (stood === undefined || stands === undefined || stood === stands) return { ...tally, flaky };
  const counts = { ...tally.counts };
  counts[stood] -= 1;
  counts[stands] += 1;
  return { ...tally, flaky, counts };
}

function differ(rows: Standing[]): boolean {
  return new Set(rows.map(({ status }) => status).filter((status) => status !== 'pending')).size > 1;
}
