import { passTime } from '../faults/worker.ts';
import { addScenario, openRun, shop, sync } from './client.ts';
import { LIBRARY } from './contract-documents.ts';
import { afterwards, flush, inObject, LAZY, resultOf, runNames } from './contract-scenes.ts';

/** Runs and results that rows of the contract meet. */

/** A scenario of two cases: by hand there is one only, so its second is put in behind the object's back. */
export const manyCases = afterwards(async (stage) => {
  await inObject(stage, 'INSERT INTO cases (case_no, scenario_no, n) SELECT 99, scenario_no, 2 FROM scenarios LIMIT 1');
  return { sc_many: stage.names.sc_id ?? '' };
});

export const inactiveScenario = afterwards(async ({ call, names }) => {
  await call('manage_scenario', { scenario_id: names.sc_id, action: 'toggle' });
  return undefined;
});

/** A run with one result that has an id of its sender's. */
export const sentBefore = afterwards(async (stage) => {
  const tr_id = await openRun(stage.call);
  await sync(stage.call, [resultOf(stage, { result_id: 'r-1' })], { test_run_id: tr_id });
  return { tr_id };
});

/** A run that belongs to another workspace. */
export const otherRun = afterwards(async () => ({ foreign_tr_id: await openRun((await shop()).call) }));

/** Cancelled as the dashboard will do it; the object has to read it back. */
export const cancelledRun = afterwards(async (stage) => {
  const tr_id = await openRun(stage.call);
  await inObject(stage, "UPDATE runs SET end_status = 'failed', end_reason = 'cancelled', ended_at = started_at");
  return { tr_id };
});

/** Ten thousand runs that D1 has not heard of, copies of one. */
export const busy = afterwards(async (stage) => {
  await openRun(stage.call);
  await inObject(
    stage,
    `INSERT INTO runs (seq, run_id, source, started_at, pinned_rev, tools_version, evaluator_version, redact_personal, stall_ms,
       header_rev, dirty)
     WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 10000)
     SELECT r.seq + n.value, 'tr_' || n.value, r.source, r.started_at, r.pinned_rev, r.tools_version, r.evaluator_version,
       r.redact_personal, r.stall_ms, 1, 1 FROM runs r, n`,
  );
  return undefined;
});

/** A named run in which something passed, failed, could not be run, and waits for a decision. */
export const everyVerdict = afterwards(async (stage) => {
  const { call } = stage;
  const tools = '["get_order", "issue_refund"]';
  const sc_2 = await addScenario(call, { name: 'Look before paying', expectations: null, expected_tools: tools });
  const sc_3 = await addScenario(call, { name: 'Small talk', expectations: null });
  const said = await sync(
    call,
    [
      resultOf(stage, { latency_ms: 850 }),
      resultOf(stage, { trial: 2, error_message: 'No network.', tools_called: [] }),
      resultOf(stage, { scenario_id: sc_2, tools_called: [{ name: 'get_order', parameters: { order_id: 'A1' } }] }),
      resultOf(stage, { scenario_id: sc_3, agent_response: 'Good morning.', tools_called: [] }),
    ],
    { name: 'Nightly', source: 'ci' },
  );
  return runNames(said);
});

/** A run of this agent and, a minute later, a named one of another; D1 has heard of both. */
export const twoAgentsTested = afterwards(async (stage) => {
  const { call } = stage;
  const first = await sync(call, [resultOf(stage), resultOf(stage, { trial: 2, ...LAZY })], { source: 'ci' });
  await flush(stage);
  passTime(60_000);
  await call('upload_blueprint', { blueprint: LIBRARY });
  const opened = await call('sync_results', {
    ...{ agent_name: 'library-agent', results: '[]', create_empty: true, name: 'Nightly', source: 'cli' },
  });
  await flush(stage, 'library-agent');
  const [older, newer] = [runNames(first), runNames(opened)];
  return { ...older, other_tr_short: newer.tr_short ?? '' };
});

/** Three runs of one agent, the newest last. */
export const threeRuns = afterwards(async (stage) => {
  const names: Record<string, string> = {};
  for (const n of [1, 2, 3]) names[`tr_short_${n}`] = (await openRun(stage.call)).slice(3, 11);
  return names;
});

/** A run that announced two results and never got the second. */
export const stalledRun = afterwards(async (stage) => {
  const tr_id = await openRun(stage.call, 2);
  await sync(stage.call, [resultOf(stage)], { test_run_id: tr_id });
  passTime(31 * 60_000);
  await flush(stage);
  return { tr_id, tr_short: tr_id.slice(3, 11) };
});
