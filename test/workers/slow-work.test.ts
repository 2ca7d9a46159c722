import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import type { LiveFrame } from '../../src/domain/run.ts';
import { d1, engine, model, passTime } from '../faults/worker.ts';
import { signInAs } from './browser.ts';
import { AGENT, addScenario, openRun, request, shop, sync } from './client.ts';

afterEach(() => {
  model.mood = null;
  d1.mode = 'ok';
});

function answer(caseId: string, trial: number) {
  const agent_response = 'VERDICT-WORTHY: a new cup.';
  const messages = [
    { role: 'user', content: 'Broken.' },
    { role: 'assistant', content: agent_response },
  ];
  return { scenario_id: caseId, trial, user_message: 'Broken.', agent_response, messages };
}

test('a page that watches a run sees the judge’s verdict in its row', async () => {
  model.mood = 'good';
  const { call, workspace } = await shop();
  const scenario = await addScenario(call, { expected_behavior: 'Offers a refund.', expectations: '{}' });
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  const run = await openRun(call, 3);
  const headers = { upgrade: 'websocket', origin: 'http://localhost', cookie: await signInAs(workspace) };
  const { webSocket } = await request(`/runs/${run}/live?agent=${AGENT}`, { headers });
  const frames: LiveFrame[] = [];
  webSocket?.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as LiveFrame));
  webSocket?.accept();
  await sync(call, [answer(`${scenario}_1`, 1)], { test_run_id: run });
  await runDurableObjectAlarm(stub);
  await vi.waitFor(() => expect(frames.at(-1)?.run.counts).toMatchObject({ passed: 1, pending: 0 }), {
    timeout: 8_000,
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(frames.at(-1)?.rows).not.toMatch(/waits for the judge/);
});

test('while D1 is away a lapsed generation is retried further and further apart', async () => {
  const { call, workspace } = await shop();
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  engine.isHeld = true;
  await call('generate_tests', { agent_name: AGENT, test_description: 'x', test_cases: 5 });
  passTime(121_000);
  d1.mode = 'fail';
  engine.isHeld = false;
  const gaps: number[] = [];
  for (let n = 0; n < 12; n++) {
    await runDurableObjectAlarm(stub);
    const gap = await runInDurableObject(
      stub as never,
      (_: unknown, { storage }: DurableObjectState) =>
        Number(storage.sql.exec("SELECT at FROM timers WHERE kind = 'generation'").toArray()[0]?.at ?? 0) - Date.now(),
    );
    gaps.push(gap);
    passTime(Math.max(0, gap) + 1);
  }
  expect(gaps.at(-1)).toBeGreaterThan(20_000);
});
