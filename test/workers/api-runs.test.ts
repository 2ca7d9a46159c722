import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { ctrf, rest, runOf, upload } from './ci-client.ts';
import { AGENT, addScenario, refund, request, shop, type Workspace } from './client.ts';
import { visit } from './dashboard-visitor.ts';

type Row = Record<string, unknown>;
const RUNS = `/v1/agents/${AGENT}/runs`;
const NDJSON = { 'content-type': 'application/x-ndjson' };

async function flush({ id }: Workspace): Promise<void> {
  await runDurableObjectAlarm(env.AGENT.getByName(`${id}/${AGENT}`) as never);
}

/** A request whose body comes as the test writes it, and the lines of its answer as they come. */
async function stream({ key }: Workspace, path: string) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const headers = { authorization: `Bearer ${key}`, ...NDJSON };
  const answer = request(path, { method: 'POST', headers, body: readable, duplex: 'half' } as RequestInit);
  const write = (text: string) => writer.write(new TextEncoder().encode(text));
  const lines = async function* () {
    let rest = '';
    const body = (await answer).body?.pipeThrough(new TextDecoderStream());
    for await (const part of body ?? []) {
      const parts = (rest + part).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) yield JSON.parse(line) as Row;
    }
  };
  return { answer, write, writer, lines: lines() };
}

async function open(workspace: Workspace, body: Row = {}): Promise<string> {
  return String((await rest(workspace, `POST ${RUNS}`, body)).body.id);
}

test('lines are committed while they arrive, each batch is answered, and a bad line is named and holds nothing up', async () => {
  const { workspace, caseId } = await shop();
  const runId = await open(workspace);
  const { write, writer, lines, answer } = await stream(workspace, `${RUNS}/${runId}/results`);
  const line = (trial: number) => `${JSON.stringify(refund(caseId, { trial }))}\n`;
  await write(line(1) + line(2));
  expect((await answer).headers.get('content-type')).toBe('application/x-ndjson');
  expect((await lines.next()).value).toMatchObject({
    first_line: 1,
    last_line: 2,
    accepted: 2,
    total: 2,
    rejected: [],
  });
  expect((await runOf(workspace, runId)).counts.total).toBe(2);
  await write(`no json\n\n${line(2)}${JSON.stringify(refund('sc_nowhere'))}\n${line(3).slice(0, 50)}`);
  expect((await lines.next()).value).toMatchObject({
    ...{ first_line: 3, last_line: 6, accepted: 0, duplicate: 1, total: 2 },
    rejected: [
      { line: 3, code: 'INVALID_RESULTS' },
      { line: 6, code: 'INVALID_RESULTS', message: expect.stringContaining("'sc_nowhere' at line 6") },
    ],
  });
  await write(line(3).slice(50).trimEnd());
  await writer.close();
  expect((await lines.next()).value).toMatchObject({ first_line: 7, last_line: 7, accepted: 1, total: 3 });
  expect((await lines.next()).done).toBe(true);
});

test('a stream into a run that is not there is refused before its first line, one into a cancelled run says so', async () => {
  const { workspace, caseId } = await shop();
  const line = `${JSON.stringify(refund(caseId))}\n`;
  const none = await rest(workspace, `POST ${RUNS}/tr_0123456789abcdef/results`, line, NDJSON);
  expect(none).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  const runId = await open(workspace);
  const cancelled = await rest(workspace, `POST ${RUNS}/${runId}/cancel`);
  expect(cancelled.body).toMatchObject({ status: 'failed', status_reason: 'cancelled' });
  const late = await rest(workspace, `POST ${RUNS}/${runId}/results`, line, NDJSON);
  expect(JSON.parse(String(late.body.text))).toMatchObject({ code: 'CONFLICT' });
  expect((await rest(workspace, `POST ${RUNS}/${runId}/finish`)).status).toBe(409);
});

test('a suite comes back as it was read, and is brought to what the file says', async () => {
  const { workspace, scenarioId } = await shop();
  const path = `/v1/agents/${AGENT}/suite.yaml`;
  const yaml = { 'content-type': 'application/yaml' };
  const put = (text: string, query = '') => rest(workspace, `PUT ${path}${query}`, text, yaml);
  const read = async () => String((await rest(workspace, `GET ${path}`)).body.text);
  const before = await read();
  expect((await put(before)).body).toEqual({ created: 0, updated: 0, unchanged: 1, deleted: 0 });
  expect(await read()).toBe(before);
  const more = `${before.trimEnd()}\n  - title: Cancel\n    tags: [orders]\n    cases:\n      - user_message: Cancel A1\n        expectations: { required_calls: [{ tool: get_order }] }\n`;
  expect((await put(more)).body).toEqual({ created: 1, updated: 0, unchanged: 1, deleted: 0 });
  expect((await put(more)).body).toEqual({ created: 0, updated: 0, unchanged: 2, deleted: 0 });
  expect(await read()).toContain('title: Cancel');
  const changed = await put(before.replace('arrived broken', 'arrived in pieces'), '?prune=true');
  expect(changed.body).toEqual({ created: 0, updated: 1, unchanged: 0, deleted: 1 });
  expect(await read()).toContain('arrived in pieces');
  const bad = [
    'scenarios: 5',
    'a: &a [*a]',
    'scenarios:\n  - title: x\n    cases: []',
    `scenarios: [{ id: ${scenarioId}, title: x, cases: [] }]`,
    'scenarios: [{ id: sc_nowhere, title: x, cases: [{ user_message: y }] }]',
  ];
  for (const text of bad) expect([text, [400, 404].includes((await put(text)).status)]).toEqual([text, true]);
});

test('a case is changed, and runs that are open go on judging by it as it was', async () => {
  const { workspace, caseId } = await shop();
  const runId = await open(workspace, { expected_total: 5 });
  const changed = await rest(workspace, `PATCH /v1/cases/${caseId}`, {
    user_message: 'Another question',
    expectations: { forbidden_tools: ['issue_refund'] },
  });
  expect(changed).toMatchObject({ status: 200, body: { id: caseId, user_message: 'Another question' } });
  await rest(workspace, `POST ${RUNS}/${runId}/results`, [refund(caseId)]);
  expect((await runOf(workspace, runId)).counts).toMatchObject({ passed: 1 });
  const fresh = await rest(workspace, `POST /v1/agents/${AGENT}/results`, { results: [refund(caseId)] });
  expect((await runOf(workspace, fresh.body.test_run_id)).counts).toMatchObject({ failed: 1 });
  for (const [id, body, status] of [
    [caseId, {}, 400],
    [caseId, { user_message: ' ' }, 400],
    [caseId, { surprise: 1 }, 400],
    ['sc_nowhere_1', { title: 'x' }, 404],
    [caseId.replace(/_1$/, '_9'), { title: 'x' }, 404],
    ['nonsense', { title: 'x' }, 404],
  ] as const)
    expect([id, (await rest(workspace, `PATCH /v1/cases/${id}`, body)).status]).toEqual([id, status]);
});

test('a run that is deleted is gone from runs, scores, trend and workspace, and does not come back', async () => {
  const { workspace, caseId } = await shop();
  const good = await upload(workspace, ctrf([{ name: 'a', labels: { scenario_id: caseId } }]));
  const score = (await runOf(workspace, good.body.run_id)).score;
  const bad = await upload(workspace, ctrf([{ name: 'a', status: 'failed', labels: { scenario_id: caseId } }]), {
    external_key: 'gone',
    shard: '1/1',
  });
  await flush(workspace);
  const agentBefore = await rest(workspace, `GET /v1/agents/${AGENT}`);
  const deleted = await rest(workspace, `DELETE ${RUNS}/${bad.body.run_id}`);
  expect(deleted).toMatchObject({ status: 200, body: { deleted: bad.body.run_id } });
  await flush(workspace);
  await evictDurableObject(env.AGENT.getByName(`${workspace.id}/${AGENT}`) as never);
  await flush(workspace);
  expect((await rest(workspace, `GET /v1/runs/${bad.body.run_id}?agent=${AGENT}`)).status).toBe(404);
  expect((await rest(workspace, `DELETE ${RUNS}/${bad.body.run_id}`)).status).toBe(404);
  const listed = (await rest(workspace, 'GET /v1/runs')).body.runs as Row[];
  expect(listed.map(({ id }) => id)).toEqual([good.body.run_id]);
  expect((await rest(workspace, `GET ${RUNS}`)).body.total).toBe(1);
  expect((await runOf(workspace, good.body.run_id)).score).toBe(score);
  expect((await rest(workspace, `GET /v1/agents/${AGENT}`)).body).not.toEqual(agentBefore.body);
  const trend = await env.AGENT.getByName(`${workspace.id}/${AGENT}`).viewTrend();
  expect(trend).toMatchObject({ ok: true, value: { points: [{ runId: good.body.run_id }] } });
  const visitor = await visit(workspace);
  const agentId = String((await rest(workspace, `GET /v1/agents/${AGENT}`)).body.id);
  for (const page of ['', '/score', '/runs'])
    expect([page, (await visitor.open(`/agent/${agentId}${page}`)).status]).toEqual([page, 200]);
  const again = await upload(workspace, ctrf([{ name: 'a', labels: { scenario_id: caseId } }]), {
    external_key: 'gone',
    shard: '1/1',
  });
  expect(again.body).toMatchObject({ status: 'completed', counts: { total: 1, passed: 1 } });
  expect(again.body.run_id).not.toBe(bad.body.run_id);
  const { results } = await env.DB.prepare(
    "SELECT subject FROM audit_log WHERE workspace_id = ?1 AND action = 'run.deleted'",
  )
    .bind(workspace.id)
    .all();
  expect(results).toEqual([{ subject: bad.body.run_id }]);
});

test('two runs are compared by their ids, of another agent or unknown they are not found', async () => {
  const { workspace, call, caseId } = await shop();
  const second = `${await addScenario(call, { name: 'Another' })}_1`;
  const report = (statuses: string[]) =>
    ctrf(
      [caseId, second].map((id, at) => ({ name: id, status: statuses[at] ?? 'passed', labels: { scenario_id: id } })),
    );
  const a = await upload(workspace, report(['passed', 'failed']));
  const b = await upload(workspace, report(['failed', 'passed']));
  const compared = await rest(workspace, `GET /v1/runs/compare?a=${a.body.run_id}&b=${b.body.run_id}&agent=${AGENT}`);
  expect(compared).toMatchObject({ status: 200, body: { regressions: [caseId], fixes: [second], still_failing: [] } });
  await flush(workspace);
  expect((await rest(workspace, `GET /v1/runs/compare?a=${a.body.run_id}&b=${b.body.run_id}`)).status).toBe(200);
  expect((await rest(workspace, `GET /v1/runs/compare?a=${a.body.run_id}&b=tr_0123456789abcdef`)).status).toBe(404);
  expect((await rest(workspace, `GET /v1/runs/compare?a=${a.body.run_id}`)).status).toBe(400);
  const stranger = await shop();
  expect(
    (await rest(stranger.workspace, `GET /v1/runs/compare?a=${a.body.run_id}&b=${b.body.run_id}&agent=${AGENT}`))
      .status,
  ).toBe(404);
});

test('what is exported as CTRF or JUnit and delivered again is the same run of results', async () => {
  const { workspace, caseId } = await shop();
  const tests = [
    { name: 'a', labels: { scenario_id: caseId } },
    { name: 'b & <c>', status: 'failed', message: 'no' },
    { name: 'd', status: 'skipped' },
  ];
  const first = await upload(workspace, ctrf(tests));
  const file = async (ending: string) => {
    const answer = await request(`/v1/runs/${first.body.run_id}/report.${ending}?agent=${AGENT}`, {
      headers: { authorization: `Bearer ${workspace.key}` },
    });
    return answer.text();
  };
  for (const ending of ['ctrf.json', 'xml']) {
    const again = await upload(
      workspace,
      await file(ending),
      {},
      { headers: { 'content-type': ending === 'xml' ? 'application/xml' : 'application/json' } },
    );
    expect([ending, again.body.counts]).toEqual([ending, first.body.counts]);
  }
  expect((await file('csv')).split('\r\n')[0]).toMatch(/^scenario_id,case_id,title/);
  const gate = await request(`/v1/runs/${first.body.run_id}/gate.md?agent=${AGENT}`, {
    headers: { authorization: `Bearer ${workspace.key}` },
  });
  expect([gate.status, await gate.text()]).toEqual([
    422,
    expect.stringMatching(
      /^# Gate failed\n[\s\S]+\| \*\*no\*\* \| Pass rate \| at least 100 % \| 50 % \(1 of 2\) \|[\s\S]+## shop-agent: 1 of 3 results passed/,
    ),
  ]);
});
