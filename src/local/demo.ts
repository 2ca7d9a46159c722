import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from './demo/blueprint.ts';
import { SHOP_SCENARIOS } from './demo/shop-scenarios.ts';
import { answerCustomer } from './demo/support-agent.ts';
import { McpSession } from './mcp-session.ts';
import { Problem, runCommand } from './problem.ts';
import { Progress } from './progress.ts';
import { ensureScenarios } from './scenarios.ts';
import { runLink, type ServerAddress, serverAddress } from './server-address.ts';
import { RunAnswer, SyncAnswer, UploadAnswer } from './tool-answers.ts';

/** The sample agent needs no time to think; a person who watches the page does. */
const PAUSE_MS = 300;
const PATIENCE_MS = 2000;

/** The whole loop of a first session: connect, register, make cases, stream results, read the verdicts. */
async function runDemo(address: ServerAddress): Promise<void> {
  const session = new McpSession({ address: () => address, patienceMs: PATIENCE_MS });
  try {
    await session.call('invarium_connect', {}, z.unknown());
    console.log(`Connected to ${address.mcpUrl}.`);
    const agent = await session.call(
      'invarium_upload_blueprint',
      { blueprint: JSON.stringify(BLUEPRINT) },
      UploadAnswer,
    );
    console.log(`Registered the agent ${agent.agent_name}: ${agent.url}`);
    const cases = await ensureScenarios(session, AGENT_NAME, SHOP_SCENARIOS);
    console.log(`${cases.size} scenarios are ready.`);
    await runCases(session, cases);
  } finally {
    await session.close();
  }
}

async function runCases(session: McpSession, cases: Map<string, string>): Promise<void> {
  const created = await session.call(
    'invarium_sync_results',
    { agent_name: AGENT_NAME, results: '[]', create_empty: true, expected_total: cases.size, name: 'Demo' },
    SyncAnswer,
  );
  console.log(`\nWatch the run live: ${created.url}\n`);
  const progress = new Progress(cases.size);
  for (const { name, userMessage } of SHOP_SCENARIOS) {
    await sleep(PAUSE_MS);
    const result = { ...answerCustomer(userMessage), scenario_id: cases.get(name) };
    const input = { agent_name: AGENT_NAME, test_run_id: created.test_run_id, results: JSON.stringify([result]) };
    const { counts } = await session.call('invarium_sync_results', input, SyncAnswer);
    progress.step(`${counts.passed} passed, ${counts.failed} failed`);
  }
  await report(session, created, new Map([...cases].map(([name, id]) => [id, name])));
}

async function report(
  session: McpSession,
  { test_run_id, url }: SyncAnswer,
  names: Map<string, string>,
): Promise<void> {
  const { run, results } = await session.call(
    'invarium_get_test_run',
    { agent_name: AGENT_NAME, test_run_id, limit: 100 },
    RunAnswer,
  );
  const { passed, total } = run.counts;
  console.log(`\nThe run is ${run.status}: ${passed} of ${total} passed. Caught, although every answer reads well:\n`);
  for (const { test_case_id, status, reason } of results.filter(({ status }) => status !== 'passed')) {
    console.log(`  [${status.toUpperCase()}] ${names.get(test_case_id) ?? test_case_id}\n    ${reason}`);
  }
  console.log(`\nOpen the run: ${runLink(url)}`);
}

await runCommand(() => {
  if (process.argv.length > 2) throw new Problem('npm run demo takes no arguments.');
  return runDemo(serverAddress());
});
