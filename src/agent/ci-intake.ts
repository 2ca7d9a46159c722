import { echo, Refusal, refusalText } from '../domain/errors.ts';
import type { RunEnd } from '../domain/run-state.ts';
import type { Reported } from '../domain/verdict/reported.ts';
import { selectTitles } from './catalogue.ts';
import { keptName } from './kept-name.ts';
import type { PinnedCase } from './pinned-cases.ts';
import { selectHeld } from './result-rows.ts';
import { announced, findRun, makeRun, type RunLogDeps, type RunToMake, rewindTimer, untouched } from './run-log.ts';
import { type CiRun, type Run, runRev, selectSeqOfKey, updateRun } from './run-rows.ts';
import { faultWords, type Item, type Located, type Rejection, type Streamed, streamResults } from './streaming.ts';
import { MAX_UNMAPPED, unmappedCase } from './unmapped-cases.ts';

/** Results out of a CI job's report: uploads with one key form one run, and an item that cannot be taken does not hold up the others. */

/**
 * One test of a report. Its case is the one with the id `caseId` (or the only one of that scenario), else the one whose title is `title`,
 * else it is unmapped and known by `name`. `strict`: without its case it is refused.
 */
export type ReportedItem = Item & {
  index: number;
  caseId: string | null;
  title: string;
  name: string;
  strict: boolean;
  /** What the report said of it, and whether the report said which try it is. */
  reported?: Reported & { numbered: boolean };
};

/**
 * A part of an upload. Later parts name the run that the first one answered with; `last` closes the upload, and `refused` says then how
 * many of its tests could not be taken, in this part or before. Who sends all there is in one upload sends shard 1 of 1.
 */
export type IngestCall = Omit<RunToMake, 'ci'> & {
  runId: string | null;
  ci: Omit<CiRun, 'shardTotal'>;
  shard: { index: number; total: number } | null;
  items: ReportedItem[];
  last: boolean;
  refused: number;
};

export type Ingested = Streamed & { rejected: Rejection[]; unmapped: number };

/** Takes a part of an upload into its run, or makes that: one transaction. `id` names a run that is made. */
export function ingest(deps: RunLogDeps, given: IngestCall, made: { id: string; now: number }): Ingested {
  const { storage, runs } = deps;
  const { externalKey } = given.ci;
  const call = { ...given, ci: { ...given.ci, externalKey: externalKey && keptName(externalKey) } };
  const ingested = storage.transactionSync(() => {
    const known = findCiRun(deps, call);
    const begun = known ? goesOn(deps, known, call) : makeRun(deps, ciRun(call), made);
    const sharded = numbered(deps, begun, call);
    const rejected: Rejection[] = [];
    const located = apart(deps, sharded, locateReported(deps, sharded, { items: call.items, rejected }));
    const streaming = { sql: storage.sql, cases: deps.cases, hasJudge: deps.hasJudge, now: made.now, rejected };
    const answer =
      located.length > 0 ? streamResults(streaming, sharded, { located, batch: false }) : untouched(sharded, false);
    if (call.last) noteDelivered(deps, sharded, { call, rejected: rejected.length });
    const run = call.last && isDelivered(deps, sharded) ? ended(deps, answer.run, made.now) : answer.run;
    rewindTimer(deps, { before: known, after: run, now: made.now });
    const unmapped = located.filter(({ pinned }) => pinned.caseNo < 0).length;
    return { ...answer, run, rejected, unmapped, changed: known === null || runRev(run) !== runRev(known) };
  });
  runs.put(ingested.run);
  return ingested;
}

function findCiRun(deps: RunLogDeps, call: IngestCall): Run | null {
  if (call.runId !== null) return findRun(deps, call.runId);
  const { externalKey } = call.ci;
  const seq = externalKey === null ? undefined : selectSeqOfKey(deps.storage.sql, externalKey);
  return seq === undefined ? null : deps.runs.get(seq);
}

function ciRun(call: IngestCall): RunToMake {
  const { name, source, expectedTotal, rules, ci, shard } = call;
  return { name, source, expectedTotal, rules, ci: { ...ci, shardTotal: shard?.total ?? null } };
}

/** A run that is over keeps the total it had. @throws Refusal CONFLICT for one that was cancelled, or another total */
function goesOn(deps: RunLogDeps, run: Run, { expectedTotal }: IngestCall): Run {
  if (run.end?.reason === 'cancelled')
    throw new Refusal('CONFLICT', `Test run ${run.id} was cancelled`, 'Make a new run.');
  return run.end !== null && run.expectedTotal === null ? run : announced(deps, run, expectedTotal);
}

/** Notes how many shards there are. @throws Refusal CONFLICT where another number was announced before */
function numbered({ storage }: RunLogDeps, run: Run, { shard }: IngestCall): Run {
  if (!shard) return run;
  const { shardTotal } = run.ci;
  if (shardTotal !== null && shardTotal !== shard.total) {
    const words = `Test run ${run.id} has ${shardTotal} shards, and this upload says ${shard.total}`;
    throw new Refusal('CONFLICT', words, 'Give every upload of a job the same number of shards.');
  }
  if (shardTotal !== null) return run;
  const known: Run = { ...run, ci: { ...run.ci, shardTotal: shard.total } };
  updateRun(storage.sql, known);
  return known;
}

type Delivered = { call: IngestCall; rejected: number };

/** Absolute, so that a shard that is delivered again counts once. */
function noteDelivered({ storage }: RunLogDeps, { seq }: Run, { call, rejected }: Delivered): void {
  const refused = call.refused + rejected;
  if (!call.shard && refused === 0) return;
  storage.sql.exec(
    `INSERT INTO shards (run_seq, shard, rejected) VALUES (?1, ?2, ?3)
     ON CONFLICT (run_seq, shard) DO UPDATE SET rejected = excluded.rejected WHERE rejected <> excluded.rejected`,
    ...[seq, call.shard?.index ?? 0, refused],
  );
}

/** Whether nothing more is to come: all shards were here. */
function isDelivered({ storage }: RunLogDeps, { seq, ci }: Run): boolean {
  if (ci.shardTotal === null) return false;
  const { delivered } = storage.sql
    .exec<{ delivered: number }>('SELECT count(*) AS delivered FROM shards WHERE run_seq = ?1 AND shard > 0', seq)
    .one();
  return delivered >= ci.shardTotal;
}

/** Tests of a run's uploads that could not be taken. */
export function countRejected(sql: SqlStorage, seq: number): number {
  const rows = sql.exec<{ rejected: number }>(
    'SELECT coalesce(sum(rejected), 0) AS rejected FROM shards WHERE run_seq = ?1',
    seq,
  );
  return rows.one().rejected;
}

/** A run that is delivered is over, whatever it holds; without any result it is abandoned, never green. */
function ended({ storage }: RunLogDeps, run: Run, now: number): Run {
  if (run.end !== null || (run.expectedTotal !== null && run.tally.keys < run.expectedTotal)) return run;
  const end: RunEnd =
    run.tally.keys > 0 ? { status: 'completed', reason: null } : { status: 'failed', reason: 'abandoned' };
  const over: Run = { ...run, end, endedAt: now, headerRev: run.headerRev + 1, dirty: true };
  updateRun(storage.sql, over);
  return over;
}

type Incoming = { items: ReportedItem[]; rejected: Rejection[] };

type LocatedItem = Located & { item: ReportedItem };

function locateReported(deps: RunLogDeps, run: Run, { items, rejected }: Incoming): LocatedItem[] {
  let titles: Map<string, string | null> | undefined;
  // Read only where a title is asked for: it takes a look at every case.
  const idOf = ({ title }: ReportedItem) => {
    titles ??= selectTitles(deps.storage.sql);
    return titles.get(titleKey(title)) ?? null;
  };
  return items.flatMap((item) => {
    const byId = item.caseId === null ? 'unknown' : deps.cases.find(run, item.caseId);
    const titled = typeof byId === 'string' && !item.strict ? idOf(item) : null;
    const pinned = titled ? deps.cases.find(run, titled) : byId;
    const found = typeof pinned !== 'string' || item.strict ? pinned : unmapped(deps, run, item);
    if (typeof found !== 'string')
      return [{ index: item.index, item, pinned: found, ...(item.reported ? { reported: item.reported } : {}) }];
    const words = found === 'full' ? TOO_MANY : faultWords(found, item.caseId ?? item.title, item.index);
    rejected.push({ index: item.index, code: 'INVALID_RESULTS', message: refusalText({ message: words }) });
    return [];
  });
}

/** A case that comes more often than this in one run is not told apart any more. */
const MOST_TRIALS = 1_000;

/**
 * Tests of reports that are of one case and are not numbered are trials of it, whatever names them and whichever upload they come in: taken
 * for tries, a pass would hide a failure. One that was here before keeps its place. The tries of one test stay together.
 */
function apart({ storage }: RunLogDeps, run: Run, located: LocatedItem[]): Located[] {
  const claimed = new Map<string, string>();
  const placed = new Map<number, number>();
  return located.map((entry) => {
    const { item, pinned, index } = entry;
    if (!item.reported || item.reported.numbered || item.strict) return entry;
    const isFree = (trial: number) => {
      const claim = claimed.get(`${pinned.caseNo}.${trial}`);
      if (claim !== undefined) return claim === item.hash;
      const held = selectHeld(storage.sql, { runSeq: run.seq, caseNo: pinned.caseNo, trial });
      return held.length === 0 || held.some(({ hash }) => hash === item.hash);
    };
    let trial = placed.get(index) ?? item.trial;
    while (!placed.has(index) && trial < MOST_TRIALS && !isFree(trial)) trial++;
    placed.set(index, trial);
    if (!claimed.has(`${pinned.caseNo}.${trial}`)) claimed.set(`${pinned.caseNo}.${trial}`, item.hash);
    return trial === item.trial ? entry : { ...entry, item: { ...item, trial } };
  });
}

const TOO_MANY = `The agent has more than ${MAX_UNMAPPED} tests without a case. Give tests names that stay the same`;

function unmapped({ storage }: RunLogDeps, run: Run, { name }: ReportedItem): PinnedCase | 'full' {
  return unmappedCase(storage.sql, name, { personalData: run.redactPersonal }) ?? 'full';
}

/** Titles are compared without case and outer space. */
function titleKey(title: string): string {
  return title.trim().toLowerCase();
}

/** Ends a run by hand; what it holds stands. @throws Refusal CONFLICT for one that was cancelled. */
export function finishRun(deps: RunLogDeps, runId: string, now: number): Run {
  return endByHand(deps, { runId, now, end: null });
}

/** Ends a run whose job was cancelled: nothing more is accepted. One that is completed stays so. */
export function cancelRun(deps: RunLogDeps, runId: string, now: number): Run {
  return endByHand(deps, { runId, now, end: { status: 'failed', reason: 'cancelled' } });
}

type Ending = { runId: string; now: number; end: RunEnd | null };

function endByHand(deps: RunLogDeps, { runId, now, end }: Ending): Run {
  const over = deps.storage.transactionSync(() => {
    const run = findRun(deps, runId);
    if (run.end?.reason === 'cancelled' && end === null)
      throw new Refusal('CONFLICT', `Test run ${run.id} was cancelled`, 'Make a new run.');
    if (run.end?.status === 'completed' || run.end?.reason === 'cancelled') return run;
    const byHand: RunEnd =
      end ?? (run.tally.keys > 0 ? { status: 'completed', reason: null } : { status: 'failed', reason: 'abandoned' });
    const after: Run = { ...run, end: byHand, endedAt: now, headerRev: run.headerRev + 1, dirty: true };
    updateRun(deps.storage.sql, after);
    rewindTimer(deps, { before: run, after, now });
    return after;
  });
  deps.runs.put(over);
  return over;
}

/** @throws Refusal NOT_FOUND for a run that is of another CI job than the one that asks; null asks for none */
export function assertOfJob(run: Run, job: string | null): void {
  if (job === null || run.ci.externalKey === keptName(job)) return;
  throw new Refusal('NOT_FOUND', `Test run not found: ${run.id}`, 'A job may ask for its own runs.');
}

/** The run of a CI job by its key. @throws Refusal NOT_FOUND */
export function runOfKey(deps: RunLogDeps, externalKey: string): Run {
  const seq = selectSeqOfKey(deps.storage.sql, keptName(externalKey));
  if (seq === undefined) throw new Refusal('NOT_FOUND', `No test run has the key ${echo(externalKey)}`);
  return deps.runs.get(seq);
}
