import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RESULT_STATUSES } from '../../src/domain/fields.ts';
import { exportedCases } from '../../src/domain/formats/exported-case.ts';
import { printCsv } from '../../src/domain/formats/print-csv.ts';
import { printCtrf } from '../../src/domain/formats/print-ctrf.ts';
import { printEvaluations } from '../../src/domain/formats/print-evaluations.ts';
import { printJunit } from '../../src/domain/formats/print-junit.ts';
import { printMarkdown } from '../../src/domain/formats/print-markdown.ts';
import type { ReportedResult, RunReport } from '../../src/domain/report.ts';
import { faultOf, readAll } from './formats-samples.ts';

const NASTY = [
  '\u0000',
  '\u0008',
  '\u001b',
  '\r\n',
  '\r',
  '\t',
  ']]>',
  '&#27;',
  '&amp;',
  '<',
  '"',
  "'",
  '\u0085',
  '\u2028',
  '\ufffe',
  '\uffff',
  '\ud800',
  '😀',
  '\ufeff',
  '\\',
  '%',
  ' ',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 8 })
  .map((parts) => parts.join(''));

const result: fc.Arbitrary<ReportedResult> = fc.record({
  scenarioId: fc.constantFrom('sc_1', 'sc_2'),
  caseId: fc.constantFrom('sc_1_1', 'sc_1_2', 'sc_2_1'),
  title: text,
  trial: fc.integer({ min: 1, max: 1000 }),
  attempt: fc.integer({ min: 1, max: 100 }),
  status: fc.constantFrom(...RESULT_STATUSES),
  flaky: fc.boolean(),
  latencyMs: fc.option(fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e9, noNaN: true }))),
  reason: text,
  rule: fc.constant('effects' as const),
  evidence: fc.constant([]),
  tools: fc.array(text, { maxLength: 3 }),
});

function reportOf(results: ReportedResult[], name = 'clerk'): RunReport {
  const count = (status: string) => results.filter((one) => one.status === status).length;
  const counts = {
    total: results.length,
    passed: count('passed'),
    failed: count('failed'),
    error: count('error'),
    pending: count('pending'),
  };
  const run = {
    id: 'tr_1',
    agent_name: name,
    status: 'completed' as const,
    source: 'ci' as const,
    started_at: 1_772_438_400_000,
    counts,
    flaky_cases: 0,
    rev: 1,
  };
  return { agentId: 'ag_1', run, score: null, failures: [], latency: null, coverage: [], results };
}

const sample = (known: Partial<ReportedResult>): ReportedResult => ({
  scenarioId: 'sc_1',
  caseId: 'sc_1_1',
  title: 'refunds',
  trial: 1,
  attempt: 1,
  status: 'failed',
  flaky: false,
  latencyMs: 1500,
  reason: 'refund_order was due',
  rule: 'effects',
  evidence: [],
  tools: ['look_up', 'refund_order'],
  ...known,
});

test.each([
  ['JUnit XML', printJunit, 'junit'],
  ['CTRF', printCtrf, 'ctrf'],
  ['OTLP events', printEvaluations, 'otel'],
] as const)('a run printed as %s and read again is the same run', (_, print, format) => {
  fc.assert(
    fc.property(fc.array(result, { maxLength: 5 }), (results) => {
      const report = reportOf(results);
      const read = readAll(print(report));
      expect(read.facts).toMatchObject({ format, runId: 'tr_1', tests: results.length, rejected: 0 });
      expect(read.cases).toEqual(exportedCases(report));
      expect(read.facts.warnings).toEqual(results.length === 0 ? ['There is no test in the report.'] : []);
    }),
    { numRuns: 500 },
  );
});

test('JUnit shows a text that XML cannot hold with replacements, and exactly in a property', () => {
  const xml = printJunit(reportOf([sample({ title: 'a\u001bb', reason: 'c\u0000' })]));
  expect(xml).toContain('name="a\ufffdb"');
  expect(xml).toContain('<failure message="c\ufffd">c\ufffd</failure>');
  expect(xml).toContain('<property name="invarium.json.name" value="&quot;a\\u001bb&quot;"/>');
});

test('CTRF says failed of what broke off, because its readers would overlook anything else', () => {
  const [first] = JSON.parse(printCtrf(reportOf([sample({ status: 'error' })]))).results.tests;
  expect(first).toMatchObject({ status: 'failed', rawStatus: 'error', duration: 1500, suite: ['sc_1'] });
});

test('CSV has a line for each result and runs no formula', () => {
  const [, line] = printCsv(reportOf([sample({ title: '=1+1', tools: ['a', 'b'] })])).split('\r\n');
  expect(line).toBe("sc_1,sc_1_1,'=1+1,1,1,failed,false,effects,,,,1500,a > b,refund_order was due");
});

test('Markdown lists what did not pass, failures first, and lets no text be markup', () => {
  const results = [
    sample({ status: 'pending', title: 'waits' }),
    sample({ title: '<img src=x> | [a](http://b) @team **x** `y`', reason: 'line\n| cell' }),
    sample({ status: 'passed', title: 'fine' }),
  ];
  const lines = printMarkdown(reportOf(results), 'https://example.org/runs/tr_1').split('\n');
  const rows = lines.filter((line) => line.startsWith('| failed') || line.startsWith('| pending'));
  expect(rows.map((row) => row.slice(0, 8))).toEqual(['| failed', '| pendin']);
  expect(rows[0]?.split(/ (?<!\\)\| /)).toHaveLength(4);
  expect(rows[0]).not.toMatch(/@|(?<!\\)[<[\]*`]/);
  expect(lines[0]).toBe('## clerk: 1 of 3 results passed');
  expect(lines.join('\n')).toContain('[tr\\_1](https://example.org/runs/tr_1)');
});

test('Markdown names fifty results and says how many more there are', () => {
  const markdown = printMarkdown(reportOf(Array.from({ length: 60 }, () => sample({}))));
  expect(markdown.split('\n').filter((line) => line.startsWith('| failed'))).toHaveLength(50);
  expect(markdown).toContain('10 more results not listed.');
});

test('a broken export is refused like any other report', () => {
  expect(faultOf(printJunit(reportOf([sample({})])).slice(0, -20)).kind).toBe('unparseable');
});
