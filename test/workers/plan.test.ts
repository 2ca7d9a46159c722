import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { plan } from '../faults/worker.ts';
import { AGENT, BLUEPRINT, newWorkspace, shop, toolCaller } from './client.ts';

afterEach(() => {
  plan.text = null;
});

const FREE = JSON.stringify({ name: 'Free', limits: { agents: 1, generations: 200, credits: 200, api_keys: 1 } });

test('a plan with one agent refuses the second and still takes a new blueprint of the first', async () => {
  const { call } = await shop();
  plan.text = FREE;
  const second = await call('upload_blueprint', { blueprint: BLUEPRINT, agent_name: 'second-agent' });
  expect(second.text).toBe('Error: Agent limit reached (1/1) on the Free plan. Delete an agent or upgrade.');
  expect(second.error?.code).toBe('QUOTA_EXCEEDED');
  expect((await call('get_agent', { agent_name: 'second-agent' })).error?.code).toBe('AGENT_NOT_FOUND');
  expect((await call('upload_blueprint', { blueprint: BLUEPRINT })).isError).toBe(false);
  expect((await call('list_agents')).structured.total).toBe(1);
});

test('of several agents that are uploaded at once only as many are taken as the plan allows', async () => {
  const call = await toolCaller((await newWorkspace()).key);
  plan.text = JSON.stringify({ name: 'Pro', limits: { agents: 2 } });
  const names = Array.from({ length: 6 }, (_, n) => `agent-${n}`);
  const answers = await Promise.all(
    names.map((agent_name) => call('upload_blueprint', { blueprint: BLUEPRINT, agent_name })),
  );
  expect(answers.filter(({ isError }) => !isError)).toHaveLength(2);
  expect((await call('list_agents')).structured.total).toBe(2);
});

test('a month that is used up refuses a generation, says what is left, and frees the lock', async () => {
  const { call, workspace } = await shop();
  plan.text = FREE;
  await env.DB.prepare(
    "INSERT INTO generations (id, agent_id, workspace_id, status, cases, created_at) VALUES ('gen_old', 'ag_x', ?1, 'completed', 197, ?2)",
  )
    .bind(workspace.id, Date.now())
    .run();
  const ask = { agent_name: AGENT, test_description: 'Refunds', test_cases: 4 };
  const refused = await call('generate_tests', ask);
  expect(refused.text).toMatch(
    /^Error: Test case generation limit reached \(197\/200\)\. Resets \d{4}-\d{2}-01\. 3 of the 4 test cases asked for are left\.$/,
  );
  expect(refused.error?.code).toBe('QUOTA_EXCEEDED');
  expect((await call('generate_tests', { ...ask, test_cases: 3 })).isError).toBe(false);
  expect((await call('usage')).text).toContain('  Test case generations: 200/200 (100%)  [0 remaining]\n');
});
