import { expect, test } from 'vitest';
import type { Corpus } from '../../src/local/corpus.ts';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { SHOP_SCENARIOS } from '../../src/local/demo/shop-scenarios.ts';
import { answerCustomer } from '../../src/local/demo/support-agent.ts';
import { replayCorpus } from '../../src/local/replay-corpus.ts';
import type { ReplayReport } from '../../src/local/replay-report.ts';
import { readLocalFacts, startServer } from './server.ts';

const TRIALS = 10;
const KILLS = 20;
const ANSWERS_BETWEEN_KILLS = 5;
const FAULTY = ['Refund of an expensive machine', 'Cancel one of two orders', 'Stock of the tea kettle'];

/** The demo's conversations, ten times each; what is known of the agent's faults takes the place of a benchmark's rewards. */
const CORPUS: Corpus = {
  agentName: AGENT_NAME,
  blueprint: BLUEPRINT,
  scenarios: SHOP_SCENARIOS.map((scenario) => ({ ...scenario, taskId: scenario.name })),
  episodes: SHOP_SCENARIOS.flatMap(({ name, userMessage }) =>
    Array.from({ length: TRIALS }, (_, trial) => ({
      taskId: name,
      trial,
      recordedTrial: trial,
      reward: FAULTY.includes(name) ? 0 : 1,
      result: { ...answerCustomer(userMessage), trial: trial + 1 },
    })),
  ),
};

const verdictsOf = ({ verdicts }: ReplayReport) =>
  verdicts.map(({ taskId, trial, verdict }) => [taskId, trial, verdict.status, verdict.rule, verdict.reason]);

test('a replay counts everything once and judges alike in any order', async () => {
  const server = await startServer();
  const address = () => ({ mcpUrl: server.facts.mcp_url, apiKey: server.facts.api_key });
  const first = await replayCorpus(CORPUS, { seed: 1, address });
  const second = await replayCorpus(CORPUS, { seed: 2, address });
  for (const report of [first, second]) {
    expect(report.faults).toEqual([]);
    expect(report.tally).toEqual({ calls: 110, accepted: 100, duplicate: 10, replaced: 0, retries: 0 });
    expect(report.matrix).toEqual({ bothPassed: 70, bothFailed: 30, wronglyPassed: 0, wronglyFailed: 0 });
  }
  expect(verdictsOf(second)).toEqual(verdictsOf(first));
  await server.kill('SIGTERM');
});

test(`${KILLS} kills in the middle of a replay lose nothing and count nothing twice`, async () => {
  let server = await startServer();
  const { data } = server;
  let kills = 0;
  let restarting: Promise<void> = Promise.resolve();
  const killAndRestart = async () => {
    await server.kill('SIGKILL');
    server = await startServer({ data });
    kills += 1;
  };
  let answers = 0;
  const report = await replayCorpus(CORPUS, {
    seed: 3,
    // The server comes back on another port each time.
    address: () => {
      const { mcp_url, api_key } = readLocalFacts(data);
      return { mcpUrl: mcp_url, apiKey: api_key };
    },
    answered: () => {
      answers += 1;
      if (answers % ANSWERS_BETWEEN_KILLS === 0) restarting = restarting.then(killAndRestart);
    },
  });
  await restarting;
  console.log(`${kills} kills, ${report.tally.retries} retries, ${(report.wallMs / 1000).toFixed(1)} s`);
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  expect(report.tally.retries).toBeGreaterThanOrEqual(KILLS);
  expect(report.faults).toEqual([]);
  expect(report.verdicts).toHaveLength(100);
  expect(report.matrix).toEqual({ bothPassed: 70, bothFailed: 30, wronglyPassed: 0, wronglyFailed: 0 });
  await server.kill('SIGTERM');
}, 300_000);
