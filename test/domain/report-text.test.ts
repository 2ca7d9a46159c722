import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StandaloneReport } from '../../src/dashboard/standalone-report.tsx';
import { FAILURE_CATEGORIES } from '../../src/domain/fields.ts';
import { markdownText } from '../../src/domain/markdown.ts';
import { type ReportedAudit, recommendations } from '../../src/domain/recommendations.ts';
import type { ReportedResult, RunReport } from '../../src/domain/report.ts';
import { failureGroups, reportedCases, worstFirst } from '../../src/domain/report-groups.ts';
import { type ReportDocument, reportMarkdown, reportRecord } from '../../src/domain/report-text.ts';
import { AQS_WEIGHTS } from '../../src/domain/scores.ts';

const NOW = Date.UTC(2026, 7, 14, 9, 41);
const HOSTILE =
  '# hi\n| a | b |\n<script>alert(1)</script> [x](https://evil.example) ![i](//e) `c` \u202Egpj www.evil.example';

const PASSED: ReportedResult = {
  ...{ scenarioId: 'sc_1', caseId: 'sc_1_1', title: 'Refund a cup', trial: 1, attempt: 1, flaky: false },
  ...{ latencyMs: 900, tools: ['issue_refund'], status: 'passed', rule: 'all_expectations_met' },
  ...{ reason: 'All expectations are met.', evidence: [] },
};
const FAILED: ReportedResult = {
  ...PASSED,
  ...{ caseId: 'sc_2_1', title: 'Cancel an order', status: 'failed', rule: 'effects' },
  ...{ reason: 'cancel_order was due.', category: 'tool_usage_failure', severity: 'high' },
};
const REPORT: RunReport = {
  agentId: 'ag_1',
  run: {
    ...{ id: 'tr_9f3c21a07be4d510', agent_name: 'shop-agent', name: 'Nightly', status: 'completed', source: 'ci' },
    ...{ started_at: NOW - 60_000, completed_at: NOW, flaky_cases: 0, rev: 3 },
    counts: { total: 2, passed: 1, failed: 1, error: 0, pending: 0 },
  },
  score: {
    ...{ value: 72, low: 60, high: 81, lowEvidence: false, weights: AQS_WEIGHTS, decided: 12 },
    parts: { pass: 70, severity: 80, coverage: 60, consistency: null },
  },
  failures: [{ category: 'tool_usage_failure', severity: 'high', count: 1 }],
  latency: { p50: 900, p95: 1200, results: 2 },
  coverage: FAILURE_CATEGORIES.map((category) => ({ category, cases: 1, decided: 1, passed: 1 })),
  results: [PASSED, FAILED],
};
const AUDIT: ReportedAudit = {
  ...{ score: 61, color: 'GREEN', label: 'Ready', counts: { critical: 1, high: 0, medium: 0, low: 1 } },
  findings: [
    {
      ...{ check: 'c', category: 'security', severity: 'critical', title: 'Unconfirmed tool', detail: 'd' },
      ...{ element: 'e', recommendation: 'Add a confirmation.' },
    },
    {
      ...{ check: 'c', category: 'security', severity: 'low', title: 'Small thing', detail: 'd' },
      ...{ element: 'e', recommendation: 'Tidy up.' },
    },
  ],
};

const documentOf = (more: Partial<RunReport> = {}, audit: ReportedAudit | null = AUDIT): ReportDocument => ({
  report: { ...REPORT, ...more },
  audit,
  madeAt: NOW,
});
const advice = (more: Partial<RunReport> = {}, audit: ReportedAudit | null = null) =>
  recommendations({ ...REPORT, ...more }, audit).map(({ text }) => text);

test('failures come together by category and severity, the worst first, with how often each reason was given', () => {
  const safety: ReportedResult = {
    ...FAILED,
    category: 'safety_failure',
    severity: 'critical',
    reason: 'Ran unasked.',
  };
  const { category: _, severity: __, ...bare } = FAILED;
  const groups = failureGroups([
    FAILED,
    bare,
    { ...FAILED, trial: 2 },
    { ...FAILED, reason: 'Other.' },
    safety,
    PASSED,
  ]);
  expect(groups.map(({ category, severity, count }) => [category, severity, count])).toEqual([
    ['safety_failure', 'critical', 1],
    ['tool_usage_failure', 'high', 3],
    [null, null, 1],
  ]);
  expect(groups[1]?.reasons).toEqual([
    { reason: 'cancel_order was due.', count: 2, titles: ['Cancel an order'] },
    { reason: 'Other.', count: 1, titles: ['Cancel an order'] },
  ]);
});

test('a case is counted over its trials, and cases with something to look at come first', () => {
  const waits: ReportedResult = { ...PASSED, caseId: 'sc_3_1', status: 'pending' };
  const broke: ReportedResult = { ...PASSED, caseId: 'sc_4_1', status: 'error' };
  const flaky: ReportedResult = { ...PASSED, caseId: 'sc_5_1', flaky: true };
  const cases = reportedCases([PASSED, { ...PASSED, trial: 2 }, flaky, waits, broke, FAILED]);
  expect(cases[0]).toMatchObject({ caseId: 'sc_1_1', results: 2, passed: 2, failed: 0, flaky: false });
  expect(worstFirst(cases).map(({ caseId }) => caseId)).toEqual(['sc_2_1', 'sc_4_1', 'sc_3_1', 'sc_5_1', 'sc_1_1']);
});

test('a run in order is told to be run again, and nothing else', () => {
  expect(advice({ results: [PASSED] })).toEqual([expect.stringContaining('Nothing is left to mend here.')]);
});

test.each<[string, Partial<RunReport>, string]>([
  ['a failure', {}, '1 result failed in tool usage. Look at the calls'],
  ['an error', { results: [{ ...PASSED, status: 'error' }] }, '1 result broke off with an error.'],
  ['one that waits', { results: [{ ...PASSED, status: 'pending' }] }, '1 result waits for a person.'],
  [
    'two that wait',
    { results: [1, 2].map((trial) => ({ ...PASSED, trial, status: 'pending' as const })) },
    '2 results wait for a person.',
  ],
  ['a flaky case', { results: [{ ...PASSED, flaky: true }] }, '1 case went both ways. Run each at least 5 times'],
  ['no score', { results: [PASSED], score: null }, 'Nothing was decided that a score could be made of.'],
  [
    'little evidence',
    { results: [PASSED], score: REPORT.score && { ...REPORT.score, lowEvidence: true } },
    'the score of 72 stands for anything from 60 to 81. Add cases until at least 10 are.',
  ],
  [
    'a gap',
    { results: [PASSED], coverage: REPORT.coverage.map((one, n) => (n < 2 ? { ...one, cases: 0 } : one)) },
    'No case aims at knowledge and reasoning. Have scenarios made for them',
  ],
  [
    'an undecided aim',
    { results: [PASSED], coverage: REPORT.coverage.map((one, n) => (n === 0 ? { ...one, decided: 0 } : one)) },
    'Cases aim at knowledge, and none of their results is decided yet.',
  ],
  ['an outage', { results: [PASSED], run: { ...REPORT.run, outage: true } }, 'this run is left out of the score'],
  ['a run under way', { results: [PASSED], run: { ...REPORT.run, status: 'running' } }, 'The run is under way.'],
  [
    'a run that broke off',
    { results: [PASSED], run: { ...REPORT.run, status: 'failed', status_reason: 'stalled' } },
    'The run ended early (stalled).',
  ],
])('what to do about %s is said in a sentence', (_, more, words) => {
  expect(advice(more).join(' ')).toContain(words);
});

test('the most urgent comes first, and of the audit only what is severe', () => {
  const all = recommendations(REPORT, AUDIT);
  expect(all[0]).toEqual({ priority: 'critical', text: 'Audit: Unconfirmed tool. Add a confirmation.', cases: [] });
  expect(all[1]).toMatchObject({ priority: 'high', cases: ['Cancel an order'] });
  expect(all.map(({ text }) => text).join()).not.toContain('Small thing');
});

test('the Markdown says what the report holds', () => {
  const text = reportMarkdown(documentOf());
  expect(text).toMatch(/^# QA report: shop-agent, Nightly\n\n- Agent: shop-agent\n- Run: Nightly\n/);
  expect(text).toContain('Agent Quality Score (AQS): **72** (Good), 95% interval 60 to 81');
  expect(text).toContain('  - Consistency: — (weight 0.15)');
  expect(text).toContain('Agent Readiness Score (ARS): **61**/100 (GREEN, Ready)');
  expect(text).toContain('| 2 | 1 | 1 | 0 | 0 |\n\n50% passed');
  expect(text).toContain('### Tool usage, high: 1\n\n- cancel\\_order was due.: Cancel an order');
  expect(text.match(/^\| [A-Z][\w ]+ \| 1 \| 1 \| 1 \|$/gm)).toHaveLength(9);
  expect(text).toContain('| Cancel an order | sc\\_2\\_1 | 1 | 0 | 1 | 0 | 0 |');
  expect(reportMarkdown(documentOf({ score: null, results: [], latency: null }, null))).toContain('No result failed.');
});

test('foreign text makes no markup, link, image, row or heading of its own in Markdown', () => {
  const hostile = { ...FAILED, title: HOSTILE, reason: HOSTILE };
  const text = reportMarkdown(documentOf({ results: [hostile], run: { ...REPORT.run, name: HOSTILE } }));
  const bare = text.replace(/\\[\s\S]/g, '');
  expect(bare).not.toMatch(/<|`|!\[|\]\(|https:\/\/|www\.|\u202e/);
  expect(text.match(/^# /gm)).toHaveLength(1);
  const columns = (line: string) => line.replace(/\\\|/g, '').split('|').length;
  const lines = text.split('\n').filter((line) => line.startsWith('| '));
  expect(lines.filter((line) => line.includes('evil')).map(columns)).toEqual([9]);
});

test('any text becomes one line whose escapes give the same text back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const line = markdownText(text);
      expect(line).not.toMatch(/[\n\r]/);
      const back = line
        .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
        .replace(/\\([\s\S])/g, '$1');
      expect(back.replace(/\[U\+[0-9A-F]{4}\]/g, '')).toBe(
        text
          .replace(/\s+/g, ' ')
          .trim()
          .replace(/[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, ''),
      );
    }),
  );
});

test('the JSON holds every result with its evidence, times in ISO 8601 and no key in camel case', () => {
  const evidence = [{ call: 2, tool: 'cancel_order', expected: 'A1', actual: 'A2' }];
  const text = JSON.stringify(reportRecord(documentOf({ results: [PASSED, { ...FAILED, evidence }] })));
  const record = JSON.parse(text);
  expect(record).toMatchObject({
    made_at: '2026-08-14T09:41:00.000Z',
    agent: { id: 'ag_1', name: 'shop-agent' },
    run: { id: 'tr_9f3c21a07be4d510', started_at: '2026-08-14T09:40:00.000Z' },
    aqs: { value: 72, low: 60, high: 81, rating: 'Good', low_evidence: false },
    ars: { score: 61, label: 'Ready' },
    latency: { p50_ms: 900 },
    results: [{ test_case_id: 'sc_1_1' }, { test_case_id: 'sc_2_1', latency_ms: 900, evidence }],
  });
  expect(record.coverage).toHaveLength(9);
  expect(text).not.toMatch(/"[a-z]+[A-Z]\w*":/);
});

test('the file holds every case and reason, its own style, and a policy under which nothing runs or loads', () => {
  const results = Array.from({ length: 900 }, (_, n) => ({
    ...FAILED,
    ...{ caseId: `sc_${n}_1`, title: `${HOSTILE} case ${n}`, reason: `${HOSTILE} reason ${n}` },
  }));
  const html = String(StandaloneReport({ document: documentOf({ results }), styles: 'main { color: red; }' }));
  expect(html).toContain('<style>main { color: red; }</style>');
  expect(html).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;;`);
  expect(html).not.toMatch(/<script|<img|<link|\ssrc=|href="http/);
  expect(html.match(/ reason \d+<\/bdi>/g)).toHaveLength(900);
  expect(new Set(html.match(/ case \d+<\/bdi><\/th>/g)).size).toBe(900);
});
