import type { RunStatus, RunStatusReason } from './fields.ts';

/** How a run ended, as it is stored; an open run has none and is `pending` or `running` by whether it holds results. */
export type RunEnd = { status: 'completed' | 'failed'; reason: RunStatusReason | null };
export type RunFacts = { end: RunEnd | null; expectedTotal: number | null; keys: number };

/** How long a run may hear nothing before it ends: what a workspace may choose, and what it has chosen to begin with. */
export const STALL_MINUTES = { least: 3, most: 12 * 60, usual: 30 };
export const STALL_MS = STALL_MINUTES.usual * 60_000;
export const MIN_EXPECTED_TOTAL = 1;
export const MAX_EXPECTED_TOTAL = 100_000;

/** What its workspace had decided when a run was made. It holds for the run to its end, whatever is decided later. */
export type RunRules = { stallMs: number; redactPersonal: boolean };
export const USUAL_RULES: RunRules = { stallMs: STALL_MS, redactPersonal: true };

const COMPLETED: RunEnd = { status: 'completed', reason: null };

export function runStatus(run: RunFacts): RunStatus {
  if (run.end) return run.end.status;
  return run.keys > 0 ? 'running' : 'pending';
}

export function isCancelled(run: RunFacts): boolean {
  return run.end?.reason === 'cancelled';
}

/** A new key that arrives after the announced number was reached is kept and flagged. */
export function isLate(run: RunFacts): boolean {
  return run.end?.status === 'completed' && run.expectedTotal !== null && run.keys >= run.expectedTotal;
}

/** A stalled or abandoned run goes on when a new key arrives; `completed` and `cancelled` are never left. */
export function reopened(run: RunFacts): RunFacts {
  const resumes = run.end?.reason === 'stalled' || run.end?.reason === 'abandoned';
  return resumes ? { ...run, end: null } : run;
}

/** The end a run reaches once a call's results are counted, or the one it had. */
export function endAfterCall(run: RunFacts, call: { batch: boolean }): RunEnd | null {
  if (run.end) return run.end;
  if (run.expectedTotal !== null) return run.keys >= run.expectedTotal ? COMPLETED : null;
  return call.batch ? COMPLETED : null;
}

/** When an open run counts as stalled, given its newest sign of life (epoch ms). */
export function stallsAt(newestArrival: number, stallMs: number): number {
  return newestArrival + stallMs;
}

/** How a run ends that heard nothing for the stall time. `awaited`: somebody was to say when it is over, so that silence is no end of its own. */
export function endByStall(run: RunFacts & { awaited?: boolean }): RunEnd {
  if (run.keys === 0) return { status: 'failed', reason: 'abandoned' };
  const isShort = run.expectedTotal !== null && run.keys < run.expectedTotal;
  if (isShort || run.awaited) return { status: 'failed', reason: 'stalled' };
  return COMPLETED;
}
