import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { playWithJavaScript } from '../../src/local/demo/js-shop.ts';
import { SHOP_SCENARIOS } from '../../src/local/demo/shop-scenarios.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { ensureScenarios } from '../../src/local/scenarios.ts';
import { Project, summary, TRACER } from '../tracers/js/listener.ts';
import { type Server, startServer } from './server.ts';

/** The tracer with a real server at its other end. */

const RESULTS = 60;
const Synced = z.object({ test_run_id: z.string() });
const Run = z.object({ run: z.object({ status: z.string(), counts: z.record(z.string(), z.int()) }) });

let server: Server;
let session: McpSession;
let project: Project;

beforeAll(async () => {
  project = new Project();
  server = await startServer();
  session = new McpSession({
    address: () => ({ mcpUrl: server.facts.mcp_url, apiKey: server.facts.api_key }),
    patienceMs: 20_000,
  });
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, z.unknown());
});
afterAll(async () => {
  project.end();
  await session.close();
  await server.kill('SIGTERM');
});

async function openRun(expected_total?: number): Promise<string> {
  const opening = {
    agent_name: AGENT_NAME,
    results: '[]',
    create_empty: true,
    ...(expected_total ? { expected_total } : {}),
  };
  return (await session.call('invarium_sync_results', opening, Synced)).test_run_id;
}

async function readRun(test_run_id: string) {
  const { run } = await session.call('invarium_get_test_run', { agent_name: AGENT_NAME, test_run_id }, Run);
  return run;
}

test('the server serves the tracer as it lies here', async () => {
  const answer = await fetch(`${server.facts.base_url}/api/tracer.mjs`);
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(await answer.text()).toBe(readFileSync(TRACER, 'utf8'));
});

test('a server that is killed in the middle and started again has every result once, however they are sent', async () => {
  const [id] = (await ensureScenarios(session, AGENT_NAME, SHOP_SCENARIOS.slice(0, 1))).values();
  const runId = await openRun(RESULTS);
  const { base_url, api_key } = server.facts;
  project.configure({ api_key, mcp_url: base_url });
  let restarting: Promise<void> | undefined;
  const restart = async () => {
    await server.kill('SIGKILL');
    await sleep(200);
    server = await startServer({ data: server.data, env: { PORT: new URL(base_url).port } });
  };
  const playing = project.run(
    `import { setTimeout as sleep } from 'node:timers/promises';
import { Tracer } from ${JSON.stringify(TRACER)};
const options = { agentName: '${AGENT_NAME}', runId: '${runId}', retryMs: 100, maxAttempts: 12 };
const tracers = ['rest', 'mcp'].map((transport) => Tracer.fromConfig({ ...options, transport }));
await Promise.all(tracers.map(async (tracer, half) => {
  for (let trial = 1; trial <= ${RESULTS / 2}; trial++) {
    await tracer.case({ id: '${id}', user_message: 'hello' }, async (c) => {
      c.tool('issue_refund', { order_id: 'A-1001', amount: 24.5 }, { result: { ok: true } });
      await sleep(20);
      return 'I have refunded 24.50.';
    }, { trial: trial + half * ${RESULTS / 2} });
    if (trial === 10) console.log('half');
  }
}));
for (const tracer of tracers) console.log(JSON.stringify(await tracer.close()));`,
    {
      onOutput: (text) => {
        if (text === 'half\nhalf\n') restarting ??= restart();
      },
    },
  );
  const both = [1, 2].map(() => summary({ delivered: RESULTS / 2 }));
  expect(await playing).toMatchObject({ code: 0, stdout: ['half', 'half', ...both].join('\n') });
  expect(restarting).toBeInstanceOf(Promise);
  await restarting;
  expect(project.spooled()).toEqual([]);
  expect(await readRun(runId)).toMatchObject({ status: 'completed', counts: { total: RESULTS, passed: RESULTS } });
});

test('the demo is played with the tracer, its three faults are caught, and the run is ended though no number was announced', async () => {
  const ids = await ensureScenarios(session, AGENT_NAME, SHOP_SCENARIOS);
  const runId = await openRun();
  const { base_url: mcpUrl, api_key: apiKey } = server.facts;
  const played = await playWithJavaScript({
    ...{ apiKey, mcpUrl, agentName: AGENT_NAME, runId, pauseMs: 0 },
    spoolPath: path.join(project.directory, 'pending.jsonl'),
    cases: SHOP_SCENARIOS.map(({ name, userMessage }) => ({ id: ids.get(name) ?? '', user_message: userMessage })),
  });
  expect(played).toEqual({ delivered: SHOP_SCENARIOS.length, kept: 0, refused: 0 });
  expect(await readRun(runId)).toMatchObject({ status: 'completed', counts: { total: 10, passed: 7, failed: 3 } });
});
