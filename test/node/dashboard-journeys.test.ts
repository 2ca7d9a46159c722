import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { SHOP_SCENARIOS } from '../../src/local/demo/shop-scenarios.ts';
import { answerCustomer } from '../../src/local/demo/support-agent.ts';
import { type McpSession, ToolRefusal } from '../../src/local/mcp-session.ts';
import { ensureScenarios } from '../../src/local/scenarios.ts';
import { UploadAnswer } from '../../src/local/tool-answers.ts';
import { launchBrowser, signedInContext } from './browser.ts';
import { fillWorkspace, openSession, StoredRun, syncResults, type Workspace } from './dashboard-workspace.ts';
import { watchPages } from './page-watch.ts';
import { type Server, startServer } from './server.ts';

const KEY = /inv_[\w-]{40}/;

let server: Server;
let browser: Browser;
let context: BrowserContext;
let faults: string[];
let workspace: Workspace & { session: McpSession };

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
});

afterAll(async () => {
  await workspace?.session.close();
  await browser?.close();
  await server?.kill('SIGTERM');
});

const figure = (page: Page, name: string) => page.locator(`[data-n="${name}"]`).first().innerText();

async function counts(session: McpSession, runId: string) {
  const input = { agent_name: AGENT_NAME, test_run_id: runId };
  return (await session.call('invarium_get_test_run', input, StoredRun)).run.counts;
}

test('from the first sign-in to the first live run nobody has to reload, and the page goes there by itself', async () => {
  const first = await browser.newContext({ baseURL: server.facts.base_url });
  const watched = watchPages(first, server.facts.base_url);
  const [making, waiting] = [await first.newPage(), await first.newPage()];
  await making.goto(server.facts.dashboard_url);
  await waiting.goto('/');
  const ways = await waiting.locator('.ways-in h2').allInnerTexts();
  expect(ways).toEqual(['From your editor', 'From CI', 'See a sample']);
  expect(await waiting.getByRole('button', { name: /^Copy/ }).count()).toBeGreaterThanOrEqual(3);

  await making.getByRole('button', { name: 'Make a key for Claude Code' }).click();
  const [key = ''] = KEY.exec(await making.locator('.made pre').first().innerText()) ?? [];
  const session = openSession(server, key);
  await session.call('invarium_usage', {}, z.unknown());
  await expect.poll(() => waiting.getByRole('status').first().innerText(), { timeout: 15_000 }).toMatch(/^Connected/);
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, UploadAnswer);
  const cases = await ensureScenarios(session, AGENT_NAME, SHOP_SCENARIOS);
  const runId = await syncResults(session, { expected_total: cases.size });
  await waiting.waitForURL(`**/runs/${runId}?**`, { timeout: 30_000 });
  expect(await figure(waiting, 'total')).toBe('0');
  let sent = 0;
  for (const { name, userMessage } of SHOP_SCENARIOS) {
    const result = { ...answerCustomer(userMessage), scenario_id: cases.get(name) };
    await syncResults(session, { test_run_id: runId, results: [result] });
    sent += 1;
    await expect.poll(() => figure(waiting, 'total')).toBe(String(sent));
  }
  await waiting.locator('.title').getByText('Completed', { exact: false }).waitFor();
  const stored = await counts(session, runId);
  expect([await figure(waiting, 'passed'), await figure(waiting, 'failed')]).toEqual([
    String(stored.passed),
    String(stored.failed),
  ]);
  await session.close();
  expect(watched).toEqual([]);
  await first.close();
});

test('two runs that were ticked in the list are compared, and the case that broke is named', async () => {
  workspace = await fillWorkspace(server);
  context = await signedInContext({ browser, server });
  faults = watchPages(context, server.facts.base_url);
  const page = await context.newPage();
  await page.goto(`/agent/${workspace.agentId}/runs`);
  const { before, after } = workspace.runs;
  for (const run of [after, before]) await page.locator(`input[name="run"][value="${run}"]`).check();
  await page.getByRole('button', { name: /^Compare/ }).click();
  await page.waitForURL(`**/runs/compare?**a=${before}**`);
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Two runs compared');
  expect(await page.locator('main').innerText()).toMatch(/regression/i);
  expect(await page.getByRole('link', { name: 'Refund of a broken mug' }).count()).toBeGreaterThan(0);
  await page.close();
});

test('results that wait are decided by two keys, the next one comes by itself, and the counts follow', async () => {
  const { session, runs } = workspace;
  const page = await context.newPage();
  const pending = async () =>
    (await counts(session, runs.after)).pending + (await counts(session, runs.before)).pending;
  const waiting = await pending();
  expect(waiting).toBeGreaterThanOrEqual(2);
  await page.goto('/review');
  expect(await page.locator('#queue').getAttribute('data-left')).toBe(String(waiting));
  await page.keyboard.press('p');
  await expect.poll(() => page.locator('#queue').getAttribute('data-left')).toBe(String(waiting - 1));
  await page.keyboard.press('c');
  await page.keyboard.type('It never says which mug.');
  await page.keyboard.press('Escape');
  await page.keyboard.press('f');
  await expect.poll(() => page.locator('#queue').getAttribute('data-left')).toBe(String(waiting - 2));
  expect(await page.locator('#said').innerText()).toMatch(/failed/);
  await page.locator('#said a').click();
  expect(await page.locator('main').innerText()).toContain('It never says which mug.');
  expect(await pending()).toBe(waiting - 2);
  await page.close();
});

test('a key is made, shown once, works for a client, and is refused at once when it is revoked', async () => {
  const page = await context.newPage();
  await page.goto('/api-keys');
  await page.getByLabel('Name', { exact: true }).fill('Nightly job');
  await page.getByRole('button', { name: 'Create key' }).click();
  const [key = ''] = KEY.exec(await page.locator('main').innerText()) ?? [];
  await page.goto('/api-keys');
  expect(await page.content()).not.toContain(key);
  const session = openSession(server, key);
  await session.call('invarium_list_agents', {}, z.unknown());
  await page.getByRole('link', { name: /^Revoke Nightly job/ }).click();
  await page.getByRole('button', { name: /^Revoke/ }).click();
  await page.waitForURL(/\/api-keys(#|$)/);
  expect(await page.getByRole('link', { name: /^Revoke Nightly job/ }).count()).toBe(0);
  await expect(session.call('invarium_list_agents', {}, z.unknown())).rejects.toThrow(ToolRefusal);
  await session.close();
  await page.close();
});

test('a shared report opens to somebody who is not signed in, and to nobody once it is revoked', async () => {
  const { runs, agentName } = workspace;
  const page = await context.newPage();
  await page.goto(`/runs/${runs.after}/report?agent=${agentName}`);
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.locator('.made pre').innerText();
  const stranger = await browser.newContext();
  const watched = watchPages(stranger, server.facts.base_url);
  const reader = await stranger.newPage();
  expect((await reader.goto(link))?.status()).toBe(200);
  expect(await reader.getByRole('heading', { level: 1 }).innerText()).toBe('QA report');
  expect(await reader.locator('main').innerText()).toContain('Refund of a broken mug');
  expect(await reader.getByRole('link', { name: 'Test runs' }).count()).toBe(0);
  expect(
    (
      await stranger.request.get(`/runs/${runs.after}`.replace(/^/, server.facts.base_url), { maxRedirects: 0 })
    ).status(),
  ).toBe(302);
  await page
    .getByRole('button', { name: /^Revoke the link/ })
    .first()
    .click();
  await page.waitForURL('**/report?**#share');
  expect((await reader.goto(link))?.status()).toBe(404);
  expect(await reader.locator('main').innerText()).not.toContain('Refund of a broken mug');
  expect([...watched, ...faults]).toEqual([]);
  await stranger.close();
});
