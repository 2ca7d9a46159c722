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
  const greeting = { required_facts: ['hello'] };
  const scenario = {
    agent_name: AGENT_NAME,
    name: 'Say hello',
    user_message: 'Hi',
    expectations: JSON.stringify(greeting),
  };
  caseId = (await session.call('invarium_create_scenario', scenario, Created)).test_case_ids[0] ?? '';
});

afterAll(async () => {
  await session?.close();
  await browser?.close();
  await server?.kill('SIGTERM');
});

/** A completed run with an answer for each trial. */
function run(answers: string[]) {
  const results = answers.map((agent_response, index) => ({
    ...{ scenario_id: caseId, trial: index + 1, user_message: 'Hi', agent_response, tools_called: [] },
  }));
  return session.call('invarium_sync_results', { agent_name: AGENT_NAME, results: JSON.stringify(results) }, Synced);
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('API key').fill(server.facts.api_key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(url);
}

const figure = (page: Page, name: string) => page.locator(`[data-n="${name}"]`).innerText();
const isWiderThanScreen = (page: Page) => page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');

test('a reviewer on a phone decides by keyboard, another page sees it live, and the comparison follows', async () => {
  await run(['Hello!', 'Hello!']);
  const { url } = await run(['Hello!', 'Goodbye.']);
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const [page, watching] = [await context.newPage(), await context.newPage()];
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await signIn(page, url);
  await watching.goto(url);
  expect([await figure(page, 'passed'), await figure(page, 'failed')]).toEqual(['1', '1']);

  await page.locator(`[data-key="${caseId}.2"] h3 a`).focus();
  await Promise.all([page.waitForURL(`**/cases/${caseId}.2?**`), page.keyboard.press('Enter')]);
  expect(await page.locator('.verdict').innerText()).toMatch(/hello/i);
  expect(await isWiderThanScreen(page)).toBe(false);
  await page.getByLabel('Comment').focus();
  await page.keyboard.type('A farewell greets, too.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.verdict').innerText()).toBe('A farewell greets, too.');
  expect(await page.locator('.was').innerText()).toMatch(/^was: failed by rules — .*hello/i);
  await expect.poll(() => figure(watching, 'passed')).toBe('2');
  expect(await watching.locator(`[data-key="${caseId}.2"]`).getAttribute('data-status')).toBe('passed');
  await page.goto(url);
  expect([await figure(page, 'passed'), await figure(page, 'failed')]).toEqual(['2', '0']);

  await page.getByRole('link', { name: 'Compare with the run before' }).click();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Two runs compared');
  expect(await page.getByText('No case that both runs decided changed').count()).toBe(1);
  expect(await isWiderThanScreen(page)).toBe(false);
  expect(errors).toEqual([]);
});

/** Results that no rule can decide: the case expects free text only. */
async function leavePending(answers: string[]): Promise<void> {
  const scenario = {
    agent_name: AGENT_NAME,
    name: 'Be kind',
    user_message: 'Hi',
    expected_behavior: 'Greets kindly.',
  };
  const { test_case_ids: ids } = await session.call('invarium_create_scenario', scenario, Created);
  const results = answers.map((agent_response, index) => ({
    ...{ scenario_id: ids[0], trial: index + 1, user_message: 'Hi', agent_response, tools_called: [] },
  }));
  await session.call('invarium_sync_results', { agent_name: AGENT_NAME, results: JSON.stringify(results) }, Synced);
}

test('the review queue is decided with two keys, without a page load in between, and typing decides nothing', async () => {
  await leavePending(['First.', 'Second.', 'Third.']);
  const page = await (await browser.newContext()).newPage();
  await signIn(page, `${new URL(server.facts.base_url).origin}/review?agent=${AGENT_NAME}`);
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  const left = () => page.locator('.left').innerText();
  const answer = () => page.locator('.talk section').nth(1).locator('.said').innerText();
  expect([await left(), await answer()]).toEqual(['3 results left', 'First.']);

  await page.keyboard.press('f');
  await expect.poll(answer).toBe('Second.');
  expect(await left()).toBe('2 results left');
  expect(await page.locator('#said').innerText()).toBe('Decided: failed. 2 left. Be kind');
  expect(await page.evaluate('document.activeElement.id')).toBe('item');

  await page.keyboard.press('s');
  await expect.poll(answer).toBe('Third.');
  await page.keyboard.press('c');
  await page.keyboard.type('fp: it is kind');
  await page.keyboard.press('Escape');
  expect(await answer()).toBe('Third.');
  await page.keyboard.press('p');
  await expect.poll(() => page.getByText('You skipped 1 result.').count()).toBe(1);
  expect(await page.evaluate('globalThis.sameDocument')).toBe(true);

  await page.goto(`${page.url().split('?')[0]}?agent=${AGENT_NAME}`);
  expect([await left(), await answer()]).toEqual(['1 result left', 'Second.']);
  await page.getByRole('checkbox', { name: 'Keys' }).uncheck();
  await page.locator('body').press('p');
  await page.getByRole('button', { name: 'Passed' }).click();
  await expect.poll(() => page.getByText('Nothing waits for you').count()).toBe(1);
});
