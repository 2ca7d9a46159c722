import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { BLUEPRINT, newWorkspace, type Said, toolCaller } from './client.ts';

const AGENT = 'shop-agent';

/** Every row of D1 that speaks of one of these words, by table. */
async function rowsNaming(...words: string[]): Promise<Record<string, unknown[]>> {
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
  ).all<{ name: string }>();
  const found: Record<string, unknown[]> = {};
  for (const { name } of tables.results) {
    const { results } = await env.DB.prepare(`SELECT * FROM ${name}`).all();
    const named = results.filter((row) => words.some((word) => JSON.stringify(row).includes(word)));
    if (named.length > 0) found[name] = named;
  }
  return found;
}

type Case = { id: string; user_message: string; expectations: { required_effects?: { tool: string }[] } };

/** What a runner streams for a case: an agent that answers and does nothing. */
function idleResult({ id, user_message }: Case): Record<string, unknown> {
  return { scenario_id: id, user_message, agent_response: 'I will look into it.', tools_called: [] };
}

test('an agent lives its whole life through MCP, and nothing of it is left but a line in the audit log', async () => {
  const workspace = await newWorkspace('Journey');
  const call = await toolCaller(workspace.key);
  const good = async (tool: string, args: Record<string, unknown> = {}): Promise<Said> => {
    const said = await call(tool, args);
    expect(said.isError, `${tool}: ${said.text}`).toBe(false);
    return said;
  };
  const ofAgent = { agent_name: AGENT };

  expect((await good('get_workflow')).text).toContain('## Phase 4: ');
  expect((await good('connect')).text).toMatch(
    /^Connected to Invarium ✓\nAccount: dev@example.com\nWorkspace: Journey\n/,
  );
  expect((await good('usage')).text).toContain('  Agents: 0 (unlimited)');

  expect((await good('prepare_blueprint', { blueprint: BLUEPRINT })).text).toContain('LOCAL AUDIT PREVIEW');
  expect((await good('list_agents')).structured.total).toBe(0);
  const { agent_id } = (await good('upload_blueprint', { blueprint: BLUEPRINT })).structured;
  expect((await good('get_audit', ofAgent)).text).toContain(`Audit results for '${AGENT}'`);

  const scenario = {
    ...ofAgent,
    name: 'Refund a cup',
    user_message: 'My cup is broken.',
    expected_tools: '["get_order"]',
  };
  const scenario_id = String((await good('create_scenario', scenario)).structured.scenario_id);
  const managed = { scenario_id, action: 'update', tags: '["smoke"]', name: 'Refund a broken cup' };
  expect((await good('manage_scenario', managed)).text).toBe(
    `Scenario ${scenario_id} updated\nUpdated fields: name, tags`,
  );
  expect((await good('manage_scenario', { scenario_id, action: 'toggle' })).text).toContain('is now inactive');
  expect((await good('get_tests', ofAgent)).structured.total).toBe(0);
  expect((await good('manage_scenario', { scenario_id, action: 'delete' })).text).toContain('⚠ Confirm deletion');
  expect((await good('list_scenarios', ofAgent)).structured.total).toBe(1);
  await good('manage_scenario', { scenario_id, action: 'delete', confirm: true });
  expect((await good('list_scenarios', ofAgent)).structured.total).toBe(0);

  const order = { ...ofAgent, test_description: 'Refunds of broken goods', test_cases: 6 };
  const { generation_id } = (await good('generate_tests', order)).structured;
  const cases = await vi.waitFor(async () => {
    const { structured } = await good('get_tests', { ...ofAgent, generation_id });
    expect(structured.status).toBe('completed');
    return structured.test_cases as Case[];
  });
  expect(cases).toHaveLength(6);

  expect((await good('setup_tracing')).text).toContain('/api/tracer -o .invarium/invarium_trace.py');
  const opening = { ...ofAgent, results: '[]', create_empty: true, expected_total: cases.length };
  const { test_run_id } = (await good('sync_results', opening)).structured;
  for (const [index, test] of cases.entries()) {
    const { structured } = await good('sync_results', {
      ...{ ...ofAgent, test_run_id, results: JSON.stringify([idleResult(test)]) },
    });
    expect(structured.status).toBe(index + 1 < cases.length ? 'running' : 'completed');
  }
  const { run, results } = (await good('get_test_run', { ...ofAgent, test_run_id })).structured;
  expect(run).toMatchObject({ status: 'completed', counts: { total: 6 } });
  const failed = (results as { status: string; reason: string }[]).filter(({ status }) => status === 'failed');
  expect(failed.length).toBeGreaterThan(0);
  expect((await good('get_agent', ofAgent)).text).toMatch(/AQS Score: \d+\/100/);
  expect((await good('list_test_runs', ofAgent)).structured.total).toBe(1);
  await vi.waitFor(async () => expect((await good('dashboard')).text).toContain(`1. ${AGENT} -- `), { timeout: 5_000 });

  expect((await good('delete_agent', ofAgent)).text).toContain('  - 1 scenarios (6 test cases)\n  - 1 test runs\n');
  await good('delete_agent', { ...ofAgent, confirm: true });
  expect((await call('get_agent', ofAgent)).error?.code).toBe('AGENT_NOT_FOUND');
  const left = await rowsNaming(AGENT, String(agent_id), String(test_run_id), String(generation_id));
  expect(left).toEqual({ audit_log: [expect.objectContaining({ action: 'agent.deleted', subject: AGENT })] });
  const object = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  const stored = await runInDurableObject(object, async (_, { storage }) => ({
    tables: [...storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf_%'")],
    alarm: await storage.getAlarm(),
  }));
  expect(stored).toEqual({ tables: [], alarm: null });
});
