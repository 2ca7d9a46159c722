import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { ctrf, gateOf, rest, runOf, upload } from './ci-client.ts';
import { AGENT, addScenario, shop, type Workspace } from './client.ts';
import { runPath, visit } from './dashboard-visitor.ts';

type Row = Record<string, unknown>;

function objectOf({ id }: Workspace) {
  return env.AGENT.getByName(`${id}/${AGENT}`);
}

async function resultsOf(workspace: Workspace, runId: unknown): Promise<Row[]> {
  const { body } = await rest(workspace, `GET /v1/runs/${runId}/results?agent=${AGENT}&limit=100`);
  return body.results as Row[];
}

async function casesOf(workspace: Workspace, report: unknown): Promise<[string, string][]> {
  const { body } = await upload(workspace, report);
  const rows = await resultsOf(workspace, body.run_id);
  return rows.map(({ test_case_id, title }) => [String(test_case_id), String(title)]);
}

test('a test finds its case by a label, by an id in its name, or by the title of a scenario', async () => {
  const { workspace, call, caseId, scenarioId } = await shop();
  const named = await addScenario(call, { name: 'Cancel an order' });
  const titled = await addScenario(call, { name: 'Say where the parcel is' });
  const rows = await casesOf(
    workspace,
    ctrf([
      { name: 'whatever', labels: { scenario_id: scenarioId } },
      { name: `cancels [${named}] quickly` },
      { name: '  say WHERE the parcel is ' },
    ]),
  );
  expect(rows.map(([id]) => id).sort()).toEqual([caseId, `${named}_1`, `${titled}_1`].sort());
});

test('a label wins over the name, and what no case was made for is kept, counted apart and shown', async () => {
  const { workspace, call, caseId } = await shop();
  const other = await addScenario(call, { name: 'Another' });
  const { body } = await upload(
    workspace,
    ctrf([
      { name: `[${other}] labelled`, labels: { scenario_id: caseId } },
      { name: 'nobody made a case for this', suite: ['smoke', 'shop'], status: 'failed', message: 'no luck' },
      { name: 'nor [sc_nowhere] for that' },
    ]),
  );
  expect(body).toMatchObject({ accepted: 3, unmapped: 2, counts: { total: 3, passed: 2, failed: 1, unmapped: 2 } });
  const rows = await resultsOf(workspace, body.run_id);
  expect(rows).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ test_case_id: caseId, status: 'passed' }),
      expect.objectContaining({ title: 'smoke > shop › nobody made a case for this', status: 'failed' }),
      expect.objectContaining({ title: 'nor [sc_nowhere] for that', scenario_id: 'sc_unmapped' }),
    ]),
  );
  const visitor = await visit(workspace);
  const page = await visitor.open(runPath(String(body.run_id), '/results'));
  expect(page.text).toContain('nobody made a case for this');
});

test('a title that two scenarios share says nothing, and a test of an inactive scenario is one without a case', async () => {
  const { workspace, call, scenarioId } = await shop();
  for (const _ of [1, 2]) await addScenario(call, { name: 'Twice' });
  await rest(workspace, `POST /v1/scenarios/${scenarioId}/toggle`);
  const { body } = await upload(
    workspace,
    ctrf([{ name: 'twice' }, { name: 'off', labels: { scenario_id: scenarioId } }, { name: 'Refund a broken cup' }]),
  );
  expect(body).toMatchObject({ accepted: 3, unmapped: 3, rejected_total: 0 });
});

test('an item that cannot be taken is named by its number and does not hold up the others', async () => {
  const { workspace, caseId } = await shop();
  const native = [
    { scenario_id: caseId, user_message: 'a', agent_response: 'b' },
    { scenario_id: 'sc_nowhere', user_message: 'a', agent_response: 'b' },
    { scenario_id: caseId, user_message: 'a' },
    { scenario_id: caseId, user_message: 'a', agent_response: 'c', trial: 2, passed: true },
  ];
  const { status, body } = await upload(workspace, native);
  expect(status).toBe(202);
  expect(body).toMatchObject({ format: 'native', accepted: 2, unmapped: 0, rejected_total: 2 });
  expect((body.rejected as Row[]).map(({ index }) => index)).toEqual([1, 2]);
});

test('where our rules decide nothing the verdict of the report stands, and a retry that passed is flaky', async () => {
  const { workspace } = await shop();
  const { body } = await upload(
    workspace,
    ctrf([
      { name: 'a', status: 'passed' },
      { name: 'b', status: 'failed', message: 'was 3, not 4' },
      { name: 'c', status: 'other', extra: { invarium_status: 'error' }, message: 'timed out' },
      { name: 'd', status: 'skipped' },
      { name: 'e', status: 'passed', retries: 2, flaky: true },
    ]),
  );
  expect(body.counts).toEqual({ total: 5, passed: 2, failed: 1, error: 1, pending: 1, unmapped: 5 });
  const rows = await resultsOf(workspace, body.run_id);
  const by = (title: string) => rows.find((row) => row.title === title);
  expect(by('b')).toMatchObject({ status: 'failed', reason: expect.stringContaining('was 3, not 4') });
  expect(by('c')).toMatchObject({ status: 'error', reason: expect.stringContaining('timed out') });
  expect(by('e')).toMatchObject({ status: 'passed', attempt: 3 });
  expect(await runOf(workspace, body.run_id)).toMatchObject({ flaky_cases: 1 });
});

test('a report that lists every try of a test gives what its last try gives, once, however often it comes', async () => {
  const { workspace } = await shop();
  const tries = [
    { name: 'a', status: 'failed', message: 'first' },
    { name: 'a', status: 'passed', retries: 1, flaky: true },
  ];
  const one = await upload(workspace, ctrf(tries), { external_key: 'k' });
  expect(one.body).toMatchObject({ counts: { total: 1, passed: 1 } });
  const again = await upload(workspace, ctrf(tries), { external_key: 'k' });
  expect(again.body).toMatchObject({ accepted: 0, replaced: 0, counts: { total: 1, passed: 1 } });
});

test('our rules decide over what the report says where it holds what the agent did', async () => {
  const { workspace, caseId } = await shop();
  const tools_called = [{ name: 'get_order', parameters: { order_id: 'A1' }, result: '{"total": 12}' }];
  const { body } = await upload(
    workspace,
    ctrf([{ name: 'refunds', status: 'passed', labels: { scenario_id: caseId, tools_called } }]),
  );
  expect(body.counts).toMatchObject({ passed: 0, failed: 1 });
  const [row] = await resultsOf(workspace, body.run_id);
  expect(row).toMatchObject({ status: 'failed', rule: expect.not.stringMatching('reported') });
});

test('tests without a case have no part in scores, lists and coverage, and can be reviewed', async () => {
  const { workspace, caseId, scenarioId } = await shop();
  const report = ctrf([
    { name: 'x', labels: { scenario_id: caseId } },
    ...Array.from({ length: 20 }, (_, n) => ({ name: `stray ${n}`, status: 'failed' })),
    { name: 'undecided', status: 'skipped' },
  ]);
  const { body } = await upload(workspace, report);
  const alone = await shop();
  const clean = await upload(alone.workspace, ctrf([{ name: 'x', labels: { scenario_id: alone.caseId } }]));
  const score = async (of: Workspace, id: unknown) => (await runOf(of, id)).score;
  expect(await score(workspace, body.run_id)).toBe(await score(alone.workspace, clean.body.run_id));
  const listed = await rest(workspace, `GET /v1/agents/${AGENT}/scenarios`);
  expect(listed.body.scenarios).toMatchObject([{ scenario_id: scenarioId }]);
  expect((await rest(workspace, `GET /v1/agents/${AGENT}/tests`)).body.total).toBe(1);
  expect((await rest(workspace, `GET /v1/agents/${AGENT}/suite.yaml`)).body.text).not.toContain('unmapped');
  expect((await rest(workspace, `GET /v1/agents/${AGENT}`)).body).not.toMatchObject({ scenario_count: 2 });
  const rows = await resultsOf(workspace, body.run_id);
  const { test_case_id } = rows.find(({ title }) => title === 'undecided') ?? {};
  const review = { status: 'passed', comment: 'looked at it' };
  const path = `/v1/runs/${body.run_id}/results/${test_case_id}.1/verdict?agent=${AGENT}`;
  const reviewed = await rest(workspace, `PATCH ${path}`, review);
  expect(reviewed).toMatchObject({ status: 200, body: { counts: { passed: 2, pending: 0, unmapped: 21 } } });
});

test('what has no case is counted the same after the object was evicted, and D1 hears of it', async () => {
  const { workspace } = await shop();
  const { body } = await upload(workspace, ctrf([{ name: 'a' }, { name: 'b', retries: 1, flaky: true }]), {
    external_key: 'octo/shop/1/1',
  });
  const before = await runOf(workspace, body.run_id);
  await evictDurableObject(objectOf(workspace) as never);
  const after = await runOf(workspace, body.run_id);
  expect(after).toEqual(before);
  expect(after.counts).toMatchObject({ total: 2, unmapped: 2 });
  await runDurableObjectAlarm(objectOf(workspace) as never);
  const row = await env.DB.prepare('SELECT unmapped, external_key, status FROM runs WHERE id = ?1')
    .bind(String(body.run_id))
    .first();
  expect(row).toEqual({ unmapped: 2, external_key: 'octo/shop/1/1', status: 'running' });
});

test('a test without a case keeps its number from run to run, and its name is stored without secrets', async () => {
  const { workspace } = await shop();
  const secret = `sk-${'a1B2'.repeat(10)}`;
  const one = await upload(workspace, ctrf([{ name: `calls with ${secret}` }, { name: 'b' }]));
  const two = await upload(workspace, ctrf([{ name: 'b' }, { name: `calls with ${secret}` }]));
  const ids = async (id: unknown) => (await resultsOf(workspace, id)).map((row) => row.test_case_id).sort();
  expect(await ids(one.body.run_id)).toEqual(await ids(two.body.run_id));
  const text = await runInDurableObject(objectOf(workspace) as never, (_: unknown, { storage }: DurableObjectState) =>
    JSON.stringify([
      storage.sql.exec('SELECT * FROM case_versions').toArray(),
      storage.sql.exec('SELECT * FROM unmapped_cases').toArray(),
      storage.sql.exec('SELECT * FROM results').toArray().map(String),
    ]),
  );
  expect(text).not.toContain(secret);
});

test('the gate counts tests without a case: they are results like any other', async () => {
  const { workspace } = await shop();
  const { body } = await upload(workspace, ctrf([{ name: 'a' }, { name: 'b', status: 'failed' }]));
  expect((await gateOf(workspace, body.run_id)).body.problems).toEqual([
    'Pass rate is 50 % (1 of 2), wanted at least 100 %.',
  ]);
});
