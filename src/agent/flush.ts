import { byCategory } from '../domain/trend.ts';
import { withDeadline } from '../store/deadline.ts';
import { type Flush, type FlushedRun, upsertFlush } from '../store/runs.ts';
import type { AgentRow } from './catalogue.ts';
import type { LiveRuns } from './live-runs.ts';
import { FLUSH_DELAY_MS, TALLY_MS } from './next-alarm.ts';
import { selectFacts } from './run-facts.ts';
import { deleteRemovedRuns, forgetInD1, selectRemovedRuns } from './run-removal.ts';
import { type Run, runHeader, runRev, selectRunSeq, updateRunFlushed } from './run-rows.ts';
import type { Scoreboard, ScoredSeq } from './scoreboard.ts';
import { replaceTimer, selectOpenRunSeqs } from './timers.ts';
import { announce, readAnnouncement } from './webhook-announcer.ts';

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
  const removed = selectRemovedRuns(deps.storage.sql);
  await forgetInD1(deps.db, deps.storage.sql, removed);
  const ended = removed.length > 0 || runs.some((run) => run.end !== null);
  await withDeadline(upsertFlush(deps.db, toFlush(deps, agent, { runs, ended })), FLUSH_DEADLINE_MS);
  const announcement = await readAnnouncement(deps, agent, runs);
  deps.storage.transactionSync(() => {
    const { sql } = deps.storage;
    if (announce(sql, announcement, now)) replaceTimer(sql, { kind: 'webhook', key: 0, at: now });
    for (const sent of runs.filter((run) => run.dirty)) markFlushed(deps, sent);
    deleteRemovedRuns(sql, removed);
  });
  for (const run of runs) told.set(run.seq, { rev: runRev(run), hasEnded: run.end !== null, at: now });
}

function toFlush(deps: FlushDeps, agent: AgentRow, { runs, ended }: { runs: Run[]; ended: boolean }): Flush {
  const { scores, storage } = deps;
  const { sql } = storage;
  const standing = ended ? scores.standing() : null;
  const scored = new Map(ended ? scores.scored(runs.map(({ seq }) => seq)).map((one) => [one.seq, one]) : []);
  return {
    agentId: agent.id,
    workspaceId: agent.workspace_id,
    runs: runs.map((run) => ({
      ...runHeader(run, agent.name),
      ...findingsOf({ sql, scored }, run),
      external_key: run.ci.externalKey,
    })),
    score: standing && { score: standing.score, previous: standing.previous, rev: standing.rev },
    statuses: standing ? { rev: standing.rev, byScenario: scores.statuses() } : null,
  };
}

type Findings = Pick<FlushedRun, 'failures' | 'score'>;

/** What D1 keeps beside a header, once the run has ended: an open one is told every minute, and counting reads all its results. */
function findingsOf({ sql, scored }: { sql: SqlStorage; scored: ReadonlyMap<number, ScoredSeq> }, run: Run): Findings {
  const known = scored.get(run.seq);
  const counts = run.end !== null && run.tally.counts.failed > 0;
  const failures = counts ? byCategory(known?.facts?.failures ?? selectFacts(sql, run.seq).failures) : {};
  return { failures, score: known?.score ?? null };
}

/** Only what did not change while D1 was written is clean. */
function markFlushed({ storage, runs }: FlushDeps, sent: Run): void {
  // It may have been deleted while D1 was written.
  if (selectRunSeq(storage.sql, sent.id) === undefined) return;
  const current = runs.get(sent.seq);
  if (runRev(current) !== runRev(sent)) return;
  updateRunFlushed(storage.sql, current);
  runs.put({ ...current, dirty: false });
}
