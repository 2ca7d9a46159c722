import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { engine, passTime } from '../faults/worker.ts';
import { AGENT, addScenario, shop, sync } from './client.ts';
import { afterwards, inObject, LAZY, resultOf } from './contract-scenes.ts';

/** Scenarios, cases and generations that rows of the contract meet. */

/** Three scenarios more than the first, the newest last. */
export const fourScenarios = afterwards(async ({ call }) => {
  for (const n of [2, 3, 4]) {
    passTime(1);
    await addScenario(call, { name: `Scenario ${n}`, complexity: 'complex' });
  }
  return undefined;
});

/** One scenario that passed, one that failed, one that did both, and one that was never tried and is switched off. */
export const everyStatus = afterwards(async (stage) => {
  const { call } = stage;
  const add = async (name: string, complexity: string) => {
    passTime(1);
    return addScenario(call, { name, complexity });
  };
  const sc_failed = await add('Always wrong', 'moderate');
  const sc_flaky = await add('Now and then', 'complex');
  const sc_never = await add('Never tried', 'edge_case');
  await sync(call, [
    resultOf(stage),
    resultOf(stage, { scenario_id: sc_failed, ...LAZY }),
    resultOf(stage, { scenario_id: sc_flaky, ...LAZY }),
    resultOf(stage, { scenario_id: sc_flaky, attempt: 2 }),
  ]);
  await call('manage_scenario', { scenario_id: sc_never, action: 'toggle' });
  return { sc_failed, sc_flaky, sc_never };
});

export const switchedOff = afterwards(async ({ call, names }) => {
  await call('manage_scenario', { scenario_id: names.sc_id, action: 'toggle' });
  return undefined;
});

/** A scenario that somebody else has. */
export const otherWorkspace = afterwards(async () => {
  const { scenarioId } = await shop();
  return { foreign_sc_id: scenarioId };
});

/** A hand-made case that says everything such a case can say. */
export const wellDescribed = afterwards(async ({ call, names }) => {
  const { structured } = await call('create_scenario', {
    agent_name: AGENT,
    name: 'Look before paying',
    user_message: 'Pay me back for order A1.',
    expected_tools: '["get_order", "issue_refund"]',
    expected_behavior: 'Looks the order up, then refunds it.',
    complexity: 'moderate',
    tags: '["smoke"]',
  });
  await call('manage_scenario', { scenario_id: names.sc_id, action: 'toggle' });
  return { new_sc_id: String(structured.scenario_id) };
});

/** An agent without any case. */
export const noCases = switchedOff;

/** A generation that has ended, with three cases. */
export const generated = afterwards(async ({ call, workspace }) => {
  const { structured } = await call('generate_tests', {
    agent_name: AGENT,
    test_description: 'Refunds of broken goods',
    test_cases: 3,
    failure_category: 'tool_usage_failure',
  });
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  for (let step = 0; step < 3; step++) await runDurableObjectAlarm(stub);
  return { gen_id: String(structured.generation_id) };
});

/** A generation that goes no further, begun so many seconds ago. */
export function heldGeneration(seconds: number) {
  return afterwards(async ({ call }) => {
    engine.isHeld = true;
    const { structured } = await call('generate_tests', { agent_name: AGENT, test_description: 'Refunds' });
    passTime(seconds * 1000);
    return { gen_id: String(structured.generation_id) };
  });
}

/** A generation that came to nothing: the embedded engine finds something to test in every blueprint. */
export const failedGeneration = afterwards(async (stage) => {
  const gen_id = 'gen_00000000000000aa';
  const order = { description: 'x', testCases: 5, complexity: 'moderate', failureCategory: null, persona: null };
  await inObject(
    stage,
    `INSERT INTO generations (generation_id, status, scenario_id, request, reason, started_at, expires_at)
     VALUES (?1, 'failed', 'sc_00000000000000aa', ?2, 'no test case could be made from this blueprint', ?3, ?3)`,
    ...[gen_id, JSON.stringify(order), Date.now()],
  );
  return { gen_id };
});

/** So many generations of so many cases each, a moment ago, in the books of the workspace. */
export function booked(generations: number, cases: number) {
  return afterwards(async ({ workspace, names }) => {
    const booking = env.DB.prepare(
      `INSERT INTO generations (id, agent_id, workspace_id, status, cases, created_at) VALUES (?1, ?2, ?3, 'completed', ?4, ?5)`,
    );
    const ids = Array.from({ length: generations }, (_, n) => `${workspace.id}-${n}`);
    await env.DB.batch(ids.map((id) => booking.bind(id, names.agent_id, workspace.id, cases, Date.now())));
    return undefined;
  });
}
