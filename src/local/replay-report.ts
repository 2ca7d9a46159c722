import { runLink } from './server-address.ts';
import type { RunAnswer } from './tool-answers.ts';

/** One recorded conversation: what the benchmark found, and what the rules found. */
export type Judged = { taskId: string; trial: number; reward: number; verdict: RunAnswer['results'][number] };

export type Tally = { calls: number; accepted: number; duplicate: number; replaced: number; retries: number };

export type ReplayReport = {
  agent: string;
  seed: number;
  run: RunAnswer['run'];
  url: string;
  expected: number;
  tally: Tally;
  matrix: { bothPassed: number; bothFailed: number; wronglyPassed: number; wronglyFailed: number };
  accuracy: number;
  streamingMs: number;
  wallMs: number;
  verdicts: Judged[];
  faults: string[];
};

export function confusionMatrix(judged: Judged[]): ReplayReport['matrix'] {
  const count = (reward: boolean, passed: boolean) =>
    judged.filter((one) => isGood(one) === reward && (one.verdict.status === 'passed') === passed).length;
  return {
    bothPassed: count(true, true),
    bothFailed: count(false, false),
    wronglyPassed: count(false, true),
    wronglyFailed: count(true, false),
  };
}

export function disagreements(judged: Judged[]): Judged[] {
  return judged.filter((one) => isGood(one) !== (one.verdict.status === 'passed'));
}

/**
 * What should not be: each sentence makes the command fail. A call that was sent again may have been counted before its
 * answer was lost, and is then a duplicate: after retries only the sum of the two is known.
 */
export function countingFaults(run: RunAnswer['run'], expected: number, tally: Tally): string[] {
  const { calls, accepted, duplicate, replaced, retries } = tally;
  const faults = [];
  if (run.status !== 'completed') faults.push(`The run is ${run.status}, not completed.`);
  if (run.counts.total !== expected) faults.push(`${run.counts.total} results were counted, not ${expected}.`);
  if (replaced > 0) faults.push(`${replaced} results were replaced, although nothing was changed.`);
  if (accepted + duplicate !== calls)
    faults.push(`${calls} calls, but ${accepted} accepted and ${duplicate} duplicates.`);
  if (retries === 0 && accepted !== expected) faults.push(`${accepted} results were accepted, not ${expected}.`);
  return faults;
}

export function printReport(report: ReplayReport): void {
  const { run, matrix, tally, expected } = report;
  const { counts } = run;
  console.log(`
Run ${run.id}: ${run.status}, ${counts.total} counted of ${expected} expected
${counts.passed} passed, ${counts.failed} failed, ${counts.error} errors, ${counts.pending} pending
${tally.calls} calls: ${tally.accepted} accepted, ${tally.duplicate} duplicates, ${tally.replaced} replaced, ${tally.retries} retries

                     judged passed   judged not passed
recorded passed      ${cell(matrix.bothPassed, 13)}   ${cell(matrix.wronglyFailed, 17)}
recorded failed      ${cell(matrix.wronglyPassed, 13)}   ${cell(matrix.bothFailed, 17)}

Accuracy ${(100 * report.accuracy).toFixed(1)} %
Time ${seconds(report.wallMs)}, of it streaming ${seconds(report.streamingMs)}. Seed ${report.seed}.`);
  for (const { taskId, trial, reward, verdict } of disagreements(report.verdicts)) {
    console.log(
      `  task ${taskId} trial ${trial}: recorded ${reward}, ${verdict.status} by ${verdict.rule}: ${verdict.reason}`,
    );
  }
  for (const fault of report.faults) console.log(`WRONG: ${fault}`);
  console.log(`\nOpen the run: ${runLink(report.url)}`);
}

function isGood({ reward }: Judged): boolean {
  return reward === 1;
}

function cell(value: number, width: number): string {
  return String(value).padStart(width);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
