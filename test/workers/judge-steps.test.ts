import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { model } from '../faults/worker.ts';
import { AGENT, addScenario, openRun, shop, sync } from './client.ts';

const realFetch = globalThis.fetch;
const asked = { count: 0, hold: true };

function completion(): Response {
  const content = JSON.stringify({ status: 'passed', reason: 'It did.', quote: 'VERDICT-WORTHY' });
  const message = { role: 'assistant', content };
  return Response.json({ id: 'c', object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }] });
}

beforeEach(() => {
  asked.count = 0;
  asked.hold = true;
  globalThis.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = String(input instanceof Request ? input.url : input);
    if (!url.includes('model.test')) return realFetch(input, init);
    asked.count += 1;
    while (asked.hold) await new Promise((resolve) => setTimeout(resolve, 20));
    return completion();
  }) as typeof fetch;
});
afterEach(() => {
  model.mood = null;
  asked.hold = false;
  globalThis.fetch = realFetch;
});

/** Waits of under a second are not hastened. */
async function rest(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) await new Promise((resolve) => setTimeout(resolve, 500));
}

function answer(caseId: string, trial = 1) {
  const agent_response = 'VERDICT-WORTHY: a new cup.';
  const messages = [
    { role: 'user', content: 'Broken.' },
    { role: 'assistant', content: agent_response },
  ];
  return { scenario_id: caseId, trial, user_message: 'Broken.', agent_response, messages };
}

async function scene() {
  model.mood = 'good';
  const made = await shop();
  const scenario = await addScenario(made.call, { expected_behavior: 'Offers a refund.', expectations: '{}' });
  const stub = env.AGENT.getByName(`${made.workspace.id}/${AGENT}`);
  return { ...made, judged: `${scenario}_1`, stub };
}

async function countAlarms(stub: DurableObjectStub) {
  const seen = { alarms: 0 };
  await runInDurableObject(stub as never, (_: unknown, { storage }: DurableObjectState) => {
    const real = storage.setAlarm.bind(storage);
    storage.setAlarm = ((at: number) => {
      seen.alarms += 1;
      return real(at);
    }) as typeof storage.setAlarm;
  });
  return seen;
}

test('a result that arrives while the judge is busy with another one of its run is judged too', async () => {
  const { call, judged, stub } = await scene();
  const run = await openRun(call, 2);
  await sync(call, [answer(judged, 1)], { test_run_id: run });
  void runDurableObjectAlarm(stub as never);
  await vi.waitFor(() => expect(asked.count).toBe(1), { timeout: 5_000 });
  await sync(call, [answer(judged, 2)], { test_run_id: run });
  asked.hold = false;
  await vi.waitFor(
    async () => {
      await runDurableObjectAlarm(stub as never);
      const { structured } = await call('get_test_run', { agent_name: AGENT, test_run_id: run });
      expect((structured.results as { rule: string }[]).map(({ rule }) => rule)).toEqual(['judged', 'judged']);
    },
    { timeout: 6_000, interval: 100 },
  );
});

test('while the judge waits for one run, work that falls due for another one does not make the alarm spin', async () => {
  const { call, judged, stub } = await scene();
  const [one, other] = [await openRun(call, 5), await openRun(call, 5)];
  await sync(call, [answer(judged)], { test_run_id: one });
  await vi.waitFor(() => expect(asked.count).toBe(1), { timeout: 5_000 });
  const seen = await countAlarms(stub);
  await sync(call, [answer(judged)], { test_run_id: other });
  await sync(call, [answer(judged, 2), answer(judged, 3), answer(judged, 4), answer(judged, 5)], { test_run_id: one });
  await openRun(call, 5);
  await rest(3_000);
  expect(seen.alarms).toBeLessThan(20);
});

/** From now on alarms ring by hand alone. */
async function silenceAlarms(stub: DurableObjectStub): Promise<void> {
  await runInDurableObject(stub as never, (_: unknown, { storage }: DurableObjectState) => {
    const real = storage.setAlarm.bind(storage);
    storage.setAlarm = ((_at: number) => real(Date.now() + 3_600_000)) as typeof storage.setAlarm;
  });
}

test('no more than four steps run at once', async () => {
  const { call, judged, stub } = await scene();
  await silenceAlarms(stub);
  const runs = [];
  for (let n = 0; n < 10; n++) runs.push(await openRun(call, 5));
  for (const run of runs) await sync(call, [answer(judged)], { test_run_id: run });
  await rest(1_500);
  expect(asked.count).toBe(0);
  void runDurableObjectAlarm(stub as never);
  await rest(1_500);
  expect(asked.count).toBe(4);
});

test('a judge timer of an open run is served soon', async () => {
  const { call, judged, stub } = await scene();
  const run = await openRun(call, 5);
  await runDurableObjectAlarm(stub as never);
  await sync(call, [answer(judged)], { test_run_id: run });
  const due = await runInDurableObject(
    stub as never,
    async (_: unknown, { storage }: DurableObjectState) => Number(await storage.getAlarm()) - Date.now(),
  );
  expect(due).toBeLessThan(5_000);
});
