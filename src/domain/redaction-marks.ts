import type { RunResult } from './result.ts';

const MARK = /\[REDACTED:(\w{1,40})\]/g;

/** How often each kind of secret or personal data stands replaced in a stored result. */
export function redactionsIn(result: RunResult): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, kind = ''] of JSON.stringify(result).matchAll(MARK)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
