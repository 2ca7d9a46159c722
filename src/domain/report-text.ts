import { categoryName } from './failure-words.ts';
import { counted, duration, grouped, isoTime, minuteTime, percent, shortRunId } from './formatting.ts';
import { markdownText } from './markdown.ts';
import { type ReportedAudit, recommendations } from './recommendations.ts';
import type { CategoryCoverage, RunReport } from './report.ts';
import { type FailureGroup, failureGroups, type ReportedCase, reportedCases, worstFirst } from './report-groups.ts';
import { removalSentence } from './retention.ts';
import { type AgentScore, AQS_WEIGHTS, scoreBand } from './scores.ts';

/** A report on a run as files hold it: Markdown for people, JSON for programs. The page says the same. */

/** What a report is made of; `audit` is the agent's newest, `madeAt` in epoch milliseconds. */
export type ReportDocument = { report: RunReport; audit: ReportedAudit | null; madeAt: number };

export function reportTitle({ report: { run } }: ReportDocument): string {
  return `QA report: ${run.agent_name}, ${run.name ?? `run ${shortRunId(run.id)}`}`;
}

/** The parts of a score by name, with how much of it each one is. Consistency is null where no case has two outcomes. */
export function scoreParts({ parts }: AgentScore): { name: string; value: number | null; weight: number }[] {
  return [
    { name: 'Passed', value: parts.pass, weight: AQS_WEIGHTS.pass },
    { name: 'Severity', value: parts.severity, weight: AQS_WEIGHTS.severity },
    { name: 'Coverage', value: parts.coverage, weight: AQS_WEIGHTS.coverage },
    { name: 'Consistency', value: parts.consistency, weight: AQS_WEIGHTS.consistency },
  ];
}

/** What the report is about, as pairs of a name and our own words or foreign text. */
export function reportFacts({ report: { run, latency }, madeAt }: ReportDocument): [name: string, value: string][] {
  return [
    ['Agent', run.agent_name],
    ['Run', run.name ?? run.id],
    ...(run.name === undefined ? [] : ([['Run ID', run.id]] as [string, string][])),
    ['Date', `${minuteTime(run.started_at)} UTC`],
    ['Source', run.source],
    ['Status', run.status_reason ? `${run.status} (${run.status_reason})` : run.status],
    ...(latency
      ? ([['Latency', `${duration(latency.p50)} median, ${duration(latency.p95)} at the 95th percentile`]] as [
          string,
          string,
        ][])
      : []),
    ...(run.texts_removed_at === undefined
      ? []
      : ([['Texts', removalSentence(run.texts_removed_at)]] as [string, string][])),
    ['Report made', `${minuteTime(madeAt)} UTC`],
  ];
}

/** GitHub-flavoured Markdown. Whatever came from outside is escaped: it makes no link, image, heading or table of its own. */
export function reportMarkdown(document: ReportDocument): string {
  const { report, audit } = document;
  const groups = failureGroups(report.results);
  const cases = worstFirst(reportedCases(report.results));
  return `${[
    `# ${markdownText(reportTitle(document))}`,
    reportFacts(document)
      .map(([name, value]) => `- ${name}: ${markdownText(value)}`)
      .join('\n'),
    '## Scores',
    scoreSection(report.score, audit),
    '## Results',
    totals(report),
    '## Failures',
    failureSection(groups),
    '## Coverage',
    coverageTable(report.coverage),
    '## Recommendations',
    recommendations(report, audit).map(recommendationLine).join('\n'),
    '## Cases',
    caseTable(cases),
  ].join('\n\n')}\n`;
}

function scoreSection(score: AgentScore | null, audit: ReportedAudit | null): string {
  const aqs = score
    ? [
        `- Agent Quality Score (AQS): **${score.value}** (${scoreBand(score.value)}), 95% interval ${score.low} to ${score.high}${score.lowEvidence ? ', low evidence' : ''}`,
        ...scoreParts(score).map(
          ({ name, value, weight }) => `  - ${name}: ${value === null ? '—' : Math.round(value)} (weight ${weight})`,
        ),
      ]
    : ['- Agent Quality Score (AQS): —'];
  const ars = audit ? `**${audit.score}**/100 (${markdownText(audit.color)}, ${markdownText(audit.label)})` : '—';
  return [...aqs, `- Agent Readiness Score (ARS): ${ars}`].join('\n');
}

function totals({ run: { counts, expected_total, flaky_cases } }: RunReport): string {
  return [
    table(
      ['Results', 'Passed', 'Failed', 'Errors', 'Pending'],
      [[counts.total, counts.passed, counts.failed, counts.error, counts.pending].map(grouped)],
    ),
    [
      `${percent(counts.passed, counts.total)}% passed`,
      ...(expected_total === undefined
        ? []
        : [`${grouped(counts.total)} of ${grouped(expected_total)} expected results`]),
      `${counted(flaky_cases, 'flaky case')}`,
    ].join(' · '),
  ].join('\n\n');
}

function failureSection(groups: readonly FailureGroup[]): string {
  if (groups.length === 0) return 'No result failed.';
  return groups
    .map(({ category, severity, count, reasons }) =>
      [
        `### ${category ? categoryName(category) : 'Without a category'}, ${severity ?? 'no severity'}: ${grouped(count)}`,
        reasons
          .map(({ reason, count: times, titles }) => {
            const often = times > 1 ? ` (${grouped(times)} times)` : '';
            return `- ${markdownText(reason)}${often}: ${titles.map(markdownText).join('; ')}`;
          })
          .join('\n'),
      ].join('\n\n'),
    )
    .join('\n\n');
}

function coverageTable(coverage: readonly CategoryCoverage[]): string {
  const rows = coverage.map(({ category, cases, decided, passed }) => [
    ...[categoryName(category), grouped(cases), grouped(decided), grouped(passed)],
  ]);
  return table(['Category', 'Cases', 'Decided', 'Passed'], rows);
}

function recommendationLine({ priority, text, cases }: ReturnType<typeof recommendations>[number]): string {
  const about = cases.length > 0 ? ` For instance: ${cases.map(markdownText).join('; ')}.` : '';
  return `- **${priority}**: ${markdownText(text)}${about}`;
}

function caseTable(cases: readonly ReportedCase[]): string {
  if (cases.length === 0) return 'No result arrived.';
  const rows = cases.map(({ title, caseId, results, passed, failed, error, pending, flaky }) => [
    ...[`${markdownText(title)}${flaky ? ' (flaky)' : ''}`, markdownText(caseId)],
    ...[results, passed, failed, error, pending].map(grouped),
  ]);
  return table(['Case', 'ID', 'Results', 'Passed', 'Failed', 'Errors', 'Pending'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The report as plain data: names in snake case, times in ISO 8601. */
export function reportRecord({ report, audit, madeAt }: ReportDocument) {
  const { run, score, latency, results } = report;
  return {
    made_at: isoTime(madeAt) ?? null,
    agent: { id: report.agentId, name: run.agent_name },
    run: {
      ...run,
      started_at: isoTime(run.started_at) ?? null,
      completed_at: run.completed_at === undefined ? null : (isoTime(run.completed_at) ?? null),
    },
    aqs: score && {
      ...{ value: score.value, low: score.low, high: score.high, rating: scoreBand(score.value) },
      ...{ low_evidence: score.lowEvidence, decided: score.decided, parts: score.parts, weights: score.weights },
    },
    ars: audit && { score: audit.score, color: audit.color, label: audit.label, findings: audit.counts },
    latency: latency && { p50_ms: latency.p50, p95_ms: latency.p95, results: latency.results },
    failures: failureGroups(results),
    coverage: report.coverage,
    recommendations: recommendations(report, audit),
    results: results.map(({ scenarioId, caseId, latencyMs, ...rest }) => ({
      ...{ scenario_id: scenarioId, test_case_id: caseId, ...rest },
      latency_ms: latencyMs,
    })),
  };
}
