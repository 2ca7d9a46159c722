import { expect, test } from 'vitest';
import { ReportPage, type ReportPageProps, SharedReportPage } from '../../src/dashboard/report-page.tsx';
import { FAILURE_CATEGORIES, SEVERITIES } from '../../src/domain/fields.ts';
import type { ReportedResult, RunReport } from '../../src/domain/report.ts';
import { AQS_WEIGHTS } from '../../src/domain/scores.ts';

const NOW = Date.UTC(2026, 7, 14, 9, 41);
/** What style sheets and scripts leave of 100 KB. */
const PAGE_BYTES = 60_000;

const RESULT: ReportedResult = {
  ...{ scenarioId: 'sc_1', caseId: 'sc_1_1', title: 'Cancel an order', trial: 1, attempt: 1, flaky: false },
  ...{ latencyMs: null, tools: [], status: 'failed', rule: 'effects', reason: 'cancel_order was due.', evidence: [] },
  ...{ category: 'tool_usage_failure', severity: 'high' },
};
const REPORT: RunReport = {
  agentId: 'ag_1',
  run: {
    ...{ id: 'tr_9f3c21a07be4d510', agent_name: 'shop-agent', status: 'completed', source: 'ci', started_at: NOW },
    ...{ counts: { total: 1, passed: 0, failed: 1, error: 0, pending: 0 }, flaky_cases: 0, rev: 3 },
  },
  score: {
    ...{ value: 42, low: 20, high: 61, lowEvidence: true, weights: AQS_WEIGHTS, decided: 1 },
    parts: { pass: 40, severity: 50, coverage: 11, consistency: null },
  },
  failures: [],
  latency: null,
  coverage: FAILURE_CATEGORIES.map((category, n) => ({ category, cases: n, decided: n, passed: n })),
  results: [RESULT],
};
const SHARES: ReportPageProps['shares'] = { shares: [], mayChange: true, usualDays: 90, mostDays: 365 };

const documentOf = (more: Partial<RunReport>) => ({ report: { ...REPORT, ...more }, audit: null, madeAt: NOW });

function page(more: Partial<RunReport> = {}, shares: Partial<ReportPageProps['shares']> = {}): string {
  const props = { workspaceName: 'Northwind', csrf: 'token', shares: { ...SHARES, ...shares } };
  return String(ReportPage({ ...props, document: documentOf(more) }));
}
const textOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

test('the report says scores with interval and parts, failures with reasons, coverage and cases', () => {
  const text = textOf(page());
  expect(text).toContain('42 Critical 95% interval 20 to 61, low evidence');
  expect(text).toMatch(/Passed 40% 40 Severity 25% 50 Coverage 20% 11 Consistency 15% —/);
  expect(text).toContain('No audit of this agent is stored.');
  expect(text).toContain('high Tool usage 1 cancel_order was due. Cancel an order');
  expect(text).toContain('8 of 9 failure categories have cases');
  expect(text).toContain('Knowledge no case 0 0 —');
  expect(text).toContain('Cancel an order failed 0 of 1 1 0 0');
});

test('a shared report leads nowhere into the workspace, and offers its own files', () => {
  const html = String(SharedReportPage({ document: documentOf({}), path: '/report/abc' }));
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
  const pages = links.filter((href) => !href.startsWith('/assets/') && !href.startsWith('#'));
  expect(pages.sort()).toEqual([
    '/',
    '/report/abc.html',
    '/report/abc.json',
    '/report/abc.md',
    'mailto:support@invarium.ai',
  ]);
  expect(html).not.toMatch(/<form|ag_1|Northwind/);
});

test('a link is shown once where it was made, and only live ones can be revoked by whoever may change things', () => {
  const shares = [{ hash: 'f'.repeat(64), createdAt: NOW, expiresAt: NOW + 86_400_000 }];
  const html = page({}, { shares, made: 'http://x/report/secret' });
  expect(html.match(/secret/g)).toHaveLength(2);
  expect(html).toContain(`action="/runs/tr_9f3c21a07be4d510/report/shares/${'f'.repeat(64)}/revoke?agent=shop-agent"`);
  const viewer = page({}, { shares, mayChange: false });
  expect(viewer).not.toMatch(/action="[^"]*shares/);
  expect(textOf(viewer)).toContain('Link of 2026-08-14 09:41 UTC, expires 2026-08-15');
});

test.each(['a', '<', '\u202e', '漢'])(
  'a report full of %j stays under the weight of a page and says what is left out',
  (filling) => {
    const results = Array.from({ length: 1000 }, (_, n) => ({
      ...RESULT,
      ...{ caseId: `sc_${n}_1`, title: `${filling.repeat(300)}${n}`, reason: `${filling.repeat(900)}${n}` },
      category: FAILURE_CATEGORIES[n % 9] ?? 'tool_usage_failure',
      severity: SEVERITIES[n % 4] ?? 'low',
    }));
    const html = page({ results });
    expect(new TextEncoder().encode(html).length).toBeLessThan(PAGE_BYTES);
    expect(textOf(html)).toMatch(/more reasons are in the files\..*940 more cases are in the files\./);
  },
);

test('hostile text stays text, and nothing is inline', () => {
  const hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
  const html = page({
    results: [{ ...RESULT, title: hostile, reason: hostile }],
    run: { ...REPORT.run, name: hostile },
  });
  const bare = html.replaceAll('<script type="module" src="/assets/copy.js"></script>', '');
  expect(bare).not.toMatch(/<script|<img|<style|\sstyle=/);
  expect(html.match(/<h1>/g)).toHaveLength(1);
});
