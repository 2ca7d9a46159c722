import { escaped } from './formats/print-junit.ts';
import type { GateAnswer, GateCheck } from './gate.ts';
import { markdownText } from './markdown.ts';

/** The answer of a gate as a CI system shows it. */

/** GitHub-flavoured Markdown for a job summary. */
export function gateMarkdown({ outcome, checks }: GateAnswer): string {
  const rows = checks.map(({ name, wanted, actual, passed }) => [passed ? 'yes' : '**no**', name, wanted, actual]);
  const lines = rows.map(
    (cells) => `| ${cells.map((cell, at) => (at === 0 ? cell : markdownText(cell))).join(' | ')} |`,
  );
  return [
    `# Gate ${outcome}`,
    '',
    '| met | check | wanted | actual |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
    '',
  ].join('\n');
}

/** JUnit XML: one test for each check. */
export function gateJunit({ checks }: GateAnswer): string {
  const failed = checks.filter(({ passed }) => !passed).length;
  const suite = `<testsuite name="Gate" tests="${checks.length}" failures="${failed}">`;
  const tests = checks.map(printCheck);
  return ['<?xml version="1.0" encoding="UTF-8"?>', suite, ...tests, '</testsuite>', ''].join('\n');
}

function printCheck({ name, wanted, actual, passed }: GateCheck): string {
  const failure = passed ? '' : `<failure message="${escaped(`${actual}, wanted ${wanted}`)}"/>`;
  return `<testcase classname="Gate" name="${escaped(name)}">${failure}</testcase>`;
}
