import { type Placement, place } from '../domain/counting.ts';
import { type ErrorCode, echo, Refusal, refusalText } from '../domain/errors.ts';
import type { Counts, ResultStatus, Source } from '../domain/fields.ts';
import { invalidResults } from '../domain/intake.ts';
import { redact, withoutSecrets } from '../domain/redaction/redaction.ts';
import type { RunResult } from '../domain/result.ts';
import { endAfterCall, isCancelled, isLate, type RunRules, reopened } from '../domain/run-state.ts';
import { judge } from '../domain/verdict/judge.ts';
import { isJudgeDue, pendingJudgement } from '../domain/verdict/judgement.ts';
import { judgeReported, type Reported } from '../domain/verdict/reported.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';
import { keptName } from './kept-name.ts';
import type { CaseFault, PinnedCase, PinnedCases } from './pinned-cases.ts';
import { type HeldRow, insertResult, type Key, selectHeld, selectVerdict, type ViewParts } from './result-rows.ts';
import { type Run, runRev, type Tally, updateRun, updateRunChanged } from './run-rows.ts';
import { insertTimer } from './timers.ts';

/** Attempts at one case and trial that are kept; a runner that gets here forgot to number its trials. */
const MAX_ATTEMPTS_HELD = 1_000;

/** One result on its way in: what names it, the hash of what was received, and the result itself as JSON. */
export type Item = {
  scenario_id: string;
  trial: number;
  attempt: number;
  result_id: string | null;
  hash: string;
  text: string;
};

export type SyncCall = {
  runId: string | null;
  createEmpty: boolean;
  name: string | null;
  source: Source;
  expectedTotal: number | null;
  items: Item[];
  /** What a run that is made holds to; a call that names its run looks nothing up. */
  rules: RunRules | null;
};

/** The verdict on one result of a call, in the order in which they were sent. */
export type ItemVerdict = { index: number; scenario_id: string; trial: number; verdict: Verdict };

/** What a call did: `received = accepted + duplicate + replaced`; `renumbered` of the replaced had no attempt number of their own. */
export type Streamed = {
  run: Run;
  accepted: number;
  duplicate: number;
  replaced: number;
  renumbered: number;
  verdicts: ItemVerdict[];
  /** What stands since this call, in the order of arrival. */
  fresh: ViewParts[];
  /** Whether anything of the run is different from before. */
  changed: boolean;
};

/**
 * `hasJudge`: somebody decides free-text expectations later. With `rejected`, an item that cannot be taken is noted there and the others
 * go on; without, it refuses the call.
 */
export type StreamDeps = {
  sql: SqlStorage;
  cases: PinnedCases;
  hasJudge: boolean;
  now: number;
  rejected?: Rejection[];
};
export type Rejection = { index: number; code: ErrorCode; message: string };

/** An item with its case, and what the report said of it that it came in. */
export type Located = { index: number; item: Item; pinned: PinnedCase; reported?: Reported };

/**
 * Takes the results of one call into a run: looks up, judges, inserts, counts. Synchronous, and called inside one transaction: a thrown
 * refusal leaves nothing behind. Writes one row per stored attempt, none for what was there, and the run's own row only when it ends.
 */
export function streamResults(deps: StreamDeps, run: Run, call: { located: Located[]; batch: boolean }): Streamed {
  if (isCancelled(facts(run))) throw new Refusal('CONFLICT', `Test run ${run.id} was cancelled`);
  const state: Streamed = {
    run,
    accepted: 0,
    duplicate: 0,
    replaced: 0,
    renumbered: 0,
    verdicts: [],
    fresh: [],
    changed: false,
  };
  for (const entry of call.located) takeIn(deps, state, entry);
  state.run = settle(deps, { before: run, after: state.run, batch: call.batch });
  if (state.verdicts.some(({ verdict }) => verdict.rule === 'judge_due'))
    insertTimer(deps.sql, { kind: 'judge', key: run.seq, at: deps.now });
  state.changed = runRev(state.run) !== runRev(run);
  return state;
}

function facts(run: Run) {
  return { end: run.end, expectedTotal: run.expectedTotal, keys: run.tally.keys };
}

/** Finds every item's case first, so that one bad item is refused before anything is judged. */
export function locate(cases: PinnedCases, run: Run, items: Item[]): Located[] {
  const problems: { index: number; words: string }[] = [];
  const located: Located[] = [];
  items.forEach((item, index) => {
    const pinned = cases.find(run, item.scenario_id);
    if (typeof pinned === 'string') problems.push({ index, words: faultWords(pinned, item.scenario_id, index) });
    else located.push({ index, item, pinned });
  });
  if (problems.length > 0) throw invalidResults(problems);
  return located;
}

export function faultWords(fault: CaseFault, id: string, index: number): string {
  if (fault === 'inactive') return `Scenario ${echo(id)} is inactive at index ${index}`;
  const unknown = `Result validation failed. Unknown scenario_id '${echo(id)}' at index ${index}`;
  return fault === 'many'
    ? `${unknown}. It holds several test cases: use a test case id such as ${echo(id)}_1`
    : unknown;
}

function takeIn(deps: StreamDeps, state: Streamed, { index, item: sent, pinned, reported }: Located): void {
  const item = { ...sent, result_id: sent.result_id && keptName(sent.result_id) };
  const key: Key = { runSeq: state.run.seq, caseNo: pinned.caseNo, trial: item.trial };
  const held = selectHeld(deps.sql, key);
  const placement = place(held, item);
  if (placement.outcome === 'conflict') {
    refuse(deps, conflict(item, index), index);
    return;
  }
  if (placement.outcome !== 'repeated' && held.length >= MAX_ATTEMPTS_HELD) {
    refuse(deps, tooOften(item, index), index);
    return;
  }
  const verdict =
    placement.outcome === 'repeated'
      ? selectVerdict(deps.sql, key, placement.attempt)
      : store(deps, state, { key, item, pinned, attempt: placement.attempt, held, reported });
  state.run = { ...state.run, tally: retally(state.run.tally, { placement, held, status: verdict.status, key }) };
  state.verdicts.push({ index, scenario_id: pinned.caseId, trial: item.trial, verdict });
  if (placement.outcome === 'accepted') state.accepted++;
  else if (placement.outcome === 'replaced') state.replaced++;
  else state.duplicate++;
  if (placement.outcome === 'replaced' && placement.unnumbered) state.renumbered++;
}

function refuse({ rejected }: StreamDeps, refusal: Refusal, index: number): void {
  if (!rejected) throw refusal;
  rejected.push({ index, code: refusal.code, message: refusalText(refusal) });
}

function conflict(item: Item, index: number): Refusal {
  const words = `Result validation failed. result_id '${echo(item.result_id)}' was sent before with other content at index ${index}`;
  return new Refusal('INVALID_RESULTS', words, 'Give a changed result a new result_id.', { index, problems: [words] });
}

function tooOften(item: Item, index: number): Refusal {
  const words = `Test case ${echo(item.scenario_id)} was sent ${MAX_ATTEMPTS_HELD} times at index ${index}`;
  return new Refusal('INVALID_RESULTS', words, 'Set "trial" to count repetitions.', { index, problems: [words] });
}

type Storing = {
  key: Key;
  item: Item;
  pinned: PinnedCase;
  attempt: number;
  held: HeldRow[];
  reported: Reported | undefined;
};

/** Judges on the raw values, in memory; what is stored and shown is redacted. */
function store(deps: StreamDeps, state: Streamed, { key, item, pinned, attempt, held, reported }: Storing): Verdict {
  const { run } = state;
  const result = JSON.parse(item.text) as RunResult;
  const { expectations } = pinned.content;
  const input = {
    // A case that expects a secret holds its mark; it is found where the result has the same mark.
    result: JSON.stringify(expectations).includes('[REDACTED:') ? withoutSecrets(result) : result,
    expectations,
    tools: deps.cases.tools(run.toolsVersion),
    ...judgeExtras(pinned),
  };
  const ruled = reported ? judgeReported(input, reported) : judge(input);
  const raw = deps.hasJudge && isJudgeDue(ruled, input) ? pendingJudgement(ruled) : ruled;
  const options = { personalData: run.redactPersonal };
  const clean = redact(result, options);
  const verdict = redact(raw, options).value as Verdict;
  const kept = clean.value as RunResult;
  const late = held.length === 0 && isLate(facts(run));
  insertResult(deps.sql, {
    ...key,
    attempt,
    arrival: run.tally.rows + 1,
    receivedAt: deps.now,
    hash: item.hash,
    resultId: item.result_id,
    caseRev: pinned.rev,
    late,
    verdict,
    redactions: clean.counts,
    body: kept === result ? item.text : JSON.stringify(kept),
    latencyMs: kept.latency_ms ?? null,
  });
  const { scenarioId, caseId, content } = pinned;
  const stands = held.every((row) => row.attempt < attempt);
  if (stands)
    state.fresh.push({
      scenarioId,
      caseId,
      content,
      trial: key.trial,
      attempt,
      late,
      receivedAt: deps.now,
      verdict,
      result: kept,
    });
  return verdict;
}

function judgeExtras({ content }: PinnedCase) {
  const { expected_behavior } = content.expectations;
  return {
    ...(expected_behavior ? { expectedBehavior: expected_behavior } : {}),
    ...(content.failure_category ? { targetCategory: content.failure_category } : {}),
  };
}

/** The tally after one placement: only a new key is counted, only the standing attempt has a say. */
function retally(
  tally: Tally,
  event: { placement: Placement; held: HeldRow[]; status: ResultStatus; key: Key },
): Tally {
  const { placement, held, status, key } = event;
  if (placement.outcome === 'repeated' || placement.outcome === 'conflict') return tally;
  const rows = tally.rows + 1;
  const before = held.map((row) => row.status);
  const flaky = tally.flaky + (differ([...before, status]) && !differ(before) ? 1 : 0);
  if (placement.outcome === 'history') return { ...tally, rows, flaky };
  const counts: Counts = { ...tally.counts, [status]: tally.counts[status] + 1 };
  if (placement.outcome === 'accepted') return { rows, flaky, keys: tally.keys + 1, counts: counted(counts, key) };
  const stood = held.at(-1)?.status ?? status;
  return { ...tally, rows, flaky, counts: { ...counts, [stood]: counts[stood] - 1 } };
}

/** Counts with one key more; a test that no case was made for has a number below zero. */
function counted(counts: Counts, { caseNo }: Key): Counts {
  const unmapped = (counts.unmapped ?? 0) + Number(caseNo < 0);
  return { ...counts, total: counts.total + 1, ...(unmapped > 0 ? { unmapped } : {}) };
}

/** Whether attempts disagree; one that still waits for a decision has no say. */
function differ(statuses: ResultStatus[]): boolean {
  return new Set(statuses.filter((status) => status !== 'pending')).size > 1;
}

type Settling = { before: Run; after: Run; batch: boolean };

/** The run once its results are counted: it may end, go on again, or have changed after its end. Writes its row only then. */
function settle({ sql, now }: StreamDeps, { before, after, batch }: Settling): Run {
  const newKeys = after.tally.keys > before.tally.keys;
  const state = newKeys ? reopened(facts(after)) : facts(after);
  const end = endAfterCall(state, { batch });
  const withTexts: Run = { ...after, textsRemovedAt: null };
  if (end !== before.end) {
    const turned: Run = { ...withTexts, end, endedAt: end ? now : null, headerRev: after.headerRev + 1, dirty: true };
    updateRun(sql, turned);
    return turned;
  }
  const changed = before.end !== null && after.tally.rows > before.tally.rows;
  if (changed && !(before.dirty && before.textsRemovedAt === null)) updateRunChanged(sql, after.seq);
  return changed ? { ...withTexts, dirty: true } : after;
}
