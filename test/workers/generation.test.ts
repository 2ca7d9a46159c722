import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { d1, engine, passTime } from '../faults/worker.ts';
import {
  AGENT,
  BLUEPRINT,
  type Caller,
  newWorkspace,
  openRun,
  refund,
  type Said,
  shop,
  sync,
  toolCaller,
} from './client.ts';

afterEach(() => {
  engine.isHeld = false;
  engine.passes = 0;
  d1.mode = 'ok';
});

const LOCK_MS = 120_000;

function generate(call: Caller, more: Record<string, unknown> = {}): Promise<Said> {
  return call('generate_tests', { agent_name: AGENT, test_description: 'Refunds that were asked for', ...more });
}

/** Polls until a generation has ended. An alarm that was set by a moved clock does not go off by itself: `ring` does it. */
async function generated(call: Caller, generationId: unknown, ring = async () => {}): Promise<Said> {
  return vi.waitFor(
    async () => {
      await ring();
      const tests = await call('get_tests', { agent_name: AGENT, generation_id: generationId });
      expect(tests.structured.status).not.toMatch(/pending|running/);
      return tests;
    },
    { timeout: 10_000, interval: 50 },
  );
}

function ringer({ id }: { id: string }): () => Promise<void> {
  return async () => {
    await runDurableObjectAlarm(env.AGENT.getByName(`${id}/${AGENT}`));
  };
}

/** Waits until a step of the engine hangs. */
async function held(before: number): Promise<void> {
  await vi.waitFor(() => expect(engine.hangs).toBeGreaterThan(before), { timeout: 5_000 });
}

test('a generation answers at once with its facts, and its cases are stored, valid and judged by', async () => {
  const { call } = await shop();
  const started = await generate(call, { test_cases: 7, complexity: 'simple', persona: 'novice' });
  const id = String(started.structured.generation_id);
  expect(started.text).toBe(`Test generation started
  Generation ID: ${id}
  Agent: ${AGENT}
  Scenario: Refunds that were asked for
  Test cases: 7
  Complexity: simple
  Failure category: auto
  Persona: novice

Use invarium_get_tests to check status and retrieve results.`);
  const tests = await generated(call, id);
  expect(tests.structured).toMatchObject({ generation_id: id, status: 'completed', total: 7 });
  expect(tests.text).toMatch(/^Generated 7 test case\(s\):\n\nTest Case #1 -- ".+"\n {2}ID: sc_[0-9a-f]{16}_1\n/);
  const stored = await env.DB.prepare('SELECT status, cases FROM generations WHERE id = ?1').bind(id).first();
  expect(stored).toEqual({ status: 'completed', cases: 7 });
  const all = await call('get_tests', { agent_name: AGENT });
  expect(all.structured.total).toBe(8);
});

test('while one generation runs a second one is refused, and the cases come as they are made', async () => {
  const { call } = await shop();
  engine.isHeld = true;
  const before = engine.hangs;
  const { structured } = await generate(call, { test_cases: 6 });
  await held(before);
  const second = await generate(call);
  expect(second.text).toBe(
    `Error: A test generation is already running for ${AGENT}. Wait for it to complete or check invarium_get_tests.`,
  );
  expect(second.error?.code).toBe('GENERATION_IN_PROGRESS');
  const nothingYet = await call('get_tests', { agent_name: AGENT, generation_id: structured.generation_id });
  expect(nothingYet.text).toMatch(
    /^Generation gen_[0-9a-f]{16} is still in progress \(\d+s\)\. Call invarium_get_tests again in a few seconds\.$/,
  );
  engine.passes += 1;
  await held(before + 1);
  const five = await call('get_tests', { agent_name: AGENT, generation_id: structured.generation_id });
  expect(five.structured).toMatchObject({ status: 'running', total: 5 });
  expect(five.text).toMatch(/^Generation .+ is still in progress .+\n\nGenerated 5 test case\(s\):/);
  engine.isHeld = false;
  expect((await generated(call, structured.generation_id)).structured).toMatchObject({ status: 'completed', total: 6 });
});

test('of fifty generations at once for one agent one wins; fifty agents all run', async () => {
  const { call } = await shop();
  engine.isHeld = true;
  const answers = await Promise.all(Array.from({ length: 50 }, () => generate(call)));
  expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
  expect(answers.filter(({ error }) => error?.code === 'GENERATION_IN_PROGRESS')).toHaveLength(49);
  const callers = await Promise.all(Array.from({ length: 5 }, async () => toolCaller((await newWorkspace()).key)));
  const started = await Promise.all(
    Array.from({ length: 50 }, async (_, at) => {
      const caller = callers[at % callers.length] as Caller;
      const agent_name = `${AGENT}-${at}`;
      await caller('upload_blueprint', { blueprint: BLUEPRINT, agent_name });
      return { caller, agent_name, said: await generate(caller, { agent_name, test_cases: 1 }) };
    }),
  );
  expect(started.filter(({ said }) => said.isError).map(({ said }) => said.text)).toEqual([]);
  engine.isHeld = false;
  for (const { caller, agent_name } of started) {
    await vi.waitFor(
      async () => {
        const { structured } = await caller('get_tests', { agent_name });
        expect(structured).toMatchObject({ total: 1, status: 'completed' });
      },
      { timeout: 20_000, interval: 100 },
    );
  }
}, 60_000);

test('an object that died takes its generation up again where it stood, and doubles nothing', async () => {
  const { call } = await shop();
  engine.isHeld = true;
  const before = engine.hangs;
  const { structured } = await generate(call, { test_cases: 12 });
  await held(before);
  engine.passes += 1;
  await held(before + 1);
  await abortAllDurableObjects();
  engine.isHeld = false;
  const tests = await generated(call, structured.generation_id);
  expect(tests.structured).toMatchObject({ status: 'completed', total: 12 });
  const cases = tests.structured.test_cases as { user_message: string }[];
  expect(new Set(cases.map(({ user_message }) => user_message)).size).toBe(12);
});

test('when D1 does not answer no lock is kept, and nothing was made', async () => {
  const { call } = await shop();
  d1.mode = 'fail';
  const refused = await generate(call);
  expect(refused.text).toBe('Error: Could not reach the Invarium backend. Retry in 30 seconds.');
  d1.mode = 'ok';
  const tests = await generated(call, (await generate(call, { test_cases: 2 })).structured.generation_id);
  expect(tests.structured.total).toBe(2);
});

test('every bad call to generate tests gets its sentence and starts nothing', async () => {
  const { call } = await shop();
  const sentences: [Record<string, unknown>, string][] = [
    [{ agent_name: 'nobody' }, 'Error: Agent not found: nobody. Upload a blueprint first.'],
    [{ test_description: ' ' }, 'Error: test_description is required and cannot be empty.'],
    [{ test_cases: 0 }, 'Error: test_cases must be between 1 and 25.'],
    [{ test_cases: 26 }, 'Error: test_cases must be between 1 and 25.'],
    [
      { complexity: 'mixed' },
      'Error: Invalid complexity value. Must be one of: simple, moderate, complex, adversarial, edge_case.',
    ],
    [
      { persona: 'king' },
      "Error: Invalid persona 'king'. Must be one of: novice, expert, frustrated, confused, adversarial.",
    ],
  ];
  for (const [args, sentence] of sentences) expect((await generate(call, args)).text).toBe(sentence);
  const category = await generate(call, { failure_category: 'mood_failure' });
  expect(category.text).toMatch(
    /^Error: Invalid failure_category 'mood_failure'\. Must be one of: knowledge_failure, /,
  );
  const unknown = await call('get_tests', { agent_name: AGENT, generation_id: 'gen_0' });
  expect(unknown.text).toMatch(/^Error: Generation not found: gen_0\./);
  expect((await call('get_tests', { agent_name: AGENT })).structured.total).toBe(1);
});

test('a generation whose holder died lapses after 120 seconds, keeps what was made, and frees the lock', async () => {
  const { call, workspace } = await shop();
  engine.isHeld = true;
  const before = engine.hangs;
  const { structured } = await generate(call, { test_cases: 10 });
  await held(before);
  engine.passes += 1;
  await held(before + 1);
  passTime(LOCK_MS);
  const lapsed = await call('get_tests', { agent_name: AGENT, generation_id: structured.generation_id });
  expect(lapsed.structured).toMatchObject({ status: 'timed_out', total: 5 });
  expect(lapsed.text).toMatch(/^Generation gen_\w+ failed: it timed out after 120 seconds.*\n\nGenerated 5 test case/);
  const next = await generate(call, { test_cases: 1 });
  expect(next.isError).toBe(false);
  engine.isHeld = false;
  await generated(call, next.structured.generation_id, ringer(workspace));
  const late = await call('get_tests', { agent_name: AGENT, generation_id: structured.generation_id });
  expect(late.structured).toMatchObject({ status: 'timed_out', total: 5 });
});

test('while the engine hangs runs stream, reach D1, complete and stall as usual', async () => {
  const { call, caseId, workspace } = await shop();
  engine.isHeld = true;
  const before = engine.hangs;
  await generate(call);
  void ringer(workspace)();
  await held(before);
  const run = await openRun(call, 1);
  const stalling = await openRun(call, 2);
  await sync(call, [refund(caseId)], { test_run_id: run });
  const header = () => env.DB.prepare('SELECT status, passed FROM runs WHERE id = ?1').bind(run).first();
  await vi.waitFor(async () => expect(await header()).toEqual({ status: 'completed', passed: 1 }), { timeout: 5_000 });
  passTime(31 * 60_000);
  const stalled = () => env.DB.prepare('SELECT status_reason FROM runs WHERE id = ?1').bind(stalling).first();
  await vi.waitFor(async () => expect(await stalled()).toEqual({ status_reason: 'abandoned' }), { timeout: 10_000 });
});

test('D1 failing in the middle of a generation delays it and loses nothing', async () => {
  const { call, workspace } = await shop();
  engine.isHeld = true;
  const before = engine.hangs;
  const { structured } = await generate(call, { test_cases: 3 });
  void ringer(workspace)();
  await held(before);
  d1.mode = 'fail';
  const queries = d1.queries;
  engine.isHeld = false;
  await vi.waitFor(() => expect(d1.queries).toBeGreaterThan(queries));
  passTime(10_000);
  d1.mode = 'ok';
  const tests = await generated(call, structured.generation_id, ringer(workspace));
  expect(tests.structured).toMatchObject({ status: 'completed', total: 3 });
});

test('the twenty-first generation of an hour is refused, and an hour later it is not', async () => {
  const { workspace, call } = await shop();
  const insert = env.DB.prepare(
    `INSERT INTO generations (id, agent_id, workspace_id, status, cases, created_at) VALUES (?1, 'ag_x', ?2, 'completed', 1, ?3)`,
  );
  const now = Date.now();
  await env.DB.batch(Array.from({ length: 20 }, (_, n) => insert.bind(`gen_${n}`, workspace.id, now - n)));
  const refused = await generate(call);
  expect(refused.text).toBe('Error: Rate limit exceeded: 20 generations per hour.');
  expect(refused.error?.code).toBe('RATE_LIMITED');
  passTime(60 * 60_000);
  expect((await generate(call)).isError).toBe(false);
});
