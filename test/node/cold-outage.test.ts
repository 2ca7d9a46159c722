import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { applyMigrations } from '../../src/local/migrations.ts';
import { guardRuntime, startRuntime } from '../../src/local/runtime.ts';
import { type Identity, makeIdentity, seedLocal } from '../../src/local/seed.ts';
import { buildBundle, readBundle, type WorkerModule } from '../../src/local/worker-bundle.ts';
import type { CredentialStores } from '../../src/store/credentials.ts';
import { freshDirectory } from './server.ts';

const RESULTS = 20;
const Created = z.object({ test_case_ids: z.array(z.string()) });
const Synced = z.object({ test_run_id: z.string(), accepted: z.int(), counts: z.object({ total: z.int() }) });
const Seen = z.object({ run: z.object({ status: z.string(), counts: z.object({ passed: z.int() }) }) });

type Running = { session: McpSession; db: () => Promise<D1Database>; stop: () => Promise<void> };

const directory = freshDirectory();
const identity: Identity = makeIdentity({});
let modules: WorkerModule[];
let running: Running | undefined;

beforeAll(async () => {
  const bundle = path.join(directory, 'bundle');
  await buildBundle(bundle, 'test/faults/worker.ts');
  modules = readBundle(bundle);
});

afterAll(() => running?.stop());

/** A server on the same storage whose Worker finds its database as told: a new process knows nothing of the last one. */
async function start(mode?: 'fail' | 'hang'): Promise<Running> {
  await running?.stop();
  const note = path.join(directory, 'runtime');
  const guard = guardRuntime(note);
  const bindings = { SESSION_SECRET: identity.apiKey, ...(mode ? { D1_MODE: mode } : {}) };
  const runtime = startRuntime({ modules, bindings, port: 0, stateDirectory: directory, note, log: () => undefined });
  const { origin } = await runtime.ready;
  const db = async () => (await runtime.getBindings<CredentialStores>()).DB;
  const session = new McpSession({
    address: () => ({ mcpUrl: `${origin}/mcp`, apiKey: identity.apiKey }),
    patienceMs: 0,
  });
  const stop = async () => {
    await session.close();
    await runtime.dispose();
    await guard.release();
  };
  running = { session, db, stop };
  if (mode === undefined) {
    await applyMigrations(await db());
    await seedLocal(await runtime.getBindings<CredentialStores>(), identity, Date.now());
  }
  return running;
}

function sync({ session }: Running, args: Record<string, unknown>) {
  return session.call('invarium_sync_results', { agent_name: AGENT_NAME, results: '[]', ...args }, Synced);
}

for (const mode of ['fail', 'hang'] as const) {
  test(`a server that starts while every D1 call ${mode}s streams and completes a run, and D1 has it once afterwards`, async () => {
    const before = await start();
    await before.session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, z.unknown());
    const scenario = {
      agent_name: AGENT_NAME,
      name: mode,
      user_message: 'Hi',
      expectations: '{"required_facts": ["hello"]}',
    };
    const { test_case_ids: ids } = await before.session.call('invarium_create_scenario', scenario, Created);
    const { test_run_id } = await sync(before, { create_empty: true, expected_total: RESULTS });

    const cold = await start(mode);
    await expect(cold.session.call('invarium_list_agents', {}, z.unknown())).rejects.toThrow('Could not reach');
    for (let trial = 1; trial <= RESULTS; trial++) {
      const result = { scenario_id: ids[0], trial, user_message: 'Hi', agent_response: 'Hello!' };
      const said = await sync(cold, { test_run_id, results: JSON.stringify([result]) });
      expect(said).toMatchObject({ accepted: 1, counts: { total: trial } });
    }
    const seen = await cold.session.call('invarium_get_test_run', { agent_name: AGENT_NAME, test_run_id }, Seen);
    expect(seen.run).toMatchObject({ status: 'completed', counts: { passed: RESULTS } });

    const healed = await start();
    await healed.session.call('invarium_get_agent', { agent_name: AGENT_NAME }, z.unknown());
    const rows = async () => {
      const statement = (await healed.db()).prepare('SELECT status, passed FROM runs WHERE id = ?1').bind(test_run_id);
      return (await statement.all()).results;
    };
    await expect.poll(rows, { timeout: 80_000, interval: 200 }).toEqual([{ status: 'completed', passed: RESULTS }]);
  }, 150_000);
}
