import type { FailureCategory, Severity } from './fields.ts';
import { FAILURE_CATEGORIES } from './fields.ts';
import { mean, sum } from './statistics/averages.ts';
import { flakiness } from './statistics/repeats.ts';
import { effectiveTrials, wilson } from './statistics/wilson.ts';

/** Agent Quality Score (AQS): 0–100 from what the newest completed runs showed. Parts and weights are published in the README. */

/** All the weights there are; a score stores those it was made with. */
export const AQS_WEIGHTS = {
  pass: 0.4,
  severity: 0.25,
  coverage: 0.2,
  consistency: 0.15,
  severities: { critical: 8, high: 4, medium: 2, low: 1 } satisfies Record<Severity, number>,
} as const;

const LOW_EVIDENCE_CASES = 10;
/** Runs that consistency looks back on. */
export const RECENT_RUNS = 5;
const OUTAGE_SHARE = 0.8;

/**
 * One case in one run: trials that were decided and say something of the agent, how many of them passed, the severity weights of the
 * others, failures that were not the agent's, and whether attempts differed.
 */
export type CaseDigest = {
  caseNo: number;
  decided: number;
  passed: number;
  weight: number;
  excused: number;
  flaky: boolean;
};
export type RunDigest = { cases: CaseDigest[]; outage: boolean };
/** How many standing results of a case look like this. */
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

/**
 * What one run says of each case; pending results say nothing. `countAlike` answers how many results failed with the same error message,
 * the most frequent one; it is asked only where it could make the run an outage.
 */
export function digestRun(outcomes: readonly Outcome[], countAlike: () => number): RunDigest {
  const cases = new Map<number, CaseDigest>();
  for (const outcome of outcomes) {
    const { caseNo } = outcome;
    const digest = cases.get(caseNo) ?? { caseNo, decided: 0, passed: 0, weight: 0, excused: 0, flaky: false };
    cases.set(caseNo, addOutcome(digest, outcome));
  }
  // Tests without a case have numbers below zero: they speak of an outage, and of nothing else.
  const mapped = [...cases.values()].filter(({ caseNo }) => caseNo >= 0);
  const telling = mapped.filter(({ decided, excused, flaky }) => decided > 0 || excused > 0 || flaky);
  return { cases: telling, outage: isOutage(outcomes, countAlike) };
}

function addOutcome(before: CaseDigest, { status, severity, agentFault, flaky, count }: Outcome): CaseDigest {
  const digest = { ...before, flaky: before.flaky || flaky };
  if (status === 'pending') return digest;
  if (status === 'passed') return { ...digest, decided: digest.decided + count, passed: digest.passed + count };
  if (!agentFault) return { ...digest, excused: digest.excused + count };
  const weight = AQS_WEIGHTS.severities[severity ?? 'medium'] * count;
  return { ...digest, decided: digest.decided + count, weight: digest.weight + weight };
}

/** A run that mostly broke off, or mostly failed for one and the same reason outside the agent, says nothing of the agent. */
function isOutage(outcomes: readonly Outcome[], countAlike: () => number): boolean {
  const count = (...statuses: string[]) =>
    sum(outcomes, (outcome) => (statuses.includes(outcome.status) ? outcome.count : 0));
  const total = sum(outcomes, (outcome) => outcome.count);
  const isMost = (part: number) => total > 0 && part / total >= OUTAGE_SHARE;
  return isMost(count('error')) || (isMost(count('error', 'failed')) && isMost(countAlike()));
}

/**
 * The score after the first of `runs` (newest first); null when nothing was decided. `targets` names the cases there are: deleted ones no
 * longer count. AQS = 0.40 P + 0.25 S + 0.20 C + 0.15 K; without K the rest is divided by 0.85. The interval is the 95 % Wilson
 * interval on P carried through.
 */
export function agentScore(
  runs: readonly RunDigest[],
  targets: ReadonlyMap<number, FailureCategory>,
): AgentScore | null {
  const usable = runs.filter((run) => !run.outage).map((run) => scored(run, targets));
  const cases = newestPerCase(usable);
  if (cases.length === 0) return null;
  const decided = sum(cases, (digest) => digest.decided);
  const pass = mean(cases.map((digest) => digest.passed / digest.decided));
  const worst = AQS_WEIGHTS.severities.critical * decided;
  const severity = 100 * (1 - sum(cases, (digest) => digest.weight) / worst);
  const covered = new Set(cases.map((digest) => targets.get(digest.caseNo)));
  const coverage = (100 * covered.size) / FAILURE_CATEGORIES.length;
  const consistency = consistencyOf(usable.slice(0, RECENT_RUNS).flat());
  const value = (share: number) => Math.round(total({ pass: 100 * share, severity, coverage, consistency }));
  const [low, high] = wilson(pass, effectiveTrials(cases.map((digest) => digest.decided)));
  return {
    value: value(pass),
    low: value(low),
    high: value(high),
    lowEvidence: cases.length < LOW_EVIDENCE_CASES,
    parts: { pass: 100 * pass, severity, coverage, consistency },
    weights: AQS_WEIGHTS,
    decided,
  };
}

function scored(run: RunDigest, targets: ReadonlyMap<number, FailureCategory>): CaseDigest[] {
  return run.cases.filter(({ caseNo, decided }) => decided > 0 && targets.has(caseNo));
}

function total(parts: AgentScore['parts']): number {
  const base =
    AQS_WEIGHTS.pass * parts.pass + AQS_WEIGHTS.severity * parts.severity + AQS_WEIGHTS.coverage * parts.coverage;
  if (parts.consistency === null) return base / (1 - AQS_WEIGHTS.consistency);
  return base + AQS_WEIGHTS.consistency * parts.consistency;
}

function newestPerCase(runs: readonly CaseDigest[][]): CaseDigest[] {
  const newest = new Map<number, CaseDigest>();
  for (const digest of runs.flat()) if (!newest.has(digest.caseNo)) newest.set(digest.caseNo, digest);
  return [...newest.values()];
}

/** Mean over cases with at least two outcomes of 1 − 4p(1 − p), × 100; null where no case has two. */
function consistencyOf(digests: readonly CaseDigest[]): number | null {
  const perCase = [...Map.groupBy(digests, ({ caseNo }) => caseNo).values()].map((seen) => ({
    decided: sum(seen, ({ decided }) => decided),
    passed: sum(seen, ({ passed }) => passed),
  }));
  const repeated = perCase.filter(({ decided }) => decided >= 2);
  return repeated.length > 0 ? 100 * mean(repeated.map((trials) => 1 - flakiness(trials))) : null;
}

/** `82 (74–88)`, and `82 (74–88), low evidence` where fewer than ten cases were decided. */
export function scoreText({ value, low, high, lowEvidence }: AgentScore): string {
  return `${value} (${low}–${high})${lowEvidence ? ', low evidence' : ''}`;
}

/** What a score is called. */
export function scoreBand(value: number): 'Excellent' | 'Good' | 'Degraded' | 'Critical' {
  if (value >= 90) return 'Excellent';
  if (value >= 70) return 'Good';
  return value >= 50 ? 'Degraded' : 'Critical';
}
