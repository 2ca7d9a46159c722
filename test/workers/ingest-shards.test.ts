import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { STALL_MS } from '../../src/domain/run-state.ts';
import { passTime } from '../faults/worker.ts';
import { gateOf, rest, runOf, upload } from './ci-client.ts';
import { AGENT, addScenario, openRun, refund, shop, sync, type Workspace } from './client.ts';

const SHARDS = 32;
const CASES = 320;
/** Each shard holds its own tenth and three tenths of its neighbour's. */
const OWN = CASES / SHARDS;
const SHARED = 3;

/** Numbers that are spread evenly and come again with the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Every twentieth test fails. */
function testOf(caseId: string, number: number) {
  const labels = { scenario_id: caseId, trial: number + 1 };
  return { name: `trial ${number}`, status: number % 20 === 0 ? 'failed' : 'passed', duration: 1, labels };
}

function shardReport(caseId: string, shard: number): string {
  const numbers = Array.from({ length: OWN + SHARED }, (_, at) => (shard * OWN + at) % CASES);
  const tests = numbers.map((number) => testOf(caseId, number));
  return JSON.stringify({ reportFormat: 'CTRF', results: { tool: { name: 'x' }, tests } });
}

/** Works through the queue with two workers. */
async function twoAtOnce<T>(queue: T[], work: (item: T) => Promise<void>): Promise<void> {
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all([worker(), worker()]);
}

async function rowInD1({ id }: Workspace, key: string) {
  return env.DB.prepare(
    'SELECT id, status, passed, failed, unmapped, external_key FROM runs WHERE workspace_id = ?1 AND external_key = ?2',
  )
    .bind(id, key)
    .all()
    .then(({ results }) => results);
}

test('32 shards that overlap, come up to five times each, two at once and out of order, are one run with the exact count', async () => {
  const { workspace, caseId } = await shop();
  const next = numbers(7);
  const deliveries = shuffled(
    Array.from({ length: SHARDS }, (_, shard) => Array<number>(1 + Math.floor(next() * 5)).fill(shard)).flat(),
    next,
  );
  const last = deliveries.length;
  const answers: { status: number; body: Record<string, unknown> }[] = [];
  const query = { external_key: 'octo/shop/77/1', branch: 'main', name: 'nightly' };
  await twoAtOnce([...deliveries], async (shard) => {
    answers.push(await upload(workspace, shardReport(caseId, shard), { ...query, shard: `${shard + 1}/${SHARDS}` }));
  });
  expect(answers).toHaveLength(last);
  expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
  const runIds = new Set(answers.map(({ body }) => body.run_id));
  expect(runIds.size).toBe(1);
  const sum = (field: string) => answers.reduce((all, { body }) => all + Number(body[field]), 0);
  expect(sum('accepted')).toBe(CASES);
  expect(sum('accepted') + sum('duplicate') + sum('replaced')).toBe(last * (OWN + SHARED));
  expect([sum('replaced'), sum('unmapped'), sum('rejected_total')]).toEqual([0, 0, 0]);
  const [runId] = runIds;
  const run = await runOf(workspace, runId);
  expect(run).toMatchObject({
    status: 'completed',
    name: 'nightly',
    counts: { total: CASES, passed: CASES - 16, failed: 16, error: 0, pending: 0 },
  });
  expect((await gateOf(workspace, runId, '&min_pass_rate=0.95')).status).toBe(200);
  const red = await gateOf(workspace, runId, '&min_pass_rate=0.951&max_pending=0');
  expect(red).toMatchObject({
    status: 422,
    body: { code: 'GATE_FAILED', problems: ['Pass rate is 95 % (304 of 320), wanted at least 95.1 %.'] },
  });
  const runs = await rest(workspace, `GET /v1/agents/${AGENT}/runs`);
  expect(runs.body.total).toBe(1);
  await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${AGENT}`) as never);
  expect(await rowInD1(workspace, query.external_key)).toEqual([
    { id: runId, status: 'completed', passed: 304, failed: 16, unmapped: 0, external_key: query.external_key },
  ]);
});

test('a run of shards is completed by the last of them, once, and what comes again later changes nothing', async () => {
  const { workspace, caseId } = await shop();
  const query = { external_key: 'k-1' };
  const first = await upload(workspace, shardReport(caseId, 0), { ...query, shard: '2/2' });
  expect(first.body).toMatchObject({ status: 'running', accepted: 13 });
  expect(await gateOf(workspace, first.body.run_id)).toMatchObject({
    status: 503,
    body: { code: 'RUN_NOT_FINISHED', retry_after: 5 },
  });
  await upload(workspace, shardReport(caseId, 0), { ...query, shard: '2/2' });
  expect((await runOf(workspace, first.body.run_id)).status).toBe('running');
  const second = await upload(workspace, shardReport(caseId, 1), { ...query, shard: '1/2' });
  expect(second.body).toMatchObject({ status: 'completed', accepted: 10, duplicate: 3, run_id: first.body.run_id });
  const ended = await runOf(workspace, first.body.run_id);
  const late = await upload(workspace, shardReport(caseId, 1), { ...query, shard: '1/2' });
  expect(late.body).toMatchObject({ status: 'completed', accepted: 0, duplicate: 13 });
  expect((await runOf(workspace, first.body.run_id)).completed_at).toBe(ended.completed_at);
});

test('an empty shard counts as delivered, and a job whose every shard is empty is never green', async () => {
  const { workspace, caseId } = await shop();
  const empty = JSON.stringify({ reportFormat: 'CTRF', results: { tool: { name: 'x' }, tests: [] } });
  const one = await upload(workspace, empty, { external_key: 'half', shard: '1/2' });
  expect(one).toMatchObject({ status: 202, body: { accepted: 0, status: 'pending' } });
  const two = await upload(workspace, shardReport(caseId, 1), { external_key: 'half', shard: '2/2' });
  expect(two.body.status).toBe('completed');
  const none = await upload(workspace, empty, { external_key: 'none', shard: '1/1' });
  expect(none.body).toMatchObject({ status: 'failed', counts: { total: 0 } });
  expect(await gateOf(workspace, none.body.run_id)).toMatchObject({
    status: 422,
    body: {
      problems: [
        'The run is abandoned, wanted completed.',
        'Decided results is 0, wanted at least 1.',
        expect.anything(),
      ],
    },
  });
});

test('another number of shards for the same job, or a shard that cannot be, is refused', async () => {
  const { workspace, caseId } = await shop();
  await upload(workspace, shardReport(caseId, 0), { external_key: 'k', shard: '1/4' });
  const other = await upload(workspace, shardReport(caseId, 1), { external_key: 'k', shard: '2/5' });
  expect(other).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  for (const shard of ['0/4', '5/4', '1/2000', '1', 'a/b', '1/0'])
    expect([shard, (await upload(workspace, shardReport(caseId, 1), { external_key: 'k', shard })).status]).toEqual([
      shard,
      400,
    ]);
});

test('uploads with a key and no number of shards are one run that goes on until it is finished', async () => {
  const { workspace, caseId } = await shop();
  const one = await upload(workspace, shardReport(caseId, 0), { external_key: 'open' });
  const two = await upload(workspace, shardReport(caseId, 2), { external_key: 'open' });
  expect([one.body.status, two.body.status]).toEqual(['running', 'running']);
  expect(two.body).toMatchObject({ run_id: one.body.run_id, counts: { total: 26 } });
  const ended = await rest(workspace, `POST /v1/agents/${AGENT}/runs/${one.body.run_id}/finish`);
  expect(ended).toMatchObject({ status: 200, body: { status: 'completed', counts: { total: 26 } } });
  const again = await rest(workspace, `POST /v1/agents/${AGENT}/runs/${one.body.run_id}/finish`);
  expect([again.status, again.body.completed_at]).toEqual([200, ended.body.completed_at]);
});

test('a run is over when the announced number of results is there, and not before', async () => {
  const { workspace, caseId } = await shop();
  const query = { external_key: 'total', expected_total: '23' };
  const one = await upload(workspace, shardReport(caseId, 0), query);
  expect(one.body).toMatchObject({ status: 'running' });
  const two = await upload(workspace, shardReport(caseId, 1), query);
  expect(two.body).toMatchObject({ status: 'completed', run_id: one.body.run_id, counts: { total: 23 } });
  const other = await upload(workspace, shardReport(caseId, 2), { ...query, expected_total: '24' });
  expect(other).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
});

test('without a key every upload is a run of its own that is over at once', async () => {
  const { workspace, caseId } = await shop();
  const one = await upload(workspace, shardReport(caseId, 0));
  const two = await upload(workspace, shardReport(caseId, 0));
  expect([one.body.status, two.body.status]).toEqual(['completed', 'completed']);
  expect(one.body.run_id).not.toBe(two.body.run_id);
});

test('a gate compares with the newest completed run of the branch that it names', async () => {
  const { workspace, call, caseId } = await shop();
  const second = `${await addScenario(call, { name: 'Another' })}_1`;
  const report = (status: string) => ({
    reportFormat: 'CTRF',
    results: {
      tests: [caseId, second].map((id) => ({
        name: id,
        status: id === caseId ? 'passed' : status,
        labels: { scenario_id: id },
      })),
    },
  });
  const main = await upload(workspace, report('passed'), { branch: 'main' });
  await upload(workspace, report('failed'), { branch: 'other' });
  await upload(workspace, report('failed'), { branch: 'main', external_key: 'not over' });
  const mine = await upload(workspace, report('failed'), { branch: 'feature' });
  const red = await gateOf(workspace, mine.body.run_id, '&max_regressions=0&baseline=main');
  expect(red).toMatchObject({ status: 422, body: { problems: [`Regressions is 1 (${second}), wanted at most 0.`] } });
  const green = await gateOf(workspace, mine.body.run_id, '&max_regressions=1&baseline=main');
  expect(green).toMatchObject({ status: 200, body: { passed: true, baseline_run_id: main.body.run_id } });
  const first = await gateOf(workspace, mine.body.run_id, '&max_regressions=0&baseline=nobody');
  expect(first).toMatchObject({ status: 200, body: { baseline_run_id: null } });
});

test('a run of a job takes results over MCP too', async () => {
  const { workspace, call, caseId } = await shop();
  const runId = await openRun(call);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  const made = await rest(workspace, `POST /v1/agents/${AGENT}/runs`, { external_key: 'mixed', branch: 'main' });
  expect(made.status).toBe(201);
  await sync(call, [refund(caseId)], { test_run_id: String(made.body.id) });
  const more = await upload(workspace, shardReport(caseId, 1), { external_key: 'mixed' });
  expect(more.body).toMatchObject({ run_id: made.body.id, counts: { total: 14 } });
});

test('a job that broke off before its last shard ends as stalled, never as completed, and goes on when the shard comes', async () => {
  const { workspace, caseId } = await shop();
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`) as never;
  const shard = await upload(workspace, shardReport(caseId, 1), { external_key: 'broken', shard: '1/2' });
  const loose = await upload(workspace, shardReport(caseId, 1), { external_key: 'loose' });
  passTime(STALL_MS + 1);
  await runDurableObjectAlarm(stub);
  for (const { body } of [shard, loose])
    expect(await runOf(workspace, body.run_id)).toMatchObject({ status: 'failed', status_reason: 'stalled' });
  const last = await upload(workspace, shardReport(caseId, 2), { external_key: 'broken', shard: '2/2' });
  expect(last.body).toMatchObject({ run_id: shard.body.run_id, status: 'completed', counts: { total: 23 } });
  const done = await rest(workspace, `POST /v1/agents/${AGENT}/runs/${loose.body.run_id}/finish`);
  expect(done.body).toMatchObject({ status: 'completed', counts: { total: 13 } });
});
