import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from './demo/blueprint.ts';
import { SHOP_SCENARIOS } from './demo/shop-scenarios.ts';
import { answerCustomer } from './demo/support-agent.ts';
import type { LocalFacts } from './local-facts.ts';
import { startLocalServer } from './local-server.ts';
import { McpSession } from './mcp-session.ts';
import { Problem, runCommand } from './problem.ts';
import { ensureScenarios } from './scenarios.ts';
import { SyncAnswer, UploadAnswer } from './tool-answers.ts';
import { ROOT } from './worker-bundle.ts';

const FOLDER = path.join(ROOT, 'src/dashboard/screenshots');
const SIZE = { width: 1280, height: 800 };
const SCHEMES = ['light', 'dark'] as const;
const MAX_BYTES = 150 * 1024;
const PATIENCE_MS = 10_000;
/** Lists are made from D1, which hears of runs a moment later. */
const POLL_MS = 200;
const Listed = z.object({ runs: z.array(z.object({ status: z.string() })) });

type Shown = { agentUrl: string; runs: string[]; failedCase: string };

/** The same cases on four versions of an agent that gets better and forgets one thing, so that there is a trend to see and a change to look at. */
const VERSIONS = [
  { name: 'Nightly 1', broken: [0, 2, 4, 6] },
  { name: 'Nightly 2', broken: [0, 4] },
  { name: 'Nightly 3', broken: [4] },
  { name: 'Nightly 4', broken: [9] },
];
const FAILED_CASE = 'Refund of an expensive machine';

async function fill({ mcp_url: mcpUrl, api_key: apiKey }: LocalFacts): Promise<Shown> {
  const session = new McpSession({ address: () => ({ mcpUrl, apiKey }), patienceMs: PATIENCE_MS });
  const { url } = await session.call(
    'invarium_upload_blueprint',
    { blueprint: JSON.stringify(BLUEPRINT) },
    UploadAnswer,
  );
  const cases = await ensureScenarios(session, AGENT_NAME, SHOP_SCENARIOS);
  const runs: string[] = [];
  for (const { name, broken } of VERSIONS) {
    const results = SHOP_SCENARIOS.map(({ name: scenario, userMessage }, index) => ({
      ...(broken.includes(index) ? unfinished(userMessage) : answerCustomer(userMessage)),
      scenario_id: cases.get(scenario),
      latency_ms: 620 + ((index * 379) % 900) + 120 * broken.length,
    }));
    const input = { agent_name: AGENT_NAME, name, results: JSON.stringify(results) };
    runs.push((await session.call('invarium_sync_results', input, SyncAnswer)).test_run_id);
  }
  while (!(await areListed(session))) await sleep(POLL_MS);
  await session.close();
  return { agentUrl: new URL(url).pathname, runs, failedCase: cases.get(FAILED_CASE) ?? '' };
}

async function areListed(session: McpSession): Promise<boolean> {
  const { runs } = await session.call('invarium_list_test_runs', {}, Listed);
  return runs.filter(({ status }) => status === 'completed').length === VERSIONS.length;
}

/** An answer that promises and calls nothing. */
function unfinished(userMessage: string) {
  const response = 'Thank you for your message. I have taken care of it.';
  return { user_message: userMessage, agent_response: response, tools_called: [] };
}

/** What a reader comes for first. */
function pages({ agentUrl, runs, failedCase }: Shown): Record<string, string> {
  const newest = runs.at(-1);
  const of = `?agent=${AGENT_NAME}`;
  return {
    overview: '/',
    agent: agentUrl,
    run: `/runs/${newest}${of}`,
    case: `/runs/${newest}/cases/${failedCase}.1${of}`,
    compare: `/runs/compare${of}&a=${runs[0]}&b=${newest}`,
    report: `/runs/${newest}/report${of}`,
  };
}

async function take(page: Page, name: string, address: string): Promise<void> {
  const answer = await page.goto(address, { waitUntil: 'networkidle' });
  if (!answer?.ok()) throw new Problem(`${address} was answered ${answer?.status()}.`);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    const file = path.join(FOLDER, `${name}-${colorScheme}.png`);
    await page.screenshot({ path: file });
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new Problem(`${file} has ${size} bytes, at most ${MAX_BYTES} are wanted.`);
    console.log(`${path.relative(ROOT, file)}  ${Math.ceil(size / 1024)} KB`);
  }
}

/** Its own libraries are unpacked only where AWS_LAMBDA_JS_RUNTIME is set before the package is loaded, as the npm script does. */
async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  return playwright.launch({ executablePath, args: ['--no-sandbox', '--no-zygote'] });
}

/** Fills a server of its own with what the demo's agent does, and takes pictures of the main pages. */
async function main(): Promise<void> {
  process.env.PORT = '0';
  const directory = mkdtempSync(path.join(tmpdir(), 'invarium-screenshots-'));
  const { facts, stop } = await startLocalServer({ directory, log: () => undefined });
  const browser = await launchBrowser();
  try {
    mkdirSync(FOLDER, { recursive: true });
    const shown = await fill(facts);
    const page = await browser.newPage({ viewport: SIZE, baseURL: facts.base_url });
    await page.goto(facts.dashboard_url);
    for (const [name, address] of Object.entries(pages(shown))) await take(page, name, address);
  } finally {
    await browser.close();
    await stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

await runCommand(main);
