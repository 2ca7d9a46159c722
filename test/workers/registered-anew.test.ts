import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { BehaviorJudge } from '../../src/agent/behavior-judge.ts';
import { CatalogueWriter } from '../../src/agent/catalogue-writer.ts';
import { LiveRuns } from '../../src/agent/live-runs.ts';
import { openAiModel } from '../../src/agent/model.ts';
import { modelEngine } from '../../src/agent/model-engine.ts';
import { PinnedCases } from '../../src/agent/pinned-cases.ts';
import { embeddedEngine } from '../../src/agent/test-engine.ts';
import { TestGenerator } from '../../src/agent/test-generator.ts';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import { d1, model } from '../faults/worker.ts';
import { AGENT, addScenario, BLUEPRINT, openRun, refund, shop, sync } from './client.ts';

const realFetch = globalThis.fetch;
afterEach(() => {
  d1.mode = 'ok';
  model.mood = null;
  globalThis.fetch = realFetch;
});

const ORDER = {
  description: 'Refunds',
  testCases: 6,
  complexity: 'moderate' as const,
  failureCategory: null,
  persona: null,
};
const LIMITS = { perHour: 20, perMonth: null };

function inObject<T>(id: string, work: (state: DurableObjectState) => Promise<T> | T): Promise<T> {
  return runInDurableObject(env.AGENT.getByName(`${id}/${AGENT}`) as never, (_: unknown, state: DurableObjectState) =>
    work(state),
  );
}

test('a generation that starts while the last one is being closed keeps its timer', async () => {
  const { workspace } = await shop();
  const timers = await inObject(workspace.id, async ({ storage }) => {
    let letGo = () => {};
    let slow = false;
    const statement = (sql: string) => {
      const real = env.DB.prepare(sql);
      return {
        bind: (...all: unknown[]) => ({
          run: async () => {
            if (slow)
              await new Promise<void>((resolve) => {
                letGo = resolve;
              });
            return real.bind(...all).run();
          },
        }),
      };
    };
    const db = {
      prepare: (sql: string) => (sql.startsWith('UPDATE generations') ? statement(sql) : env.DB.prepare(sql)),
      batch: (all: D1PreparedStatement[]) => env.DB.batch(all),
    } as unknown as D1Database;
    const catalogue = new CatalogueWriter(storage, env.DB, () => {});
    const generator = new TestGenerator({ storage, db, catalogue, engine: embeddedEngine, due: () => undefined });
    const made = (n: number) => ({
      id: `gen_000000000000010${n}`,
      scenarioId: `sc_000000000000010${n}`,
      now: Date.now() + n,
      limits: LIMITS,
    });
    await generator.start({ ...ORDER, testCases: 5 }, made(1));
    await generator.step(async (work) => work);
    slow = true;
    const closing = generator.step(async (work) => work);
    await generator.start(ORDER, made(2));
    letGo();
    await closing;
    return storage.sql.exec("SELECT kind FROM timers WHERE kind = 'generation'").toArray();
  });
  expect(timers).toHaveLength(1);
});

test('after D1 failed, an agent that is deleted and registered anew still tells D1 of its runs', async () => {
  const { call, caseId, workspace } = await shop();
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  await sync(call, [refund(caseId)]);
  d1.mode = 'fail';
  await runDurableObjectAlarm(stub);
  d1.mode = 'ok';
  expect((await call('delete_agent', { agent_name: AGENT, confirm: true })).isError).toBe(false);
  await call('upload_blueprint', { blueprint: BLUEPRINT });
  const run = await openRun(call, 1);
  const header = () => env.DB.prepare('SELECT status FROM runs WHERE id = ?1').bind(run).first();
  await vi.waitFor(async () => expect(await header()).not.toBeNull(), { timeout: 5_000, interval: 100 });
}, 30_000);

test('a model that asks for patience does not outlast the patience of the engine', async () => {
  globalThis.fetch = (async () =>
    new Response('{"error":{"message":"slow down"}}', {
      status: 429,
      headers: { 'retry-after': '100' },
    })) as typeof fetch;
  const source = modelEngine(openAiModel({ baseURL: 'http://model.test/v1', apiKey: 'x', model: 'm' }))({
    ...ORDER,
    count: 6,
    seed: 1,
    existing: [],
    today: '2026-01-01',
    blueprint: parseBlueprint(BLUEPRINT).blueprint,
  });
  // The signal is the step's own; the harness shortens the 100 s that the server asks for to 1 s.
  const stop = new AbortController();
  const next = source.next(0, stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  const first = await Promise.race([
    next.then((cases) => `${cases.length} cases`),
    new Promise((resolve) => setTimeout(() => resolve('still asleep'), 500)),
  ]);
  expect(first).toBe('5 cases');
});

test('a step of the judge outlives its agent being deleted and registered anew', async () => {
  const { call, workspace } = await shop();
  const scenario = await addScenario(call, { expected_behavior: 'Offers a refund.', expectations: '{}' });
  const run = await openRun(call, 1);
  await sync(call, [{ scenario_id: `${scenario}_1`, user_message: 'a', agent_response: 'b' }], { test_run_id: run });
  const said = await inObject(workspace.id, async ({ storage }) => {
    const { sql } = storage;
    sql.exec(`UPDATE results SET status = 'pending', verdict = json_set(verdict, '$.rule', 'judge_due')`);
    const runs = new LiveRuns(sql);
    const judge = new BehaviorJudge({
      storage,
      runs,
      cases: new PinnedCases(sql),
      hasJudge: true,
      model: null,
      revised: () => {},
    });
    const step = judge.step(1, async (work) => {
      await work;
      // The agent was deleted and registered anew: an empty table of runs.
      sql.exec('DELETE FROM results');
      sql.exec('DELETE FROM runs');
      sql.exec("UPDATE agent SET id = 'ag_another'");
      return undefined;
    });
    return step.then(
      () => 'done',
      (error: Error) => `threw ${error.message}`,
    );
  });
  expect(said).toBe('done');
});
