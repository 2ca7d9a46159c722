import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, PROBE, signedInContext } from './browser.ts';
import { syncResults } from './dashboard-workspace.ts';
import { HUGE } from './hostile-corpus.ts';
import { fillHostileWorkspace, hostileResults, typeHostileTexts } from './hostile-workspace.ts';
import { openPage, PAGES, type PageEntry, visitAll } from './page-table.ts';
import { watchPages } from './page-watch.ts';
import { freshDirectory, type Server, startServer } from './server.ts';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
const PAGE_OF_RESULTS = 20;
/** The origin of a file, as browsers write it. */
const FROM_DISK = 'null';
/** As long as a busy machine needs. */
const PATIENCE_MS = 300_000;
const MAX_PAGE_BYTES = 100 * 1024;

let server: Server;
let browser: Browser;
let context: BrowserContext;
let workspace: Awaited<ReturnType<typeof fillHostileWorkspace>>;
let faults: string[];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  workspace = await fillHostileWorkspace(server);
  context = await signedInContext({ browser, server }, { viewport: DESKTOP });
  await typeHostileTexts(context.request, workspace, server.facts.base_url);
  faults = watchPages(context, server.facts.base_url);
});

afterAll(async () => {
  await workspace?.session.close();
  await browser?.close();
  await server?.kill('SIGTERM');
});

/** What is wrong with the page as it stands: foreign markup, and a layout that does not hold, wide and narrow. */
async function pageFaults(page: Page): Promise<string[]> {
  await page.evaluate('probe.openAll()');
  const found = await page.evaluate<string[]>('probe.foreignFaults()');
  const wide = await page.evaluate<string[]>('probe.widthFaults()');
  await page.setViewportSize(PHONE);
  const narrow = await page.evaluate<string[]>('probe.widthFaults()');
  await page.setViewportSize(DESKTOP);
  return [...found, ...wide, ...narrow];
}

const address = (path: string): PageEntry => ({ route: path, name: path, path: () => path });

/** All pages of the table, all pages of results, and every result by itself. */
function addresses(): PageEntry[] {
  const { agentName, runs, cases } = workspace;
  const of = `?agent=${agentName}`;
  const lists = cases.filter((_, index) => index % PAGE_OF_RESULTS === 0);
  return [
    ...PAGES,
    ...lists.map((_, index) => address(`/runs/${runs.after}/results${of}&page=${index + 1}`)),
    ...cases.map((caseId) => address(`/runs/${runs.after}/cases/${caseId}.1${of}`)),
    ...HUGE.map((_, index) => address(`/runs/${runs.after}/cases/${cases[index]}.2${of}`)),
  ];
}

async function visit(page: Page, entry: PageEntry): Promise<string[]> {
  const { name, status = 200, isDocument = false } = entry;
  const answered = await openPage(page, entry, workspace);
  const bytes = await page.evaluate<number>('probe.weight()');
  const found = await pageFaults(page);
  if (bytes > MAX_PAGE_BYTES && !isDocument) found.push(`weighs ${bytes} bytes`);
  if (answered !== status) found.push(`was answered ${answered}`);
  return found.map((fault) => `${name}: ${fault}`);
}

test('hostile text on every page runs nothing, fetches nothing and breaks no layout', {
  timeout: PATIENCE_MS,
}, async () => {
  expect(await visitAll(context, addresses(), visit)).toEqual([]);
  expect(faults).toEqual([]);
});

test('hostile results that stream into an open page run nothing either', async () => {
  const { session, agentName, runs, cases } = workspace;
  const page = await context.newPage();
  await page.goto(`/runs/${runs.running}?agent=${agentName}`);
  const results = hostileResults(cases);
  for (let sent = 0; sent < results.length; sent += PAGE_OF_RESULTS) {
    const some = results.slice(sent, sent + PAGE_OF_RESULTS);
    await syncResults(session, { agent_name: agentName, test_run_id: runs.running, results: some });
    const total = String(sent + some.length);
    await expect.poll(() => page.locator('[data-n="total"]').first().innerText()).toBe(total);
    expect(await pageFaults(page)).toEqual([]);
  }
  expect(faults).toEqual([]);
});

test('a report of hostile results, taken along as a file and opened from disk, runs and fetches nothing', async () => {
  const { agentName, runs } = workspace;
  const saved = path.join(freshDirectory(), 'report.html');
  const report = await context.request.get(`/runs/${runs.after}/report.html?agent=${agentName}`);
  writeFileSync(saved, await report.body());
  const reader = await browser.newContext({ viewport: DESKTOP });
  await reader.addInitScript({ path: PROBE });
  const watched = watchPages(reader, FROM_DISK);
  const page = await reader.newPage();
  await page.goto(pathToFileURL(saved).href);
  expect(await page.evaluate<string[]>('[...probe.foreignFaults("main"), ...probe.widthFaults()]')).toEqual([]);
  expect(watched).toEqual([]);
  await reader.close();
});
