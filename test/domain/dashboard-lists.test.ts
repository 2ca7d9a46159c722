import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentsList } from '../../src/dashboard/agents-list.tsx';
import { RunsList } from '../../src/dashboard/runs-list.tsx';
import { agentListUrl, EVERY_AGENT, type ListedAgent, readAgentOrder } from '../../src/domain/agent-list.ts';
import type { Query } from '../../src/domain/query.ts';
import type { RunHeader, ScoredRun } from '../../src/domain/run.ts';
import { isNarrowed, type RunFilter, readRunFilter, runListUrl, timesOf } from '../../src/domain/run-filter.ts';
import { PAGE_BYTES, weightOf } from './page-weight.ts';

const NOW = Date.UTC(2026, 7, 14, 9, 41);
const DAY_MS = 24 * 3_600_000;
const KNOWN = ['billing-desk', 'shop-agent', 'travel-desk'];

const RUN: RunHeader = {
  id: 'tr_9f3c21a07be4d510',
  agent_name: 'shop-agent',
  status: 'completed',
  source: 'ci',
  started_at: NOW - 2 * 3_600_000,
  counts: { total: 1204, passed: 1200, failed: 2, error: 1, pending: 1 },
  flaky_cases: 0,
  rev: 41,
};
const EVERYTHING: RunFilter = {
  ...{ agents: [], period: null, from: null, to: null, status: null, source: null, after: null },
};
const AGENT: ListedAgent = {
  ...{ id: 'ag_1', name: 'shop-agent', status: 'ACTIVE', updated_at: NOW - 3 * DAY_MS, blueprint_version: 2 },
  ...{ aqs: 78, previous_aqs: 74, ars: 61, scenarios: 1024, last_run_at: NOW - 2 * 3_600_000 },
};
const FRAME = { workspaceName: 'Northwind', csrf: 'token', now: NOW, origin: 'http://x', mcpUrl: 'http://x/mcp' };

function runsList(more: Partial<Parameters<typeof RunsList>[0]> = {}): string {
  const list = { runs: [{ run: RUN, score: 78 }], next: null, agents: KNOWN, filter: EVERYTHING, notes: [] };
  return String(RunsList({ ...FRAME, ...list, ...more }));
}

function agentsList(more: Partial<Parameters<typeof AgentsList>[0]> = {}): string {
  const facts = new Map([['ag_1', { framework: 'langchain', tools: 12 }]]);
  const list = { agents: [AGENT], facts, next: null, order: EVERY_AGENT, notes: [] };
  return String(AgentsList({ ...FRAME, ...list, ...more }));
}

const textOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

function queryOf(url: string): Query {
  const params = new URL(url, 'http://x').searchParams;
  return Object.fromEntries([...params.keys()].map((name) => [name, params.getAll(name)]));
}

const day = fc
  .date({ min: new Date('1999-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));
const place = fc.option(fc.record({ rank: fc.nat(), tie: fc.stringMatching(/^tr_[0-9a-f]{16}$/) }));
const filters = fc
  .record({
    agents: fc.subarray(KNOWN),
    days: fc.oneof(
      fc.constantFrom('24h' as const, '7d' as const, '30d' as const, null).map((period) => ({ period })),
      fc.tuple(day, day).map((days) => ({ from: [...days].sort()[0] ?? null, to: [...days].sort()[1] ?? null })),
      day.map((from) => ({ from })),
      day.map((to) => ({ to })),
    ),
    status: fc.constantFrom('has_failures' as const, 'all_passed' as const, 'running' as const, null),
    source: fc.constantFrom('ci' as const, 'mcp' as const, null),
    after: place,
  })
  .map(({ days, ...rest }): RunFilter => ({ ...EVERYTHING, ...rest, ...days }));

test('every view of the runs has an address that leads back to it, without a note', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(readRunFilter(queryOf(runListUrl(filter)), KNOWN)).toEqual({ filter, notes: [] });
    }),
  );
});

test('every order of the agents has an address that leads back to it, without a note', () => {
  const orders = fc.record({
    sort: fc.constantFrom('name' as const, 'score' as const, 'last_run' as const),
    health: fc.constantFrom('healthy' as const, 'untested' as const, null),
    after: place,
  });
  fc.assert(
    fc.property(orders, (order) => {
      expect(readAgentOrder(queryOf(agentListUrl(order)))).toEqual({ order, notes: [] });
    }),
  );
});

test('whatever an address holds, something is shown and what was left out is said', () => {
  const names = fc.constantFrom('agent', 'date', 'from', 'to', 'status', 'source', 'after', 'sort', '__proto__');
  const given = fc.dictionary(names, fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }));
  fc.assert(
    fc.property(given, (query) => {
      const { filter, notes } = readRunFilter(query, KNOWN);
      expect(runsList({ filter, notes })).toContain('</html>');
      expect(agentsList(readAgentOrder(query))).toContain('</html>');
    }),
  );
});

test.each<[Query, string]>([
  [{ status: ['green'] }, 'status=green means nothing here and was left out. Known: has_failures, all_passed,'],
  [{ source: ['fax'] }, 'source=fax means nothing here and was left out. Known: mcp, ci,'],
  [{ date: ['tomorrow'] }, 'date=tomorrow means nothing here and was left out. Known: 24h, 7d, 30d, custom.'],
  [{ from: ['2026-02-30'] }, '2026-02-30 is not a day and was left out. Use a form such as 2026-08-14.'],
  [{ to: ['14.8.2026'] }, '14.8.2026 is not a day and was left out.'],
  [{ from: ['2026-08-14'], to: ['2026-08-13'] }, 'From 2026-08-14 is after to 2026-08-13: both were left out.'],
  [{ date: ['7d'], to: ['2026-08-13'] }, 'The days from and to count only where the period is custom, not 7d'],
  [{ agent: ['nobody'] }, 'This workspace has no agent nobody: left out.'],
  [{ agent: ['a', 'b', 'c', 'd', 'e'] }, 'This workspace has no agent a, b, c and 2 more: left out.'],
  [{ after: ['yesterday'] }, 'after=yesterday is no place in this list, so it begins at its beginning.'],
])('what %j asks for and cannot have is left out with a sentence', (query, words) => {
  const { filter, notes } = readRunFilter(query, KNOWN);
  expect(notes).toEqual([expect.stringContaining(words)]);
  expect({ ...filter, period: null }).toEqual(EVERYTHING);
  expect(textOf(runsList({ filter, notes }))).toContain(words);
});

test('a note repeats no more than a short piece of what was asked for, without controls or secrets', () => {
  const { notes } = readRunFilter({ status: [`\u202e\u0000inv_${'k'.repeat(40)} ${'x'.repeat(5000)}`] }, KNOWN);
  expect(notes[0]).not.toMatch(/\p{C}|inv_k/u);
  expect(notes[0]?.length).toBeLessThan(200);
});

test('empty fields of the form are no filter', () => {
  const query = { agent: [''], date: [''], from: [''], to: [''], status: ['all'], source: [''], after: [''] };
  expect(readRunFilter(query, KNOWN)).toEqual({ filter: EVERYTHING, notes: [] });
});

test('a period counts back from now, and days of one count whole, the last one too', () => {
  const period = (period: RunFilter['period']) => timesOf({ ...EVERYTHING, period }, NOW);
  expect(period('24h')).toEqual({ since: NOW - DAY_MS, until: null });
  expect(period('30d')).toEqual({ since: NOW - 30 * DAY_MS, until: null });
  expect(timesOf({ ...EVERYTHING, from: '2026-08-13', to: '2026-08-13' }, NOW)).toEqual({
    since: Date.UTC(2026, 7, 13),
    until: Date.UTC(2026, 7, 14),
  });
  expect(timesOf(EVERYTHING, NOW)).toEqual({ since: null, until: null });
});

test('the page one is on is no filter to clear', () => {
  const after = { rank: NOW, tie: 'tr_1' };
  expect(isNarrowed({ ...EVERYTHING, after })).toBe(false);
  expect(runsList({ filter: { ...EVERYTHING, after } })).not.toContain('Clear filters');
  expect(runsList({ filter: { ...EVERYTHING, source: 'ci' } })).toContain('<a href="/runs">Clear filters</a>');
});

test('a line of the list holds what is known of a run', () => {
  const html = runsList();
  expect(html).toContain('<a href="/runs/tr_9f3c21a07be4d510?agent=shop-agent"><code>9f3c21a0</code></a>');
  expect(textOf(html)).toMatch(
    /shop-agent 2 hours ago 2026-08-14 07:41 1,204 1,200 2 1 1 78 ci completed This view as a file/,
  );
  expect(html).toContain('<td class="number" data-figure="passed">1,200</td>');
  expect(html).toContain(
    'data-figure="failed"><a href="/runs/tr_9f3c21a07be4d510/results?agent=shop-agent&amp;status=failed">2</a>',
  );
});

test('a run under way says how many tests it waits for, and a run that broke off says why', () => {
  const counts = { total: 3, passed: 3, failed: 0, error: 0, pending: 0 };
  const open: ScoredRun = { run: { ...RUN, counts, status: 'running', expected_total: 50 }, score: null };
  const lost: ScoredRun = { run: { ...RUN, counts, status: 'failed', status_reason: 'stalled' }, score: null };
  expect(textOf(runsList({ runs: [open] }))).toMatch(/ 3 of 50 3 0 0 0 — ci running /);
  expect(textOf(runsList({ runs: [lost] }))).toMatch(/ 3 3 0 0 0 — ci failed stalled /);
});

test('the form shows the view it belongs to, and a label stands at every field', () => {
  const filter: RunFilter = { ...EVERYTHING, agents: ['travel-desk'], from: '2026-08-01', status: 'all_passed' };
  const html = runsList({ filter });
  expect(html).toMatch(/<option value="all_passed" selected="">/);
  expect(html).toMatch(/<option value="custom" selected="">/);
  expect(html).toMatch(/type="date" name="from" value="2026-08-01"/);
  expect(html.match(/<input type="checkbox"[^>]* checked=""/g)).toEqual([
    '<input type="checkbox" name="agent" value="travel-desk" checked=""',
  ]);
  const fields = html.match(/<(select|input)\b(?![^>]*hidden)/g) ?? [];
  const labels = html.match(/<label>(?:(?!<\/label>).)*<(select|input)\b/gs) ?? [];
  expect([fields.length, labels.length]).toEqual([9, 9]);
});

test('in a workspace with more agents than can be ticked one is typed, and a chosen one can always be unticked', () => {
  const agents = Array.from({ length: 500 }, (_, index) => `agent-${String(index).padStart(3, '0')}`);
  const html = runsList({ agents, filter: { ...EVERYTHING, agents: ['agent-499'] } });
  expect(html).toContain('<input type="text" name="agent"');
  expect(html).toContain('value="agent-499" checked=""');
  expect(runsList({ agents: KNOWN })).not.toContain('type="text"');
});

test('the files of a view hold the same view', () => {
  const filter: RunFilter = { ...EVERYTHING, status: 'has_failures', after: { rank: 5, tie: 'tr_1' } };
  const html = runsList({ filter, next: { rank: 4, tie: 'tr_2' } });
  expect(html).toContain('<a href="/runs.csv?status=has_failures&amp;after=5%2Ctr_1">CSV</a>');
  expect(html).toContain('<a href="/runs.json?status=has_failures&amp;after=5%2Ctr_1">JSON</a>');
  expect(html).toContain('<a href="/runs?status=has_failures&amp;after=4%2Ctr_2" rel="next">');
  expect(html).toContain('<a href="/runs?status=has_failures">Back to the beginning</a>');
});

test('no run at all teaches the next step; none that matches, and none that is older, lead back', () => {
  const none = (more: Partial<Parameters<typeof RunsList>[0]>) => textOf(runsList({ runs: [], ...more }));
  expect(none({ agents: [] })).toMatch(/no agent to test.* npm run demo .*"?invarium_get_workflow/);
  expect(none({})).toMatch(/Get the tests for billing-desk with invarium_get_tests.* npm run demo/);
  expect(none({ filter: { ...EVERYTHING, status: 'failed' } })).toContain(
    'No run matches these filters. Show all runs',
  );
  expect(none({ filter: { ...EVERYTHING, after: { rank: 1, tie: 'tr_1' } } })).toContain('There are no older runs');
});

test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '\u202egpj.exe'])(
  'a hostile name of a run stays text: %s',
  (hostile) => {
    const html = runsList({ runs: [{ run: { ...RUN, name: hostile }, score: null }] });
    expect(html).not.toMatch(/<script|<img|\u202e/);
    expect(html).toMatch(/<small><bdi>(&lt;script&gt;|&quot;&gt;&lt;img|\[U\+202E\]gpj)/);
  },
);

test.each(['a', '<', '漢', '\u202e', '\u0000'])(
  'a full page of runs whose names are all %j weighs less than 100 KB with its style',
  (filling) => {
    const long = 'a'.repeat(64);
    const agents = Array.from({ length: 1000 }, (_, index) => `${long.slice(4)}-${index}`);
    const counts = { total: 123_456_789, passed: 123_456, failed: 123_456, error: 123_456, pending: 123_456 };
    const run: RunHeader = { ...RUN, name: filling.repeat(200), agent_name: long, counts, expected_total: 999_999 };
    const runs = Array.from({ length: 50 }, () => ({
      run: { ...run, status_reason: 'abandoned' as const },
      score: 100,
    }));
    expect(weightOf(runsList({ runs, agents, next: { rank: NOW, tie: 'tr_1' } }))).toBeLessThan(PAGE_BYTES);
  },
);

test('a card says what is known of an agent: score with its band and trend, readiness, blueprint and runs', () => {
  const html = agentsList();
  expect(html).toContain('<a href="/agent/ag_1">shop-agent</a>');
  expect(textOf(html)).toMatch(
    /shop-agent active langchain 12 tools Quality \(AQS\) 78 Good ↑ \+4 Readiness \(ARS\) 61 Scenarios 1,024 Last run: 2 hours ago Updated 3 days ago/,
  );
});

test.each([
  [{ aqs: 49, previous_aqs: 55 }, '49 Critical ↓ −6'],
  [{ aqs: 50, previous_aqs: 50 }, '50 Degraded Readiness'],
  [{ aqs: 90, previous_aqs: null }, '90 Excellent Readiness'],
  [{ aqs: null, previous_aqs: null }, '(AQS) — Readiness'],
])('the score of a card is told with its band and its way: %j', (scores, words) => {
  expect(textOf(agentsList({ agents: [{ ...AGENT, ...scores }] }))).toContain(words);
});

test('an agent nobody knows anything of has a card all the same', () => {
  const agents = [{ ...AGENT, aqs: null, previous_aqs: null, ars: null, scenarios: 0, last_run_at: null }];
  expect(textOf(agentsList({ agents, facts: new Map() }))).toMatch(
    /framework unknown tools unknown Quality \(AQS\) — Readiness \(ARS\) — Scenarios 0 Last run: never/,
  );
});

test('an empty workspace is led to its first agent, and the orders are linked where there is one', () => {
  const empty = agentsList({ agents: [] });
  expect(textOf(empty)).toMatch(/No agent is registered yet.*npm run demo.*invarium_get_workflow/);
  expect(empty).not.toContain('sort=');
  const html = agentsList({
    order: { sort: 'score', health: 'healthy', after: null },
    next: { rank: 70, tie: 'shop-agent' },
  });
  expect(html).toContain('<a href="/agents?sort=score&amp;health=healthy" aria-current="page">');
  expect(html).toContain('<a href="/agents?sort=score&amp;health=healthy&amp;after=70%2Cshop-agent" rel="next">');
});

test('both lists are pages without inline script, style or handlers, with one heading', () => {
  for (const page of [runsList(), runsList({ runs: [] }), agentsList(), agentsList({ agents: [] })]) {
    const html = page.replaceAll('<script type="module" src="/assets/copy.js"></script>', '');
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
  }
});
