import { csv } from '../csv.ts';
import type { ReportedResult, RunReport } from '../report.ts';

const COLUMNS = [
  'scenario_id',
  'case_id',
  'title',
  'trial',
  'attempt',
  'status',
  'flaky',
  'rule',
  'category',
  'subtype',
  'severity',
  'latency_ms',
  'tools',
  'reason',
] as const;

/** A run as a table, one line a result. Tools stand in the order of their calls, parted by ` > `. */
export function printCsv({ results }: RunReport): string {
  return csv(COLUMNS, results.map(record));
}

function record(result: ReportedResult) {
  return {
    scenario_id: result.scenarioId,
    case_id: result.caseId,
    title: result.title,
    trial: result.trial,
    attempt: result.attempt,
    status: result.status,
    flaky: String(result.flaky),
    rule: result.rule,
    category: result.category ?? null,
    subtype: result.subtype ?? null,
    severity: result.severity ?? null,
    latency_ms: result.latencyMs,
    tools: result.tools.join(' > '),
    reason: result.reason,
  };
}
