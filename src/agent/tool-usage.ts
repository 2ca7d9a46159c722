import type { ResultStatus } from '../domain/fields.ts';
import type { RunResult } from '../domain/result.ts';
import { pooledUse, type ToolUsage, USAGE_RESULTS, USAGE_RUNS, type UsedTools, usedTools } from '../domain/tool-use.ts';
import { selectAgent } from './catalogue.ts';
import type { HeldReadings } from './held-readings.ts';
import { STANDS } from './result-rows.ts';
import type { ReadingDeps } from './run-readings.ts';

/** How tools were used in the newest runs that count. */
export function viewToolUsage({ sql, scores }: ReadingDeps, held: HeldReadings<UsedTools>): ToolUsage {
  const seqs = scores.usableRuns(Number.MAX_SAFE_INTEGER, USAGE_RUNS);
  return { agentId: selectAgent(sql).id, runs: seqs.length, ...pooledUse(held.of(seqs)) };
}

export function readUsedTools(sql: SqlStorage, runSeq: number): UsedTools {
  return usedTools(selectUses(sql, runSeq));
}

export function charsOfUse({ tools, steps }: UsedTools): number {
  const names = [...tools.map(({ tool }) => tool), ...steps.flatMap(({ from, to }) => [from, to])];
  return names.reduce((sum, name) => sum + name.length, 0);
}

/** One at a time: the bodies of a run are never in memory together. */
function* selectUses(sql: SqlStorage, runSeq: number): Generator<{ status: ResultStatus; result: RunResult }> {
  const rows = sql.exec<{ status: ResultStatus; body: string }>(
    `SELECT r.status, r.body FROM results r WHERE r.run_seq = ?1 AND ${STANDS}
     ORDER BY r.run_seq, r.case_no, r.trial LIMIT ?2`,
    ...[runSeq, USAGE_RESULTS],
  );
  for (const { status, body } of rows) yield { status, result: JSON.parse(body) as RunResult };
}
