import type { FailureCategory, ScenarioStatus, Severity } from './fields.ts';
import { FAILURE_CATEGORIES } from './fields.ts';

/** Agent Quality Score (AQS): 0–100 from what the newest completed runs showed. Parts and weights are published in the README. */

export const AQS_WEIGHTS = { pass: 0.4, severity: 0.25, coverage: 0.2, consistency: 0.15 } as const;
const SEVERITY_WEIGHTS: Record<Severity, number> = { critical: 8, high: 4, medium: 2, low: 1 };
const WORST_WEIGHT = SEVERITY_WEIGHTS.critical;
const Z_95 = 1.959963984540054;
const LOW_EVIDENCE_CASES = 10;
const CONSISTENCY_RUNS = 5;
const OUTAGE_SHARE = 0.8;

/** One case in one run: trials that were decided, how many passed, the severity weights of the others, and whether attempts differed. */
export type CaseDigest = { caseNo: number; decided: number; passed: number; weight: number; flaky: boolean };
export type RunDigest = { cases: CaseDigest[]; outage: boolean };
export type Outcome = {
  caseNo: number;
  status: string;
  severity: Severity | null;
  agentFault: boolean;
  flaky: boolean;
  count: number;
};

export type AgentScore = {
  value: number;
  low: number;
  high: number;
  lowEvidence: boolean;
  parts: { pass: number; severity: number; coverage: number; consistency: number | null };
  weights: typeof AQS_WEIGHTS;
  decided: number;
};

/** What one run says of each case. Pending results and failures that were not the agent's are left out. */
export function digestRun(outcomes: readonly Outcome[]): RunDigest {
  const cases = new Map<number, CaseDigest>();
  for (const outcome of outcomes) {
    const digest = cases.get(outcome.caseNo) ?? {
      caseNo: outcome.caseNo,
      decided: 0,
      passed: 0,
      weight: 0,
      flaky: false,
    };
    cases.set(outcome.caseNo, addOutcome(digest, outcome));
  }
  return { cases: [...cases.values()].filter((digest) => digest.decided > 0), outage: isOutage(outcomes) };
}

function addOutcome(digest: CaseDigest, outcome: Outcome): CaseDigest {
  const flaky = digest.flaky || outcome.flaky;
  if (outcome.status === 'pending' || !outcome.agentFault) return { ...digest, flaky };
  const passed = outcome.status === 'passed' ? outcome.count : 0;
  const weight = passed ? 0 : SEVERITY_WEIGHTS[outcome.severity ?? 'medium'] * outcome.count;
  return {
    ...digest,
    flaky,
    decided: digest.decided + outcome.count,
    passed: digest.passed + passed,
    weight: digest.weight + weight,
  };
}

/** A run that mostly could not run says nothing of the agent. */
function isOutage(outcomes: readonly Outcome[]): boolean {
  const total = outcomes.reduce((sum, outcome) => sum + outcome.count, 0);
  const errors = outcomes.reduce((sum, outcome) => sum + (outcome.status === 'error' ? outcome.count : 0), 0);
  return total > 0 && errors / total >= OUTAGE_SHARE;
}

/**
 * The score after the first of `runs` (newest first); null when nothing was decided.
 * AQS = 0.40 P + 0.25 S + 0.20 C + 0.15 K; without K the rest is divided by 0.85. The interval is the 95 % Wilson interval on P carried through.
 */
export function agentScore(
  runs: readonly RunDigest[],
  targets: ReadonlyMap<number, FailureCategory>,
): AgentScore | null {
  const usable = runs.filter((run) => !run.outage);
  const cases = newestPerCase(usable);
  if (cases.length === 0) return null;
  const decided = sum(cases, (digest) => digest.decided);
  const pass = mean(cases.map((digest) => digest.passed / digest.decided));
  const severity = 100 * (1 - sum(cases, (digest) => digest.weight) / (WORST_WEIGHT * decided));
  const covered = new Set(cases.map((digest) => targets.get(digest.caseNo)).filter(Boolean));
  const coverage = (100 * covered.size) / FAILURE_CATEGORIES.length;
  const consistency = consistencyOf(usable.slice(0, CONSISTENCY_RUNS));
  const value = (share: number) => total({ pass: 100 * share, severity, coverage, consistency });
  const [low, high] = wilson(pass, decided);
  return {
    value: Math.round(value(pass)),
    low: Math.round(value(low)),
    high: Math.round(value(high)),
    lowEvidence: cases.length < LOW_EVIDENCE_CASES,
    parts: { pass: 100 * pass, severity, coverage, consistency },
    weights: AQS_WEIGHTS,
    decided,
  };
}

function total(parts: AgentScore['parts']): number {
  const base =
    AQS_WEIGHTS.pass * parts.pass + AQS_WEIGHTS.severity * parts.severity + AQS_WEIGHTS.coverage * parts.coverage;
  if (parts.consistency === null) return base / (1 - AQS_WEIGHTS.consistency);
  return base + AQS_WEIGHTS.consistency * parts.consistency;
}

function newestPerCase(runs: readonly RunDigest[]): CaseDigest[] {
  const newest = new Map<number, CaseDigest>();
  for (const run of runs) {
    for (const digest of run.cases) if (!newest.has(digest.caseNo)) newest.set(digest.caseNo, digest);
  }
  return [...newest.values()];
}

/** Mean over cases with at least two outcomes of 1 − 4p(1 − p), × 100; null where no case has two. */
function consistencyOf(runs: readonly RunDigest[]): number | null {
  const perCase = new Map<number, { decided: number; passed: number }>();
  for (const digest of runs.flatMap((run) => run.cases)) {
    const known = perCase.get(digest.caseNo) ?? { decided: 0, passed: 0 };
    perCase.set(digest.caseNo, { decided: known.decided + digest.decided, passed: known.passed + digest.passed });
  }
  const shares = [...perCase.values()]
    .filter((entry) => entry.decided >= 2)
    .map((entry) => entry.passed / entry.decided);
  return shares.length > 0 ? 100 * mean(shares.map((p) => 1 - 4 * p * (1 - p))) : null;
}

/** 95 % interval of a share by Wilson (1927), without continuity correction. */
export function wilson(share: number, n: number): [low: number, high: number] {
  const z2 = Z_95 * Z_95;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z_95 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Whether a case passed in each of the last five runs that decided it, newest first, and whether attempts differed in one. */
export type CaseHistory = { passes: boolean[]; flaky: boolean };

/** The histories of all cases, from runs given newest first. */
export function caseHistories(runs: readonly RunDigest[]): Map<number, CaseHistory> {
  const histories = new Map<number, CaseHistory>();
  for (const digest of runs.filter((run) => !run.outage).flatMap((run) => run.cases)) {
    const known = histories.get(digest.caseNo) ?? { passes: [], flaky: false };
    if (known.passes.length >= CONSISTENCY_RUNS) continue;
    const passes = [...known.passes, digest.passed === digest.decided];
    histories.set(digest.caseNo, { passes, flaky: known.flaky || digest.flaky });
  }
  return histories;
}

/** `not_run`, `flaky` (two switches over the last five runs, or attempts that differ), `failed`, `passed`: the first that holds. */
export function scenarioStatus(histories: readonly CaseHistory[]): ScenarioStatus {
  const run = histories.filter((history) => history.passes.length > 0);
  if (run.length === 0) return 'not_run';
  if (run.some((history) => history.flaky || switches(history.passes) >= 2)) return 'flaky';
  return run.some((history) => history.passes[0] === false) ? 'failed' : 'passed';
}

function switches(passes: readonly boolean[]): number {
  return passes.filter((pass, index) => index > 0 && pass !== passes[index - 1]).length;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function mean(values: readonly number[]): number {
  return sum(values, (value) => value) / values.length;
}
