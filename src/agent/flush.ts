import { withDeadline } from '../store/deadline.ts';
import { type Flush, upsertFlush } from '../store/runs.ts';
import type { AgentRow } from './catalogue.ts';
import type { LiveRuns } from './live-runs.ts';
import { FLUSH_DELAY_MS, TALLY_MS } from './next-alarm.ts';
import { selectFailures } from './result-rows.ts';
import { type Run, runHeader, runRev, updateRunFlushed } from './run-rows.ts';
import type { Scoreboard } from './scoreboard.ts';
import { selectOpenRunSeqs } from './timers.ts';

/** Copies what changed to D1, from the alarm. Nothing that streams waits for it. */

export const FLUSH_DEADLINE_MS = 8_000;
/** A header is at most some 2 KB, so this is under 1.5 MB in one statement. */
const MAX_RUNS_A_FLUSH = 500;

export type FlushDeps = { storage: DurableObjectStorage; db: D1Database; runs: LiveRuns; scores: Scoreboard };

/**
 * A run that changes after its end is counted and scored anew from all its results, about 10 µs each (measured: 1 s for 100,000). Waiting
 * this much for each of them keeps that to a twentieth of the time while late results stream in; of larger runs it is more, up to a quarter,
 * because D1 is to know a score within 5 s.
 */
const WAIT_MS_PER_RESULT = 0.2;
const MAX_WAIT_MS = 4_000;

/** What D1 last heard of a run; lost on a wake, which costs one harmless repeat. */
export type Told = Map<number, { rev: number; hasEnded: boolean; at: number }>;

export function runsDue(deps: FlushDeps, told: Told, now: number): Run[] {
  const dirty = deps.runs.dirty().filter((run) => !mayWait(run, told, now));
  const open = openChanged(deps, told).filter((run) => !run.dirty && (told.get(run.seq)?.at ?? 0) + TALLY_MS <= now);
  return [...dirty, ...open].slice(0, MAX_RUNS_A_FLUSH);
}

/** An ended run that only got further results, or other verdicts, since D1 heard of its end. Who asks the object sees them at once. */
function mayWait({ seq, end, tally }: Run, told: Told, now: number): boolean {
  const last = told.get(seq);
  if (end === null || !last?.hasEnded) return false;
  const wait = Math.min(MAX_WAIT_MS, tally.rows * WAIT_MS_PER_RESULT);
  return wait > FLUSH_DELAY_MS && now < last.at + wait;
}

/** Open runs with results that D1 has not heard of. */
export function openChanged({ storage, runs }: FlushDeps, told: Told): Run[] {
  return selectOpenRunSeqs(storage.sql)
    .map((seq) => runs.get(seq))
    .filter((run) => run.end === null && told.get(run.seq)?.rev !== runRev(run));
}

/** @throws whatever D1 threw, or a deadline: then nothing is marked as told, and the same goes over again. */
export async function flushToD1(
  deps: FlushDeps,
  agent: AgentRow,
  flush: { runs: Run[]; told: Told; now: number },
): Promise<void> {
  const { runs, told, now } = flush;
  const ended = runs.some((run) => run.end !== null);
  await withDeadline(upsertFlush(deps.db, toFlush(deps, agent, { runs, ended })), FLUSH_DEADLINE_MS);
  deps.storage.transactionSync(() => {
    for (const sent of runs.filter((run) => run.dirty)) markFlushed(deps, sent);
  });
  for (const run of runs) told.set(run.seq, { rev: runRev(run), hasEnded: run.end !== null, at: now });
}

function toFlush(deps: FlushDeps, agent: AgentRow, { runs, ended }: { runs: Run[]; ended: boolean }): Flush {
  const { scores } = deps;
  const standing = ended ? scores.standing() : null;
  return {
    agentId: agent.id,
    workspaceId: agent.workspace_id,
    runs: runs.map((run) => ({ ...runHeader(run, agent.name), failures: failuresOf(deps, run) })),
    score: standing?.score ? { score: standing.score, previous: standing.previous, rev: standing.rev } : null,
    statuses: standing ? { rev: standing.rev, byScenario: scores.statuses() } : null,
  };
}

/** Counted once a run has ended: an open one is told every minute, and counting reads all its results. */
function failuresOf({ storage }: FlushDeps, { seq, end, tally }: Run): Record<string, number> {
  return end !== null && tally.counts.failed > 0 ? selectFailures(storage.sql, seq) : {};
}

/** Only what did not change while D1 was written is clean. */
function markFlushed({ storage, runs }: FlushDeps, sent: Run): void {
  const current = runs.get(sent.seq);
  if (runRev(current) !== runRev(sent)) return;
  updateRunFlushed(storage.sql, current);
  runs.put({ ...current, dirty: false });
}
