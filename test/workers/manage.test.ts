import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { d1, passTime } from '../faults/worker.ts';
import { AGENT, addScenario, BLUEPRINT, openRun, refund, shop, sync } from './client.ts';

afterEach(() => {
  d1.mode = 'ok';
});

function manage(call: Awaited<ReturnType<typeof shop>>['call'], scenarioId: string, more: Record<string, unknown>) {
  return call('manage_scenario', { scenario_id: scenarioId, ...more });
}

test('an update names its fields in their order and shows in lists and cases', async () => {
  const { call, scenarioId, caseId } = await shop();
  const said = await manage(call, scenarioId, {
    action: 'update',
    tags: '["smoke"]',
    name: 'Renamed',
    expected_behavior: 'Refunds it.',
  });
  expect(said.text).toBe(`Scenario ${scenarioId} updated\nUpdated fields: name, expected_behavior, tags`);
  expect((await call('list_scenarios', { agent_name: AGENT })).text).toContain('[NOT_RUN] Renamed');
  expect((await call('get_tests', { agent_name: AGENT })).structured.test_cases).toMatchObject([
    { id: caseId, title: 'Renamed', tags: ['smoke'], expected_behavior: 'Refunds it.' },
  ]);
});

test('an open run keeps judging by the case it began with', async () => {
  const { call, scenarioId, caseId, workspace } = await shop();
  const runId = await openRun(call);
  await manage(call, scenarioId, { action: 'update', name: 'Renamed' });
  await evictDurableObject(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
  await sync(call, [refund(caseId)], { test_run_id: runId });
  const { text } = await call('get_test_run', { agent_name: AGENT, test_run_id: runId });
  expect(text).toContain('[PASSED] Refund a broken cup');
});

test('an inactive scenario is left out of cases and new runs, and open runs still take it', async () => {
  const { call, scenarioId, caseId } = await shop();
  const open = await openRun(call);
  expect((await manage(call, scenarioId, { action: 'toggle' })).text).toBe(`Scenario ${scenarioId} is now inactive`);
  expect((await call('list_scenarios', { agent_name: AGENT })).text).toContain('Refund a broken cup (inactive)');
  expect((await call('get_tests', { agent_name: AGENT })).structured.total).toBe(0);
  const refused = await sync(call, [refund(caseId)]);
  expect(refused).toMatchObject({
    text: `Error: Scenario ${caseId} is inactive at index 0.`,
    error: { code: 'INVALID_RESULTS', index: 0 },
  });
  expect((await sync(call, [refund(caseId)], { test_run_id: open })).structured).toMatchObject({ accepted: 1 });
  expect((await manage(call, scenarioId, { action: 'toggle' })).text).toBe(`Scenario ${scenarioId} is now active`);
  expect((await sync(call, [refund(caseId)])).structured).toMatchObject({ accepted: 1 });
});

test('a deletion asks first, then takes the scenario away; judged results keep their title', async () => {
  const { call, scenarioId, caseId } = await shop();
  const done = await sync(call, [refund(caseId)]);
  const asked = await manage(call, scenarioId, { action: 'delete' });
  expect(asked.text).toBe(`⚠ Confirm deletion of scenario ${scenarioId}
  Name: Refund a broken cup
  Test cases: 1
Deletion is permanent. Call again with confirm=true to proceed.`);
  expect((await manage(call, scenarioId, { action: 'delete', confirm: true })).text).toBe(
    `Scenario ${scenarioId} deleted`,
  );
  expect((await call('list_scenarios', { agent_name: AGENT })).text).toBe(`No scenarios found for '${AGENT}'.`);
  expect((await sync(call, [refund(caseId)])).text).toContain(`Unknown scenario_id '${caseId}' at index 0.`);
  const { text } = await call('get_test_run', { agent_name: AGENT, test_run_id: done.structured.test_run_id });
  expect(text).toContain('1. [PASSED] Refund a broken cup');
  const again = await manage(call, scenarioId, { action: 'delete', confirm: true });
  expect(again.text).toBe(
    'Error: Failed to delete scenario. Check the id with invarium_list_scenarios; it may be gone already.',
  );
});

test('a change that D1 did not confirm is read back before the next one', async () => {
  const { call, scenarioId } = await shop();
  d1.mode = 'fail';
  const words = 'Error: Could not reach the Invarium backend. Retry in 30 seconds.';
  expect((await manage(call, scenarioId, { action: 'toggle' })).text).toBe(words);
  d1.mode = 'ok';
  expect((await manage(call, scenarioId, { action: 'toggle' })).text).toBe(`Scenario ${scenarioId} is now inactive`);
});

const BAD: [args: Record<string, unknown>, words: string][] = [
  [{ action: 'xyz' }, "Error: Invalid action 'xyz'. Use one of: update, delete, toggle."],
  [{ action: '' }, 'Error: action is required and cannot be empty.'],
  [
    { action: 'update' },
    'Error: No fields provided to update. Give at least one of: name, description, expected_behavior, tags.',
  ],
  [{ action: 'update', tags: '[' }, 'Error: Invalid JSON for tags. Pass it as JSON text.'],
  [{ action: 'update', tags: '"a"' }, 'Error: tags must be a JSON array. Pass a list such as ["a", "b"] as tags.'],
  [
    { action: 'update', tags: '[1]' },
    'Error: tags must be a JSON array of strings. Pass a list such as ["a", "b"] as tags.',
  ],
  [{ action: 'delete', scenario_id: ' ' }, 'Error: scenario_id is required and cannot be empty.'],
  [
    { action: 'toggle', scenario_id: 'sc_none' },
    'Error: Failed to toggle scenario. Check the id with invarium_list_scenarios; it may be gone already.',
  ],
  [
    { action: 'update', name: 'x', scenario_id: 'sc_none' },
    'Error: Failed to update scenario. Check the id with invarium_list_scenarios; it may be gone already.',
  ],
];

test('every bad call to manage a scenario gets its sentence', async () => {
  const { call, scenarioId } = await shop();
  const other = await shop();
  for (const [args, words] of BAD)
    expect((await manage(call, scenarioId, args)).text, JSON.stringify(args)).toBe(words);
  expect((await manage(call, other.scenarioId, { action: 'toggle' })).text).toMatch(
    /^Error: Failed to toggle scenario\./,
  );
});

test('deleting an agent asks first and leaves nothing but a line in the audit log', async () => {
  const { call, caseId, workspace } = await shop();
  await addScenario(call, { name: 'Second' });
  await sync(call, [refund(caseId)]);
  const asked = await call('delete_agent', { agent_name: AGENT });
  expect(asked.text).toBe(`⚠ Confirm deletion of agent '${AGENT}'

This permanently removes:
  - 2 scenarios (2 test cases)
  - 1 test runs
  - audit history

This cannot be undone. To proceed, call invarium_delete_agent(agent_name="${AGENT}", confirm=true).`);
  const done = await call('delete_agent', { agent_name: AGENT, confirm: true });
  expect(done.text).toBe(
    `Agent '${AGENT}' deleted ✓\nAll associated test runs, scenarios, and audit data have been removed.`,
  );
  expect((await call('get_agent', { agent_name: AGENT })).error?.code).toBe('AGENT_NOT_FOUND');
  await expectNothingLeft(workspace.id);
  const { results } = await env.DB.prepare('SELECT action, subject FROM audit_log WHERE workspace_id = ?1')
    .bind(workspace.id)
    .all();
  expect(results).toEqual([{ action: 'agent.deleted', subject: AGENT }]);
});

async function expectNothingLeft(workspaceId: string): Promise<void> {
  const tables = await runInDurableObject(env.AGENT.getByName(`${workspaceId}/${AGENT}`), (_, { storage }) => [
    ...storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'"),
  ]);
  expect(tables).toEqual([]);
  const { agents, runs } = (await env.DB.prepare(
    `SELECT (SELECT count(*) FROM agents WHERE workspace_id = ?1) AS agents, (SELECT count(*) FROM runs WHERE workspace_id = ?1) AS runs`,
  )
    .bind(workspaceId)
    .first()) as Record<string, number>;
  expect({ agents, runs }).toEqual({ agents: 0, runs: 0 });
}

test('a deletion that D1 does not answer closes the agent, and a new upload of the name starts afresh', async () => {
  const { call, caseId, workspace } = await shop();
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  await sync(call, [refund(caseId)]);
  await openRun(call, 3);
  d1.mode = 'fail';
  const failed = await call('delete_agent', { agent_name: AGENT, confirm: true });
  expect(failed.text).toMatch(/^Error: Failed to delete agent\. /);
  expect((await call('get_agent', { agent_name: AGENT })).error?.code).toBe('AGENT_NOT_FOUND');
  d1.mode = 'ok';
  await call('upload_blueprint', { blueprint: BLUEPRINT });
  expect((await call('get_agent', { agent_name: AGENT })).structured).toMatchObject({ aqs: null, last_run: null });
  expect((await call('list_scenarios', { agent_name: AGENT })).structured.total).toBe(0);
  const scenarioId = await addScenario(call);
  const fresh = await sync(call, [refund(`${scenarioId}_1`)]);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  const { results } = await env.DB.prepare('SELECT id FROM runs WHERE workspace_id = ?1').bind(workspace.id).all();
  expect(results).toEqual([{ id: fresh.structured.test_run_id }]);
});

test('a deletion that was cut off goes on after the object was evicted', async () => {
  const { call, caseId, workspace } = await shop();
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  await sync(call, [refund(caseId)]);
  d1.mode = 'fail';
  await call('delete_agent', { agent_name: AGENT, confirm: true });
  await evictDurableObject(stub);
  expect((await call('get_agent', { agent_name: AGENT })).error?.code).toBe('AGENT_NOT_FOUND');
  d1.mode = 'ok';
  await runDurableObjectAlarm(stub);
  await expectNothingLeft(workspace.id);
});

test('a deleted case is unknown to a run that goes on later', async () => {
  const { call, scenarioId, caseId, workspace } = await shop();
  const runId = await openRun(call, 3);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  passTime(31 * 60_000);
  await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`));
  await manage(call, scenarioId, { action: 'delete', confirm: true });
  const said = await sync(call, [refund(caseId, { trial: 2 })], { test_run_id: runId });
  expect(said.text).toBe(`Error: Result validation failed. Unknown scenario_id '${caseId}' at index 0.`);
});

test('an open run may finish with a case that was deleted meanwhile', async () => {
  const { call, scenarioId, caseId } = await shop();
  const runId = await openRun(call, 2);
  await manage(call, scenarioId, { action: 'delete', confirm: true });
  const said = await sync(call, [refund(caseId), refund(caseId, { trial: 2 })], { test_run_id: runId });
  expect(said.structured).toMatchObject({ status: 'completed', counts: { passed: 2 } });
});
