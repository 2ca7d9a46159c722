import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { d1, passTime } from '../faults/worker.ts';
import {
  AGENT,
  addScenario,
  BLUEPRINT,
  newWorkspace,
  openRun,
  refund,
  request,
  type Said,
  shop,
  sync,
  toolCaller,
} from './client.ts';

function outcome({ structured }: Said) {
  const { counts, ...rest } = structured as { counts: { total: number } };
  return { ...rest, total: counts.total };
}

function stubOf(workspaceId: string) {
  return env.AGENT.getByName(`${workspaceId}/${AGENT}`);
}

async function getRun(
  call: Awaited<ReturnType<typeof shop>>['call'],
  runId: string,
  more: Record<string, unknown> = {},
) {
  const { structured } = await call('get_test_run', { agent_name: AGENT, test_run_id: runId, ...more });
  return structured as {
    run: Record<string, unknown> & { counts: Record<string, number> };
    results: Record<string, unknown>[];
  };
}

test('an empty run counts up to its expected total and completes exactly there', async () => {
  const { call, caseId } = await shop();
  const runId = await openRun(call, 2);
  expect(outcome(await sync(call, [refund(caseId)], { test_run_id: runId }))).toMatchObject({
    accepted: 1,
    status: 'running',
    total: 1,
  });
  const last = await sync(call, [refund(caseId, { trial: 2 })], { test_run_id: runId });
  expect(outcome(last)).toMatchObject({ accepted: 1, status: 'completed', total: 2 });
  const { run } = await getRun(call, runId);
  expect(run).toMatchObject({
    status: 'completed',
    expected_total: 2,
    counts: { total: 2, passed: 2, failed: 0, error: 0, pending: 0 },
  });
});

test('a re-sent result is counted once and gets its stored verdict', async () => {
  const { call, caseId, scenarioId } = await shop();
  const runId = await openRun(call, 5);
  const first = await sync(call, [refund(caseId)], { test_run_id: runId });
  const keysInAnotherOrder = Object.fromEntries(Object.entries(refund(caseId)).reverse());
  const again = await sync(call, [keysInAnotherOrder, refund(scenarioId)], { test_run_id: runId });
  expect(outcome(again)).toMatchObject({ received: 2, accepted: 0, duplicate: 2, replaced: 0, total: 1 });
  const [verdict] = first.structured.verdicts as Record<string, unknown>[];
  expect(again.structured.verdicts).toEqual([verdict, { ...verdict, index: 1 }]);
});

test('the same case again with other content replaces what stood, and the text says so', async () => {
  const { call, caseId } = await shop();
  const runId = await openRun(call);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  const other = await sync(call, [refund(caseId, { tools_called: [], agent_response: 'Sorry.' })], {
    test_run_id: runId,
  });
  expect(outcome(other)).toMatchObject({ accepted: 0, replaced: 1, total: 1 });
  expect(other.text).toContain('Replaced: 1 (same test case again; set "trial" to count repetitions)');
  const { run, results } = await getRun(call, runId);
  expect(run).toMatchObject({ counts: { total: 1, passed: 0, failed: 1 }, flaky_cases: 1 });
  expect(results).toMatchObject([{ attempt: 2, status: 'failed' }]);
});

test('a higher attempt stands whatever the order of arrival', async () => {
  const { call, caseId } = await shop();
  const good = refund(caseId, { attempt: 2 });
  const bad = refund(caseId, { attempt: 1, tools_called: [] });
  const inOrder = await openRun(call);
  for (const result of [bad, good]) await sync(call, [result], { test_run_id: inOrder });
  const reversed = await openRun(call);
  await sync(call, [good], { test_run_id: reversed });
  const late = await sync(call, [bad], { test_run_id: reversed });
  expect(outcome(late)).toMatchObject({ duplicate: 1, replaced: 0, total: 1 });
  for (const runId of [inOrder, reversed]) {
    const { run, results } = await getRun(call, runId);
    expect(run).toMatchObject({ counts: { total: 1, passed: 1, failed: 0 }, flaky_cases: 1 });
    expect(results).toMatchObject([{ attempt: 2, status: 'passed' }]);
  }
});

test('an id of the sender that comes back with other content is refused and nothing of the call is stored', async () => {
  const { call, caseId } = await shop();
  const second = await addScenario(call, { name: 'Another' });
  const runId = await openRun(call);
  await sync(call, [refund(caseId, { result_id: 'r-1' })], { test_run_id: runId });
  const answer = await sync(call, [refund(`${second}_1`), refund(caseId, { result_id: 'r-1', notes: 'changed' })], {
    test_run_id: runId,
  });
  expect(answer.error).toMatchObject({ code: 'INVALID_RESULTS', index: 1 });
  expect((await getRun(call, runId)).run.counts.total).toBe(1);
});

test('one bad item refuses the whole call and names every bad index', async () => {
  const { call, caseId } = await shop();
  const runId = await openRun(call);
  const answer = await sync(call, [refund(caseId), { ...refund(caseId), agent_response: null }, refund('sc_nowhere')], {
    test_run_id: runId,
  });
  expect(answer.text).toBe("Error: Result validation failed. Required field 'agent_response' is missing at index 1.");
  const unknown = await sync(call, [refund('sc_a'), refund(caseId), refund('sc_b')], { test_run_id: runId });
  expect(unknown.text).toBe(
    "Error: Result validation failed. Unknown scenario_id 'sc_a' at index 0.\nResult validation failed. Unknown scenario_id 'sc_b' at index 2.",
  );
  expect((await getRun(call, runId)).run.counts.total).toBe(0);
});

test('a new key after completion is kept and flagged, and the run stays completed', async () => {
  const { call, caseId } = await shop();
  const runId = await openRun(call, 1);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  await sync(call, [refund(caseId, { trial: 2 })], { test_run_id: runId });
  const { run, results } = await getRun(call, runId);
  expect(run).toMatchObject({ status: 'completed', expected_total: 1, counts: { total: 2 } });
  expect(results.map((result) => result.late)).toEqual([undefined, true]);
});

test('a batch makes its own run, completed at once', async () => {
  const { call, caseId } = await shop();
  const answer = await sync(call, [refund(caseId), refund(caseId, { trial: 2 })], { name: 'Nightly', source: 'ci' });
  expect(answer.text).toBe(
    `Results synced successfully
  Test Run: ${answer.structured.test_run_id}
  Agent: ${AGENT}
  Results: 2 synced
  Passed: 2 | Failed: 0 | Errors: 0
  Dashboard: http://localhost/runs/${answer.structured.test_run_id}?agent=${AGENT}`,
  );
  expect(answer.structured).toMatchObject({ status: 'completed', accepted: 2, rejected: 0 });
});

test('a batch with an expected total stays open until it is reached', async () => {
  const { call, caseId } = await shop();
  const first = await sync(call, [refund(caseId)], { expected_total: 2 });
  expect(first.structured).toMatchObject({ status: 'running', expected_total: 2 });
  const last = await sync(call, [refund(caseId, { trial: 2 })], { test_run_id: first.structured.test_run_id });
  expect(last.structured.status).toBe('completed');
});

test('an expected total may be announced once on append, and not changed', async () => {
  const { call, caseId } = await shop();
  const runId = await openRun(call);
  const set = await sync(call, [refund(caseId)], { test_run_id: runId, expected_total: 3 });
  expect(set.structured).toMatchObject({ status: 'running', expected_total: 3 });
  const same = await sync(call, [refund(caseId, { trial: 2 })], { test_run_id: runId, expected_total: 3 });
  expect(same.structured).toMatchObject({ accepted: 1, expected_total: 3 });
  const other = await sync(call, [refund(caseId, { trial: 3 })], { test_run_id: runId, expected_total: 4 });
  expect(other.error).toMatchObject({ code: 'CONFLICT' });
  expect((await getRun(call, runId)).run.counts.total).toBe(2);
});

test('an empty list with a run id answers the counts, and create_empty with a run id the run', async () => {
  const { call, caseId } = await shop();
  const runId = await openRun(call, 9);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  expect((await sync(call, [], { test_run_id: runId })).structured).toMatchObject({
    received: 0,
    counts: { total: 1 },
  });
  const again = await sync(call, [], { test_run_id: runId, create_empty: true, expected_total: 4 });
  expect(again.structured).toMatchObject({ test_run_id: runId, expected_total: 9, created: false });
});

test('a run answers to the first eight digits of its id, without its prefix', async () => {
  const { call } = await shop();
  const runId = await openRun(call);
  expect((await getRun(call, runId.slice(3, 11))).run.id).toBe(runId);
});

test('a run that hears nothing for the stall time fails, and goes on when a new key arrives', async () => {
  const { call, workspace, caseId } = await shop();
  const runId = await openRun(call, 3);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  passTime(31 * 60_000);
  await runDurableObjectAlarm(stubOf(workspace.id));
  expect((await getRun(call, runId)).run).toMatchObject({
    status: 'failed',
    status_reason: 'stalled',
    counts: { total: 1 },
  });
  await sync(call, [refund(caseId)], { test_run_id: runId });
  expect((await getRun(call, runId)).run.status).toBe('failed');
  await sync(call, [refund(caseId, { trial: 2 })], { test_run_id: runId });
  expect((await getRun(call, runId)).run.status).toBe('running');
  const done = await sync(call, [refund(caseId, { trial: 3 })], { test_run_id: runId });
  expect(done.structured.status).toBe('completed');
});

test('the stall timer is measured from the newest result', async () => {
  const { call, workspace, caseId } = await shop();
  const runId = await openRun(call, 3);
  passTime(20 * 60_000);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  passTime(20 * 60_000);
  await runDurableObjectAlarm(stubOf(workspace.id));
  expect((await getRun(call, runId)).run.status).toBe('running');
  passTime(11 * 60_000);
  await runDurableObjectAlarm(stubOf(workspace.id));
  expect((await getRun(call, runId)).run.status).toBe('failed');
});

test('without an announced total the stall timer completes a run, and abandons one that stayed empty', async () => {
  const { call, workspace, caseId } = await shop();
  const used = await openRun(call);
  const empty = await openRun(call, 4);
  await sync(call, [refund(caseId)], { test_run_id: used });
  passTime(31 * 60_000);
  await runDurableObjectAlarm(stubOf(workspace.id));
  expect((await getRun(call, used)).run.status).toBe('completed');
  expect((await getRun(call, empty)).run).toMatchObject({ status: 'failed', status_reason: 'abandoned' });
});

test('a run judges by the tools it began with, whatever is uploaded later', async () => {
  const { call, workspace } = await shop();
  const scenarioId = await addScenario(call, { name: 'Change nothing', expectations: '{"required_effects": []}' });
  const runId = await openRun(call);
  await call('upload_blueprint', { blueprint: BLUEPRINT.replaceAll('side_effects: write', 'side_effects: read') });
  await evictDurableObject(stubOf(workspace.id));
  const pinned = await sync(call, [refund(`${scenarioId}_1`)], { test_run_id: runId });
  expect(pinned.structured.counts).toMatchObject({ failed: 1 });
  const fresh = await sync(call, [refund(`${scenarioId}_1`)]);
  expect(fresh.structured.counts).toMatchObject({ passed: 1 });
});

test('a case made after the run began is accepted', async () => {
  const { call } = await shop();
  const runId = await openRun(call);
  const later = await addScenario(call, { name: 'Later' });
  expect((await sync(call, [refund(`${later}_1`)], { test_run_id: runId })).structured).toMatchObject({
    accepted: 1,
    counts: { passed: 1 },
  });
});

test('everything that was acknowledged is there after the object was evicted', async () => {
  const { call, workspace, caseId } = await shop();
  const runId = await openRun(call, 10);
  await sync(call, [refund(caseId), refund(caseId, { trial: 2, tools_called: [] })], { test_run_id: runId });
  await sync(call, [refund(caseId, { attempt: 2, notes: 'again' })], { test_run_id: runId });
  const before = await getRun(call, runId);
  await evictDurableObject(stubOf(workspace.id));
  const after = await getRun(call, runId);
  expect(after).toEqual(before);
  expect(after.run.counts).toEqual({ total: 2, passed: 1, failed: 1, error: 0, pending: 0 });
});

test('personal data is judged raw and stored redacted', async () => {
  const { call, workspace } = await shop();
  const id = await addScenario(call, {
    name: 'Mail',
    expectations: JSON.stringify({ required_facts: ['anna@example.com'] }),
  });
  const answer = await sync(call, [
    refund(`${id}_1`, { tools_called: [], agent_response: 'I wrote to anna@example.com.' }),
  ]);
  expect(answer.structured.counts).toMatchObject({ passed: 1 });
  const stored = await runInDurableObject(stubOf(workspace.id), (_, state) => [
    ...state.storage.sql.exec('SELECT body, verdict, redactions FROM results'),
  ]);
  expect(JSON.stringify(stored)).not.toContain('anna@example.com');
  expect(stored).toMatchObject([{ redactions: '{"email":1}' }]);
});

test('a mistyped agent name costs nothing', async () => {
  const { workspace, call } = await shop();
  const said = await call('sync_results', { agent_name: 'shop-agnet', results: '[]', create_empty: true });
  expect(said.text).toBe('Error: Agent not found: shop-agnet. Upload a blueprint first.');
  const tables = await runInDurableObject(env.AGENT.getByName(`${workspace.id}/shop-agnet`), (_, state) => [
    ...state.storage.sql.exec(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    ),
  ]);
  expect(tables).toEqual([]);
});

test('another workspace sees nothing of an agent of the same name', async () => {
  const mine = await shop();
  const runId = await openRun(mine.call);
  const theirs = await toolCaller((await newWorkspace()).key);
  const said = await theirs('get_test_run', { agent_name: AGENT, test_run_id: runId });
  expect(said.text).toBe(`Error: Agent not found: ${AGENT}. Upload a blueprint first.`);
  const { call } = await shop();
  expect((await call('get_test_run', { agent_name: AGENT, test_run_id: runId })).text).toMatch(
    /^Error: Test run not found: tr_/,
  );
});

test('D1 hears of births, ends and scores from the alarm, once however often it runs', async () => {
  const { call, workspace, caseId } = await shop();
  const runId = await openRun(call, 1);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  for (let again = 0; again < 3; again++) await runDurableObjectAlarm(stubOf(workspace.id));
  const { results } = await env.DB.prepare('SELECT id, status, passed, rev FROM runs WHERE workspace_id = ?1')
    .bind(workspace.id)
    .all();
  expect(results).toMatchObject([{ id: runId, status: 'completed', passed: 1 }]);
  const { text } = await call('list_agents');
  expect(text).toMatch(
    /^Your agents \(1 total\):\n\n1\. shop-agent\n {3}Status: ACTIVE \| AQS: \d+\/100 \| Scenarios: 1 \| Last run: /,
  );
  expect(d1.mode).toBe('ok');
});

test('deciding a pending result does not make its case flaky, live or after a wake', async () => {
  const { call, workspace } = await shop();
  const open = await addScenario(call, { name: 'Nothing expected', expectations: '{}' });
  const runId = await openRun(call, 2);
  const waiting = await sync(call, [refund(`${open}_1`)], { test_run_id: runId });
  expect(waiting.structured.counts).toMatchObject({ pending: 1 });
  await sync(call, [refund(`${open}_1`, { passed: true })], { test_run_id: runId });
  expect((await getRun(call, runId)).run).toMatchObject({ counts: { passed: 1, pending: 0 }, flaky_cases: 0 });
  await evictDurableObject(stubOf(workspace.id));
  expect((await getRun(call, runId)).run).toMatchObject({ flaky_cases: 0 });
});

test('a case keeps its status and its part in the score when many later runs did not hold it', async () => {
  const { call, caseId } = await shop();
  const other = await addScenario(call, { name: 'Asked every time' });
  await sync(call, [refund(caseId)]);
  for (let run = 0; run < 30; run++) await sync(call, [refund(`${other}_1`, { trial: run + 1, tools_called: [] })]);
  const { scenarios } = (await call('list_scenarios', { agent_name: AGENT })).structured as {
    scenarios: { title: string; status: string }[];
  };
  expect(scenarios.map(({ title, status }) => [title, status])).toEqual([
    ['Asked every time', 'failed'],
    ['Refund a broken cup', 'passed'],
  ]);
});

test('a key that may only ingest streams results and is refused everything else', async () => {
  const { call, caseId } = await shop();
  const { text } = await call('connect');
  const path = /(\/api\/setup\/\S+)/.exec(text)?.[1] ?? '';
  const { api_key } = (await (await request(path, { method: 'POST' })).json()) as { api_key: string };
  const tracer = await toolCaller(api_key);
  expect((await sync(tracer, [refund(caseId)])).structured).toMatchObject({ accepted: 1 });
  for (const tool of ['get_agent', 'delete_agent', 'connect', 'create_scenario']) {
    const said = await tracer(tool, { agent_name: AGENT });
    expect(said.text, tool).toMatch(
      /^Error: This API key is not allowed to do that\. It needs the scope '(read|write)'\./,
    );
    expect(said.error?.code).toBe('AUTH_FAILED');
  }
});

test('the page lists only attempts that stand', async () => {
  const { call, caseId, workspace } = await shop();
  const runId = await openRun(call);
  await sync(call, [refund(caseId, { attempt: 2 })], { test_run_id: runId });
  await sync(call, [refund(caseId, { attempt: 1, tools_called: [] })], { test_run_id: runId });
  const view = (await stubOf(workspace.id).viewRun(runId)) as unknown as { value: { newest: { attempt: number }[] } };
  expect(view.value.newest.map(({ attempt }) => attempt)).toEqual([2]);
});
