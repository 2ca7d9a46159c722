import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { d1, passTime } from '../faults/worker.ts';
import { signInAs } from './browser.ts';
import { AGENT, openRun, refund, request, shop, sync, toolCaller } from './client.ts';

const MINUTE_MS = 60_000;

afterEach(() => {
  d1.mode = 'ok';
});

for (const mode of ['fail', 'hang'] as const) {
  test(`while every D1 call ${mode}s for two hours, streaming, run pages and completion go on, and D1 has the run once afterwards`, async () => {
    const { call, workspace, caseId } = await shop();
    const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
    const cookie = await signInAs(workspace);
    d1.mode = mode;
    const runId = await openRun(call, 24);
    for (let step = 1; step <= 24; step++) {
      passTime(5 * MINUTE_MS);
      const flushing = runDurableObjectAlarm(stub);
      // A client of its own each time: nothing of the last call may be needed.
      const fresh = step === 13 ? await toolCaller(workspace.key) : call;
      const said = await sync(fresh, [refund(caseId, { trial: step })], { test_run_id: runId });
      expect(said.structured).toMatchObject({ accepted: 1, counts: { total: step, passed: step } });
      const seen = await call('get_test_run', { agent_name: AGENT, test_run_id: runId });
      expect(seen.structured.run).toMatchObject({
        counts: { total: step },
        status: step === 24 ? 'completed' : 'running',
      });
      await flushing;
      if (step === 12) await evictDurableObject(stub);
    }
    const page = await request(`/runs/${runId}?agent=${AGENT}`, { headers: { cookie } });
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('data-n="total">24<');
    expect(html).toContain('data-status="completed"');
    d1.mode = 'ok';
    passTime(2 * MINUTE_MS);
    for (let again = 0; again < 2; again++) await runDurableObjectAlarm(stub);
    const { results } = await env.DB.prepare(
      'SELECT id, status, passed, expected_total FROM runs WHERE workspace_id = ?1',
    )
      .bind(workspace.id)
      .all();
    expect(results).toEqual([{ id: runId, status: 'completed', passed: 24, expected_total: 24 }]);
  }, 120_000);
}

test('what needs D1 says so while it is away, and nothing is half done', async () => {
  const { call } = await shop();
  d1.mode = 'fail';
  const words = 'Error: Could not reach the Invarium backend. Retry in 30 seconds.';
  expect((await call('list_agents')).text).toBe(words);
  const refused = await call('create_scenario', { agent_name: AGENT, name: 'Lost?', user_message: 'Hello' });
  expect(refused).toMatchObject({ text: words, error: { code: 'RETRY_LATER', retry_after: 30 } });
  expect((await call('list_scenarios', { agent_name: AGENT })).structured.total).toBe(1);
  d1.mode = 'ok';
  expect((await call('create_scenario', { agent_name: AGENT, name: 'Kept', user_message: 'Hello' })).isError).toBe(
    false,
  );
  expect((await call('list_scenarios', { agent_name: AGENT })).structured.total).toBe(2);
});
