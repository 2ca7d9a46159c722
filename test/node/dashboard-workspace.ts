import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { SHOP_SCENARIOS } from '../../src/local/demo/shop-scenarios.ts';
import { answerCustomer } from '../../src/local/demo/support-agent.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { ensureScenarios } from '../../src/local/scenarios.ts';
import { SyncAnswer, UploadAnswer } from '../../src/local/tool-answers.ts';
import type { Server } from './server.ts';

/** A workspace as it looks after some work: an agent with two finished runs to compare, one under way and results that wait for a person. */
export type Workspace = {
  agentName: string;
  agentId: string;
  /** Case ids, the last one of a case without expectations. */
  cases: string[];
  /** Tests that were made from the blueprint. */
  generationId: string;
  /** Run ids. In `after` one case less passes than in `before`. */
  runs: { before: string; after: string; running: string };
};

export const EMPTY_WORKSPACE: Workspace = {
  agentName: '',
  agentId: '',
  cases: [],
  generationId: '',
  runs: { before: '', after: '', running: '' },
};

const PATIENCE_MS = 20_000;
const POLL_MS = 50;
const CHAIN = { name: 'refund', trigger: 'a customer wants money back', steps: ['find_order', 'issue_refund'] };
const UNDECIDED = {
  name: 'A question nobody wrote expectations for',
  userMessage: 'Which mug do you like best?',
  expectations: {},
};

export function openSession({ facts }: Server, apiKey = facts.api_key): McpSession {
  return new McpSession({ address: () => ({ mcpUrl: facts.mcp_url, apiKey }), patienceMs: PATIENCE_MS });
}

export async function fillWorkspace(server: Server): Promise<Workspace & { session: McpSession }> {
  const session = openSession(server);
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, UploadAnswer);
  const blueprint = JSON.stringify({ ...BLUEPRINT, workflow: { chains: [CHAIN] } });
  const { url } = await session.call('invarium_upload_blueprint', { blueprint }, UploadAnswer);
  const wanted = [...SHOP_SCENARIOS, UNDECIDED];
  const cases = [...(await ensureScenarios(session, AGENT_NAME, wanted)).values()];
  const results = wanted.map(({ userMessage }, index) => ({
    ...answerCustomer(userMessage),
    scenario_id: cases[index],
    latency_ms: 400 + 35 * index,
  }));
  const broken = { ...results[0], agent_response: 'Your money is on its way.', messages: null, tools_called: [] };
  const before = await syncResults(session, { name: 'Nightly', results });
  const after = await syncResults(session, { name: 'Nightly, new prompt', results: [broken, ...results.slice(1)] });
  const running = await syncResults(session, { name: 'Under way', expected_total: 40 });
  await syncResults(session, { test_run_id: running, results: results.slice(0, 4) });
  const generationId = await generate(session, AGENT_NAME);
  await listRuns(session, 2);
  const agentId = new URL(url).pathname.split('/').at(-1) ?? '';
  return { session, agentName: AGENT_NAME, agentId, cases, generationId, runs: { before, after, running } };
}

const Listed = z.object({ runs: z.array(z.object({ status: z.string() })) });

/** Waits until lists, which are made from D1, know of so many finished runs. */
export async function listRuns(session: McpSession, finished: number): Promise<void> {
  for (;;) {
    const { runs } = await session.call('invarium_list_test_runs', { limit: 100 }, Listed);
    if (runs.filter(({ status }) => status === 'completed').length >= finished) return;
    await sleep(POLL_MS);
  }
}

const Generated = z.object({ generation_id: z.string() });

export async function generate(session: McpSession, agentName: string): Promise<string> {
  const order = { agent_name: agentName, test_description: 'Refunds that are too late', test_cases: 3 };
  return (await session.call('invarium_generate_tests', order, Generated)).generation_id;
}

export type Sync = {
  agent_name?: string;
  results?: object[];
  name?: string;
  test_run_id?: string;
  expected_total?: number;
};

/** Sends results, or opens an empty run where there are none; answers the run's id. */
export async function syncResults(session: McpSession, { results = [], ...more }: Sync): Promise<string> {
  const empty = results.length === 0 ? { create_empty: true } : {};
  const input = { agent_name: AGENT_NAME, results: JSON.stringify(results), ...empty, ...more };
  return (await session.call('invarium_sync_results', input, SyncAnswer)).test_run_id;
}

/** Checked for where a test looks for what storage holds. */
export const StoredRun = z.object({
  run: z.object({
    status: z.string(),
    counts: z.object({ total: z.int(), passed: z.int(), failed: z.int(), error: z.int(), pending: z.int() }),
  }),
});
