import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ReportFault } from '../../src/domain/formats/fault.ts';
import { ReportReader } from '../../src/domain/formats/report-reader.ts';
import type { RejectedCase, ReportedCase, ReportFacts } from '../../src/domain/formats/reported-case.ts';
import type { ReportHints } from '../../src/domain/formats/sniff.ts';

export const CORPUS = path.resolve(import.meta.dirname, '../formats');

export type ReadReport = { cases: ReportedCase[]; rejected: RejectedCase[]; facts: ReportFacts };

export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}

/** All of a report, fed in chunks of so many bytes. */
export function readAll(report: string | Uint8Array, hints: ReportHints = {}, chunkBytes = 64 * 1024): ReadReport {
  const reader = new ReportReader(hints);
  const bytes = bytesOf(report);
  const items = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) items.push(...reader.push(bytes.slice(at, at + chunkBytes)));
  items.push(...reader.end());
  return {
    cases: items.flatMap((item) => (item.kind === 'case' ? [item.case] : [])),
    rejected: items.flatMap((item) => (item.kind === 'rejected' ? [item.rejected] : [])),
    facts: reader.facts,
  };
}

export function readFile(name: string, hints: ReportHints = {}): ReadReport {
  return readAll(readFileSync(path.join(CORPUS, name)), hints);
}

/** The fault that a report is refused with; fails where it is read. */
export function faultOf(report: string | Uint8Array, hints: ReportHints = {}): ReportFault {
  try {
    readAll(report, hints);
  } catch (error) {
    if (error instanceof ReportFault) return error;
    throw error;
  }
  throw new Error('The report was read');
}
