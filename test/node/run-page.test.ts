import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { launchBrowser } from './browser.ts';
import { type Server, startServer } from './server.ts';

let server: Server;
let browser: Browser;
let session: McpSession;
let caseId = '';

const Created = z.object({ test_case_ids: z.array(z.string()) });
const Synced = z.object({ test_run_id: z.string(), url: z.string() });

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  const { mcp_url: mcpUrl, api_key: apiKey } = server.facts;
  session = new McpSession({ address: () => ({ mcpUrl, apiKey }), patienceMs: 20_000 });
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, z.unknown());
  const scenario = {
    agent_name: AGENT_NAME,
    name: 'Say <b>hello</b>',
    user_message: 'Hi',
    expectations: '{"required_facts": ["hello"]}',
  };
  caseId = (await session.call('invarium_create_scenario', scenario, Created)).test_case_ids[0] ?? '';
});

afterAll(async () => {
  await session?.close();
  await browser?.close();
  await server?.kill('SIGTERM');
});

function sync(more: Record<string, unknown>) {
  return session.call('invarium_sync_results', { agent_name: AGENT_NAME, results: '[]', ...more }, Synced);
}

function send(runId: string, trial: number) {
  const answer = trial % 3 === 0 ? '<script>document.title = "owned"</script> Goodbye.' : 'Hello!';
  const result = { scenario_id: caseId, trial, user_message: 'Hi', agent_response: answer };
  return sync({ test_run_id: runId, results: JSON.stringify([result]) });
}

async function signedInPage(url: string): Promise<Page> {
  const page = await browser.newPage();
  // The printed link works once; later pages sign in by key, as a second person would.
  await page.goto(url);
  await page.getByLabel('API key').fill(server.facts.api_key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(url);
  return page;
}

const counted = (page: Page) => page.locator('[data-n="total"]').innerText();

test('the one-time link signs a browser in, once', async () => {
  const page = await browser.newPage();
  await page.goto(server.facts.dashboard_url);
  expect(new URL(page.url()).pathname).toBe('/');
  expect(await page.getByText('Local workspace').count()).toBe(1);
  const stranger = await (await browser.newContext()).newPage();
  expect((await stranger.goto(server.facts.dashboard_url))?.status()).toBe(410);
});

test('the run page counts from 0 to N without a reload and shows verdicts with their reasons', async () => {
  const N = 60;
  const { test_run_id: runId, url } = await sync({ create_empty: true, expected_total: N });
  const page = await signedInPage(url);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  expect(await counted(page)).toBe('0');

  const seen = new Set<string>();
  for (let trial = 1; trial <= N; trial++) {
    await send(runId, trial);
    if (trial % 10 === 0) {
      await expect.poll(() => counted(page)).toBe(String(trial));
      seen.add(await counted(page));
    }
  }
  expect([...seen]).toEqual(['10', '20', '30', '40', '50', '60']);
  await expect.poll(() => page.getByText('Completed').count()).toBeGreaterThan(0);
  expect(await page.locator('[data-n="passed"]').innerText()).toBe('40');
  expect(await page.locator('[data-n="failed"]').innerText()).toBe('20');
  expect(await page.locator('li.result').count()).toBe(20);
  expect(await page.locator('li.result .reason').first().innerText()).toMatch(/hello/i);
  expect(await page.title()).not.toBe('owned');
  expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
  expect(errors).toEqual([]);
});

test('a page that was cut off catches up when the server is back', async () => {
  const { test_run_id: runId, url } = await sync({ create_empty: true, expected_total: 9 });
  const page = await signedInPage(url);
  await send(runId, 1);
  await expect.poll(() => counted(page)).toBe('1');
  const port = new URL(server.facts.base_url).port;
  await server.kill('SIGKILL');
  server = await startServer({ data: server.data, env: { PORT: port } });
  await send(runId, 2);
  await expect.poll(() => counted(page), { timeout: 20_000 }).toBe('2');
});
