import type { RunHeader } from './run.ts';
import type { AgentScore } from './scores.ts';

/** Whether a run is good enough, as a CI job asks it: yes, or no with the reasons. */

/** What is wanted. Null asks for nothing; where all are null, every decided result has to have passed. */
export type GateCriteria = {
  /** Lowest quality score (AQS), 0–100. */
  minAqs: number | null;
  /** Lowest share of decided results that passed, 0–1. */
  minPassRate: number | null;
  /** Cases that passed in the baseline and do not pass now. */
  maxRegressions: number | null;
  /** Results that nobody decided. */
  maxPending: number | null;
};

export const NO_CRITERIA: GateCriteria = { minAqs: null, minPassRate: null, maxRegressions: null, maxPending: null };

/** `regressions` is null where there is no run to compare with. */
export type GateFacts = {
  run: RunHeader;
  /** Tests of the run's uploads that could not be taken. */
  rejected: number;
  score: AgentScore | null;
  regressions: readonly string[] | null;
};

export type GateCheck = { name: string; wanted: string; actual: string; passed: boolean };
/** `open`: the run is not over, so that there is no answer yet. */
export type GateAnswer = { outcome: 'passed' | 'failed' | 'open'; checks: GateCheck[]; reasons: string[] };

const NAMED_REGRESSIONS = 5;

/** The answer on a run. One that stalled, was abandoned or cancelled fails, and so does one in which nothing was decided. */
export function gate(facts: GateFacts, wanted: GateCriteria): GateAnswer {
  const { status } = facts.run;
  if (status === 'running' || status === 'pending') return { outcome: 'open', checks: [], reasons: [] };
  const isSilent = Object.values(wanted).every((value) => value === null);
  const criteria = isSilent ? { ...NO_CRITERIA, minPassRate: 1 } : wanted;
  const checks = [
    completed(facts),
    decided(facts),
    ...rejected(facts),
    ...passRate(facts, criteria.minPassRate),
    ...aqs(facts, criteria.minAqs),
    ...regressions(facts, criteria.maxRegressions),
    ...pending(facts, criteria.maxPending),
  ];
  const reasons = checks.filter(({ passed }) => !passed).map(reasonOf);
  return { outcome: reasons.length === 0 ? 'passed' : 'failed', checks, reasons };
}

function reasonOf({ name, wanted, actual }: GateCheck): string {
  return `${name} is ${actual}, wanted ${wanted}.`;
}

function completed({ run }: GateFacts): GateCheck {
  const actual = run.outage ? 'an outage' : (run.status_reason ?? run.status);
  return { name: 'The run', wanted: 'completed', actual, passed: run.status === 'completed' && !run.outage };
}

/** Passed, failed and broken-off results; what waits for a decision is none. */
function decidedResults({ run: { counts } }: GateFacts): number {
  return counts.total - counts.pending;
}

function decided(facts: GateFacts): GateCheck {
  const count = decidedResults(facts);
  return { name: 'Decided results', wanted: 'at least 1', actual: String(count), passed: count > 0 };
}

/** What could not be taken may have failed. */
function rejected({ rejected: count }: GateFacts): GateCheck[] {
  return count > 0
    ? [{ name: 'Tests that could not be taken', wanted: 'none', actual: String(count), passed: false }]
    : [];
}

function passRate(facts: GateFacts, wanted: number | null): GateCheck[] {
  if (wanted === null) return [];
  const of = decidedResults(facts);
  const { passed } = facts.run.counts;
  const share = of > 0 ? passed / of : 0;
  const actual = `${percentText(share)} (${passed} of ${of})`;
  return [{ name: 'Pass rate', wanted: `at least ${percentText(wanted)}`, actual, passed: of > 0 && share >= wanted }];
}

function aqs({ score }: GateFacts, wanted: number | null): GateCheck[] {
  if (wanted === null) return [];
  const actual = score === null ? 'unknown' : `${score.value} (${score.low}–${score.high})`;
  const passed = score !== null && score.value >= wanted;
  return [{ name: 'Quality score (AQS)', wanted: `at least ${wanted}`, actual, passed }];
}

/** Without a run to compare with nothing can have become worse: the first run of a project has to get through. */
function regressions({ regressions: found }: GateFacts, wanted: number | null): GateCheck[] {
  if (wanted === null) return [];
  const name = 'Regressions';
  const most = `at most ${wanted}`;
  if (found === null) return [{ name, wanted: most, actual: 'none, without a baseline', passed: true }];
  const named = found.slice(0, NAMED_REGRESSIONS).join(', ');
  const more = found.length > NAMED_REGRESSIONS ? ', …' : '';
  const actual = found.length > 0 ? `${found.length} (${named}${more})` : '0';
  return [{ name, wanted: most, actual, passed: found.length <= wanted }];
}

function pending({ run }: GateFacts, wanted: number | null): GateCheck[] {
  if (wanted === null) return [];
  const count = run.counts.pending;
  return [{ name: 'Undecided results', wanted: `at most ${wanted}`, actual: String(count), passed: count <= wanted }];
}

/** One digit after the point, never rounded up to a share that was not reached. */
function percentText(share: number): string {
  return `${Math.floor(share * 1000 + 1e-9) / 10} %`;
}
