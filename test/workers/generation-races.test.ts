import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { CatalogueWriter } from '../../src/agent/catalogue-writer.ts';
import { embeddedEngine } from '../../src/agent/test-engine.ts';
import { TestGenerator } from '../../src/agent/test-generator.ts';
import { d1, engine, passTime } from '../faults/worker.ts';
import { AGENT, type Caller, shop } from './client.ts';

afterEach(() => {
  engine.isHeld = false;
  engine.passes = 0;
  d1.mode = 'ok';
  Object.defineProperty(d1, 'rowsWritten', { value: 0, writable: true, configurable: true });
});

/** D1 does what it is told and its answer is lost, once `when` says so. */
function loseAnswers(when: () => boolean): void {
  Object.defineProperty(d1, 'rowsWritten', {
    configurable: true,
    get: () => 0,
    set: () => {
      if (when()) throw new Error('the connection was lost after the write');
    },
  });
}

function generate(call: Caller, more: Record<string, unknown> = {}) {
  return call('generate_tests', { agent_name: AGENT, test_description: 'Refunds that were asked for', ...more });
}

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

test('cases whose write was answered for too late are not made twice', async () => {
  const { call } = await shop();
  engine.isHeld = true;
  const before = engine.hangs;
  const { structured } = await generate(call, { test_cases: 5 });
  await vi.waitFor(() => expect(engine.hangs).toBeGreaterThan(before), { timeout: 5_000 });
  let lost = 0;
  loseAnswers(() => lost++ < 1);
  engine.isHeld = false;
  await vi.waitFor(() => expect(lost).toBeGreaterThan(0), { timeout: 5_000 });
  await vi.waitFor(
    async () => {
      const tests = await call('get_tests', { agent_name: AGENT, generation_id: structured.generation_id });
      expect(tests.structured.status).toBe('completed');
    },
    { timeout: 15_000, interval: 100 },
  );
  const tests = await call('get_tests', { agent_name: AGENT, generation_id: structured.generation_id });
  expect(tests.structured.total).toBe(5);
}, 30_000);

test('a generation that lapsed is closed in D1 although another one began', async () => {
  const { call, workspace } = await shop();
  engine.isHeld = true;
  const before = engine.hangs;
  const { structured } = await generate(call, { test_cases: 10 });
  await vi.waitFor(() => expect(engine.hangs).toBeGreaterThan(before), { timeout: 5_000 });
  passTime(120_000);
  const next = await generate(call, { test_cases: 1 });
  expect(next.isError).toBe(false);
  engine.isHeld = false;
  await vi.waitFor(
    async () => {
      await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
      const tests = await call('get_tests', { agent_name: AGENT, generation_id: next.structured.generation_id });
      expect(tests.structured.status).toBe('completed');
    },
    { timeout: 10_000, interval: 50 },
  );
  for (let n = 0; n < 5; n++) {
    passTime(40_000);
    await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
  }
  const row = await env.DB.prepare('SELECT status, cases FROM generations WHERE id = ?1')
    .bind(structured.generation_id)
    .first();
  const local = await inObject(workspace.id, ({ storage }) =>
    storage.sql
      .exec(
        'SELECT status, length(document) AS document FROM generations WHERE generation_id = ?1',
        String(structured.generation_id),
      )
      .one(),
  );
  expect({ row, local }).toEqual({
    row: { status: 'timed_out', cases: 0 },
    local: { status: 'timed_out', document: null },
  });
}, 30_000);

test('the last step of one generation does not take the lock from the next one that is being booked', async () => {
  const { workspace } = await shop();
  const outcome = await inObject(workspace.id, async ({ storage }) => {
    let letGo = () => {};
    const slow = {
      ...env.DB,
      prepare: env.DB.prepare.bind(env.DB),
      batch: async (all: D1PreparedStatement[]) => {
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
        return env.DB.batch(all);
      },
    } as unknown as D1Database;
    const catalogue = new CatalogueWriter(storage, env.DB, () => {});
    const make = (db: D1Database) =>
      new TestGenerator({ storage, db, catalogue, engine: embeddedEngine, due: () => undefined });
    const generator = make(slow);
    const made = (n: number) => ({
      id: `gen_000000000000000${n}`,
      scenarioId: `sc_000000000000000${n}`,
      now: Date.now(),
      limits: LIMITS,
    });
    // The timer of an earlier generation is still there: its step comes while D1 books the new one.
    const starting = generator.start(ORDER, made(1));
    await generator.step(async (work) => work);
    const second = await make(env.DB)
      .start(ORDER, { ...made(2), now: Date.now() + 1 })
      .then(
        () => 'started',
        (error: Error) => error.message,
      );
    letGo();
    await starting;
    const rows = storage.sql.exec('SELECT generation_id, status, reason FROM generations').toArray();
    return { second, rows };
  });
  expect(outcome.second).toMatch(/already running/);
});

test('a finisher that is late in D1 changes nothing after the lapse', async () => {
  const { workspace } = await shop();
  const outcome = await inObject(workspace.id, async ({ storage }) => {
    const slow = {
      prepare: env.DB.prepare.bind(env.DB),
      batch: async (all: D1PreparedStatement[]) => {
        const answer = await env.DB.batch(all);
        passTime(5_000);
        return answer;
      },
    } as unknown as D1Database;
    const catalogue = new CatalogueWriter(storage, slow, () => {});
    const generator = new TestGenerator({
      storage,
      db: env.DB,
      catalogue,
      engine: embeddedEngine,
      due: () => undefined,
    });
    const now = Date.now();
    await generator.start(
      { ...ORDER, testCases: 5 },
      { id: 'gen_0000000000000007', scenarioId: 'sc_0000000000000007', now, limits: LIMITS },
    );
    passTime(118_000);
    await generator.step(async (work) => work);
    passTime(2_000);
    const found = generator.find('gen_0000000000000007', Date.now());
    return { status: found?.status, produced: found?.produced };
  });
  expect(outcome).toEqual({ status: 'timed_out', produced: 0 });
});

test('a generation that could not be booked for sure costs no quota', async () => {
  const { call, workspace } = await shop();
  loseAnswers(() => true);
  const refused = await generate(call, { test_cases: 25 });
  expect(refused.isError).toBe(true);
  Object.defineProperty(d1, 'rowsWritten', { value: 0, writable: true, configurable: true });
  const used = () =>
    env.DB.prepare('SELECT coalesce(sum(cases), 0) AS used FROM generations WHERE workspace_id = ?1')
      .bind(workspace.id)
      .first();
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
    expect(await used()).toEqual({ used: 0 });
  });
});
