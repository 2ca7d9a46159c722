import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { ensureScenarios } from '../../src/local/scenarios.ts';
import { SyncAnswer, UploadAnswer } from '../../src/local/tool-answers.ts';
import { launchBrowser, signedInContext } from './browser.ts';
import { openSession, StoredRun, syncResults } from './dashboard-workspace.ts';
import { pageMemory } from './page-memory.ts';
import { watchPages } from './page-watch.ts';
import { type Server, startServer } from './server.ts';

const RESULTS = 1000;
const SETTLED = 40;
const RUNNERS = 4;
const WATCHERS = 5;
const MAX_LAG_MS = 1000;
const MAX_HEAP_GROWTH_BYTES = 1_500_000;
const MAX_NODE_GROWTH = 500;
/** As long as a busy machine needs. */
const PATIENCE_MS = 300_000;
const FIGURES = ['total', 'passed', 'failed', 'error', 'pending'] as const;

type Moment = { at: number; count: number };
/** How many storage held when a call was answered, and how long that call took. */
type Acknowledged = Moment & { tookMs: number };

let server: Server;
let browser: Browser;
let context: BrowserContext;
let faults: string[];
let caseId = '';

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const session = openSession(server);
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, UploadAnswer);
  const wanted = { name: 'Say hello', userMessage: 'Hi', expectations: { required_facts: ['hello'] } };
  caseId = (await ensureScenarios(session, AGENT_NAME, [wanted])).get(wanted.name) ?? '';
  await session.close();
  context = await signedInContext({ browser, server });
  faults = watchPages(context, server.facts.base_url);
});

afterAll(async () => {
  await browser?.close();
  await server?.kill('SIGTERM');
});

const runPath = (runId: string) => `/runs/${runId}?agent=${AGENT_NAME}`;

/** Every seventh does not say what it should. */
function result(trial: number) {
  const said = trial % 7 === 0 ? 'Goodbye' : 'Hello';
  const response = `${said}, customer ${trial}. ${'We are glad that you are here. '.repeat(20)}`;
  return { scenario_id: caseId, trial, user_message: 'Hi', agent_response: response, tools_called: [] };
}

/** Sends trials from several runners at once, one result a call; answers what was acknowledged when. */
async function streamTrials(runId: string, trials: { from: number; to: number }): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  let next = trials.from;
  const runner = async () => {
    const session = openSession(server);
    while (next <= trials.to) {
      const results = JSON.stringify([result(next++)]);
      const input = { agent_name: AGENT_NAME, test_run_id: runId, results };
      const sentAt = Date.now();
      const { counts } = await session.call('invarium_sync_results', input, SyncAnswer);
      const at = Date.now();
      acknowledged.push({ at, count: counts.total, tookMs: at - sentAt });
    }
    await session.close();
  };
  await Promise.all(Array.from({ length: RUNNERS }, runner));
  return acknowledged;
}

const figures = (page: Page) =>
  Promise.all(
    FIGURES.map(async (name) =>
      Number((await page.locator(`[data-n="${name}"]`).first().innerText()).replace(',', '')),
    ),
  );

/** How long after each acknowledgement the page showed at least that many. */
function lags(acknowledged: Moment[], seen: Moment[]): number[] {
  return acknowledged.map(({ at, count }) => {
    const shown = seen.find((each) => each.count >= count);
    return shown ? Math.max(0, shown.at - at) : Number.POSITIVE_INFINITY;
  });
}

test(`${WATCHERS} pages follow ${RESULTS} streamed results within a second, stay small, and end with what storage holds`, {
  timeout: PATIENCE_MS,
}, async () => {
  const session = openSession(server);
  const runId = await syncResults(session, { expected_total: RESULTS });
  const pages = await Promise.all(Array.from({ length: WATCHERS }, () => context.newPage()));
  for (const page of pages) await page.goto(runPath(runId));
  await streamTrials(runId, { from: 1, to: SETTLED });
  for (const page of pages) await expect.poll(() => figures(page)).toContain(SETTLED);
  const before = await Promise.all(pages.map(pageMemory));
  for (const page of pages) await page.evaluate('probe.watchTotal()');
  // A page without script beside them, and the slowest answer, tell how late all things are on a machine that has others to do.
  const blank = await context.newPage();
  await blank.goto('/healthz');
  await blank.evaluate('probe.watchClock()');

  const started = Date.now();
  const acknowledged = await streamTrials(runId, { from: SETTLED + 1, to: RESULTS });
  const tookMs = Date.now() - started;
  for (const page of pages) await page.getByText('Completed', { exact: false }).first().waitFor();
  const { run } = await session.call(
    'invarium_get_test_run',
    { agent_name: AGENT_NAME, test_run_id: runId },
    StoredRun,
  );
  await session.close();
  const stored = FIGURES.map((name) => run.counts[name]);
  expect(stored).toEqual([RESULTS, RESULTS - 142, 142, 0, 0]);
  for (const page of pages) await expect.poll(() => figures(page)).toEqual(stored);

  const seen = await Promise.all(pages.map((page) => page.evaluate<Moment[]>('probe.seen')));
  const worst = Math.max(...seen.flatMap((moments) => lags(acknowledged, moments)));
  const stall = Math.round(await blank.evaluate<number>('probe.stallMs'));
  const slowest = Math.max(stall, ...acknowledged.map(({ tookMs }) => tookMs));
  const after = await Promise.all(pages.map(pageMemory));
  const growth = after.map(({ heapBytes }, index) => heapBytes - (before[index]?.heapBytes ?? 0));
  const nodes = after.map((memory, index) => memory.nodes - (before[index]?.nodes ?? 0));
  const rate = Math.round((1000 * (RESULTS - SETTLED)) / tookMs);
  console.log(
    `${WATCHERS} pages, ${rate} results/s, worst lag ${worst} ms (the machine itself: ${slowest} ms), heap growth at most ${Math.round(Math.max(...growth) / 1024)} KB, ${Math.max(...nodes)} nodes, ${seen[0]?.length} figures seen`,
  );
  for (const moments of seen) {
    const counts = moments.map(({ count }) => count);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.length).toBeGreaterThan(5);
  }
  expect(worst).toBeLessThanOrEqual(MAX_LAG_MS + slowest);
  expect(Math.max(...growth)).toBeLessThan(MAX_HEAP_GROWTH_BYTES);
  expect(Math.max(...nodes)).toBeLessThan(MAX_NODE_GROWTH);
  expect(faults).toEqual([]);
  await Promise.all([...pages, blank].map((page) => page.close()));
});
