import { echo, Refusal } from '../domain/errors.ts';
import type { ResultStatus, RunStatus } from '../domain/fields.ts';
import { redactText } from '../domain/redaction/redaction.ts';
import { RETENTION_DAYS, removalDue } from '../domain/retention.ts';
import type { ResultView, RunHeader } from '../domain/run.ts';
import { endByStall, runStatus, stallsAt, USUAL_RULES } from '../domain/run-state.ts';
import { EVALUATOR_VERSION } from '../domain/verdict/verdict.ts';
import { selectAgent } from './catalogue.ts';
import type { LiveRuns } from './live-runs.ts';
import type { PinnedCases } from './pinned-cases.ts';
import { selectNewestArrival, selectResults } from './result-rows.ts';
import {
  type CiRun,
  countRuns,
  insertRun,
  NO_CI,
  type Run,
  runHeader,
  selectRunSeq,
  selectRunSeqs,
  updateRun,
} from './run-rows.ts';
import { locate, type Streamed, type SyncCall, streamResults } from './streaming.ts';
import { insertTimer, replaceTimer, selectOpenRunSeqs, type Timer, turnStallTimer } from './timers.ts';

/** Runs that D1 has not heard of before new ones are refused: about 4 MB of headers. */
const MAX_UNFLUSHED_RUNS = 10_000;
const BUSY_SECONDS = 30;

export type RunLogDeps = { storage: DurableObjectStorage; runs: LiveRuns; cases: PinnedCases; hasJudge: boolean };
export type RunsPage = { status: RunStatus | null; limit: number; offset: number };
export type ResultsPage = { runId: string; status: ResultStatus | null; page: number; limit: number };

/** Finds the run of a call or makes it, and streams its results in: one transaction, all or nothing. `id` names a run that is made. */
export function syncRun(deps: RunLogDeps, call: SyncCall, made: { id: string; now: number }): Streamed {
  const { storage, runs } = deps;
  const streamed = storage.transactionSync(() => {
    const known = call.runId === null ? null : findRun(deps, call.runId);
    const isEmpty = call.createEmpty || call.items.length === 0;
    const run =
      known === null ? makeRun(deps, call, made) : announced(deps, known, isEmpty ? null : call.expectedTotal);
    const changed = run !== known;
    if (isEmpty) {
      if (known === null) replaceTimer(storage.sql, stallTimer(run, made.now));
      return untouched(run, changed);
    }
    const streaming = { sql: storage.sql, cases: deps.cases, hasJudge: deps.hasJudge, now: made.now };
    const located = locate(deps.cases, run, call.items);
    const answer = streamResults(streaming, run, { located, batch: known === null });
    rewindTimer(deps, { before: known, after: answer.run, now: made.now });
    return { ...answer, changed: answer.changed || changed };
  });
  runs.put(streamed.run);
  return streamed;
}

/** What a call that holds no results did. */
export function untouched(run: Run, changed: boolean): Streamed {
  return { run, accepted: 0, duplicate: 0, replaced: 0, renumbered: 0, verdicts: [], fresh: [], changed };
}

/** @throws Refusal NOT_FOUND for an id that is unknown, another agent's, or the start of several. */
export function findRun({ storage, runs }: RunLogDeps, runId: string): Run {
  const seq = selectRunSeq(storage.sql, runId);
  if (seq === undefined)
    throw new Refusal('NOT_FOUND', `Test run not found: ${echo(runId)}`, 'List them with invarium_list_test_runs.');
  return runs.get(seq);
}

export type RunToMake = Pick<SyncCall, 'name' | 'source' | 'expectedTotal' | 'rules'> & { ci?: CiRun };

/** A run that holds nothing yet and has no timer. @throws Refusal RETRY_LATER when D1 has not heard of too many. */
export function makeRun({ storage, runs }: RunLogDeps, call: RunToMake, { id, now }: { id: string; now: number }): Run {
  if (runs.dirtyCount() >= MAX_UNFLUSHED_RUNS) {
    throw new Refusal('RETRY_LATER', `Busy. Retry in ${BUSY_SECONDS} seconds`, undefined, {
      retry_after: BUSY_SECONDS,
    });
  }
  const agent = selectAgent(storage.sql);
  const run = call.rules ?? USUAL_RULES;
  return insertRun(storage.sql, {
    id,
    name: labelOf(call.name, run),
    source: call.source,
    startedAt: now,
    expectedTotal: call.expectedTotal,
    pinnedRev: agent.catalogue_rev,
    toolsVersion: agent.tools_version,
    evaluatorVersion: EVALUATOR_VERSION,
    ...run,
    ci: call.ci ? { ...call.ci, branch: labelOf(call.ci.branch, run), commit: labelOf(call.ci.commit, run) } : NO_CI,
  });
}

/** What a sender says of a run, as it is kept and compared: without what is redacted in its results. */
export function labelOf<T extends string | null>(text: T, { redactPersonal }: Pick<Run, 'redactPersonal'>): string | T {
  return text === null ? text : redactText(text, { personalData: redactPersonal }).value;
}

/** A total may be announced once. */
export function announced({ storage }: RunLogDeps, run: Run, expectedTotal: number | null): Run {
  if (expectedTotal === null || expectedTotal === run.expectedTotal) return run;
  if (run.expectedTotal !== null) {
    throw new Refusal('CONFLICT', `expected_total of test run ${run.id} is ${run.expectedTotal} and cannot be changed`);
  }
  const changed: Run = { ...run, expectedTotal, headerRev: run.headerRev + 1, dirty: true };
  updateRun(storage.sql, changed);
  return changed;
}

/** An open run has a stall timer, an ended one whose texts are here is waited for by `retention`; in between it is not touched. */
export function rewindTimer(
  { storage: { sql } }: RunLogDeps,
  { before, after, now }: { before: Run | null; after: Run; now: number },
): void {
  const wasOpen = before !== null && before.end === null;
  const isOpen = after.end === null;
  if (isOpen && !wasOpen) replaceTimer(sql, stallTimer(after, now));
  if (!isOpen && wasOpen) turnStallTimer(sql, after.seq, firstRemoval(now));
  const hasTextsAgain = before?.textsRemovedAt !== after.textsRemovedAt;
  if (!isOpen && !wasOpen && hasTextsAgain) insertTimer(sql, { kind: 'retention', key: 0, at: firstRemoval(now) });
}

/** For a workspace that decided nothing. What this one decided is asked by the alarm, within a day. */
function firstRemoval(now: number): number {
  return removalDue(now, RETENTION_DAYS.usual);
}

function stallTimer(run: Run, now: number): Timer {
  return { kind: 'stall', key: run.seq, at: stallsAt(now, run.stallMs) };
}

/** A stall timer is due: the run ends, or the timer is set again from the newest arrival. Answers with the run if it ended. */
export function checkStall({ storage, runs }: RunLogDeps, seq: number, now: number): Run | null {
  const ended = storage.transactionSync(() => {
    const run = runs.get(seq);
    const at = stallsAt(selectNewestArrival(storage.sql, seq) ?? run.startedAt, run.stallMs);
    if (run.end === null && at > now) {
      replaceTimer(storage.sql, { kind: 'stall', key: seq, at });
      return null;
    }
    turnStallTimer(storage.sql, seq, firstRemoval(now));
    if (run.end !== null) return null;
    // The uploads of a CI job end with its last shard or by hand; one that broke off must not look complete.
    const awaited = run.ci.externalKey !== null || run.ci.shardTotal !== null;
    const end = endByStall({ end: null, expectedTotal: run.expectedTotal, keys: run.tally.keys, awaited });
    const over: Run = { ...run, end, endedAt: now, headerRev: run.headerRev + 1, dirty: true };
    updateRun(storage.sql, over);
    return over;
  });
  if (ended) runs.put(ended);
  return ended;
}

/** One page of the agent's runs, newest first. */
export function listRuns(
  { storage, runs }: RunLogDeps,
  { status, limit, offset }: RunsPage,
): { runs: RunHeader[]; total: number } {
  const { sql } = storage;
  const { name } = selectAgent(sql);
  if (status === 'running' || status === 'pending') {
    const open = selectOpenRunSeqs(sql)
      .map((seq) => runs.get(seq))
      .filter((run) => runStatus({ end: run.end, expectedTotal: run.expectedTotal, keys: run.tally.keys }) === status)
      .sort((a, b) => b.seq - a.seq);
    return { runs: open.slice(offset, offset + limit).map((run) => runHeader(run, name)), total: open.length };
  }
  const seqs = selectRunSeqs(sql, { end: status, limit, offset });
  return { runs: seqs.map((seq) => runHeader(runs.get(seq), name)), total: countRuns(sql, status) };
}

export type RunPage = { run: RunHeader; results: ResultView[]; matching: number };

export function getRun(deps: RunLogDeps, page: ResultsPage): RunPage {
  const run = findRun(deps, page.runId);
  const { counts } = run.tally;
  const results = selectResults(deps.storage.sql, {
    runSeq: run.seq,
    status: page.status,
    limit: page.limit,
    offset: (page.page - 1) * page.limit,
  });
  const { name } = selectAgent(deps.storage.sql);
  return { run: runHeader(run, name), results, matching: page.status ? counts[page.status] : counts.total };
}
