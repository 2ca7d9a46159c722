import { env } from 'cloudflare:workers';
import * as fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { monthStart, resetDate } from '../../src/domain/quota.ts';
import type { Env } from '../../src/env.ts';
import { deleteAgent } from '../../src/store/agents.ts';
import { deleteRun } from '../../src/store/removed-runs.ts';
import { withinCredits } from '../../src/tools/credits.ts';
import { d1, passTime, plan } from '../faults/worker.ts';
import { ctrf, rest, upload } from './ci-client.ts';
import { AGENT, BLUEPRINT, newWorkspace, ORIGIN, refund, request, shop, sync, toolCaller } from './client.ts';
import { flush, UsageModel, used } from './usage-model.ts';

/** What invarium_usage counts, and where the limits of a plan hold. */

const DAY_MS = 24 * 3_600_000;
const TWO_MINUTES_MS = 120_000;

afterEach(() => {
  plan.text = null;
});

const limits = (more: Record<string, number>) => JSON.stringify({ name: 'Free', limits: more });

const names = fc.constantFrom(AGENT, 'second-agent');
type Step = (model: UsageModel) => Promise<void>;
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: names.map(
      (name): Step =>
        (model) =>
          model.upload(name),
    ),
    weight: 3,
  },
  {
    arbitrary: fc.tuple(names, fc.integer({ min: 1, max: 4 })).map(
      ([name, n]): Step =>
        (model) =>
          model.sync(name, n),
    ),
    weight: 4,
  },
  fc.tuple(names, fc.integer({ min: 1, max: 3 })).map(
    ([name, n]): Step =>
      (model) =>
        model.generate(name, n),
  ),
  {
    arbitrary: names.map(
      (name): Step =>
        (model) =>
          model.removeRun(name),
    ),
    weight: 2,
  },
  {
    arbitrary: names.map(
      (name): Step =>
        (model) =>
          model.removeAgent(name),
    ),
    weight: 2,
  },
  fc.constant<Step>((model) => model.makeKey()),
  fc.constant<Step>((model) => model.revokeKey()),
);

test(
  'usage is what was done, whatever was deleted since',
  async () => {
    const runs = fc.asyncProperty(fc.array(steps, { minLength: 6, maxLength: 14 }), async (sequence) => {
      const workspace = await newWorkspace();
      const model = new UsageModel(workspace, await toolCaller(workspace.key));
      await model.upload(AGENT);
      for (const step of sequence) await step(model);
      expect(await used(model.call)).toEqual(model.expected());
    });
    await fc.assert(runs, { numRuns: 8, endOnFailure: true });
  },
  TWO_MINUTES_MS,
);

test('what is deleted counts in the month in which it was done, once, and in no other workspace', async () => {
  const { workspace, call } = await shop();
  const now = Date.now();
  const month = monthStart(now);
  const before = monthStart(month - DAY_MS);
  const agent = String((await call('get_agent', { agent_name: AGENT })).structured.id);
  const run = (id: string, startedAt: number, passed: number) =>
    env.DB.prepare(
      `INSERT INTO runs (id, agent_id, workspace_id, source, status, started_at, passed, failed, error, pending, flaky_cases, rev)
       VALUES (?1, ?2, ?3, 'ci', 'completed', ?4, ?5, 1, 1, 1, 0, 1)`,
    ).bind(id, agent, workspace.id, startedAt, passed);
  const generation = (id: string, at: number, cases: number) =>
    env.DB.prepare(
      "INSERT INTO generations (id, agent_id, workspace_id, status, cases, created_at) VALUES (?1, ?2, ?3, 'completed', ?4, ?5)",
    ).bind(id, agent, workspace.id, cases, at);
  const own = (name: string) => `${name}_${workspace.id}`;
  await env.DB.batch([
    ...[
      run(own('tr_1'), month, 10),
      run(own('tr_2'), now, 20),
      run(own('tr_3'), month - 1, 40),
      run(own('tr_4'), before, 80),
    ],
    ...[generation(own('gen_1'), month, 3), generation(own('gen_2'), month - 1, 5)],
  ]);
  const figures = { agents: 1, generations: 3, credits: 36, api_keys: 1 };
  expect(await used(call)).toEqual(figures);
  const other = await newWorkspace();
  const actor = 'somebody';
  await deleteRun(env.DB, { id: own('tr_1'), workspaceId: other.id, actor, now });
  for (let n = 0; n < 2; n++) await deleteRun(env.DB, { id: own('tr_1'), workspaceId: workspace.id, actor, now });
  expect(await used(call)).toEqual(figures);
  for (let n = 0; n < 2; n++)
    await deleteAgent(env.DB, { id: agent, workspaceId: workspace.id, name: AGENT, actor, now });
  expect(await used(call)).toEqual({ ...figures, agents: 0 });
  expect(await used(await toolCaller(other.key))).toEqual({ agents: 0, generations: 0, credits: 0, api_keys: 1 });
  const { results } = await env.DB.prepare(
    'SELECT month, generations, credits FROM spent_usage WHERE workspace_id = ?1 ORDER BY month LIMIT 9',
  )
    .bind(workspace.id)
    .all();
  expect(results).toEqual([
    { month: before, generations: 5, credits: 126 },
    { month, generations: 3, credits: 36 },
  ]);
});

test('a deletion gives no room for further generations', async () => {
  const { workspace, call } = await shop();
  plan.text = limits({ generations: 3 });
  const ask = { agent_name: AGENT, test_description: 'Refunds' };
  expect((await call('generate_tests', { ...ask, test_cases: 2 })).isError).toBe(false);
  await flush(workspace.id);
  await call('delete_agent', { agent_name: AGENT, confirm: true });
  await call('upload_blueprint', { blueprint: BLUEPRINT });
  expect((await call('generate_tests', { ...ask, test_cases: 2 })).text).toMatch(
    /^Error: Test case generation limit reached \(2\/3\)\. Resets \d{4}-\d{2}-01\. 1 of the 2 test cases asked for are left\.$/,
  );
  expect((await call('generate_tests', { ...ask, test_cases: 1 })).isError).toBe(false);
});

test('usage reads as published: the limits of the plan, shares, what remains, and the day it begins anew', async () => {
  const { call, caseId, workspace } = await shop();
  await sync(call, [refund(caseId), refund(caseId, { trial: 2 }), refund(caseId, { trial: 3 })]);
  await flush(workspace.id);
  plan.text = limits({ agents: 1, generations: 200, credits: 200, api_keys: 3 });
  expect((await call('usage')).text).toBe(`Plan: Free

Usage (current month):
  Agents: 1/1 (100%)  [0 remaining]
  Test case generations: 0/200 (0%)  [200 remaining]
  Simulation credits: 3/200 (2%)  [197 remaining]
  API keys: 1/3 (33%)  [2 remaining]
    Resets: ${resetDate(Date.now())}

Manage plan: ${ORIGIN}/settings`);
});

test('a call that would pass the limit on credits is refused before anything of it is stored, at every door', async () => {
  const { workspace, call, caseId } = await shop();
  plan.text = limits({ credits: 4 });
  const { structured } = await sync(call, [refund(caseId), refund(caseId, { trial: 2 })]);
  const runId = String(structured.test_run_id);
  const three = [3, 4, 5].map((trial) => refund(caseId, { trial }));
  const reset = resetDate(Date.now());
  const sentence = `Simulation credit limit reached (2/4) on the Free plan. Resets ${reset}. 2 of the 3 results sent are left.`;
  const said = await sync(call, three, { test_run_id: runId });
  expect(said).toMatchObject({ text: `Error: ${sentence}`, error: { code: 'QUOTA_EXCEEDED' } });
  const array = await rest(workspace, `POST /v1/agents/${AGENT}/runs/${runId}/results`, three);
  expect(array).toMatchObject({ status: 403, body: { code: 'QUOTA_EXCEEDED', detail: sentence } });
  const report = ctrf(['a', 'b', 'c'].map((name) => ({ name })));
  expect(await upload(workspace, report)).toMatchObject({
    status: 403,
    body: { code: 'QUOTA_EXCEEDED', detail: sentence },
  });
  const lines = await request(`/v1/agents/${AGENT}/runs/${runId}/results`, {
    ...{ method: 'POST', body: three.map((result) => JSON.stringify(result)).join('\n') },
    headers: { authorization: `Bearer ${workspace.key}`, 'content-type': 'application/x-ndjson' },
  });
  expect(await lines.text()).toContain(`Error: ${sentence}`);
  await flush(workspace.id);
  expect((await used(call)).credits).toBe(2);
  expect((await sync(call, three.slice(0, 2), { test_run_id: runId })).isError).toBe(false);
  expect((await sync(call, three.slice(2), { test_run_id: runId })).text).toBe(
    `Error: Simulation credit limit reached (4/4) on the Free plan. Resets ${reset}.`,
  );
});

test('of calls that arrive at once only as many are taken as there are credits', async () => {
  const { call, caseId } = await shop();
  plan.text = limits({ credits: 5 });
  const answers = await Promise.all(
    Array.from({ length: 9 }, (_, n) => sync(call, [refund(caseId, { trial: n + 1 })])),
  );
  expect(answers.filter(({ isError }) => !isError)).toHaveLength(5);
});

test('a repeat costs nothing, and credits come back with the month', async () => {
  const { call, caseId } = await shop();
  plan.text = limits({ credits: 2 });
  const { structured } = await sync(call, [refund(caseId)]);
  for (let n = 0; n < 3; n++) {
    const again = await sync(call, [refund(caseId)], { test_run_id: structured.test_run_id });
    expect(again.structured.duplicate).toBe(1);
  }
  expect((await sync(call, [refund(caseId, { trial: 2 })])).isError).toBe(false);
  expect((await sync(call, [refund(caseId, { trial: 3 })])).error?.code).toBe('QUOTA_EXCEEDED');
  passTime(Date.parse(`${resetDate(Date.now())}T00:00:01Z`) - Date.now());
  expect((await sync(call, [refund(caseId, { trial: 3 })])).isError).toBe(false);
});

/** An environment whose D1 counts its questions. */
function countingEnv(PLAN?: string) {
  const asked = { times: 0 };
  const prepare = (sql: string) => {
    asked.times += 1;
    return env.DB.prepare(sql);
  };
  const counting = { ...(env as unknown as Env), DB: { prepare } as unknown as D1Database, ...(PLAN ? { PLAN } : {}) };
  return { asked, counting };
}

test('without a limit on credits D1 is asked nothing, and with one every ten seconds', async () => {
  const take = () => Promise.resolve({ accepted: 1 });
  const now = Date.now();
  for (const text of [undefined, limits({ agents: 1 })]) {
    const { asked, counting } = countingEnv(text);
    await withinCredits({ env: counting, workspaceId: 'ws_free', now }, 1, take);
    expect(asked.times).toBe(0);
  }
  const { asked, counting } = countingEnv(limits({ credits: 50 }));
  for (let ms = 0; ms < 20_000; ms += 1_000)
    await withinCredits({ env: counting, workspaceId: 'ws_limited', now: now + ms }, 1, take);
  expect(asked.times).toBe(2);
});

test('while D1 is away nobody is held up by a limit on credits', async () => {
  const { call, caseId } = await shop();
  const { structured } = await sync(call, [], { create_empty: true, expected_total: 9 });
  plan.text = limits({ credits: 9 });
  d1.mode = 'fail';
  const away = await sync(call, [refund(caseId)], { test_run_id: structured.test_run_id });
  d1.mode = 'ok';
  expect(away.isError).toBe(false);
});

test('a setup code makes no key that the plan has no room for', async () => {
  const { call } = await shop();
  plan.text = limits({ api_keys: 2 });
  const redeem = async () => {
    const path = /(\/api\/setup\/\S+)/.exec((await call('connect')).text)?.[1] ?? '';
    return request(path, { method: 'POST' });
  };
  expect((await redeem()).status).toBe(200);
  const full = await redeem();
  expect([full.status, await full.text()]).toEqual([
    403,
    'Error: API key limit reached (2/2) on the Free plan. Revoke a key, or put the one you have into INVARIUM_API_KEY.\n',
  ]);
  expect((await used(call)).api_keys).toBe(2);
});
