import * as z from 'zod';
import { isoTime } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';
import { selectAgent } from './catalogue.ts';
import type { LiveRuns } from './live-runs.ts';
import { type Run, runHeader } from './run-rows.ts';
import type { Scoreboard } from './scoreboard.ts';

/**
 * What an agent's object holds, as lines of an export, page by page: every version of its cases, then run by run the header, all attempts
 * and the score after it. A page is whole lines and carries where the next one begins, so that whoever reads holds one page and no more.
 */

/**
 * What was told last: a case version, by case and revision; of a run an attempt, by case, trial and number, or its header (before any
 * attempt). With null the run is still to be told.
 */
export const ExportPlace = z.discriminatedUnion('part', [
  z.object({ part: z.literal('cases'), after: z.tuple([z.int(), z.int()]) }),
  z.object({ part: z.literal('runs'), seq: z.int(), after: z.tuple([z.int(), z.int(), z.int()]).nullable() }),
]);
export type ExportPlace = z.infer<typeof ExportPlace>;

/**
 * `lines` is NDJSON in UTF-8, each line with its end: bytes, so that nobody on the way makes text of them again. `counts` says how many there
 * are of each type. `next` is null once everything was told.
 */
export type ExportPage = { lines: Uint8Array; counts: Record<string, number>; next: ExportPlace | null };

type Holding = { sql: SqlStorage; runs: LiveRuns; scores: Scoreboard };
/** `place` is where to go on after this line. */
type Line = { type: string; text: string; place: ExportPlace };

/** A page ends with the line that reaches this many characters; a line is at most one row of 2 MB, and a call to an object takes 32 MB. */
const PAGE_CHARS = 1_000_000;
/** Before any case: those of tests without a case have numbers below zero. */
const START = Number.MIN_SAFE_INTEGER;
const FIRST: ExportPlace = { part: 'cases', after: [START, 0] };
type Key = [caseNo: number, trial: number, attempt: number];
const NO_ATTEMPT: Key = [START, 0, 0];

/** The page after a place, or the first one. */
export function exportPage(holding: Holding, from: ExportPlace | null): ExportPage {
  const counts: Record<string, number> = {};
  let lines = '';
  let next: ExportPlace | null = null;
  for (const { type, text, place } of linesAfter(holding, from ?? FIRST)) {
    lines += `${text}\n`;
    counts[type] = (counts[type] ?? 0) + 1;
    if (lines.length < PAGE_CHARS) continue;
    next = place;
    break;
  }
  return { lines: new TextEncoder().encode(lines), counts, next };
}

/** Rows are read one at a time: a page that is full leaves the rest unread, which is why the statements have no LIMIT. */
function* linesAfter(holding: Holding, from: ExportPlace): Generator<Line> {
  const { name } = selectAgent(holding.sql);
  if (from.part === 'cases') yield* caseLines(holding.sql, name, from.after);
  const begun = from.part === 'runs' ? from : { seq: 0, after: null };
  for (const run of runsFrom(holding, begun.seq)) {
    const after = run.seq === begun.seq ? begun.after : null;
    if (after === null) yield runLine(run, name);
    yield* resultLines(holding.sql, { run, name, after: after ?? NO_ATTEMPT });
    yield* scoreLines(holding.scores, run, name);
  }
}

type CaseRow = { case_no: number; rev: number; scenario_id: string; n: number; content: string };

/** Results say by which of these they were judged. */
function* caseLines(sql: SqlStorage, agent: string, after: [number, number]): Generator<Line> {
  const rows = sql.exec<CaseRow>(
    `SELECT v.case_no, v.rev, s.scenario_id, c.n, v.content FROM case_versions v
     LEFT JOIN cases c ON c.case_no = v.case_no LEFT JOIN scenarios s ON s.scenario_no = c.scenario_no
     WHERE (v.case_no, v.rev) > (?1, ?2) ORDER BY v.case_no, v.rev`,
    ...after,
  );
  for (const { case_no, rev, scenario_id, n, content } of rows) {
    const record = { type: 'case_version', agent, test_case_id: `${scenario_id}_${n}`, rev };
    yield { type: record.type, text: withJson(record, { content }), place: { part: 'cases', after: [case_no, rev] } };
  }
}

function* runsFrom({ sql, runs }: Holding, seq: number): Generator<Run> {
  const seqs = sql.exec<{ seq: number }>('SELECT seq FROM runs WHERE seq >= ?1 ORDER BY seq', seq);
  for (const row of seqs) yield runs.get(row.seq);
}

function runLine(run: Run, agent: string): Line {
  const {
    agent_name: _,
    rev: __,
    started_at,
    completed_at,
    texts_removed_at,
    ...header
  }: RunHeader = runHeader(run, agent);
  const times = {
    started_at: time(started_at),
    ended_at: time(completed_at),
    texts_removed_at: time(texts_removed_at),
  };
  const { externalKey: external_key, branch, commit } = run.ci;
  const record = { type: 'run', agent, ...header, ...times, external_key, branch, commit };
  const text = JSON.stringify({ ...record, evaluator_version: run.evaluatorVersion });
  return { type: record.type, text, place: { part: 'runs', seq: run.seq, after: NO_ATTEMPT } };
}

type ResultRow = {
  case_no: number;
  scenario_id: string;
  n: number;
  trial: number;
  attempt: number;
  received_at: number;
  removed_at: number | null;
  result_id: string | null;
  case_rev: number;
  late: number;
  redactions: string | null;
  verdict: string;
  body: string;
};
type OfRun = { run: Run; name: string; after: Key };

/** Every attempt with its verdict as it is stored, in which stand evidence and reviews. The texts of an old one are gone, and it says since when. */
function* resultLines(sql: SqlStorage, { run, name, after }: OfRun): Generator<Line> {
  // Outer joins, so that results are walked along their key.
  const rows = sql.exec<ResultRow>(
    `SELECT r.case_no, s.scenario_id, c.n, r.trial, r.attempt, r.received_at, r.removed_at, r.result_id, r.case_rev, r.late,
       r.redactions, r.verdict, r.body
     FROM results r LEFT JOIN cases c ON c.case_no = r.case_no LEFT JOIN scenarios s ON s.scenario_no = c.scenario_no
     WHERE r.run_seq = ?1 AND (r.case_no, r.trial, r.attempt) > (?2, ?3, ?4)
     ORDER BY r.run_seq, r.case_no, r.trial, r.attempt`,
    ...[run.seq, ...after],
  );
  for (const row of rows) {
    const { case_no, trial, attempt, verdict, body, redactions } = row;
    const record = {
      ...{ type: 'result', agent: name, run_id: run.id, test_case_id: `${row.scenario_id}_${row.n}`, trial, attempt },
      ...{ case_rev: row.case_rev, result_id: row.result_id, received_at: time(row.received_at), late: row.late === 1 },
      texts_removed_at: time(row.removed_at ?? undefined),
    };
    yield {
      type: record.type,
      text: withJson(record, { redactions: redactions ?? '{}', verdict, body }),
      place: { part: 'runs', seq: run.seq, after: [case_no, trial, attempt] },
    };
  }
}

/** The score after a completed run; all of them are the trend. */
function* scoreLines(scores: Scoreboard, run: Run, agent: string): Generator<Line> {
  for (const { score, outage, facts } of run.end?.status === 'completed' ? scores.scored([run.seq]) : []) {
    const text = JSON.stringify({ type: 'score', agent, run_id: run.id, outage, score, facts });
    yield { type: 'score', text, place: { part: 'runs', seq: run.seq + 1, after: null } };
  }
}

/** A record with members that are JSON already: they are not read to be written again. */
function withJson(record: object, members: Record<string, string>): string {
  const more = Object.entries(members).map(([name, json]) => `,${JSON.stringify(name)}:${json}`);
  return `${JSON.stringify(record).slice(0, -1)}${more.join('')}}`;
}

function time(at: number | undefined): string | null {
  return at === undefined ? null : (isoTime(at) ?? null);
}
