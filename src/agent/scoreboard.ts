import type { FailureCategory, ScenarioStatus } from '../domain/fields.ts';
import { caseHistories, scenarioStatus } from '../domain/scenario-status.ts';
import { type AgentScore, agentScore, digestRun, RECENT_RUNS, type RunDigest } from '../domain/scores.ts';
import type { RunFacts } from '../domain/trend.ts';
import { selectCases, selectScenarios, selectTargets } from './catalogue.ts';
import { packDigest, unpackDigest } from './digest-text.ts';
import type { LiveRuns } from './live-runs.ts';
import { selectAlikeErrors, selectOutcomes } from './result-rows.ts';
import { selectFacts } from './run-facts.ts';
import { type Run, runRev } from './run-rows.ts';

/** How far back a case that newer runs did not hold is looked for. */
const RUNS_LOOKED_AT = 500;
/** Scores after a revised one that are made again. */
const RESCORED_RUNS = 25;

/** Whether a run is an outage is stored twice: a digest holds every case, and takes long to look into. */
type StoredFacts = RunFacts & { outage: boolean };
const OUTAGE = "coalesce(facts, digest) ->> 'outage'";

const SCORED = `run_seq, report, facts, ${OUTAGE} AS outage`;
type ScoredRow = { run_seq: number; report: string | null; facts: string | null; outage: number };

type ScoreRow = { run_seq: number; rev: number; value: number | null; report: string | null; digest: string };
type Targets = ReadonlyMap<number, FailureCategory>;
/** A run with the score after it; `facts` is null where it was scored before they were noted. */
export type ScoredSeq = { seq: number; score: AgentScore | null; outage: boolean; facts: RunFacts | null };
export type Standing = { score: AgentScore | null; previous: number | null; rev: number };

/** Scores and scenario states, made when somebody asks or the flush is due, never on the streaming path. One row per completed run. */
export class Scoreboard {
  readonly #sql: SqlStorage;
  readonly #runs: LiveRuns;

  constructor(sql: SqlStorage, runs: LiveRuns) {
    this.#sql = sql;
    this.#runs = runs;
  }

  /** The agent's score after its newest completed run, the one before it, and a number that grows with every change. */
  standing(): Standing {
    this.#bringUpToDate();
    const [newest, before] = this.#rows('value IS NOT NULL', 2);
    const { rev } = this.#sql.exec<{ rev: number }>('SELECT coalesce(sum(rev), 0) AS rev FROM scores').one();
    const score = newest?.report ? (JSON.parse(newest.report) as AgentScore) : null;
    return { score, previous: before?.value ?? null, rev };
  }

  /** Every scenario's status by the last runs that held its cases. */
  statuses(): Map<string, ScenarioStatus> {
    this.#bringUpToDate();
    const histories = caseHistories(this.#digests(Number.MAX_SAFE_INTEGER));
    const casesOf = Map.groupBy(selectCases(this.#sql), (row) => row.scenario_no);
    const entries = selectScenarios(this.#sql).map((scenario): [string, ScenarioStatus] => {
      const known = (casesOf.get(scenario.scenario_no) ?? []).flatMap((row) => histories.get(row.case_no) ?? []);
      return [scenario.scenario_id, scenarioStatus(known)];
    });
    return new Map(entries);
  }

  /** The score after a run, or null, and whether the run is left out of scores as an outage. */
  afterRun(seq: number): { score: AgentScore | null; outage: boolean } {
    const [row] = this.scored([seq]);
    return { score: row?.score ?? null, outage: row?.outage === true };
  }

  /** Scored runs, newest first. A run that was deleted has left a row behind. */
  history(limit: number): ScoredSeq[] {
    this.#bringUpToDate();
    const rows = this.#sql.exec<ScoredRow>(
      `SELECT ${SCORED} FROM scores JOIN runs ON seq = run_seq ORDER BY run_seq DESC LIMIT ?1`,
      limit,
    );
    return [...rows].map(unpackScored);
  }

  /** Those of these runs that have a score row. */
  scored(seqs: readonly number[]): ScoredSeq[] {
    this.#bringUpToDate();
    const rows = this.#sql.exec<ScoredRow>(
      `SELECT ${SCORED} FROM json_each(?1) j JOIN scores ON run_seq = j.value ORDER BY run_seq LIMIT 10000`,
      JSON.stringify(seqs),
    );
    return [...rows].map(unpackScored);
  }

  /** Completed runs that say something of the agent, this one and those before it, newest first. */
  usableRuns(upTo: number, limit: number): number[] {
    this.#bringUpToDate();
    const rows = this.#sql.exec<{ run_seq: number }>(
      `SELECT run_seq FROM scores WHERE run_seq <= ?1 AND ${OUTAGE} = 0 ORDER BY run_seq DESC LIMIT ?2`,
      ...[upTo, limit],
    );
    return [...rows].map((row) => row.run_seq);
  }

  /** A completed run that changed since its score was made is dirty, so the dirty ones are all there is to look at. */
  #bringUpToDate(): void {
    const due = this.#runs
      .dirty()
      .filter((run) => run.end?.status === 'completed' && this.#row(run.seq)?.rev !== runRev(run));
    const [first] = due;
    if (!first) return;
    const targets = selectTargets(this.#sql);
    for (const run of due) this.#score(run, targets);
    for (const seq of this.#scoredAfter(first.seq, due)) this.#scoreAgain(seq, targets);
  }

  /** Later runs look back on the one that changed; the newest of them are what trends are made of. */
  #scoredAfter(seq: number, done: Run[]): number[] {
    const rows = this.#sql.exec<{ run_seq: number }>(
      'SELECT run_seq FROM scores WHERE run_seq > ?1 ORDER BY run_seq DESC LIMIT ?2',
      ...[seq, RESCORED_RUNS],
    );
    const settled = new Set(done.map((run) => run.seq));
    return [...rows]
      .map((row) => row.run_seq)
      .filter((later) => !settled.has(later))
      .reverse();
  }

  /** Reads all results of the run. */
  #score(run: Run, targets: Targets): void {
    const digest = digestRun(selectOutcomes(this.#sql, run.seq), () => selectAlikeErrors(this.#sql, run.seq));
    const score = scoreAfter([digest, ...this.#digests(run.seq - 1)], targets);
    this.#sql.exec(
      `INSERT INTO scores (run_seq, rev, value, report, digest, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (run_seq) DO UPDATE SET rev = excluded.rev, value = excluded.value, report = excluded.report,
         digest = excluded.digest, facts = excluded.facts`,
      ...[run.seq, runRev(run), score?.value ?? null, score && JSON.stringify(score), packDigest(digest)],
      JSON.stringify({ outage: digest.outage, ...selectFacts(this.#sql, run.seq) } satisfies StoredFacts),
    );
  }

  /** The run itself did not change, so its digest holds. */
  #scoreAgain(seq: number, targets: Targets): void {
    const score = scoreAfter(this.#digests(seq), targets);
    this.#sql.exec(
      'UPDATE scores SET value = ?2, report = ?3 WHERE run_seq = ?1',
      ...[seq, score?.value ?? null, score && JSON.stringify(score)],
    );
  }

  /** What runs said up to one of them, newest first: as far back as it takes to know each live case's last outcomes. */
  #digests(upTo: number): RunDigest[] {
    const wanted = new Map(selectCases(this.#sql).map((row) => [row.case_no, RECENT_RUNS]));
    const rows = this.#sql.exec<{ digest: string }>(
      'SELECT digest FROM scores WHERE run_seq <= ?1 ORDER BY run_seq DESC LIMIT ?2',
      ...[upTo, RUNS_LOOKED_AT],
    );
    const digests: RunDigest[] = [];
    for (const row of rows) {
      const digest = unpackDigest(row.digest);
      digests.push(digest);
      for (const { caseNo } of digest.outage ? [] : digest.cases) {
        const left = (wanted.get(caseNo) ?? 0) - 1;
        if (left > 0) wanted.set(caseNo, left);
        else wanted.delete(caseNo);
      }
      if (wanted.size === 0) break;
    }
    return digests;
  }

  #rows(where: 'value IS NOT NULL' | '1', limit: number): ScoreRow[] {
    return this.#sql
      .exec<ScoreRow>(
        `SELECT run_seq, rev, value, report, digest FROM scores WHERE ${where} ORDER BY run_seq DESC LIMIT ?1`,
        limit,
      )
      .toArray();
  }

  #row(seq: number): { rev: number } | undefined {
    return this.#sql.exec<{ rev: number }>('SELECT rev FROM scores WHERE run_seq = ?1 LIMIT 1', seq).toArray()[0];
  }
}

/** The score after the first of `runs`; a run in which nothing worked leaves none. */
function scoreAfter(runs: readonly RunDigest[], targets: Targets): AgentScore | null {
  return runs[0]?.outage ? null : agentScore(runs, targets);
}

function unpackScored({ run_seq, report, facts, outage }: ScoredRow): ScoredSeq {
  const score = report === null ? null : (JSON.parse(report) as AgentScore);
  return {
    seq: run_seq,
    score,
    outage: outage === 1,
    facts: facts === null ? null : (JSON.parse(facts) as StoredFacts),
  };
}
