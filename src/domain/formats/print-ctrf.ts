import { isoTime } from '../formatting.ts';
import type { RunReport } from '../report.ts';
import { exportedCases } from './exported-case.ts';
import type { ReportedCase } from './reported-case.ts';

/** CTRF has no word for a test that broke off: such a result is failed there, and its own status stands in `extra`. */
const STATUSES = { passed: 'passed', failed: 'failed', error: 'failed', pending: 'pending' } as const;

/** A run as CTRF JSON (schema 0.0.0). `labels` carry the case's id, trial and attempt; `extra` what CTRF rounds or has no word for. */
export function printCtrf(report: RunReport): string {
  const { run } = report;
  const tests = exportedCases(report).map(testOf);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  return JSON.stringify({
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    runId: run.id,
    timestamp: isoTime(run.completed_at ?? run.started_at),
    generatedBy: 'Invarium Edge',
    results: {
      tool: { name: 'Invarium Edge' },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        pending: count('pending'),
        skipped: 0,
        other: 0,
        flaky: tests.filter(({ flaky }) => flaky).length,
        start: run.started_at,
        stop: run.completed_at ?? run.started_at,
      },
      tests,
    },
  });
}

function testOf({ name, suite, verdict, latencyMs, message, flaky, ...one }: ReportedCase) {
  return {
    name,
    status: STATUSES[verdict ?? 'pending'],
    duration: Math.round(latencyMs ?? 0),
    ...(suite === null ? {} : { suite: [suite] }),
    ...(message === null ? {} : { message }),
    rawStatus: verdict ?? 'pending',
    flaky,
    labels: { scenario_id: one.scenarioId ?? '', trial: one.trial ?? 1, attempt: one.attempt ?? 1 },
    extra: { invarium_status: verdict, ...(latencyMs === null ? {} : { latency_ms: latencyMs }) },
  };
}
