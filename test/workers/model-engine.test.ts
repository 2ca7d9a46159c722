import { afterEach, expect, test, vi } from 'vitest';
import type { Mood } from '../faults/model-server.ts';
import { model, passTime } from '../faults/worker.ts';
import { AGENT, type Caller, openRun, refund, shop, sync } from './client.ts';

afterEach(() => {
  model.mood = null;
});

type Case = { user_message: string; expected_behavior: string; expectations: { required_effects?: unknown[] } };

async function start(mood: Mood): Promise<{ call: Caller; caseId: string; id: string }> {
  model.mood = mood;
  const { call, caseId } = await shop();
  const order = { agent_name: AGENT, test_description: 'Refunds', test_cases: 8 };
  const { structured } = await call('generate_tests', order);
  return { call, caseId, id: String(structured.generation_id) };
}

async function casesOf({ call, id }: { call: Caller; id: string }): Promise<Case[]> {
  return vi.waitFor(
    async () => {
      const { structured } = await call('get_tests', { agent_name: AGENT, generation_id: id });
      expect(structured.status).toBe('completed');
      return structured.test_cases as Case[];
    },
    { timeout: 15_000, interval: 50 },
  );
}

test('a model words the cases, and what they are judged by stays as it was planned', async () => {
  const cases = await casesOf(await start('good'));
  expect(cases).toHaveLength(8);
  for (const { user_message, expected_behavior, expectations } of cases) {
    expect(user_message).toMatch(/^Good morning from the model\. .+ Many thanks!$/s);
    expect(expected_behavior).not.toBe('As agreed.');
    expect(expectations.required_effects).toBeInstanceOf(Array);
  }
});

for (const mood of ['malformed', 'refusing', 'failing', 'careless'] as const) {
  test(`with a ${mood} model the drafts of the embedded engine stand`, async () => {
    const cases = await casesOf(await start(mood));
    expect(cases).toHaveLength(8);
    for (const { user_message } of cases) expect(user_message).not.toMatch(/Good morning from the model|\{\{/);
    expect(new Set(cases.map(({ user_message }) => user_message)).size).toBe(8);
  });
}

test('a model that answers for one draft of five words that one', async () => {
  const cases = await casesOf(await start('short'));
  expect(cases.filter(({ user_message }) => user_message.startsWith('Good morning from the model.'))).toHaveLength(2);
  expect(cases).toHaveLength(8);
});

test('while a model hangs runs stream and complete, and the lock lapses after 120 seconds', async () => {
  const { call, caseId, id } = await start('hanging');
  const run = await openRun(call, 1);
  expect((await sync(call, [refund(caseId)], { test_run_id: run })).structured.status).toBe('completed');
  const running = await call('get_tests', { agent_name: AGENT, generation_id: id });
  expect(running.structured.status).toBe('running');
  passTime(120_000);
  const lapsed = await call('get_tests', { agent_name: AGENT, generation_id: id });
  expect(lapsed.text).toBe(`Generation ${id} failed: it timed out after 120 seconds`);
  model.mood = 'good';
  expect((await call('generate_tests', { agent_name: AGENT, test_description: 'Again' })).isError).toBe(false);
});
