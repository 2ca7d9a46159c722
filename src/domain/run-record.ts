import type { Cell } from './csv.ts';
import { isoTime } from './formatting.ts';
import type { ScoredRun } from './run.ts';

/** A line of the list of runs as a file holds it: flat, times in ISO 8601. */
export const RUN_COLUMNS = [
  'run_id',
  'agent',
  'name',
  'started_at',
  'tests',
  'passed',
  'failed',
  'errors',
  'pending',
  'score',
  'source',
  'status',
  'status_reason',
  'url',
] as const;
export type RunRecord = Record<(typeof RUN_COLUMNS)[number], Cell>;

export function runRecord({ run, score }: ScoredRun, url: string): RunRecord {
  const { counts } = run;
  return {
    run_id: run.id,
    agent: run.agent_name,
    name: run.name ?? null,
    started_at: isoTime(run.started_at) ?? null,
    tests: counts.total,
    passed: counts.passed,
    failed: counts.failed,
    errors: counts.error,
    pending: counts.pending,
    score,
    source: run.source,
    status: run.status,
    status_reason: run.status_reason ?? null,
    url,
  };
}
