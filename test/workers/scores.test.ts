import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { LiveRuns } from '../../src/agent/live-runs.ts';
import { behaviourIn, compare } from '../../src/agent/run-readings.ts';
import { selectRunSeq } from '../../src/agent/run-rows.ts';
import { Scoreboard } from '../../src/agent/scoreboard.ts';
import { d1, passTime } from '../faults/worker.ts';
import { AGENT, addScenario, type Caller, openRun, refund, shop, sync, type Workspace } from './client.ts';

const SECOND_MS = 1000;
/** Seven cases make a batch of 1,000 trials each more than a flush counts anew every second. */
const TRIALS = 1000;
const MANY_CASES = 7;

/** What an agent leaves undone that was due. */
const LAZY = { agent_response: 'I am sorry.', tools_called: [{ name: 'get_order', parameters: { order_id: 'A1' } }] };

function stubOf({ id }: Workspace) {
  return env.AGENT.getByName(`${id}/${AGENT}`);
}

/** A completed run of these results; answers with its id. */
async function run(call: Caller, results: unknown[]): Promise<string> {
  return String((await sync(call, results)).structured.test_run_id);
}

async function score(call: Caller) {
  const { structured } = await call('get_agent', { agent_name: AGENT });
  return { aqs: structured.aqs, previous: structured.previous_aqs };
}

/** The only scenario's status. */
async function status(call: Caller): Promise<unknown> {
  const { structured } = await call('list_scenarios', { agent_name: AGENT });
  return (structured.scenarios as { status: string }[])[0]?.status;
}

/** Works on an agent's own storage, beside the object. */
function inside<T>(workspace: Workspace, work: (parts: { sql: SqlStorage; runs: LiveRuns; scores: Scoreboard }) => T) {
  return runInDurableObject(stubOf(workspace), (_, { storage: { sql } }) => {
    const runs = new LiveRuns(sql);
    return work({ sql, runs, scores: new Scoreboard(sql, runs) });
  });
}

const trials = (caseId: string, each: Record<string, unknown>[]) =>
  each.map((more, index) => refund(caseId, { ...more, trial: index + 1 }));

test('a run in which four of five results fail with one error message is kept and leaves score, trend and status alone', async () => {
  const { call, workspace, caseId } = await shop();
  await run(call, [refund(caseId)]);
  const before = await score(call);
  const broken = { passed: false, error_message: ' connect ECONNREFUSED ' };
  const results = trials(caseId, [broken, broken, broken, { error_message: 'connect ECONNREFUSED' }, LAZY]);
  let outage = '';
  // More often than a case's history reaches back.
  for (let again = 0; again < 6; again++) outage = await run(call, results);
  expect(await score(call)).toEqual(before);
  expect(await status(call)).toBe('passed');
  const kept = await call('get_test_run', { agent_name: AGENT, test_run_id: outage });
  expect(kept.structured.run).toMatchObject({ counts: { total: 5, failed: 4, error: 1 } });
  const seen = await inside(workspace, ({ sql, scores }) => scores.afterRun(selectRunSeq(sql, outage) ?? 0));
  expect(seen).toEqual({ score: null, outage: true });
});

test('failures with messages of their own are the agent’s, and so are those without any', async () => {
  const { call, workspace, caseId } = await shop();
  const wrong = [1, 2, 3, 4, 5].map((n) => ({ passed: false, error_message: `wrong answer ${n}` }));
  for (const each of [wrong, wrong.map(() => LAZY)]) {
    const runId = await run(call, trials(caseId, each));
    const { score: made, outage } = await inside(workspace, ({ sql, scores }) =>
      scores.afterRun(selectRunSeq(sql, runId) ?? 0),
    );
    expect([made?.parts.pass, outage]).toEqual([0, false]);
  }
});

test('only attempts that stand make an outage', async () => {
  const { call, caseId } = await shop();
  const broken = trials(
    caseId,
    [1, 2, 3, 4, 5].map(() => ({ passed: false, error_message: 'ECONNREFUSED' })),
  );
  const runId = await run(call, broken);
  expect((await score(call)).aqs).toBeNull();
  await sync(call, trials(caseId, [{ attempt: 2 }, { attempt: 2 }]), { test_run_id: runId });
  expect((await score(call)).aqs).toEqual(expect.any(Number));
});

test('a result that is added to an earlier run changes the scores after it', async () => {
  const { call, caseId } = await shop();
  const other = await addScenario(call, { name: 'Asked once' });
  const first = await run(call, [refund(caseId)]);
  await run(call, [refund(caseId)]);
  await run(call, [refund(caseId)]);
  const { aqs } = await score(call);
  await sync(call, [refund(`${other}_1`, LAZY)], { test_run_id: first });
  const after = await score(call);
  expect(Number(after.aqs)).toBeLessThan(Number(aqs));
  expect(after.previous).toBe(after.aqs);
});

test('a deleted scenario counts no longer once another run was completed', async () => {
  const { call, caseId } = await shop();
  const other = await addScenario(call, { name: 'Never done' });
  await run(call, [refund(`${other}_1`, LAZY)]);
  await run(call, [refund(caseId)]);
  const { aqs } = await score(call);
  await call('manage_scenario', { agent_name: AGENT, scenario_id: other, action: 'delete', confirm: true });
  await run(call, [refund(caseId)]);
  expect(Number((await score(call)).aqs)).toBeGreaterThan(Number(aqs));
});

test('two runs are compared: what regressed, what was fixed, how long it took, which way it went', async () => {
  const { call, workspace, caseId } = await shop();
  const other = await addScenario(call, { name: 'Second' });
  const before = await run(call, [
    refund(caseId, { ...LAZY, latency_ms: 9000 }),
    refund(caseId, { attempt: 2, latency_ms: 100 }),
    refund(`${other}_1`, LAZY),
  ]);
  const third = await addScenario(call, { name: 'Third' });
  const after = await run(call, [
    ...[refund(caseId, { ...LAZY, latency_ms: 700 }), refund(`${other}_1`), refund(`${third}_1`)],
  ]);
  const compared = await inside(workspace, ({ sql, runs, scores }) => {
    const [one, two] = [before, after].map((id) => runs.get(selectRunSeq(sql, id) ?? 0));
    return one && two && compare({ sql, scores }, one, two);
  });
  expect(compared).toMatchObject({
    regressions: [caseId],
    fixes: [`${other}_1`],
    added: [`${third}_1`],
    removed: [],
    pValue: 1,
    latencyMs: { before: 100, after: 700, delta: 600 },
    steps: { before: 1.5, after: 1.5, delta: 0 },
    differentPins: ['catalogueRev'],
    scoreDelta: expect.any(Number),
  });
  expect(compared?.changedPaths).toContainEqual({
    caseId,
    lost: [['get_order', 'issue_refund']],
    gained: [['get_order']],
    distance: 1,
  });
});

test('an agent that passes every case by another way than before has drifted', async () => {
  const { call, workspace, caseId } = await shop();
  const four = (more: Record<string, unknown>[]) => trials(caseId, more);
  const more = [1, 2, 3, 4].map((n) => ({ notes: String(n) }));
  const direct = { tools_called: [{ name: 'issue_refund', parameters: { order_id: 'A1', amount: 12 }, result: 'ok' }] };
  await run(call, four(more));
  await run(call, four(more));
  const steady = await run(call, four(more));
  await run(call, four(more.map((one) => ({ ...one, ...LAZY, error_message: 'connect ECONNREFUSED' }))));
  const changed = await run(call, four(more.map((one) => ({ ...one, ...direct }))));
  const [before, after] = await inside(workspace, ({ sql, runs, scores }) =>
    [steady, changed].map((id) => behaviourIn({ sql, scores }, runs.get(selectRunSeq(sql, id) ?? 0))),
  );
  expect(before).toMatchObject({ distance: 0, drifted: false });
  expect(after).toMatchObject({ distance: 1, drifted: true });
  expect([...(after?.habit.get(caseId)?.values() ?? [])]).toEqual([4, 12]);
});

test('late results of a large run reach D1 in a while, all at once, and who asks the object sees them at once', async () => {
  const { call, workspace, caseId } = await shop();
  const cases = [caseId];
  while (cases.length < MANY_CASES) cases.push(`${await addScenario(call, { name: `Case ${cases.length}` })}_1`);
  const runId = await openRun(call, MANY_CASES * TRIALS);
  for (const id of cases) {
    await sync(
      call,
      Array.from({ length: TRIALS }, (_, n) => refund(id, { trial: n + 1 })),
      { test_run_id: runId },
    );
  }
  const stub = stubOf(workspace);
  const inD1 = () => env.DB.prepare('SELECT passed, failed FROM runs WHERE id = ?1').bind(runId).first();
  const isInD1 = (failed: number) =>
    vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      expect(await inD1()).toEqual({ passed: MANY_CASES * TRIALS, failed });
    });
  await isInD1(0);
  const { aqs } = await score(call);
  const late = `${await addScenario(call, { name: 'Late' })}_1`;
  const queries = d1.queries;
  await sync(call, [refund(late, LAZY)], { test_run_id: runId });
  await runDurableObjectAlarm(stub);
  expect(d1.queries - queries).toBe(0);
  expect(Number((await score(call)).aqs)).toBeLessThan(Number(aqs));
  passTime(2 * SECOND_MS);
  await isInD1(1);
  const stored = await env.DB.prepare(
    'SELECT s.value FROM scores s JOIN agents a ON a.id = s.agent_id WHERE a.workspace_id = ?1',
  )
    .bind(workspace.id)
    .first('value');
  expect(stored).toBe((await score(call)).aqs);
}, 60_000);

test('late results of a small run are in D1 with the next flush', async () => {
  const { call, workspace, caseId } = await shop();
  const runId = await run(call, [refund(caseId)]);
  const stub = stubOf(workspace);
  await runDurableObjectAlarm(stub);
  await sync(call, [refund(caseId, { ...LAZY, trial: 2 })], { test_run_id: runId });
  await runDurableObjectAlarm(stub);
  const stored = await env.DB.prepare('SELECT passed, failed FROM runs WHERE id = ?1').bind(runId).first();
  expect(stored).toEqual({ passed: 1, failed: 1 });
});
