import { expect, test } from 'vitest';
import { FirstUsePage, type FirstUsePageProps } from '../../src/dashboard/first-use.tsx';
import { firstUseNews } from '../../src/dashboard/first-use-state.tsx';
import { HomePage, type HomePageProps } from '../../src/dashboard/home-page.tsx';
import { WAYS, WAYS_IN } from '../../src/dashboard/way-in.ts';
import type { FirstUse } from '../../src/domain/first-use.ts';
import type { RunHeader } from '../../src/domain/run.ts';

const NOW = Date.UTC(2026, 7, 14, 9, 41);
/** What style sheets and scripts leave of 100 KB. */
const PAGE_BYTES = 55_000;
const HOSTILE = '<script>alert(1)</script>"><b onclick=x>';

const RUN: RunHeader = {
  id: 'tr_9f3c21a07be4d510',
  agent_name: 'shop-support',
  status: 'completed',
  source: 'ci',
  started_at: NOW - 7_200_000,
  counts: { total: 10, passed: 7, failed: 3, error: 0, pending: 0 },
  flaky_cases: 0,
  rev: 4,
};
const HOME: HomePageProps = {
  workspaceName: 'Northwind',
  now: NOW,
  csrf: 'token',
  mcpUrl: 'http://localhost:8787/mcp',
  origin: 'http://localhost:8787',
  windowDays: 30,
  fleet: { healthy: 3, degraded: 1, critical: 0, untested: 2 },
  averageScore: 78,
  passed: 199,
  results: 200,
  days: [{ day: '2026-08-14', passed: 199, results: 200 }],
  failures: [{ category: 'tool_usage_failure', count: 3 }],
  totals: { agents: 6, scenarios: 1024, runs: 12, results: 4321 },
  runs: [RUN],
  pending: [],
  attention: [],
  news: null,
};
const NOTHING: FirstUse = { key: null, agents: 0, agent: null, runs: 0, run: null };
const FIRST: FirstUsePageProps = {
  workspaceName: 'Northwind',
  csrf: 'token',
  mcpUrl: 'http://localhost:8787/mcp',
  news: firstUseNews(NOTHING),
  mayChange: true,
  keyId: 'key_0000000000000001',
};

const home = (more: Partial<HomePageProps> = {}) => String(HomePage({ ...HOME, ...more }));
const firstUse = (more: Partial<FirstUsePageProps> = {}) => String(FirstUsePage({ ...FIRST, ...more }));
const textOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

test('the overview tells the figures of the workspace, and a rate of 199 in 200 is not all', () => {
  const text = textOf(home());
  expect(text).toContain('Pass rate 99% 199 of 200, 30 days');
  expect(text).toContain('Average quality (AQS) 78 Good');
  expect(text).toMatch(/Agents 6 Scenarios 1,024 Test runs 12 Test cases run 4,321/);
  expect(text).toMatch(
    /3 healthy AQS 70 to 100 1 degraded AQS 50 to 69 0 critical AQS below 50 2 untested no score yet/,
  );
  expect(text).toMatch(/Tool usage 3 100%/);
});

test('every state of the fleet leads to its agents, and every run to its page', () => {
  const html = home();
  for (const health of ['healthy', 'degraded', 'critical', 'untested'])
    expect(html).toContain(`href="/agents?health=${health}"`);
  expect(html).toContain('href="/runs/tr_9f3c21a07be4d510?agent=shop-support"');
});

test('what waits for a review comes before agents that stand badly, fell or were never tested', () => {
  const pending = [
    { agentId: 'ag_1', agentName: 'a-desk', pending: 1200 },
    ...['b-desk', 'c-desk', 'd-desk', 'e-desk'].map((agentName) => ({ agentId: 'ag_2', agentName, pending: 1 })),
  ];
  const attention = [
    { id: 'ag_3', name: 'x-desk', aqs: 41, previous_aqs: 55 },
    { id: 'ag_4', name: 'y-desk', aqs: 62, previous_aqs: null },
    { id: 'ag_5', name: 'z-desk', aqs: null, previous_aqs: null },
  ];
  const html = home({ pending, attention });
  expect(textOf(html)).toMatch(
    /1,204 results wait for a review a-desk, b-desk, c-desk and 2 more x-desk critical, fell by 14 score 41 y-desk degraded score 62 z-desk never tested —/,
  );
  expect(html).toContain('<a href="/review">');
  expect(textOf(home({ pending: [{ agentId: 'ag_1', agentName: 'a', pending: 1 }] }))).toContain('1 result waits for');
});

test('a workspace in order says so, and one without runs says what a run takes', () => {
  expect(textOf(home())).toContain('Nothing: every agent is healthy, and no result waits for a review.');
  const news = firstUseNews({ ...NOTHING, agents: 1, agent: { id: 'ag_1', name: 'shop' } });
  const fresh = textOf(home({ news, runs: [], days: [], failures: [], passed: 0, results: 0, averageScore: null }));
  expect(fresh).toContain('No test runs yet.');
  expect(fresh).toContain('Connected: shop is registered. Now run its tests. Open it');
  expect(textOf(home())).not.toContain('Connected:');
  expect(fresh).toContain('Pass rate — none in 30 days');
  expect(fresh).toContain('Average quality (AQS) — no score yet');
  expect(fresh).not.toContain('No result failed.');
  expect(textOf(home({ failures: [] }))).toContain('No result failed.');
});

test('an empty workspace shows three ways in, each in the syntax of its client', () => {
  const text = textOf(firstUse()).replaceAll('&quot;', '"');
  expect(text).toContain('Waiting for the first connection. Check again');
  expect(text).toContain('claude mcp add --transport http invarium http://localhost:8787/mcp');
  expect(text).toContain('"url": "http://localhost:8787/mcp"');
  expect(text.match(/Bearer \$\{env:INVARIUM_API_KEY\}/g)).toHaveLength(2);
  expect(text).toContain('npm run demo');
  expect(firstUse().match(/<button type="submit" name="way"/g)).toHaveLength(WAYS.length);
});

test.each(WAYS)('a key made for %s stands in what is pasted, and the page does not move away from it', (way) => {
  const html = firstUse({ made: { way, key: 'inv_secret' } });
  expect(WAYS_IN[way].snippets({ mcpUrl: '/mcp', key: 'inv_secret' })[0]?.text).toContain('inv_secret');
  expect(textOf(html)).toContain('inv_secret');
  expect(textOf(html)).toContain('the key is shown once');
  expect(html).toMatch(/id="first-use" data-step="waiting" data-stays=""/);
});

test('a key for CI may send results and nothing else; an editor may not administer', () => {
  expect(WAYS_IN.ci.scopes).toEqual(['ingest']);
  for (const way of WAYS) expect(WAYS_IN[way].scopes).not.toContain('admin');
});

test.each<[Partial<FirstUse>, string, string | null]>([
  [{}, 'Waiting for the first connection.', null],
  [{ key: { name: 'Cursor', usedAt: NOW } }, 'Connected: the key “Cursor” has been used.', null],
  [{ agents: 1, agent: { id: 'ag_1', name: 'shop' } }, 'Connected: shop is registered.', '/agent/ag_1'],
  [{ runs: 1, run: { id: 'tr_1', agentName: 'shop' } }, 'The first run has arrived', '/runs/tr_1?agent=shop'],
])('what has arrived is said with the way to it: %j', (use, says, url) => {
  const news = firstUseNews({ ...NOTHING, ...use });
  expect(news).toMatchObject({ says: expect.stringContaining(says), url });
});

test('a viewer sees the ways in and no way to make a key', () => {
  const html = firstUse({ mayChange: false });
  expect(html).not.toContain('action="/first-use/key"');
  expect(textOf(html)).toContain('npm run demo');
});

test('both faces of the overview are one page with one heading, nothing inline, and foreign text as text', () => {
  const named = firstUseNews({ ...NOTHING, key: { name: HOSTILE, usedAt: NOW } });
  const pages = [home({ workspaceName: HOSTILE }), firstUse({ news: named }), firstUse({ error: HOSTILE })];
  for (const html of pages) {
    const bare = html.replaceAll(/<script type="module" src="\/assets\/[a-z-]+\.js"><\/script>/g, '');
    expect(bare).not.toMatch(/<script|<style|\sstyle=|<b /);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html).toContain('&lt;script&gt;');
  }
});

test('a workspace full of long names stays under the weight of a page', () => {
  const name = 'a'.repeat(64);
  const runs = Array.from({ length: 8 }, () => ({ ...RUN, agent_name: name, name: '<'.repeat(200) }));
  const attention = Array.from({ length: 8 }, (_, n) => ({ id: `ag_${n}`, name, aqs: 40, previous_aqs: 90 }));
  const pending = Array.from({ length: 200 }, () => ({ agentId: 'ag_1', agentName: name, pending: 5 }));
  const days = Array.from({ length: 31 }, (_, n) => ({
    ...{ day: new Date(NOW - n * 86_400_000).toISOString().slice(0, 10), passed: 90, results: 100 },
  })).reverse();
  expect(new TextEncoder().encode(home({ runs, attention, pending, days })).length).toBeLessThan(PAGE_BYTES);
});
