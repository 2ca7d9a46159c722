import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { AUDIT_CATEGORIES, AuditCategory, type Finding } from '../domain/audit/finding.ts';
import { Refusal, refusalText } from '../domain/errors.ts';
import { SEVERITIES } from '../domain/fields.ts';
import { type Review, reviewBlueprint } from '../domain/review.ts';
import { readCorpus } from './corpus.ts';
import { Problem } from './problem.ts';

/**
 * The reviews of what a path holds: one blueprint file, a folder of them, or a folder of recorded conversations.
 * Throws a `Problem` that names the file.
 */
export function readReviews(given: string): Review[] {
  const found = statSync(given, { throwIfNoEntry: false });
  if (!found) throw new Problem(`${given} is missing.`);
  if (!found.isDirectory()) return [review(given, readFileSync(given, 'utf8'))];
  const names = readdirSync(given).sort();
  if (names.includes('tools.json')) return [review(given, JSON.stringify(readCorpus(given).blueprint))];
  const files = names.filter((name) => /\.(?:ya?ml|json)$/.test(name)).map((name) => path.join(given, name));
  if (files.length === 0) throw new Problem(`${given} holds no blueprint.`);
  return files.flatMap((file) => readReviews(file));
}

function review(where: string, document: string): Review {
  try {
    return reviewBlueprint(document);
  } catch (error) {
    throw error instanceof Refusal ? new Problem(`${where}: ${refusalText(error)}`) : error;
  }
}

/** The audits as Markdown: a table of scores, then for each blueprint what was found, alike findings on one line. */
export function auditTable(reviews: readonly Review[]): string {
  const labels = AuditCategory.options.map((category) => AUDIT_CATEGORIES[category].label);
  const scores = table(['Blueprint', 'ARS', ...labels, 'Checks', 'Confidence', 'Findings'], reviews.map(scoreRow));
  const sections = reviews
    .filter(({ report }) => report.findings.length > 0)
    .map(({ blueprint, report }) => {
      const rows = table(['Severity', 'Check', 'Finding', 'Where'], findingRows(report.findings));
      return `**${blueprint.agent_name}**\n\n${rows}`;
    });
  return [scores, ...sections].join('\n\n');
}

function scoreRow({ blueprint, report, confidence }: Review): string[] {
  const parts = AuditCategory.options.map((category) => {
    const { left, budget } = report.categories[category];
    return `${left}/${budget}`;
  });
  const counts = SEVERITIES.filter((severity) => report.counts[severity] > 0).map(
    (severity) => `${report.counts[severity]} ${severity}`,
  );
  return [
    ...[blueprint.agent_name, `${report.score} (${report.label})`, ...parts, String(report.checks), confidence.level],
    counts.join(', ') || 'none',
  ];
}

function findingRows(findings: readonly Finding[]): string[][] {
  const alike = Map.groupBy(findings, ({ severity, check }) => `${severity} ${check}`);
  return [...alike.values()].map((group) => {
    const { severity = '', check = '', title = '' } = group[0] ?? {};
    return [severity, check, title.split(': ')[0] ?? '', group.map(({ element }) => `\`${element}\``).join(', ')];
  });
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
