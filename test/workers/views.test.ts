import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Result } from '../../src/domain/errors.ts';
import { agentObject, type Env } from '../../src/env.ts';
import { AGENT, addScenario, type Caller, openRun, refund, shop, sync, type Workspace } from './client.ts';

/** What an agent leaves undone that was due. */
const LAZY = { agent_response: 'I am sorry.', tools_called: [{ name: 'get_order', parameters: { order_id: 'A1' } }] };
const BROKEN = { passed: false, error_message: 'connect ECONNREFUSED' };
/** Nothing decides it: neither an expectation nor the sender. */
const UNDECIDED = { expectations: '{}', expected_behavior: 'Is polite.' };

function reader({ id }: Workspace) {
  return agentObject(env as unknown as Env, id, AGENT);
}

function taken<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

async function run(call: Caller, results: unknown[], more: Record<string, unknown> = {}): Promise<string> {
  return String((await sync(call, results, more)).structured.test_run_id);
}

/** A scenario whose results wait for a person; answers with the id of its only case. */
async function undecided(call: Caller): Promise<string> {
  return `${await addScenario(call, { name: 'Be polite', ...UNDECIDED })}_1`;
}

test('the trend holds completed runs, oldest first, with what failed, how long it took and the score after each', async () => {
  const { call, workspace, caseId } = await shop();
  const times = [100, 200, 300, 400, 9_000.4].map((latency_ms, at) => refund(caseId, { latency_ms, trial: at + 1 }));
  const good = await run(call, times, { name: 'Good' });
  const bad = await run(call, [refund(caseId, LAZY), refund(caseId, { ...LAZY, trial: 2, latency_ms: 50 })]);
  const outage = await run(call, [refund(caseId, BROKEN)]);
  await openRun(call, 5);
  const { agentName, points } = taken(await reader(workspace).viewTrend());
  expect(agentName).toBe(AGENT);
  expect(points).toMatchObject([
    {
      ...{ runId: good, name: 'Good', outage: false, failures: [] },
      latency: { p50: 300, p95: 9_000, results: 5 },
      score: { decided: 5, parts: { pass: 100 } },
    },
    {
      ...{ runId: bad, counts: { total: 2, failed: 2 }, outage: false },
      failures: [{ category: 'tool_usage_failure', severity: 'high', count: 2 }],
      latency: { p50: 50, p95: 50, results: 1 },
      score: { parts: { pass: 0 } },
    },
    { runId: outage, outage: true, score: null },
  ]);
  expect(points[1]).not.toHaveProperty('name');
});

test('a late result changes what the trend and the page of its run say', async () => {
  const { call, workspace, caseId } = await shop();
  const runId = await run(call, [refund(caseId, { latency_ms: 10 })]);
  expect(taken(await reader(workspace).viewRun(runId))).toMatchObject({ failures: [], latency: { p50: 10 } });
  await sync(call, [refund(caseId, { ...LAZY, latency_ms: 70, attempt: 2 })], { test_run_id: runId });
  const after = { failures: [{ count: 1 }], latency: { p50: 70, results: 1 } };
  expect(taken(await reader(workspace).viewRun(runId))).toMatchObject(after);
  expect(taken(await reader(workspace).viewTrend()).points).toMatchObject([{ runId, ...after }]);
});

test('the page of an open run says what failed so far', async () => {
  const { call, workspace, caseId } = await shop();
  const runId = await openRun(call, 9);
  expect(taken(await reader(workspace).viewRun(runId))).toMatchObject({ failures: [], latency: null });
  await sync(call, [refund(caseId, { ...LAZY, latency_ms: 5 }), refund(caseId, { trial: 2 })], { test_run_id: runId });
  expect(taken(await reader(workspace).viewRun(runId))).toMatchObject({
    failures: [{ category: 'tool_usage_failure', severity: 'high', count: 1 }],
    latency: { p50: 5, p95: 5, results: 1 },
  });
});

test('a result is read with its attempts, its neighbours, and how its case went in other runs that count', async () => {
  const { call, workspace, caseId } = await shop();
  const other = `${await addScenario(call, { name: 'Second' })}_1`;
  const first = await run(call, [refund(caseId), refund(caseId, { ...LAZY, trial: 2 })]);
  await run(call, [refund(caseId, BROKEN)]);
  const without = await run(call, [refund(other)]);
  const runId = await run(call, [
    refund(caseId, { ...LAZY, latency_ms: 7 }),
    refund(caseId, { trial: 3 }),
    refund(other),
  ]);
  await sync(call, [refund(caseId, { attempt: 2, notes: 'again' })], { test_run_id: runId });
  const newest = await run(call, [refund(caseId, { tools_called: null })]);
  const read = (trial: number, id = caseId) => reader(workspace).viewCaseResult({ runId, caseId: id, trial });
  const detail = taken(await read(1));
  expect(detail).toMatchObject({
    run: { id: runId },
    result: { status: 'passed', attempt: 2, title: 'Refund a broken cup' },
    content: { expectations: { required_effects: [{ tool: 'issue_refund' }] } },
    sent: { notes: 'again', tools_called: [{ name: 'get_order' }, { name: 'issue_refund' }] },
    attempts: [
      { attempt: 1, status: 'failed', late: false },
      { attempt: 2, status: 'passed', late: false },
    ],
    previous: null,
    next: { caseId, trial: 3 },
  });
  expect(detail.history).toMatchObject([
    { runId: newest, trial: 1, tools: null },
    { runId: first, trial: 1, status: 'passed', tools: ['get_order', 'issue_refund'] },
    { runId: first, trial: 2, status: 'failed', tools: ['get_order'] },
  ]);
  expect(taken(await read(3))).toMatchObject({ previous: { caseId, trial: 1 }, next: { caseId: other, trial: 1 } });
  const last = taken(await read(1, other));
  expect(last).toMatchObject({ previous: { caseId, trial: 3 }, next: null, history: [{ runId: without }] });
});

test('a result that is not there is not found, whatever part of its address is wrong', async () => {
  const { call, workspace, caseId, scenarioId } = await shop();
  const runId = await run(call, [refund(caseId)]);
  const wrong = [
    { runId: 'tr_0000000000000000', caseId, trial: 1 },
    { runId, caseId, trial: 2 },
    { runId, caseId: `${scenarioId}_2`, trial: 1 },
    { runId, caseId: 'sc_unknown_1', trial: 1 },
    { runId, caseId: '<script>', trial: 1 },
  ];
  for (const key of wrong) expect(await reader(workspace).viewCaseResult(key)).toMatchObject({ code: 'NOT_FOUND' });
});

test('what waits for a person is listed from the newest run on, as far as asked, until it is decided', async () => {
  const { call, workspace, caseId } = await shop();
  const polite = await undecided(call);
  const mark = (trial: number) => ({ ...refund(polite), trial, passed: null });
  const older = await run(call, [mark(1), mark(2), refund(caseId)]);
  const newer = await run(call, [mark(1)]);
  await run(call, [refund(caseId)]);
  const list = async (limit: number) => taken(await reader(workspace).listPending({ limit }));
  const all = await list(10);
  expect(all.total).toBe(3);
  expect(all.results.map(({ run, caseId, trial, title }) => [run.id, caseId, trial, title])).toEqual([
    [newer, polite, 1, 'Be polite'],
    [older, polite, 1, 'Be polite'],
    [older, polite, 2, 'Be polite'],
  ]);
  expect(await list(2)).toMatchObject({ results: all.results.slice(0, 2), total: 3 });
  const review = { status: 'passed' as const, comment: '', reviewer: 'dev@example.com' };
  taken(await reader(workspace).reviewResult({ runId: older, caseId: polite, trial: 1, attempt: null, review }));
  expect(await list(10)).toMatchObject({ results: [{ run: { id: newer } }, { trial: 2 }], total: 2 });
});

test('tool usage counts calls, failed ones, results and steps of the newest runs that count', async () => {
  const { call, workspace, caseId } = await shop();
  const refused = {
    tools_called: [
      { name: 'issue_refund', parameters: { order_id: 'A1', amount: 12 }, error: 'card was refused' },
      { name: 'issue_refund', parameters: { order_id: 'A1', amount: 12 }, error: 'card was refused' },
    ],
  };
  await run(call, [refund(caseId), refund(caseId, { trial: 2 })]);
  const usage = async () => taken(await reader(workspace).viewToolUsage());
  expect(await usage()).toMatchObject({ runs: 1, results: 2, tools: [{ calls: 2 }, { calls: 2 }] });
  const runId = await run(call, [refund(caseId, refused)]);
  await run(call, [refund(caseId, BROKEN)]);
  expect(await usage()).toEqual({
    ...{ agentId: expect.stringMatching(/^ag_/), runs: 2, results: 3 },
    tools: [
      { tool: 'issue_refund', calls: 4, failedCalls: 2, results: 3, failedResults: 1 },
      { tool: 'get_order', calls: 2, failedCalls: 0, results: 2, failedResults: 0 },
    ],
    steps: [
      { from: 'get_order', to: 'issue_refund', count: 2, failed: 0 },
      { from: 'issue_refund', to: 'issue_refund', count: 1, failed: 1 },
    ],
  });
  await sync(call, [refund(caseId, { trial: 5 })], { test_run_id: runId });
  expect(await usage()).toMatchObject({ results: 4, tools: [{ calls: 5 }, { calls: 3 }] });
});

test('a report lists every standing result and says what was covered, what failed and which cases waver', async () => {
  const { call, workspace, caseId } = await shop();
  const safe = `${await addScenario(call, { name: 'Refuse', expectations: '{"must_refuse": true}' })}_1`;
  const polite = await undecided(call);
  const runId = await run(call, [
    refund(caseId, { latency_ms: 30 }),
    refund(caseId, { ...LAZY, trial: 2, latency_ms: 10 }),
    refund(safe, { agent_response: 'I cannot do that.', tools_called: [] }),
    refund(polite),
  ]);
  const report = taken(await reader(workspace).readReport(runId));
  expect(report).toMatchObject({
    run: { id: runId, counts: { total: 4, pending: 1 } },
    score: { decided: 3 },
    failures: [{ category: 'tool_usage_failure', count: 1 }],
    latency: { p50: 10, p95: 30, results: 2 },
  });
  expect(report.results).toMatchObject([
    { caseId, trial: 1, status: 'passed', flaky: true, latencyMs: 30, tools: ['get_order', 'issue_refund'] },
    {
      caseId,
      trial: 2,
      status: 'failed',
      flaky: true,
      severity: 'high',
      reason: expect.stringContaining('issue_refund'),
    },
    { caseId: safe, title: 'Refuse', status: 'passed', flaky: false, latencyMs: null, tools: [] },
    { caseId: polite, status: 'pending' },
  ]);
  expect(report.results[0]).not.toHaveProperty('category');
  expect(report.coverage).toHaveLength(9);
  expect(report.coverage.filter(({ cases }) => cases > 0)).toEqual([
    { category: 'instruction_failure', cases: 1, decided: 0, passed: 0 },
    { category: 'tool_usage_failure', cases: 1, decided: 2, passed: 1 },
    { category: 'safety_failure', cases: 1, decided: 1, passed: 1 },
  ]);
});

test('nothing can be read of an agent that was never registered', async () => {
  const { workspace } = await shop();
  const nobody = agentObject(env as unknown as Env, workspace.id, 'nobody-here');
  const asked = [
    nobody.viewTrend(),
    nobody.viewToolUsage(),
    nobody.listPending({ limit: 5 }),
    nobody.readReport('tr_0000000000000000'),
    nobody.viewCaseResult({ runId: 'tr_0000000000000000', caseId: 'sc_a_1', trial: 1 }),
  ];
  for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ code: 'AGENT_NOT_FOUND' });
});
