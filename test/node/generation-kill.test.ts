import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { buildBundle } from '../../src/local/worker-bundle.ts';
import { cutOff } from './process-tree.ts';
import { freshDirectory, readLocalFacts, startServer } from './server.ts';

const CASES = 25;
/** How many cases are stored when the server is killed. */
const KILLED_AT = [5, 10, 15];
const POLL_MS = 30;
const Started = z.object({ generation_id: z.string() });
const Tests = z.object({
  status: z.string(),
  total: z.int(),
  test_cases: z.array(z.object({ id: z.string(), user_message: z.string() })),
});

test('a generation goes on where it stood when the server was killed, and doubles nothing', async () => {
  const data = freshDirectory();
  const bundle = path.join(freshDirectory(), 'bundle');
  await buildBundle(bundle, 'test/faults/worker.ts');
  let server = await startServer({ data, bundle });
  const port = new URL(server.facts.base_url).port;
  const session = new McpSession({
    address: () => ({ mcpUrl: readLocalFacts(data).mcp_url, apiKey: readLocalFacts(data).api_key }),
    patienceMs: 30_000,
  });
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, z.unknown());
  const order = { agent_name: AGENT_NAME, test_description: 'Everything, at leisure', test_cases: CASES };
  const { generation_id } = await session.call('invarium_generate_tests', order, Started);
  const look = () =>
    session.call('invarium_get_tests', { agent_name: AGENT_NAME, generation_id, limit: CASES + 1 }, Tests);
  const until = async (isDone: (tests: z.infer<typeof Tests>) => boolean) => {
    for (let tests = await look(); ; tests = await look()) {
      if (isDone(tests)) return tests;
      await sleep(POLL_MS);
    }
  };
  const seen = new Map<string, string>();
  for (const [at, count] of KILLED_AT.entries()) {
    const tests = await until(({ total }) => total >= count);
    expect(tests.status).toBe('running');
    for (const { id, user_message } of tests.test_cases) seen.set(id, user_message);
    await cutOff(server, at % 2 === 0);
    server = await startServer({ data, bundle, env: { PORT: port } });
  }
  const { status, total, test_cases } = await until((tests) => tests.status !== 'running');
  expect({ status, total }).toEqual({ status: 'completed', total: CASES });
  expect(new Set(test_cases.map(({ user_message }) => user_message)).size).toBe(CASES);
  const kept = new Map(test_cases.map(({ id, user_message }) => [id, user_message]));
  for (const [id, message] of seen) expect(kept.get(id)).toBe(message);
  await session.close();
  await server.kill('SIGTERM');
});
