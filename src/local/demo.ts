import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from './demo/blueprint.ts';
import { playWithJavaScript } from './demo/js-shop.ts';
import { hasPython, playWithPython } from './demo/python-shop.ts';
import { SHOP_SCENARIOS } from './demo/shop-scenarios.ts';
import { McpSession } from './mcp-session.ts';
import { Problem, runCommand } from './problem.ts';
import { Progress } from './progress.ts';
import { ensureScenarios } from './scenarios.ts';
import { runLink, type ServerAddress, serverAddress } from './server-address.ts';
import { RunAnswer, SyncAnswer, UploadAnswer } from './tool-answers.ts';

/** The sample agent needs no time to think; a person who watches the page does. */
const PAUSE_MS = 300;
const PATIENCE_MS = 2000;
const LOOK_MS = 100;

const PLAYERS = [
  { language: 'Python', play: playWithPython },
  { language: 'JavaScript', play: playWithJavaScript },
];

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
    await runCases(session, address, cases);
  } finally {
    await session.close();
  }
}

/** The agent is played in Python and in JavaScript at once, with the tracer of each, into one run; without Python in JavaScript alone. */
async function runCases(session: McpSession, address: ServerAddress, cases: Map<string, string>): Promise<void> {
  const created = await session.call(
    'invarium_sync_results',
    { agent_name: AGENT_NAME, results: '[]', create_empty: true, expected_total: cases.size, name: 'Demo' },
    SyncAnswer,
  );
  console.log(`\nWatch the run live: ${created.url}\n`);
  const players = hasPython() ? PLAYERS : PLAYERS.filter(({ language }) => language !== 'Python');
  console.log(`The agent is played in ${players.map(({ language }) => language).join(' and ')}, with the tracer.`);
  const folder = mkdtempSync(path.join(tmpdir(), 'invarium-demo-'));
  const playing = players.map(({ language, play }, turn) =>
    play({
      ...{ ...address, agentName: AGENT_NAME, runId: created.test_run_id, pauseMs: PAUSE_MS * players.length },
      spoolPath: path.join(folder, `${language}.jsonl`),
      cases: SHOP_SCENARIOS.filter((_, index) => index % players.length === turn).map(({ name, userMessage }) => {
        return { id: cases.get(name) ?? '', user_message: userMessage };
      }),
    }),
  );
  await follow(session, created, { total: cases.size, playing: Promise.all(playing) });
  rmSync(folder, { recursive: true });
  await report(session, created, new Map([...cases].map(([name, id]) => [id, name])));
}

type Following = { total: number; playing: Promise<unknown> };

/** Shows the counts of the run as they rise, until the players are done. */
async function follow(session: McpSession, { test_run_id }: SyncAnswer, { total, playing }: Following): Promise<void> {
  const progress = new Progress(total);
  let shown = 0;
  let isOver = false;
  const over = playing.finally(() => (isOver = true));
  while (shown < total && !isOver) {
    await Promise.race([over, sleep(LOOK_MS)]);
    const input = { agent_name: AGENT_NAME, test_run_id, results: '[]' };
    const { counts } = await session.call('invarium_sync_results', input, SyncAnswer);
    for (; shown < counts.total; shown++) progress.step(`${counts.passed} passed, ${counts.failed} failed`);
  }
  await over;
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
