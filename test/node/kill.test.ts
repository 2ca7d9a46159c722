import { expect, test } from 'vitest';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { cutOff } from './process-tree.ts';
import { freshDirectory, readLocalFacts, startServer } from './server.ts';

const KILLS = 20;
const RESULTS_PER_KILL = 10;
const RESULTS = (KILLS + 1) * RESULTS_PER_KILL;
const SHARDS = 4;
const PATIENCE_MS = 60_000;

const Created = z.object({ test_case_ids: z.array(z.string()) });
const Synced = z.object({
  test_run_id: z.string(),
  status: z.string(),
  accepted: z.int(),
  duplicate: z.int(),
  verdicts: z.array(z.object({ status: z.string(), trial: z.int() })),
});
const Page = z.object({
  run: z.object({ status: z.string(), counts: z.record(z.string(), z.int()) }),
  pages: z.int(),
  results: z.array(z.object({ trial: z.int(), status: z.string() })),
});

/** Every second trial issues no refund and must be judged failed, also when it is judged again after a kill. */
function result(caseId: string, trial: number) {
  const calls = trial % 2 === 0 ? [{ name: 'find_order', parameters: { order_id: 'A1' }, result: '{}' }] : [];
  return {
    scenario_id: caseId,
    trial,
    user_message: 'Where is A1?',
    agent_response: `Trial ${trial}`,
    tools_called: calls,
  };
}

test(`nothing acknowledged is lost or counted twice over ${KILLS} kills of the server, and the run completes`, async () => {
  const data = freshDirectory();
  let server = await startServer({ data });
  const port = new URL(server.facts.base_url).port;
  const address = () => {
    const { mcp_url, api_key } = readLocalFacts(data);
    return { mcpUrl: mcp_url, apiKey: api_key };
  };
  const session = () => new McpSession({ address, patienceMs: PATIENCE_MS });
  const main = session();
  await main.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, z.unknown());
  const scenario = {
    agent_name: AGENT_NAME,
    name: 'Look it up',
    user_message: 'Where is A1?',
    expectations: { required_calls: [{ tool: 'find_order' }] },
  };
  const { test_case_ids: ids } = await main.call(
    'invarium_create_scenario',
    { ...scenario, expectations: JSON.stringify(scenario.expectations) },
    Created,
  );
  const opening = { agent_name: AGENT_NAME, results: '[]', create_empty: true, expected_total: RESULTS };
  const { test_run_id } = await main.call('invarium_sync_results', opening, Synced);

  const acknowledged = new Map<number, string>();
  const queue = Array.from({ length: RESULTS }, (_, index) => index + 1);
  let kills = 0;
  let restarting: Promise<void> = Promise.resolve();

  const killAndRestart = async () => {
    await cutOff(server, kills % 2 === 0);
    server = await startServer({ data, env: { PORT: port } });
  };
  const shard = async () => {
    const own = session();
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      const call = { agent_name: AGENT_NAME, test_run_id, results: JSON.stringify([result(ids[0] ?? '', trial)]) };
      const said = await own.call('invarium_sync_results', call, Synced);
      acknowledged.set(trial, said.verdicts[0]?.status ?? '');
      if (acknowledged.size >= (kills + 1) * RESULTS_PER_KILL && kills < KILLS) {
        kills += 1;
        restarting = restarting.then(killAndRestart);
      }
    }
    await own.close();
  };
  await Promise.all(Array.from({ length: SHARDS }, shard));
  await restarting;

  const stored = new Map<number, string>();
  for (let page = 1, pages = 1; page <= pages; page++) {
    const seen = await main.call(
      'invarium_get_test_run',
      { agent_name: AGENT_NAME, test_run_id, page, limit: 100 },
      Page,
    );
    pages = seen.pages;
    for (const { trial, status } of seen.results) stored.set(trial, status);
    expect(seen.run).toMatchObject({
      status: 'completed',
      counts: { total: RESULTS, passed: RESULTS / 2, failed: RESULTS / 2 },
    });
  }
  expect(kills).toBe(KILLS);
  expect(stored).toEqual(new Map([...acknowledged].sort(([a], [b]) => a - b)));
  await main.close();
  await server.kill('SIGTERM');
}, 400_000);
