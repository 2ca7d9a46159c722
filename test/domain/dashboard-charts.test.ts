import { expect, test } from 'vitest';
import { AgentGraph } from '../../src/dashboard/charts/agent-graph.tsx';
import { DailyPassRate } from '../../src/dashboard/charts/daily-pass-rate.tsx';
import { FailureChart } from '../../src/dashboard/charts/failure-chart.tsx';
import { LatencyChart } from '../../src/dashboard/charts/latency-chart.tsx';
import { PassRateChart } from '../../src/dashboard/charts/pass-rate-chart.tsx';
import { roundTicks } from '../../src/dashboard/charts/scale.ts';
import { ToolFlow } from '../../src/dashboard/charts/tool-flow.tsx';
import { TrendChart } from '../../src/dashboard/charts/trend-chart.tsx';
import { GraphTab } from '../../src/dashboard/graph-tab.tsx';
import { ScoreTab } from '../../src/dashboard/score-tab.tsx';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import type { CaseRun } from '../../src/domain/case-detail.ts';
import type { ResultStatus } from '../../src/domain/fields.ts';
import { layoutGraph } from '../../src/domain/graph-layout.ts';
import { markGraph } from '../../src/domain/graph-marks.ts';
import { type AgentScore, AQS_WEIGHTS } from '../../src/domain/scores.ts';
import { TREND_RUNS, type TrendPoint } from '../../src/domain/trend.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 7, 14, 9, 41);
/** A page may weigh 100 KB; the style sheets of an agent's page weigh 40 KB of it. */
const PAGE_WITHOUT_STYLES = 60_000;

const parts = { pass: 80, severity: 90, coverage: 50, consistency: null };
const SCORE: AgentScore = {
  ...{ value: 82, low: 74, high: 88, lowEvidence: false, parts, weights: AQS_WEIGHTS, decided: 20 },
};

function point(n: number, more: Partial<TrendPoint> = {}): TrendPoint {
  return {
    ...{ runId: `tr_${String(n).padStart(16, '0')}`, startedAt: START + n * DAY_MS, outage: false, score: SCORE },
    ...{ counts: { total: 10, passed: 7, failed: 1, error: 1, pending: 1 }, failures: [] },
    ...{ latency: { p50: 900, p95: 2400, results: 10 } },
    ...more,
  };
}

const points = (count: number, more: Partial<TrendPoint> = {}) =>
  Array.from({ length: count }, (_, n) => point(n, more));

function caseRun(tools: string[] | null, status: ResultStatus = 'passed'): CaseRun {
  return { runId: 'tr_1', startedAt: START, trial: 1, status, tools };
}

function graphOf(toolNames: string[]) {
  const tools = toolNames.map((name) => ({ name, description: name, parameters: {}, side_effects: 'write' }));
  const { blueprint } = parseBlueprint(JSON.stringify({ agent_name: 'shop-support', tools }));
  return markGraph(blueprint, { agentId: 'ag_1', runs: 0, results: 0, tools: [], steps: [] });
}

function bytes(html: string): number {
  return new TextEncoder().encode(html).length;
}

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

/** The cells of the numbers, row by row, without their head. */
function numbers(html: string): string[] {
  const body = /<tbody>(.*?)<\/tbody>/s.exec(html)?.[1] ?? '';
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) => textOf(row.replaceAll('</td>', '|')).trim());
}

const CHARTS: [name: string, html: string][] = [
  ['trend', String(TrendChart({ points: points(3) }))],
  ['pass rate', String(PassRateChart({ points: points(3) }))],
  ['latency', String(LatencyChart({ points: points(3) }))],
  ['daily', String(DailyPassRate({ days: [{ day: '2026-08-14', passed: 3, results: 4 }] }))],
  ['failures', String(FailureChart({ failures: [{ category: 'safety_failure', severity: 'critical', count: 2 }] }))],
  ['flow', String(ToolFlow({ runs: [caseRun(['find_order'])], expected: ['find_order'] }))],
  ['graph', String(AgentGraph({ layout: layoutGraph(graphOf(['find_order'])) }))],
];

test.each(CHARTS)(
  'the %s chart says its message, shows its numbers as a table and carries no style of its own',
  (_, html) => {
    expect(html).toMatch(/role="img" aria-label="[^"]+\."/);
    expect(html).toMatch(/<summary>Numbers<\/summary>.*<caption>[^<]+<\/caption>.*<tbody><tr>/s);
    expect(html).not.toMatch(/\sstyle=|<style|<script|data:/);
  },
);

test.each(CHARTS)(
  'the %s chart holds nothing to be operated inside its image, and no figure that is none',
  (_, html) => {
    const images = [...html.matchAll(/<svg[^>]*role="img".*?<\/svg>/gs)].map(([image]) => image);
    expect(images.filter((image) => /<a\s|tabindex/.test(image))).toEqual([]);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  },
);

test('the trend names the way of the score and where it stands', () => {
  const rising = [point(0, { score: { ...SCORE, value: 61 } }), point(1)];
  expect(textOf(String(TrendChart({ points: rising })))).toContain(
    'Over 2 runs the score went from 61 to 82; now 82 (74–88), good.',
  );
});

test('an outage is marked and is no point of the line', () => {
  const html = String(TrendChart({ points: [point(0), point(1, { outage: true }), point(2)] }));
  expect(textOf(html)).toContain('1 outage left out');
  expect(/class="line" d="([^"]*)"/.exec(html)?.[1]?.match(/[ML]/g)).toHaveLength(2);
  expect(numbers(html)[1]).toContain('outage');
});

test('the newest run comes first in the numbers and links to its page', () => {
  const html = String(TrendChart({ points: points(2), agentName: 'shop-support' }));
  expect(html).toContain('href="/runs/tr_0000000000000001?agent=shop-support"');
  expect(numbers(html)[0]).toContain('2026-08-15 09:41');
});

test('runs of one day are told apart by the time, others by the day', () => {
  const label = (html: string) => textOf(/<g class="date">(.*?)<\/g>/s.exec(html)?.[1] ?? '').trim();
  expect(label(String(TrendChart({ points: points(2, { startedAt: START }) })))).toBe('09:41');
  expect(label(String(TrendChart({ points: points(1) })))).toBe('Aug 14');
});

test('the parts of a bar fill it, whatever the counts', () => {
  const counts = { total: 7, passed: 3, failed: 2, error: 1, pending: 1 };
  const html = String(PassRateChart({ points: [point(0, { counts })] }));
  const heights = [...html.matchAll(/<rect x="[^"]*" y="[^"]*" width="[^"]*" height="([\d.]+)%"/g)];
  expect(heights).toHaveLength(4);
  expect(heights.reduce((sum, [, height]) => sum + Number(height), 0)).toBeCloseTo(100, 1);
  expect(numbers(html)).toEqual([expect.stringContaining('43%| 3| 2| 1| 1| 7|')]);
});

test('a run without results takes a place and no bar', () => {
  const empty = { total: 0, passed: 0, failed: 0, error: 0, pending: 0 };
  expect(numbers(String(PassRateChart({ points: [point(0, { counts: empty })] })))).toEqual([
    expect.stringContaining('0%| 0| 0| 0| 0| 0|'),
  ]);
});

test('the line of a latency stops where no result says how long it took', () => {
  const html = String(LatencyChart({ points: [point(0), point(1), point(2, { latency: null }), point(3)] }));
  expect(/class="line" d="([^"]*)"/.exec(html)?.[1]?.match(/M/g)).toHaveLength(2);
});

test.each([
  [0, [0, 1]],
  [7, [0, 2, 4, 6, 8]],
  [2400, [0, 1000, 2000, 3000]],
])('an axis that reaches %d has round figures', (highest, expected) => {
  const ticks = roundTicks(highest);
  expect(ticks).toEqual(expected);
  expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest);
});

test('days between runs are left empty, and days of any number fit', () => {
  const days = ['2026-08-01', '2026-08-04'].map((day) => ({ day, passed: 1, results: 2 }));
  const html = String(DailyPassRate({ days }));
  expect(html).toContain('2026-08-02: no results');
  expect(html.match(/class="day"/g)).toHaveLength(2);
  const year = Array.from({ length: 365 }, (_, n) => new Date(START + n * DAY_MS).toISOString().slice(0, 10));
  expect(String(DailyPassRate({ days: year.map((day) => ({ day, passed: 1, results: 2 })) })).length).toBeLessThan(
    60_000,
  );
});

test('failures are sorted by how many there are, and each severity has its letter', () => {
  const html = String(
    FailureChart({
      failures: [
        { category: 'safety_failure', severity: 'critical', count: 1 },
        { category: 'tool_usage_failure', severity: 'high', count: 60 },
        { category: 'tool_usage_failure', severity: 'low', count: 2 },
      ],
    }),
  );
  expect(numbers(html)).toEqual(['Tool usage 0| 60| 0| 2| 62|', 'Safety 1| 0| 0| 0| 1|']);
  expect(textOf(html)).toContain('63 failures, most of them tool usage (62); 1 critical.');
  expect(textOf(html)).toContain('H 60, L 2 · 62');
  expect(textOf(html)).toContain('C 1 · 1');
});

test('the flow counts each step, folds repeats and marks what was expected', () => {
  const runs = [
    caseRun(['find_order', 'issue_refund']),
    caseRun(['find_order', 'find_order', 'find_order', 'close'], 'failed'),
    caseRun([], 'error'),
    caseRun(null),
  ];
  const html = String(ToolFlow({ runs, expected: ['find_order', 'issue_refund'] }));
  expect(textOf(html)).toContain(
    '3 results took 3 ways, no two of them the same; 2 failed. 1 result without calls left out.',
  );
  expect(numbers(html)).toEqual([
    '0 Start | 3| 2| |',
    '1 find_order ×1–3 | 2| 1| yes|',
    '1 no tool called | 1| 1| |',
    '2 close | 1| 1| |',
    '2 issue_refund | 1| 0| yes|',
  ]);
});

test('a path of 200 calls is cut with a count, and rare tools share a node', () => {
  const paths = Array.from({ length: 30 }, (_, n) => Array.from({ length: 200 }, (_, m) => `tool_${(n * 7 + m) % 40}`));
  const html = String(ToolFlow({ runs: paths.map((tools) => caseRun(tools)), expected: paths[0] }));
  expect(textOf(html)).toContain('… 189 more');
  expect(textOf(html)).toContain('other tools');
  expect(html.length).toBeLessThan(45_000);
});

const HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', 'a\u202Egnp.exe', '漢'.repeat(200)];

test.each(HOSTILE)('foreign names stay text and keep to their box: %s', (name) => {
  const pages = [
    ToolFlow({ runs: [caseRun([name, name])], expected: [name] }),
    AgentGraph({ layout: layoutGraph(graphOf([name.replace(/\p{Cc}/gu, '')])) }),
    TrendChart({ points: [point(0, { name })], agentName: 'shop-support' }),
  ].map(String);
  for (const html of pages) {
    expect(html).not.toMatch(/<script|<img|\u202E/);
    const drawn = [...html.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text.replace(/&\w+;/g, 'x'));
    expect(drawn.filter((text) => text.length + (text.match(/漢/g)?.length ?? 0) > 26)).toEqual([]);
  }
});

test('charts without anything to show say why', () => {
  expect(String(TrendChart({ points: [] }))).toContain('No run has been completed yet.');
  expect(String(FailureChart({ failures: [] }))).toContain('Nothing failed.');
  expect(String(ToolFlow({ runs: [caseRun(null)], expected: undefined }))).toContain('which tools were called');
  expect(String(LatencyChart({ points: points(2, { latency: null }) }))).toContain('latency_ms');
});

const FRAME = {
  agent: { id: 'ag_1', name: 'shop-support', status: 'ACTIVE' as const },
  workspaceName: 'Northwind',
  csrf: 'token',
};

test('a page of the longest history stays under 100 KB with its style sheets', () => {
  const name = 'x'.repeat(64);
  const counts = { total: 997, passed: 331, failed: 222, error: 222, pending: 222 };
  const trend = { agentId: 'ag_1', agentName: name, points: points(TREND_RUNS, { counts, name: '<'.repeat(200) }) };
  const html = String(ScoreTab({ ...FRAME, score: SCORE, previous: 80, trend }));
  expect(bytes(html)).toBeLessThan(PAGE_WITHOUT_STYLES);
});

test('a page of the largest graph stays under 100 KB with its style sheets', () => {
  const marked = graphOf(Array.from({ length: 500 }, (_, n) => `tool_${n}_${'<'.repeat(100)}`));
  const graph = { marked, layout: layoutGraph(marked), version: 3 };
  const usage = { agentId: 'ag_1', runs: 0, results: 0, tools: [], steps: [] };
  const html = String(GraphTab({ ...FRAME, graph, usage }));
  expect(textOf(html)).toContain('more parts');
  expect(bytes(html)).toBeLessThan(PAGE_WITHOUT_STYLES);
});

test('the score says its parts, what they add, and the sum without consistency', () => {
  const trend = { agentId: 'ag_1', agentName: 'shop-support', points: points(1) };
  const text = textOf(String(ScoreTab({ ...FRAME, score: { ...SCORE, lowEvidence: true }, previous: 90, trend })));
  expect(text).toContain('95% interval 74–88 ↓ down 8 from 90 before 20 decided results low evidence');
  expect(text).toMatch(/Pass rate \(P\).*40% 80\.0 37\.6/);
  expect(text).toContain('AQS = (0.40 P + 0.25 S + 0.20 C) / 0.85 = 82');
});

test('an agent without runs is told what makes a score', () => {
  const trend = { agentId: 'ag_1', agentName: 'shop-support', points: [] };
  const html = String(ScoreTab({ ...FRAME, score: null, previous: null, trend }));
  expect(textOf(html)).toContain('No score yet');
  expect(html).toContain('invarium_sync_results');
});
