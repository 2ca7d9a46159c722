import type { ReportedResult, RunReport } from '../report.ts';
import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS, type ReportedCase, reportedCase } from './reported-case.ts';

/** Decimals of a millisecond that an export keeps. */
const LATENCY_PARTS = 1000;

/**
 * A run's results as cases of a report: what JUnit, CTRF and OTLP exports carry, and what reading them gives back. The suite is the
 * scenario, the id that of the case; halves of surrogate pairs become U+FFFD, and byte order marks, which decoders of JSON drop, are left out.
 */
export function exportedCases({ results }: RunReport): ReportedCase[] {
  return results.map(exportedCase);
}

function exportedCase(result: ReportedResult, index: number): ReportedCase {
  const { title, caseId, scenarioId, status, reason, latencyMs } = result;
  return {
    ...reportedCase({ name: clipped(title, MAX_NAME_CHARS).trim() === '' ? caseId : clipped(title, MAX_NAME_CHARS) }),
    index,
    suite: scenarioId,
    scenarioId: caseId,
    verdict: status,
    flaky: result.flaky,
    message: status === 'passed' ? null : clipped(reason, MAX_MESSAGE_CHARS) || null,
    latencyMs: latencyMs === null ? null : Math.round(latencyMs * LATENCY_PARTS) / LATENCY_PARTS,
    attempt: result.attempt,
    trial: result.trial,
  };
}

function clipped(text: string, limit: number): string {
  return text.replaceAll('\ufeff', '').slice(0, limit).toWellFormed();
}
