import { FAILURE_CATEGORIES, type FailureCategory } from './fields.ts';
import type { RunHeader } from './run.ts';
import { type AgentScore, digestRun, type Outcome } from './scores.ts';
import { sum } from './statistics/averages.ts';
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

/** All that a report on one run is made of. Cases that were deleted since cover nothing, because nothing tells what they aimed at. `ars` is the newest audit's score; `results` come in the order of their cases. */
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

/** Of all nine categories, in their order. `targets` says what each case aims at; one that it does not hold is left out. */
export function coverageOf(
  outcomes: readonly Outcome[],
  targets: ReadonlyMap<number, FailureCategory>,
): CategoryCoverage[] {
  const aimed = Map.groupBy(outcomes, ({ caseNo }) => targets.get(caseNo));
  return FAILURE_CATEGORIES.map((category) => {
    const { cases } = digestRun(aimed.get(category) ?? [], () => 0);
    return {
      category,
      cases: new Set(aimed.get(category)?.map(({ caseNo }) => caseNo)).size,
      decided: sum(cases, ({ decided }) => decided),
      passed: sum(cases, ({ passed }) => passed),
    };
  });
}

/** Cases whose attempts disagree, or some of whose trials passed and others did not. */
export function flakyCases(outcomes: readonly Outcome[]): Set<number> {
  const { cases } = digestRun(outcomes, () => 0);
  const wavering = cases.filter(({ flaky, decided, passed }) => flaky || (passed > 0 && passed < decided));
  return new Set(wavering.map(({ caseNo }) => caseNo));
}
