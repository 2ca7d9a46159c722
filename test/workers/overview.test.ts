import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { quotaText, resetDate } from '../../src/domain/quota.ts';
import { AGENT, addScenario, newWorkspace, ORIGIN, refund, request, shop, sync, toolCaller } from './client.ts';

const DAY_MS = 24 * 3_600_000;
/** What a result says of an agent that pays nothing back although it should. */
const LAZY = { agent_response: 'I am sorry.', tools_called: [] };

function flush(workspaceId: string): Promise<boolean> {
  return runDurableObjectAlarm(env.AGENT.getByName(`${workspaceId}/${AGENT}`));
}

let serial = 0;

/** An agent with a score, as D1 would hold it after a flush. */
async function storeAgent(workspaceId: string, score: number): Promise<void> {
  const id = `ag_test${++serial}`;
  await env.DB.batch([
    env.DB.prepare(
      'INSERT INTO agents (id, workspace_id, name, blueprint_version, created_at, updated_at) VALUES (?1, ?2, ?1, 1, 1, 1)',
    ).bind(id, workspaceId),
    env.DB.prepare("INSERT INTO scores (agent_id, value, report, rev) VALUES (?1, ?2, '{}', 1)").bind(id, score),
  ]);
}

type StoredRun = { status?: string; reason?: string; startedAt: number; failed: number; failures?: object };

/** A run of the workspace's first agent, as D1 would hold it; nothing of it passed. */
async function storeRun(workspaceId: string, run: StoredRun): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO runs (id, agent_id, workspace_id, source, status, status_reason, started_at, passed, failed, error, pending,
       flaky_cases, failures, rev)
     SELECT ?1, a.id, ?2, 'ci', ?3, ?4, ?5, 0, ?6, 0, 0, 0, ?7, 1 FROM agents a WHERE a.workspace_id = ?2 LIMIT 1`,
  )
    .bind(
      ...[`tr_test${++serial}`, workspaceId, run.status ?? 'completed', run.reason ?? null, run.startedAt],
      ...[run.failed, JSON.stringify(run.failures ?? {})],
    )
    .run();
}

test('an empty workspace is one line that says what comes first', async () => {
  const call = await toolCaller((await newWorkspace()).key);
  const { text, structured } = await call('dashboard');
  expect(text).toBe('No agents registered yet. Use invarium_prepare_blueprint to register one.');
  expect(structured.totals).toEqual({ agents: 0, scenarios: 0, runs: 0, results: 0 });
});

test('an agent that was never tested is untested, and nothing has a share', async () => {
  const { call } = await shop();
  expect((await call('dashboard')).text).toBe(`Invarium dashboard — Test workspace

Fleet health: 0 healthy | 0 degraded | 0 critical | 1 untested
Pass rate: — (0/0, last 30 days)
Average AQS: —

Failure breakdown:
  none

Recent test runs:
  none

Quick stats:
  Agents: 1 | Scenarios: 1 | Test runs: 0 | Test cases run: 0

View dashboard: ${ORIGIN}`);
});

test('after a run the dashboard shows pass rate, score, failures by category and the run itself', async () => {
  const { call, workspace, caseId } = await shop();
  const guarded = await addScenario(call, {
    name: 'No refund',
    expectations: JSON.stringify({ forbidden_tools: ['issue_refund'] }),
  });
  const results = [refund(caseId), refund(caseId, { trial: 2 }), refund(caseId, { trial: 3, ...LAZY })];
  const failing = [refund(caseId, { trial: 4, ...LAZY }), refund(`${guarded}_1`)];
  await sync(call, [...results, ...failing], { source: 'ci' });
  await flush(workspace.id);
  const { aqs } = (await call('get_agent', { agent_name: AGENT })).structured;
  const { runs } = (await call('list_test_runs')).structured as { runs: { started_at: string }[] };
  const began = runs[0]?.started_at.slice(0, 16).replace('T', ' ');
  expect((await call('dashboard')).text).toBe(`Invarium dashboard — Test workspace

Fleet health: 0 healthy | 0 degraded | 1 critical | 0 untested
Pass rate: 40% (2/5, last 30 days)
Average AQS: ${aqs}/100

Failure breakdown:
  tool_usage_failure: 2 (67%)
  safety_failure: 1 (33%)

Recent test runs:
  1. shop-agent -- ${began} | completed | Passed: 2/5 (40%) | Source: ci

Quick stats:
  Agents: 1 | Scenarios: 2 | Test runs: 1 | Test cases run: 5

View dashboard: ${ORIGIN}`);
});

test('a failure that a later attempt made good leaves the breakdown', async () => {
  const { call, workspace, caseId } = await shop();
  const both = [refund(caseId, LAZY), refund(caseId, { trial: 2, ...LAZY })];
  const failed = await sync(call, both);
  await flush(workspace.id);
  const failures = async () => (await call('dashboard')).structured.failures;
  expect(await failures()).toEqual([{ category: 'tool_usage_failure', count: 2 }]);
  const { test_run_id } = failed.structured;
  await sync(call, [refund(caseId, { attempt: 2 })], { test_run_id });
  await flush(workspace.id);
  expect(await failures()).toEqual([{ category: 'tool_usage_failure', count: 1 }]);
  await sync(call, [refund(caseId, { trial: 2, attempt: 2 })], { test_run_id });
  await flush(workspace.id);
  expect(await failures()).toEqual([]);
});

test('agents are healthy from 70, degraded from 50, and the average is over those with a score', async () => {
  const { call, workspace } = await shop();
  for (const score of [100, 70, 69, 50, 49]) await storeAgent(workspace.id, score);
  const { structured } = await call('dashboard');
  expect(structured.fleet).toEqual({ healthy: 2, degraded: 2, critical: 1, untested: 1 });
  expect(structured.average_aqs).toBe(68);
});

test('old, unfinished and abandoned runs stay out of the pass rate, and abandoned ones out of everything', async () => {
  const { call, workspace } = await shop();
  const failures = { safety_failure: 1 };
  const now = Date.now();
  await storeRun(workspace.id, { startedAt: now - DAY_MS, failed: 1, failures });
  await storeRun(workspace.id, { startedAt: now - DAY_MS, failed: 2, status: 'running' });
  await storeRun(workspace.id, { startedAt: now - 31 * DAY_MS, failed: 4, failures });
  await storeRun(workspace.id, { startedAt: now, failed: 0, status: 'failed', reason: 'abandoned' });
  const { structured } = await call('dashboard');
  expect(structured).toMatchObject({ passed: 0, results: 1, failures: [{ category: 'safety_failure', count: 1 }] });
  expect(structured.totals).toMatchObject({ runs: 3, results: 7 });
});

test('nothing of another workspace is in the figures', async () => {
  const other = await shop();
  await sync(other.call, [refund(other.caseId)]);
  await flush(other.workspace.id);
  const { call } = await shop();
  expect((await call('dashboard')).structured).toMatchObject({ results: 0, recent_runs: [], totals: { agents: 1 } });
  expect((await call('usage')).structured).toMatchObject({ credits: { used: 0 }, api_keys: { used: 1 } });
});

test('usage counts agents, generated cases, results and keys of this month, with no limit', async () => {
  const { call, workspace, caseId } = await shop();
  await sync(call, [refund(caseId), refund(caseId, { trial: 2 }), refund(caseId, { trial: 3 })]);
  await flush(workspace.id);
  await storeRun(workspace.id, { startedAt: Date.now() - 32 * DAY_MS, failed: 5 });
  const generation = env.DB.prepare(
    "INSERT INTO generations (id, agent_id, workspace_id, status, cases, created_at) VALUES (?1, 'ag_x', ?2, 'completed', 4, ?3)",
  );
  await env.DB.batch([
    generation.bind(`gen_new_${workspace.id}`, workspace.id, Date.now()),
    generation.bind(`gen_old_${workspace.id}`, workspace.id, Date.now() - 32 * DAY_MS),
  ]);
  await env.DB.prepare(
    `INSERT INTO api_keys (hash, id, workspace_id, name, prefix, scopes, created_at, revoked_at)
     VALUES (?1, ?1, ?2, 'Old', 'inv_', '[]', 1, 2)`,
  )
    .bind(`revoked-${workspace.id}`, workspace.id)
    .run();
  expect((await call('usage')).text).toBe(`Plan: Self-hosted

Usage (current month):
  Agents: 1 (unlimited)
  Test case generations: 4 (unlimited)
  Simulation credits: 3 (unlimited)
  API keys: 1 (unlimited)
    Resets: ${resetDate(Date.now())}

Manage plan: ${ORIGIN}/settings`);
});

test('a quota with a limit is told with its share and what remains', () => {
  expect(quotaText({ used: 1, limit: 2 })).toBe('1/2 (50%)  [1 remaining]');
  expect(quotaText({ used: 199, limit: 200 })).toBe('199/200 (100%)  [1 remaining]');
  expect(quotaText({ used: 3, limit: 2 })).toBe('3/2 (150%)  [0 remaining]');
  expect(quotaText({ used: 0, limit: 0 })).toBe('0/0 (100%)  [0 remaining]');
});

test('usage begins again on the first of the next month, UTC', () => {
  expect(resetDate(Date.parse('2026-12-31T23:59:59Z'))).toBe('2027-01-01');
  expect(resetDate(Date.parse('2026-01-31T00:00:00Z'))).toBe('2026-02-01');
});

test('setup_tracing gives the command and the version that the tracer itself names', async () => {
  const call = await toolCaller((await newWorkspace()).key);
  const { text, structured } = await call('setup_tracing');
  expect(text).toBe(`TRACER SETUP — run this command:

curl -sS ${ORIGIN}/api/tracer -o .invarium/invarium_trace.py

Version: ${structured.version}
→ Next: write test_run.py from the generated test cases, then create an empty run with
invarium_sync_results(create_empty=true).`);
  expect(structured.version).toMatch(/^\d+\.\d+\.\d+$/);
  const tracer = await (await request('/api/tracer')).text();
  expect(tracer).toContain(`__version__ = "${structured.version}"`);
  expect((await call('connect')).structured.commands).toContain(structured.command);
});
