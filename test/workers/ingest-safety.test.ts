import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Env } from '../../src/env.ts';
import worker from '../../src/worker.ts';
import { passTime } from '../faults/worker.ts';
import { ctrf, gateOf, rest, runOf, upload } from './ci-client.ts';
import { Issuer } from './ci-trust-issuer.ts';
import { AGENT, addScenario, ORIGIN, refund, shop, sync, type Workspace } from './client.ts';

/** No upload makes a red job green, and no job speaks for another. */

type Part = { core: { runDeps: () => unknown } };
const stubOf = ({ id }: Workspace) => env.AGENT.getByName(`${id}/${AGENT}`) as never;
const STALL_MS = 31 * 60_000;

test('a pass hides no failure of the same case, whatever named it and whichever upload it came in', async () => {
  const { workspace, caseId, scenarioId } = await shop();
  const outcome = async (tests: Parameters<typeof ctrf>[0], again?: Parameters<typeof ctrf>[0]) => {
    const job = { external_key: crypto.randomUUID() };
    const first = await upload(workspace, ctrf(tests), job);
    const { body } = again ? await upload(workspace, ctrf(again), job) : first;
    return [body.counts.total, body.counts.failed];
  };
  const failed = { name: 'x', status: 'failed' };
  expect(
    await outcome([
      { ...failed, labels: { scenario_id: scenarioId } },
      { name: 'y', labels: { scenario_id: caseId } },
    ]),
  ).toEqual([2, 1]);
  expect(
    await outcome([
      { ...failed, suite: 'a' },
      { name: 'x', suite: 'a' },
    ]),
  ).toEqual([2, 1]);
  expect(await outcome([failed], [{ name: 'x' }])).toEqual([2, 1]);
  expect(await outcome([{ name: 'x' }], [failed])).toEqual([2, 1]);
});

test('a gate stays closed while tests of the report could not be taken', async () => {
  const { workspace, caseId } = await shop();
  const good = { scenario_id: caseId, user_message: 'a', agent_response: 'b', passed: true };
  const report = [good, { ...good, scenario_id: 'sc_nowhere' }];
  const { body } = await upload(workspace, report);
  const gate = await gateOf(workspace, body.run_id, '&max_pending=9');
  expect([gate.status, gate.body.problems]).toEqual([422, ['Tests that could not be taken is 1, wanted none.']]);
});

test('an upload that breaks off is continued by its repeat, and never completes by silence', async () => {
  const { workspace } = await shop();
  await runInDurableObject(stubOf(workspace), (object) => {
    const { core } = object as unknown as Part;
    const real = core.runDeps.bind(core);
    let calls = 0;
    core.runDeps = () => {
      calls += 1;
      if (calls === 2) throw new Error('the test evicted it');
      return real();
    };
  });
  const report = ctrf(
    Array.from({ length: 1200 }, (_, n) => ({ name: `t${n}`, status: n > 1000 ? 'failed' : 'passed' })),
  );
  const keyed = { headers: { 'idempotency-key': 'once' } };
  expect((await upload(workspace, report, {}, keyed)).status).toBe(500);
  const again = await upload(workspace, report, {}, keyed);
  expect(again.body).toMatchObject({
    accepted: 700,
    duplicate: 500,
    status: 'completed',
    counts: { total: 1200, failed: 199 },
  });
  expect((await rest(workspace, `GET /v1/agents/${AGENT}/runs`)).body.total).toBe(1);
  const alone = await upload(workspace, ctrf([{ name: 'a' }]), { shard: '1/2', external_key: 'broken' });
  passTime(STALL_MS);
  await runDurableObjectAlarm(stubOf(workspace));
  expect(await runOf(workspace, alone.body.run_id)).toMatchObject({ status: 'failed', status_reason: 'stalled' });
});

test('a deleted run is gone from D1 too, and what is left is scored without it', async () => {
  const { workspace, call, caseId } = await shop();
  const second = `${await addScenario(call, { name: 'Another one' })}_1`;
  const bad = await sync(call, [refund(caseId, { tools_called: [] }), refund(second)]);
  await sync(call, [refund(second)]);
  const scoreInD1 = () =>
    env.DB.prepare('SELECT s.value FROM scores s JOIN agents a ON a.id = s.agent_id WHERE a.workspace_id = ?1')
      .bind(workspace.id)
      .first<number>('value');
  await runDurableObjectAlarm(stubOf(workspace));
  const before = (await scoreInD1()) ?? 0;
  const removed = await rest(workspace, `DELETE /v1/agents/${AGENT}/runs/${bad.structured.test_run_id}`);
  expect(removed.status).toBe(200);
  await runDurableObjectAlarm(stubOf(workspace));
  expect(await scoreInD1()).toBeGreaterThan(before);
  const { results } = await env.DB.prepare('SELECT id FROM runs WHERE workspace_id = ?1').bind(workspace.id).all();
  expect(results).toHaveLength(1);
  const [left] = results;
  await rest(workspace, `DELETE /v1/agents/${AGENT}/runs/${left?.id}`);
  await runDurableObjectAlarm(stubOf(workspace));
  expect(await scoreInD1()).toBeNull();
});

test('tests without a case make room again when the runs that held them are deleted', async () => {
  const { workspace } = await shop();
  const count = () =>
    runInDurableObject(stubOf(workspace), (_, { storage }: DurableObjectState) =>
      ['unmapped_cases', 'case_versions', 'cases'].map(
        (table) =>
          storage.sql
            .exec(
              `SELECT count(*) AS n FROM ${table} WHERE case_no < 0`.replace(
                'unmapped_cases WHERE',
                'unmapped_cases WHERE',
              ),
            )
            .one().n,
      ),
    );
  const kept = await upload(workspace, ctrf([{ name: 'kept' }]));
  const { body } = await upload(workspace, ctrf([{ name: 'kept' }, { name: 'gone' }]));
  expect(await count()).toEqual([2, 2, 2]);
  await rest(workspace, `DELETE /v1/agents/${AGENT}/runs/${body.run_id}`);
  expect(await count()).toEqual([1, 1, 1]);
  expect((await runOf(workspace, kept.body.run_id)).counts).toMatchObject({ total: 1, unmapped: 1 });
});

test('an outage is no baseline', async () => {
  const { workspace, caseId } = await shop();
  const of = (status: string, message = '') => ctrf([{ name: 'x', status, message, labels: { scenario_id: caseId } }]);
  await upload(workspace, of('passed'), { branch: 'main' });
  const down = Array.from({ length: 10 }, (_, n) => ({
    name: `e${n}`,
    status: 'failed',
    message: 'ECONNREFUSED',
    extra: { invarium_status: 'error' },
  }));
  await upload(workspace, ctrf(down), { branch: 'main' });
  const { body } = await upload(workspace, of('failed'), { branch: 'change' });
  const gate = await gateOf(workspace, body.run_id, '&max_regressions=0&baseline=main');
  expect([gate.status, String(gate.body.problems)]).toEqual([422, expect.stringMatching(/^Regressions is 1 /)]);
});

test('what is nested without end is refused where it comes in', async () => {
  const { workspace, caseId, call } = await shop();
  const deep = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;
  const change = (levels: number) =>
    rest(workspace, `PATCH /v1/cases/${caseId}`, {
      expectations: { required_calls: [{ tool: 'issue_refund', arguments: { a: deep(levels) } }] },
    });
  expect([(await change(20)).status, (await change(80)).status, (await change(20_000)).status]).toEqual([
    200, 400, 400,
  ]);
  const { text } = await call('create_scenario', {
    ...{ agent_name: AGENT, name: 'deep', user_message: 'a' },
    expectations: { required_calls: [{ tool: 'issue_refund', arguments: { a: deep(80) } }] },
  });
  expect(text).toContain('nested more than 50 levels deep');
});

async function trusting(...repositories: string[]) {
  const { workspace } = await shop();
  const issuer = await new Issuer().publish('k1');
  for (const id of repositories) {
    const policy = { kind: 'github_oidc', repository_id: id, repository_owner_id: '65' };
    await rest(workspace, 'POST /v1/trust-rules', { name: `rule ${id}`, policy });
  }
  const ask = async (
    claims: object,
    { to = ORIGIN, path = '', ...init }: RequestInit & { to?: string; path?: string },
  ) => {
    const token = await issuer.token({ claims: { aud: ORIGIN, ...claims }, at: Date.now() });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const request = new Request(`${to}/ingest/${workspace.id}/${AGENT}${path}`, { ...init, headers });
    const bindings = { ...env, OIDC_ISSUER: issuer.url } as unknown as Env;
    return worker.fetch(request as never, bindings, createExecutionContext());
  };
  return { ask, body: JSON.stringify(ctrf([{ name: 'x' }])) };
}

test('a job ends and asks about its own runs only', async () => {
  const { ask, body } = await trusting('74', '75');
  const other = { repository: 'octo-org/other', repository_id: '75', run_id: '5' };
  const upped = await ask({}, { method: 'POST', body });
  const { run_id } = (await upped.json()) as { run_id: string };
  const finish = { method: 'POST', path: `/runs/${run_id}/finish` };
  const gate = { path: `/runs/${run_id}/gate.md` };
  expect([(await ask(other, finish)).status, (await ask(other, gate)).status]).toEqual([404, 404]);
  expect([(await ask({}, finish)).status, (await ask({}, gate)).status]).toEqual([200, 200]);
});

test('a token that was made for another service is not taken because a request names that service', async () => {
  const { ask, body } = await trusting('74');
  const elsewhere = 'https://other-service.example';
  const answer = await ask({ aud: elsewhere }, { method: 'POST', body, to: elsewhere });
  expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
    401,
    expect.stringContaining('PUBLIC_URL'),
  ]);
});
