import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { ensureScenarios } from '../../src/local/scenarios.ts';
import { UploadAnswer } from '../../src/local/tool-answers.ts';
import { launchBrowser, signedInContext } from './browser.ts';
import { openSession, syncResults } from './dashboard-workspace.ts';
import { type Server, startServer } from './server.ts';

const PAGES = 100;
const OPENED_AT_ONCE = 4;
/** As many as a busy machine needs; a quiet one is done in a fifth of it. */
const PATIENCE_MS = 300_000;
const FEW_PROCESSES = ['--renderer-process-limit=2'];
const DOWN_MS = 3000;
const FIRST_WAIT_MS = 400;
const STRETCH_MS = 250;
const SLOWLY = { timeout: 30_000, interval: 200 };

type Attempt = { at: number; openedAt: number | null; closedAt: number | null };

let server: Server;
let browser: Browser;
let context: BrowserContext;
let caseId = '';

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser(FEW_PROCESSES)]);
  const session = openSession(server);
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, UploadAnswer);
  const wanted = { name: 'Say hello', userMessage: 'Hi', expectations: { required_facts: ['hello'] } };
  caseId = (await ensureScenarios(session, AGENT_NAME, [wanted])).get(wanted.name) ?? '';
  await session.close();
  context = await signedInContext({ browser, server });
});

afterAll(async () => {
  await browser?.close();
  await server?.kill('SIGTERM');
});

const result = (trial: number) => ({ scenario_id: caseId, trial, user_message: 'Hi', agent_response: 'Hello!' });

/** A hundred pages that nobody looks at need no style, which is most of the work of opening one. */
async function withoutStyle(page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setBlockedURLs', { urls: ['*.css', '*.svg'] });
}

/** Tabs, opened a few at a time and each complete. */
async function openPages(path: string): Promise<Page[]> {
  const pages: Page[] = [];
  let left = PAGES;
  const opener = async () => {
    while (left-- > 0) {
      const page = await context.newPage();
      pages.push(page);
      await withoutStyle(page);
      await page.goto(path);
    }
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, opener));
  return pages;
}

const total = (page: Page) => page.evaluate<string>('document.querySelector(`[data-n="total"]`).textContent');
const isConnected = (page: Page) => page.evaluate<boolean>('Boolean(sockets.at(-1)?.openedAt)');

async function showAll(pages: Page[], count: number): Promise<void> {
  for (const page of pages) await expect.poll(() => total(page), SLOWLY).toBe(String(count));
}

async function connectAll(pages: Page[]): Promise<void> {
  for (const page of pages) await expect.poll(() => isConnected(page), SLOWLY).toBe(true);
}

/** How many of these moments the fullest stretch of so many milliseconds holds. */
function mostWithin(stretchMs: number, moments: number[]): number {
  return Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + stretchMs).length));
}

/** How long a page waited after each connection that ended, before it tried again. */
function waitsOf(attempts: Attempt[]): number[] {
  return attempts.slice(1).map(({ at }, index) => at - (attempts[index]?.closedAt ?? at));
}

/** Every wait is chosen from the upper half of what doubles each time: 800, 1,600, 3,200 ms. */
function hurried(waits: number[]): string[] {
  return waits.flatMap((wait, index) => {
    const least = FIRST_WAIT_MS * 2 ** index;
    return wait >= least ? [] : [`waited ${wait} ms of at least ${least}`];
  });
}

test(`${PAGES} open pages find a restarted server again, not all at once, and show what came meanwhile`, {
  timeout: PATIENCE_MS,
}, async () => {
  let session = openSession(server);
  const runId = await syncResults(session, { expected_total: 50 });
  await syncResults(session, { test_run_id: runId, results: [result(1)] });
  const pages = await openPages(`/runs/${runId}?agent=${AGENT_NAME}`);
  await connectAll(pages);
  await showAll(pages, 1);

  await session.close();
  await server.kill('SIGKILL');
  await sleep(DOWN_MS);
  server = await startServer({ data: server.data, env: { PORT: new URL(server.facts.base_url).port } });
  session = openSession(server);
  await syncResults(session, { test_run_id: runId, results: [result(2), result(3)] });
  await showAll(pages, 3);
  await connectAll(pages);
  await syncResults(session, { test_run_id: runId, results: [result(4)] });
  await showAll(pages, 4);
  await session.close();

  const attempts = await Promise.all(pages.map((page) => page.evaluate<Attempt[]>('sockets')));
  const waits = attempts.map(waitsOf);
  const opened = attempts.map((each) => each.at(-1)?.openedAt ?? 0).toSorted((a, b) => a - b);
  const spreadMs = (opened.at(-1) ?? 0) - (opened[0] ?? 0);
  const most = mostWithin(STRETCH_MS, opened);
  const tries = Math.max(...waits.map(({ length }) => length));
  console.log(
    `${PAGES} pages back within ${spreadMs} ms of each other, at most ${most} in ${STRETCH_MS} ms, ${tries} tries each at most`,
  );
  expect(waits.flatMap(hurried)).toEqual([]);
  expect(most).toBeLessThan(PAGES / 2);
  // Without chance in it a wait is never shorter than twice the least.
  expect(waits.filter(([first = Number.POSITIVE_INFINITY]) => first < 1.75 * FIRST_WAIT_MS).length).toBeGreaterThan(
    PAGES / 10,
  );
});
