import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, signedInContext } from './browser.ts';
import { EMPTY_WORKSPACE, fillWorkspace, type Workspace } from './dashboard-workspace.ts';
import { FIRST_PAGES, openPage, PAGES, type PageEntry, unlistedRoutes, visitAll } from './page-table.ts';
import { watchPages } from './page-watch.ts';
import { type Server, startServer } from './server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
/** As long as a busy machine needs. */
const PATIENCE_MS = 300_000;
const MAX_PAGE_BYTES = 100 * 1024;
/** Dates have several stops, and boxes that scroll are stops as well: whoever presses on gets round. */
const ROUNDS = 3;
const STOPS_BETWEEN = 2;

let server: Server;
let browser: Browser;
let context: BrowserContext;
let faults: string[];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  context = await signedInContext({ browser, server });
  faults = watchPages(context, server.facts.base_url);
});

afterAll(async () => {
  await browser?.close();
  await server?.kill('SIGTERM');
});

type Finding = { id: string; impact: string; nodes: { html: string; any: { message: string }[] }[] };

/** What axe finds serious or critical on the page as it stands. */
async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(`globalThis.axe ?? (() => { ${AXE} })()`);
  const options = `{ resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }`;
  const findings = await page.evaluate<Finding[]>(`axe.run(document, ${options}).then(({ violations }) => violations)`);
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 140)} ${any[0]?.message ?? ''}`));
}

/** Presses Tab until the focus has been everywhere, with everything unfolded. */
async function keyboardFaults(page: Page): Promise<string[]> {
  const stops = STOPS_BETWEEN + (await page.evaluate<number>('probe.openAll()'));
  let found: string[] = [];
  for (let round = 0; round === 0 || (found.length > 0 && round < ROUNDS); round++) {
    for (let pressed = 0; pressed < stops; pressed++) await page.keyboard.press('Tab');
    found = await page.evaluate<string[]>('probe.keyboardFaults()');
  }
  await page.evaluate('document.activeElement.blur()');
  return found;
}

async function pageFaults(page: Page, entry: PageEntry, workspace: Workspace): Promise<string[]> {
  const { name, status = 200, isDocument = false } = entry;
  const found: string[] = [];
  const note = (where: string, faults: string[]) => found.push(...faults.map((fault) => `${name}, ${where}: ${fault}`));
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: 'light' });
  const answered = await openPage(page, entry, workspace);
  if (answered !== status) note('whole', [`was answered ${answered}`]);
  const bytes = await page.evaluate<number>('probe.weight()');
  if (bytes > MAX_PAGE_BYTES && !isDocument) note('whole', [`weighs ${bytes} bytes`]);
  note('light', await axeFaults(page));
  note('by keyboard', await keyboardFaults(page));
  note('unfolded', await page.evaluate<string[]>('probe.widthFaults()'));
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(PHONE);
  note('dark, on a phone', await axeFaults(page));
  note('on a phone', await page.evaluate<string[]>('[...probe.widthFaults(), ...probe.overlapFaults()]'));
  return found;
}

test('every address that answers a page is in the table of pages', () => {
  expect(unlistedRoutes()).toEqual([]);
});

test('the pages of an empty workspace are light, accessible in light and dark, by keyboard and on a phone', async () => {
  const visit = (page: Page, entry: PageEntry) => pageFaults(page, entry, EMPTY_WORKSPACE);
  expect(await visitAll(context, FIRST_PAGES, visit)).toEqual([]);
  expect(faults).toEqual([]);
});

test('every page is light, accessible in light and dark, reachable by keyboard and usable on a phone', {
  timeout: PATIENCE_MS,
}, async () => {
  const { session, ...workspace } = await fillWorkspace(server);
  await session.close();
  const visit = (page: Page, entry: PageEntry) => pageFaults(page, entry, workspace);
  expect(await visitAll(context, PAGES, visit)).toEqual([]);
  expect(faults).toEqual([]);
});
