import { FAILURE_CATEGORIES, type FailureCategory, type ResultStatus, SEVERITIES, type Severity } from './fields.ts';
import type { ReportedResult } from './report.ts';

/** Results of a report, put together as people read them. */

/** One reason for failures, in the words of the first that had it. */
export type FailureReason = { reason: string; count: number; titles: string[] };
/** Failed results of one category and severity, the most frequent reason first; `category` is null where the verdict names none. */
export type FailureGroup = {
  category: FailureCategory | null;
  severity: Severity | null;
  count: number;
  reasons: FailureReason[];
};

const TITLES_OF_A_REASON = 3;

/** The worst first, and of the same severity the most frequent. */
export function failureGroups(results: readonly ReportedResult[]): FailureGroup[] {
  const failed = results.filter(({ status }) => status === 'failed');
  const groups = Map.groupBy(failed, ({ category, severity }) => `${category}/${severity}`);
  return [...groups.values()].map(toGroup).sort((a, b) => rank(a) - rank(b) || b.count - a.count);
}

function toGroup(results: ReportedResult[]): FailureGroup {
  const [first] = results;
  const reasons = [...Map.groupBy(results, ({ reason }) => reason)].map(([reason, alike]) => ({
    reason,
    count: alike.length,
    titles: [...new Set(alike.map(({ title }) => title))].slice(0, TITLES_OF_A_REASON),
  }));
  return {
    category: first?.category ?? null,
    severity: first?.severity ?? null,
    count: results.length,
    reasons: reasons.sort((a, b) => b.count - a.count),
  };
}

function rank({ severity, category }: FailureGroup): number {
  const bySeverity = severity === null ? SEVERITIES.length : SEVERITIES.indexOf(severity);
  const byCategory = category === null ? FAILURE_CATEGORIES.length : FAILURE_CATEGORIES.indexOf(category);
  return bySeverity + byCategory / 100;
}

/** How the results of one case went. `flaky` where attempts or trials of it differ. */
export type ReportedCase = {
  caseId: string;
  title: string;
  results: number;
  flaky: boolean;
} & Record<ResultStatus, number>;

/** Cases in the order of their first results. */
export function reportedCases(results: readonly ReportedResult[]): ReportedCase[] {
  return [...Map.groupBy(results, ({ caseId }) => caseId)].map(([caseId, ofCase]) => {
    const count = (status: ResultStatus) => ofCase.filter((result) => result.status === status).length;
    const [passed, failed, error, pending] = [count('passed'), count('failed'), count('error'), count('pending')];
    return {
      ...{ caseId, title: ofCase[0]?.title ?? caseId, results: ofCase.length, passed, failed, error, pending },
      flaky: ofCase.some(({ flaky }) => flaky),
    };
  });
}

/** Cases with something to look at first: failed, then broken off, waiting, flaky, and what passed. */
export function worstFirst(cases: readonly ReportedCase[]): ReportedCase[] {
  const weight = ({ failed, error, pending, flaky }: ReportedCase) =>
    failed > 0 ? 0 : error > 0 ? 1 : pending > 0 ? 2 : flaky ? 3 : 4;
  return [...cases].sort((a, b) => weight(a) - weight(b));
}
