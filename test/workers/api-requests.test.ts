import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { passTime } from '../faults/worker.ts';
import { rest } from './ci-client.ts';
import { AGENT, addScenario, BLUEPRINT, refund, request, shop } from './client.ts';
import { visit } from './dashboard-visitor.ts';

const RUNS = `/v1/agents/${AGENT}/runs`;
const TEN_MB = 10 * 1024 * 1024;

test('a refusal is problem details with the code, the sentence and where to go from there', async () => {
  const { workspace } = await shop();
  const reply = await rest(workspace, 'GET /v1/runs/tr_0123456789abcdef');
  expect([reply.status, reply.headers.get('content-type'), reply.headers.get('retry-after')]).toEqual([
    404,
    'application/problem+json',
    '5',
  ]);
  expect(reply.body).toEqual({
    type: 'about:blank',
    title: 'There is no such thing',
    status: 404,
    detail: 'There is no such test run. Name its agent with ?agent= to read a run that was just made.',
    code: 'NOT_FOUND',
    retry_after: 5,
  });
  for (const path of [`/v1/runs/tr_0123456789abcdef?agent=${AGENT}`, '/v1/runs/tr_0123456789abcdef/gate?agent=nobody'])
    expect([path, (await rest(workspace, `GET ${path}`)).status]).toEqual([path, 404]);
  const agent = await rest(workspace, 'GET /v1/agents/nobody');
  expect(agent).toMatchObject({ status: 404, body: { code: 'AGENT_NOT_FOUND' } });
});

test('a body of another type is 415, one that is no JSON 400, one over 10 MB 413', async () => {
  const { workspace } = await shop();
  const xml = await rest(workspace, `POST ${RUNS}`, '<a/>', { 'content-type': 'application/xml' });
  expect(xml).toMatchObject({ status: 415, body: { detail: expect.stringContaining('application/json') } });
  const half = await rest(workspace, `POST ${RUNS}`, '{"name":');
  expect(half).toMatchObject({ status: 400, body: { detail: 'The body is not valid JSON.' } });
  const big = await rest(workspace, `POST ${RUNS}`, `{"name":"${'x'.repeat(TEN_MB)}"}`);
  expect(big).toMatchObject({ status: 413, body: { code: 'INVALID_ARGUMENT' } });
  const unknown = await rest(workspace, `POST ${RUNS}`, { names: 'x' });
  expect(unknown).toMatchObject({ status: 400, body: { detail: "Unknown parameter 'names'." } });
});

test('an answer that the caller holds already is not sent again until it is another one', async () => {
  const { workspace, call } = await shop();
  const path = `GET /v1/agents/${AGENT}/scenarios`;
  const first = await rest(workspace, path);
  const tag = first.headers.get('etag') ?? '';
  expect(tag).toMatch(/^"[\w-]{27}"$/);
  const held = await rest(workspace, path, undefined, { 'if-none-match': `"other", W/${tag}` });
  expect([held.status, held.body.text, held.headers.get('etag')]).toEqual([304, '', tag]);
  await addScenario(call, { name: 'One more' });
  const changed = await rest(workspace, path, undefined, { 'if-none-match': tag });
  expect([changed.status, changed.headers.get('etag') === tag]).toEqual([200, false]);
});

test('a request with an Idempotency-Key is served once a day, and its answer given again', async () => {
  const { workspace } = await shop();
  const headers = { 'idempotency-key': 'a-1' };
  const first = await rest(workspace, `POST ${RUNS}`, { name: 'one' }, headers);
  const again = await rest(workspace, `POST ${RUNS}`, { name: 'one' }, headers);
  expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const other = await rest(workspace, `POST ${RUNS}`, { name: 'two' }, headers);
  expect(other).toMatchObject({ status: 422, body: { code: 'INVALID_ARGUMENT' } });
  const elsewhere = await rest(
    workspace,
    `POST /v1/agents/${AGENT}/scenarios`,
    { name: 'one', user_message: 'a' },
    headers,
  );
  expect(elsewhere.status).toBe(422);
  passTime(24 * 3_600_000 + 1);
  const nextDay = await rest(workspace, `POST ${RUNS}`, { name: 'one' }, headers);
  expect([nextDay.status, nextDay.body.id === first.body.id]).toEqual([201, false]);
});

test('of two requests with one key at once one is served, and a refusal that may change is not kept', async () => {
  const { workspace } = await shop();
  const headers = { 'idempotency-key': 'twins' };
  const twins = await Promise.all([1, 2, 3].map(() => rest(workspace, `POST ${RUNS}`, { name: 'x' }, headers)));
  for (const { status } of twins) expect([201, 409]).toContain(status);
  const ids = twins.filter(({ status }) => status === 201).map(({ body }) => body.id);
  expect(new Set(ids).size).toBe(1);
  expect((await rest(workspace, `GET ${RUNS}`)).body.total).toBe(1);
  const generate = { test_description: 'refunds' };
  const path = `POST /v1/agents/${AGENT}/tests/generate`;
  await rest(workspace, path, generate);
  const busy = await rest(workspace, path, generate, { 'idempotency-key': 'g' });
  if (busy.status === 409) {
    passTime(121_000);
    expect((await rest(workspace, path, generate, { 'idempotency-key': 'g' })).status).toBe(202);
  }
});

test('all pages of the runs together are all runs, each once, also while runs are added', async () => {
  const { workspace } = await shop();
  const made = await Promise.all(
    Array.from({ length: 7 }, (_, n) => rest(workspace, `POST ${RUNS}`, { name: `run ${n}` })),
  );
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`) as never;
  await runDurableObjectAlarm(stub);
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await rest(workspace, `GET /v1/runs?limit=3${cursor}`);
    seen.push(...(body.runs as { id: string }[]).map(({ id }) => id));
    cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : '';
    await rest(workspace, `POST ${RUNS}`, { name: 'late' });
    await runDurableObjectAlarm(stub);
  } while (cursor !== '');
  expect(seen.filter((id) => made.some(({ body }) => body.id === id)).sort()).toEqual(
    made.map(({ body }) => String(body.id)).sort(),
  );
  expect(new Set(seen).size).toBe(seen.length);
  const none = await rest(workspace, `GET /v1/runs?agent=nobody-here`);
  expect(none.body).toEqual({ runs: [], next_cursor: null });
  expect((await rest(workspace, 'GET /v1/runs?status=all_passed')).body.runs).toEqual([]);
  expect(
    (await rest(workspace, `GET /v1/runs?source=api&since=2020-01-01T00:00:00Z&agent=${AGENT}&limit=1`)).body.runs,
  ).toHaveLength(1);
  for (const bad of ['status=nice', 'since=yesterday', 'cursor=x', 'limit=0'])
    expect([bad, (await rest(workspace, `GET /v1/runs?${bad}`)).status]).toEqual([bad, 400]);
});

test('pages of test cases together are all cases, and those that failed can be asked for alone', async () => {
  const { workspace, call, caseId } = await shop();
  for (const name of ['b', 'c', 'd']) await addScenario(call, { name });
  const ids: string[] = [];
  let cursor = '';
  do {
    const { body } = await rest(workspace, `GET /v1/agents/${AGENT}/tests?limit=3${cursor}`);
    ids.push(...(body.test_cases as { id: string }[]).map(({ id }) => id));
    cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : '';
  } while (cursor !== '');
  expect(new Set(ids).size).toBe(4);
  await rest(workspace, `POST /v1/agents/${AGENT}/results`, { results: [refund(caseId, { tools_called: [] })] });
  const failed = await rest(workspace, `GET /v1/agents/${AGENT}/tests?status=failed`);
  expect(failed.body).toMatchObject({ total: 1, test_cases: [{ id: caseId }] });
});

test('a key that is revoked over REST ends with the sessions that were opened with it', async () => {
  const { workspace } = await shop();
  const visitor = await visit(workspace);
  const { body } = await rest(workspace, 'POST /v1/keys', { name: 'Laptop', scopes: ['admin'] });
  const signIn = await request('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost' },
    body: String(new URLSearchParams({ key: String(body.key) })),
  });
  const cookie = (signIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const open = async () => {
    const page = await request('/', { headers: { cookie } });
    await page.text();
    return page.status;
  };
  expect(await open()).toBe(200);
  const revoked = await rest(workspace, `DELETE /v1/keys/${body.id}`);
  expect(revoked).toMatchObject({ status: 200, body: { revoked: body.id } });
  passTime(60_000);
  expect(await open()).not.toBe(200);
  expect((await visitor.open('/')).status).toBe(200);
  expect((await rest({ key: String(body.key) }, 'GET /v1/me')).status).toBe(401);
  const listed = await rest(workspace, 'GET /v1/keys');
  expect(listed.body.keys).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: body.id, revoked_at: expect.any(String) })]),
  );
  expect((await rest(workspace, 'DELETE /v1/keys/key_nobody')).status).toBe(404);
});

test('a badge is shown to whoever has its address, and to nobody who guesses', async () => {
  const { workspace, caseId } = await shop();
  await rest(workspace, `POST /v1/agents/${AGENT}/results`, { results: [refund(caseId)] });
  const { body } = await rest(workspace, `GET /v1/agents/${AGENT}/badge`);
  const path = new URL(String(body.url)).pathname;
  const image = await request(path);
  expect([image.status, image.headers.get('content-type'), image.headers.get('cache-control')]).toEqual([
    200,
    'image/svg+xml',
    'public, max-age=300',
  ]);
  expect(await image.text()).toMatch(/^<svg .*<title>shop-agent: AQS \d+<\/title>/);
  const guess = path.replace(/.{6}\.svg$/, 'AAAAAA.svg');
  expect((await request(guess)).status).toBe(404);
});

test('an agent can be registered from YAML as it is, and from JSON', async () => {
  const { workspace } = await shop();
  const yaml = await rest(workspace, 'POST /v1/agents', BLUEPRINT.replace(AGENT, 'from-yaml'), {
    'content-type': 'text/yaml',
  });
  const json = await rest(workspace, 'POST /v1/agents', { blueprint: BLUEPRINT.replace(AGENT, 'from-json') });
  expect([yaml.status, json.status]).toEqual([201, 201]);
  const bad = await rest(workspace, 'POST /v1/agents', 'agent_name: x\n', { 'content-type': 'text/yaml' });
  expect(bad).toMatchObject({ status: 422, body: { code: 'INVALID_BLUEPRINT' } });
});
