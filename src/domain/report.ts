import type { FailureCategory } from './fields.ts';
import type { RunHeader } from './run.ts';
import type { AgentScore } from './scores.ts';
import type { FailureCount, LatencyFigures } from './trend.ts';
import type { Verdict } from './verdict/verdict.ts';

/** One standing result in a report, without the conversation. */
export type ReportedResult = Pick<
  Verdict,
  'status' | 'rule' | 'reason' | 'category' | 'subtype' | 'severity' | 'evidence'
> & {
  scenarioId: string;
  caseId: string;
  title: string;
  trial: number;
  attempt: number;
  flaky: boolean;
  latencyMs: number | null;
  tools: string[];
};

/** Cases of the run that aim at a failure category, and results of them that were decided and passed. */
export type CategoryCoverage = { category: FailureCategory; cases: number; decided: number; passed: number };

/** All that a report on one run is made of. `ars` is the newest audit's score; `results` come in the order of their cases. */
export type RunReport = {
  agentId: string;
  run: RunHeader;
  score: AgentScore | null;
  failures: FailureCount[];
  latency: LatencyFigures | null;
  coverage: CategoryCoverage[];
  results: ReportedResult[];
};
/** Results that a report lists at most; `run.counts` counts them all. */
export const REPORTED_RESULTS = 20_000;
