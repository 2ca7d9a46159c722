import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, signedInContext } from './browser.ts';
import { fillWorkspace, type Workspace } from './dashboard-workspace.ts';
import { openPage, PAGES, type PageEntry } from './page-table.ts';
import { type Server, startServer } from './server.ts';

/** What only a script can do, and says so: copying, keys, that a page is live. */
const OF_SCRIPTS = '[data-copy], [data-copy-from], [data-copy-href], kbd, #keys, #live-state';

let server: Server;
let browser: Browser;
let scripted: BrowserContext;
let plain: BrowserContext;
let workspace: Workspace;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { session, ...filled } = await fillWorkspace(server);
  await session.close();
  workspace = filled;
  scripted = await signedInContext({ browser, server });
  plain = await signedInContext({ browser, server }, { javaScriptEnabled: false });
});

afterAll(async () => {
  await browser?.close();
  await server?.kill('SIGTERM');
});

/** What a reader sees, line by line, without figures: time goes on between two visits, and every key has a value of its own. */
async function linesOf(page: Page, entry: PageEntry): Promise<Set<string>> {
  await openPage(page, entry, workspace);
  await page.evaluate(`document.querySelectorAll('${OF_SCRIPTS}').forEach((each) => each.remove())`);
  const text = await page.locator('main').innerText();
  return new Set(
    text.split('\n').map((line) => line.trim().replaceAll(/(join|report)\/\S+|inv_\S+|\d+|just now/g, '#')),
  );
}

test('every page shows without script all that it shows with it', async () => {
  const [withScript, without] = [await scripted.newPage(), await plain.newPage()];
  const missing: string[] = [];
  for (const entry of PAGES) {
    // One after the other: a form that both send at once is refused to one of them.
    const wanted = await linesOf(withScript, entry);
    const found = await linesOf(without, entry);
    const lacking = [...wanted].filter((line) => !found.has(line));
    missing.push(...lacking.map((line) => `${entry.name}: ${line}`));
  }
  expect(missing).toEqual([]);
  await Promise.all([withScript.close(), without.close()]);
});

/** Presses a button and answers what the next page says. */
async function submit(page: Page, name: string | RegExp): Promise<string> {
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name }).first().click()]);
  return page.locator('main').innerText();
}

test('without script a result is decided, and runs are filtered and compared', async () => {
  const page = await plain.newPage();
  await page.goto('/review');
  const title = await page.locator('#item a').innerText();
  await page.getByLabel(/^Comment/).fill('No mug was named.');
  await submit(page, /^Failed/);
  await page.goto(`/runs/${workspace.runs.after}/results?agent=${workspace.agentName}&status=failed`);
  expect(await page.locator('main').innerText()).toContain(title);
  expect(await page.locator('main').innerText()).toContain('No mug was named.');

  await page.goto('/runs');
  await page.getByLabel('Status').selectOption('running');
  expect(await submit(page, 'Apply')).toContain('Under way');
  expect(await page.locator('main').innerText()).not.toContain('Nightly, new prompt');
  await page.goto(`/agent/${workspace.agentId}/runs`);
  for (const run of [workspace.runs.before, workspace.runs.after]) await page.locator(`input[value="${run}"]`).check();
  expect(await submit(page, /^Compare/)).toContain('Two runs compared');
  await page.close();
});

test('without script a scenario is written, changed and deleted, and tests are generated', async () => {
  const page = await plain.newPage();
  await page.goto(`/agent/${workspace.agentId}/scenarios/new`);
  await page.getByLabel('Name', { exact: true }).fill('A scenario without script');
  await page.getByLabel('User message').fill('Where is A-1001?');
  expect(await submit(page, /^Create/)).toContain('A scenario without script');
  await page.goto(`${page.url().split('?')[0]}/edit`);
  await page.getByLabel(/^(Name|Title)/).fill('A scenario with another name');
  expect(await submit(page, /^Save/)).toContain('A scenario with another name');
  await page.goto(`${page.url().split('?')[0]}/delete`);
  await submit(page, /^Delete/);
  await page.goto(`/agent/${workspace.agentId}/scenarios`);
  expect(await page.locator('main').innerText()).not.toContain('A scenario with another name');
  await page.goto(`/agent/${workspace.agentId}/generate`);
  await page.locator('[name=test_description]').fill('Refunds of orders that were cancelled');
  expect(await submit(page, /^(Generate|Make|Write)/)).toMatch(/test/);
  await page.close();
});

test('without script a blueprint is checked and saved, and what is wrong with it is said', async () => {
  const page = await plain.newPage();
  await page.goto(`/agent/${workspace.agentId}/blueprint/edit`);
  const field = page.getByLabel(/^Blueprint/);
  const text = await field.inputValue();
  await field.fill('tools: []');
  await submit(page, 'Check');
  expect(await field.inputValue()).toBe('tools: []');
  await field.fill(text.replace('small kitchen shop', 'large kitchen shop'));
  expect(await submit(page, /^Save/)).toContain('large kitchen shop');
  await page.close();
});

test('without script a key is made and revoked, a report shared and closed, and somebody signs out and in again', async () => {
  const page = await plain.newPage();
  await page.goto('/api-keys');
  await page.getByLabel('Name', { exact: true }).fill('Without script');
  expect(await submit(page, 'Create key')).toMatch(/inv_[\w-]{40}/);
  await page.goto('/api-keys');
  await page.getByRole('link', { name: /^Revoke Without script/ }).click();
  await submit(page, /^Revoke/);
  expect(await page.getByRole('link', { name: /^Revoke Without script/ }).count()).toBe(0);

  await page.goto(`/runs/${workspace.runs.after}/report?agent=${workspace.agentName}`);
  await submit(page, 'Make a link');
  const link = await page.locator('.made pre').innerText();
  expect((await page.context().request.get(link)).status()).toBe(200);
  await submit(page, /^Revoke the link/);
  expect((await page.context().request.get(link)).status()).toBe(404);

  await submit(page, 'Sign out');
  await page.getByLabel('API key', { exact: true }).fill(server.facts.api_key);
  expect(await submit(page, 'Sign in')).toContain('Overview');
  await page.close();
});
