import { expect, test } from 'vitest';
import { AgentPage } from '../../src/dashboard/agent-page.tsx';
import { chanceSentence, pinsSentence, pText } from '../../src/dashboard/chance.ts';
import { ComparePage } from '../../src/dashboard/compare-page.tsx';
import { renderRows } from '../../src/dashboard/result-rows.tsx';
import { ResultsPage } from '../../src/dashboard/results-page.tsx';
import type { Findings } from '../../src/dashboard/run-findings.tsx';
import { RunPage } from '../../src/dashboard/run-page.tsx';
import type { Comparison } from '../../src/domain/comparison.ts';
import { FAILURE_CATEGORIES, SEVERITIES } from '../../src/domain/fields.ts';
import type { AgentBehaviour, ResultView, RunComparison, RunHeader } from '../../src/domain/run.ts';
import { mcnemarExact } from '../../src/domain/statistics/mcnemar.ts';
import type { Finding } from '../../src/domain/verdict/verdict.ts';
import { PAGE_BYTES, weightOf } from './page-weight.ts';

const NOW = Date.UTC(2026, 7, 14, 9, 41);
const WORKSPACE = { workspaceName: 'Northwind', now: NOW, csrf: 'token' };

const AFTER: RunHeader = {
  id: 'tr_9f3c21a07be4d510',
  agent_name: 'shop-support',
  status: 'completed',
  source: 'mcp',
  started_at: NOW,
  counts: { total: 10, passed: 10, failed: 0, error: 0, pending: 0 },
  flaky_cases: 0,
  rev: 11,
};
const BEFORE: RunHeader = { ...AFTER, id: 'tr_1111111111111111', name: 'Nightly' };

const NOTHING: Comparison = {
  ...{ scoreDelta: null, regressions: [], fixes: [], stillFailing: [], added: [], removed: [], pValue: 1 },
  ...{ categories: { before: {}, after: {} }, latencyMs: null, steps: null, changedPaths: [], differentPins: [] },
};

const RESULT: ResultView = {
  ...{
    scenario_id: 'sc_0000000000000001',
    test_case_id: 'sc_0000000000000001_1',
    title: 'A refund',
    trial: 1,
    attempt: 2,
  },
  ...{ status: 'passed', decided_by: 'reviewer', rule: 'reviewed', reason: 'The refund was not due.', evidence: [] },
  ...{ tools_called: [], user_message: 'Hi', agent_response: 'Hello', received_at: NOW },
};

function changes(lost: number, won: number): Comparison {
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `sc_${n}_1`);
  return { ...NOTHING, regressions: ids(lost), fixes: ids(won), pValue: mcnemarExact(lost, won) };
}

function comparePage(comparison: Partial<Comparison>, more: Partial<RunComparison> = {}): string {
  const view = {
    agentId: 'ag_1',
    before: { run: BEFORE, score: 82 },
    after: { run: AFTER, score: 78 },
    titles: {},
    ...more,
  };
  return String(ComparePage({ ...WORKSPACE, view: { ...view, comparison: { ...NOTHING, ...comparison } } }));
}

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

test.each([
  [0, 0, 'No case that both runs decided changed its verdict.'],
  [1, 0, '1 case got worse and 0 cases better: fewer than 6 changes could well be chance.'],
  [0, 5, '0 cases got worse and 5 cases better: fewer than 6 changes could well be chance.'],
  [
    6,
    0,
    'if nothing had changed, as one-sided a result would come up in 3.1 % of comparisons, so this is hardly chance.',
  ],
  [5, 4, 'in 100 % of comparisons, so this could well be chance.'],
  [30, 2, 'in fewer than 1 in 1,000 of comparisons, so this is hardly chance.'],
])('%i cases lost and %i won are explained in one plain sentence', (lost, won, words) => {
  expect(chanceSentence(changes(lost, won))).toContain(words);
});

test('a p is shown with three digits and never as nothing', () => {
  expect([0.0385742, 1, 1e-9].map(pText)).toEqual(['p = 0.0386', 'p = 1', 'p < 0.0001']);
});

test('runs that were judged against different pins say which', () => {
  expect(pinsSentence([])).toBeNull();
  expect(pinsSentence(['toolsVersion'])).toContain('the same: the table of tools changed');
  const all = pinsSentence(['catalogueRev', 'toolsVersion', 'evaluatorVersion']);
  expect(all).toContain('the test cases, the table of tools and the rules of judging changed');
});

test('a comparison names its cases, their paths and its figures, and links each case in both runs', () => {
  const html = comparePage(
    {
      ...{ scoreDelta: -4, regressions: ['sc_1_1'], added: ['sc_2_1'], removed: ['sc_3_1'], pValue: 1 },
      categories: { before: { safety_failure: 3 }, after: { tool_usage_failure: 1 } },
      latencyMs: { before: 1200, after: 900, delta: -300 },
      changedPaths: [{ caseId: 'sc_1_1', lost: [['find', 'pay']], gained: [['find'], []], distance: 1 }],
      differentPins: ['catalogueRev'],
    },
    { titles: { sc_1_1: 'Refund a cup', sc_2_1: 'Brand new' } },
  );
  const text = textOf(html);
  expect(text).toContain('82 to 78 (−4)');
  expect(text).toMatch(/Regressions 1 Fixes 0 Still failing 0 New cases 1 Removed cases 1/);
  expect(text).toMatch(/lost find › pay gained find no tools called/);
  expect(text).toMatch(/Safety 3 0 −3/);
  expect(text).toMatch(/Tool usage 0 1 \+1/);
  expect(text).toMatch(/Latency 1.2 s 900 ms −300 ms/);
  expect(text).toContain('were not judged against the same: the test cases changed');
  expect(text).toContain('did not use the same cases: 1 case only in the earlier one, 1 only in the later');
  expect(textOf(comparePage({}))).not.toContain('did not use the same cases');
  expect(html).toContain('href="/runs/tr_9f3c21a07be4d510/cases/sc_1_1?agent=shop-support"');
  expect(html).toContain('href="/runs/tr_1111111111111111/cases/sc_1_1?agent=shop-support"');
  expect(html).toContain('href="/runs/tr_1111111111111111/cases/sc_3_1?agent=shop-support"');
  expect(html).not.toContain('href="/runs/tr_1111111111111111/cases/sc_2_1?agent=shop-support"');
});

test.each([
  ['hostile', '<script>alert(1)</script>'],
  ['wide', '漢'.repeat(5000)],
  ['heavy', '"'.repeat(5000)],
])('a comparison of thousands of cases with %s names stays text and under 100 KB', (_, foreign) => {
  const ids = Array.from({ length: 3000 }, (_, n) => `sc_${String(n).padStart(16, '0')}_1`);
  const path = Array<string>(200).fill(foreign);
  const changedPaths = ids.map((caseId) => ({ caseId, lost: [path, path, path, path], gained: [path], distance: 1 }));
  const lists = { regressions: ids, fixes: ids, stillFailing: ids, added: ids, removed: ids };
  const html = comparePage({ ...lists, changedPaths }, { titles: Object.fromEntries(ids.map((id) => [id, foreign])) });
  expect(weightOf(html)).toBeLessThan(PAGE_BYTES);
  expect(html).not.toContain('<script');
  expect(textOf(html)).toContain('… and 2,975 more');
});

test('an outage is explained where it is marked', () => {
  expect(textOf(comparePage({}, { before: { run: { ...BEFORE, outage: true }, score: null } }))).toContain(
    'left out of the score',
  );
  const page = { ...WORKSPACE, newest: [], liveUrl: '/live' };
  expect(textOf(String(RunPage({ ...page, run: { ...AFTER, outage: true } })))).toContain('left out of the score');
  expect(textOf(String(RunPage({ ...page, run: AFTER })))).not.toContain('left out of the score');
});

test('a row leads to the page of its result, and carries nothing of one reader', () => {
  const row = renderRows([RESULT], AFTER);
  expect(row).toContain(
    '<a href="/runs/tr_9f3c21a07be4d510/cases/sc_0000000000000001_1.1?agent=shop-support"><bdi>A refund',
  );
  expect(row).not.toMatch(/csrf|<form|<button/);
  const html = String(RunPage({ ...WORKSPACE, newest: [RESULT], liveUrl: '/live', run: AFTER }));
  expect(html).toContain(row);
});

const FINDINGS = {
  ...{ failures: [{ category: 'safety_failure', severity: 'critical', count: 2 }], score: null },
  latency: { p50: 850, p95: 4200, results: 9 },
} satisfies Omit<Findings, 'problems'>;

test('a run that is over leads with what went wrong, the gravest first, and no other run does', () => {
  const failed = { ...RESULT, status: 'failed' as const, category: 'safety_failure' as const };
  const problems = [
    { ...failed, title: 'A slip', severity: 'low' as const },
    { ...failed, title: 'A disaster', severity: 'critical' as const },
  ];
  const run = { ...AFTER, counts: { ...AFTER.counts, passed: 7, failed: 3 } };
  const page = { ...WORKSPACE, newest: [RESULT], liveUrl: '/live', run };
  const text = textOf(String(RunPage({ ...page, findings: { ...FINDINGS, problems } })));
  expect(text).toMatch(/What went wrong the first 2 of 3 .*A disaster.*A slip.*All 3 failed.*Newest results/);
  expect(text).toContain('Median latency 850 ms 95th percentile 4.2 s of 9');
  expect(textOf(String(RunPage(page)))).not.toContain('What went wrong');
  expect(textOf(String(RunPage({ ...page, findings: { ...FINDINGS, problems: [] } })))).not.toContain('went wrong');
});

test('a run page full of failures weighs less than 100 KB with its style and script', () => {
  const long = '"'.repeat(20_000);
  const heavy: ResultView = { ...RESULT, status: 'failed', title: long, reason: long, subtype: 'wrong_parameters' };
  const results = Array<ResultView>(20).fill({ ...heavy, user_message: long, agent_response: long });
  const failures = FAILURE_CATEGORIES.flatMap((category) =>
    SEVERITIES.map((severity) => ({ category, severity, count: 12 })),
  );
  const findings = { ...FINDINGS, failures, problems: results.slice(0, 8) };
  const html = String(RunPage({ ...WORKSPACE, newest: results, liveUrl: '/live', run: AFTER, findings }));
  expect(weightOf(html)).toBeLessThan(PAGE_BYTES);
});

test('the verdict that was overridden stays beside the one that stands', () => {
  const instead_of: Finding = {
    status: 'failed',
    decided_by: 'rules',
    rule: 'effects',
    reason: 'a refund was due',
    evidence: [],
  };
  const text = textOf(renderRows([{ ...RESULT, reviewer: 'ada@example.com', instead_of }]));
  expect(text).toContain('was: failed by rules — a refund was due');
  expect(text).toContain('Decided by ada@example.com (reviewed)');
  const waiting = renderRows([{ ...RESULT, decided_by: 'rules', rule: 'judge_due', status: 'pending', instead_of }]);
  expect(textOf(waiting)).not.toContain('was:');
});

test('results come in pages that keep their filter, and pending ones lead to where they are decided', () => {
  const run = { ...AFTER, counts: { ...AFTER.counts, pending: 50 } };
  const page = { ...WORKSPACE, run, results: [RESULT], matching: 50 };
  const html = String(ResultsPage({ ...page, shown: { status: 'pending', page: 2, pages: 3 } }));
  const at = '/runs/tr_9f3c21a07be4d510/results?agent=shop-support&amp;status=pending';
  expect(html).toContain(`href="${at}" rel="prev"`);
  expect(html).toContain(`href="${at}&amp;page=3" rel="next"`);
  expect(html).toContain(`href="${at}" aria-current="page"`);
  expect(html).toContain('href="/review?agent=shop-support"');
});

test('an agent page says whether the newest run drifted and how cases are usually gone about', () => {
  const agent = { id: 'ag_1', name: 'shop-support', status: 'ACTIVE' as const, tools: [], constraints: [] };
  const paths = [{ tools: ['find', 'pay'], count: 9 }];
  const habits = [{ caseId: 'sc_1_1', title: 'Refund <b>', paths, more: 1, results: 10 }];
  const page = (behaviour: Partial<AgentBehaviour>) =>
    textOf(
      String(
        AgentPage({
          ...{ ...WORKSPACE, agent, runs: [AFTER, BEFORE] },
          behaviour: { run: AFTER, distance: 0.31, drifted: false, habits, ...behaviour },
        }),
      ),
    );
  expect(page({ drifted: true })).toMatch(/drift All tests of Run 9f3c21a0 passed, yet .* \(distance 0.31 of 1\)/);
  expect(page({})).toMatch(/No drift: .* \(distance 0.31 of 1\)/);
  expect(page({})).toMatch(/Refund &lt;b&gt; find › pay \(9 of 10\) and 1 other way /);
  expect(page({ distance: null })).toContain('no run before Run 9f3c21a0');
  const failing = { ...AFTER, counts: { ...AFTER.counts, passed: 9, failed: 1 } };
  expect(page({ run: failing })).toContain('speak for themselves');
});

test('the runs of an agent can be picked in pairs, the newest two at first', () => {
  const agent = { id: 'ag_1', name: 'shop-support', status: 'ACTIVE' as const, tools: [], constraints: [] };
  const html = String(AgentPage({ ...WORKSPACE, agent, runs: [AFTER, BEFORE] }));
  const [, a = '', b = ''] = /<select name="a">(.*?)<\/select>.*<select name="b">(.*?)<\/select>/s.exec(html) ?? [];
  expect(a).toContain(`<option value="${BEFORE.id}" selected="">`);
  expect(b).toContain(`<option value="${AFTER.id}" selected="">`);
  expect(String(AgentPage({ ...WORKSPACE, agent, runs: [AFTER] }))).not.toContain('/runs/compare');
});
