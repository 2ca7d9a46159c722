import { counted, duration, percent } from '../formatting.ts';
import { markdownText } from '../markdown.ts';
import type { ReportedResult, RunReport } from '../report.ts';
import type { AgentScore } from '../scores.ts';

/** Results that are listed; a job summary may hold 1 MiB. */
const LISTED = 50;
const MAX_CELL_CHARS = 300;
const ORDER = { failed: 0, error: 1, pending: 2, passed: 3 } as const;

/** A run as Markdown for a job summary or a comment; `url` is the run's page. What agents wrote is escaped and cut to one line. */
export function printMarkdown(report: RunReport, url: string | null = null): string {
  const { run, score, latency, results } = report;
  const { total, passed, failed, error, pending } = run.counts;
  const shown = results
    .filter(({ status, flaky }) => status !== 'passed' || flaky)
    .toSorted((a, b) => ORDER[a.status] - ORDER[b.status]);
  const name = cell(run.name ?? run.id);
  return [
    `## ${cell(run.agent_name)}: ${passed} of ${counted(total, 'result')} passed`,
    '',
    '| run | status | passed | failed | error | pending | flaky | pass rate | AQS | latency p50 / p95 |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |',
    `| ${[
      url === null ? name : `[${name}](${url})`,
      run.status_reason ? `${run.status} (${run.status_reason})` : run.status,
      ...[passed, failed, error, pending, run.flaky_cases],
      `${percent(passed, passed + failed + error)}%`,
      score ? scoreText(score) : '-',
      latency ? `${duration(latency.p50)} / ${duration(latency.p95)}` : '-',
    ].join(' | ')} |`,
    '',
    ...listed(shown),
  ].join('\n');
}

function scoreText({ value, low, high, lowEvidence }: AgentScore): string {
  return `${value} (${low}–${high})${lowEvidence ? ', low evidence' : ''}`;
}

function listed(results: readonly ReportedResult[]): string[] {
  if (results.length === 0) return [];
  const rows = results.slice(0, LISTED).map((result) => {
    const { status, title, caseId, trial, category, subtype, reason, flaky } = result;
    const where = trial > 1 ? `${caseId}, trial ${trial}` : caseId;
    const what = [category, subtype].filter(Boolean).join(' / ');
    return `| ${flaky ? `${status}, flaky` : status} | ${cell(title)} (${cell(where)}) | ${cell(what) || '-'} | ${cell(reason)} |`;
  });
  const more = results.length - LISTED;
  return [
    '| result | case | class | reason |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(more > 0 ? ['', `${counted(more, 'more result')} not listed.`] : []),
    '',
  ];
}

/** Text on one line of a table, in which nothing is markup, a mention or a link. */
function cell(text: string): string {
  const cut = text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS - 1).toWellFormed()}…` : text;
  return markdownText(cut).replaceAll('@', '&#64;');
}
