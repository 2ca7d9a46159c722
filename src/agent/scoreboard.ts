import type { ScenarioStatus } from '../domain/fields.ts';
import {
  type AgentScore,
  agentScore,
  caseHistories,
  digestRun,
  type RunDigest,
  scenarioStatus,
} from '../domain/scores.ts';
import { selectCases, selectScenarios, selectTargets } from './catalogue.ts';
import type { LiveRuns } from './live-runs.ts';
import { selectOutcomes } from './result-rows.ts';
import { type Run, runRev } from './run-rows.ts';

/** How many completed runs a score looks back over for cases that the newest one did not hold. */
const RUNS_LOOKED_AT = 25;

type ScoreRow = { run_seq: number; rev: number; value: number | null; report: string | null; digest: string };
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

  /** A completed run that changed since its score was made is dirty, so the dirty ones are all there is to look at. */
  #bringUpToDate(): void {
    const due = this.#runs
      .dirty()
      .filter((run) => run.end?.status === 'completed' && this.#row(run.seq)?.rev !== runRev(run));
    for (const run of due) this.#score(run);
    const [newest] = this.#rows('1', 1);
    if (newest && due.length > 0 && !due.some((run) => run.seq === newest.run_seq))
      this.#score(this.#runs.get(newest.run_seq));
  }

  #score(run: Run): void {
    const digest = digestRun(selectOutcomes(this.#sql, run.seq));
    const earlier = this.#digests(run.seq - 1);
    const score = digest.outage ? null : agentScore([digest, ...earlier], selectTargets(this.#sql));
    this.#sql.exec(
      `INSERT INTO scores (run_seq, rev, value, report, digest) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (run_seq) DO UPDATE SET rev = excluded.rev, value = excluded.value, report = excluded.report, digest = excluded.digest`,
      ...[run.seq, runRev(run), score?.value ?? null, score ? JSON.stringify(score) : null, JSON.stringify(digest)],
    );
  }

  #digests(upTo: number): RunDigest[] {
    const rows = this.#sql.exec<{ digest: string }>(
      'SELECT digest FROM scores WHERE run_seq <= ?1 ORDER BY run_seq DESC LIMIT ?2',
      ...[upTo, RUNS_LOOKED_AT],
    );
    return [...rows].map((row) => JSON.parse(row.digest) as RunDigest);
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
