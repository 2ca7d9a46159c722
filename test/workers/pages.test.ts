import { expect, test } from 'vitest';
import {
  AGENT,
  addScenario,
  BLUEPRINT,
  type Caller,
  newWorkspace,
  openRun,
  refund,
  request,
  shop,
  sync,
} from './client.ts';
import { linkOf, runPath, type Visitor, visit } from './dashboard-visitor.ts';

/** What an agent leaves undone that was due. */
const LAZY = { agent_response: 'I am sorry.', tools_called: [{ name: 'get_order', parameters: { order_id: 'A1' } }] };

/** A completed run of these results; answers with its id. */
async function run(call: Caller, results: unknown[]): Promise<string> {
  return String((await sync(call, results)).structured.test_run_id);
}

/** The page that a link leads to in the end. */
async function followed(visitor: Visitor, path: string) {
  const answer = await request(path, { headers: { cookie: visitor.cookie } });
  return visitor.open(answer.headers.get('location') ?? path);
}

const trials = (caseId: string, count: number, more: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, index) => refund(caseId, { ...more, trial: index + 1 }));

test('the run page leads to a comparison with the run before, which names what got worse and by which calls', async () => {
  const { workspace, call, caseId } = await shop();
  const before = await run(call, [refund(caseId)]);
  const later = `${await addScenario(call, { name: 'Refund a spoon' })}_1`;
  const after = await run(call, [refund(caseId, LAZY), refund(later)]);
  const visitor = await visit(workspace);
  expect((await visitor.open(runPath(before))).html).not.toContain('/runs/compare');
  const { html } = await visitor.open(runPath(after));
  const page = await visitor.open(linkOf(html, 'Compare with the run before'));
  expect(page.status).toBe(200);
  expect(page.text).toMatch(/Regressions 1 Fixes 0 Still failing 0 New cases 1 Removed cases 0/);
  expect(page.text).toMatch(/lost get_order › issue_refund gained get_order/);
  expect(page.text).toContain('fewer than 6 changes could well be chance');
  expect(page.text).toContain('not judged against the same: the test cases changed');
  const [, from, to] = /(\d+) to (\d+)/.exec(page.text) ?? [];
  expect(Number(from)).toBeGreaterThan(Number(to));
  const worse = await followed(visitor, linkOf(page.html, 'Refund a broken cup'));
  expect(worse.text).toMatch(/Refund a broken cup failed issue_refund was due/);
  const fine = await followed(visitor, linkOf(page.html, 'as it was before'));
  expect(fine.text).toMatch(/Refund a broken cup passed /);
});

test('what cannot be compared is refused in a sentence that says why', async () => {
  const { workspace, call, caseId } = await shop();
  const one = await run(call, [refund(caseId)]);
  const other = await run(call, [refund(caseId)]);
  await call('upload_blueprint', { blueprint: BLUEPRINT.replace(AGENT, 'other-agent') });
  const visitor = await visit(workspace);
  const compare = (query: Record<string, string>) => visitor.open(`/runs/compare?${new URLSearchParams(query)}`);
  expect(await compare({ agent: AGENT, a: one, b: one.slice(3, 11) })).toMatchObject({
    status: 400,
    text: expect.stringContaining(`Both are test run ${one}. Choose two different runs.`),
  });
  expect(await compare({ agent: AGENT, a: one })).toMatchObject({
    status: 400,
    text: expect.stringContaining('Two runs are needed'),
  });
  expect(await compare({ agent: AGENT, a: one, b: 'tr_0000000000000000' })).toMatchObject({
    status: 404,
    text: expect.stringContaining(
      'Test run not found: tr_0000000000000000. Both have to be runs of the agent shop-agent.',
    ),
  });
  expect((await compare({ agent: 'no-such-agent', a: one, b: other })).text).toContain(
    'There is no agent no-such-agent',
  );
  const stranger = await visit(await newWorkspace());
  expect((await stranger.open(`/runs/compare?a=${one}&b=${other}&agent=${AGENT}`)).status).toBe(404);
});

test('a run of an outage says so where it is read, and no other run does', async () => {
  const { workspace, call, caseId } = await shop();
  const fine = await run(call, [refund(caseId)]);
  const broken = await run(call, trials(caseId, 3, { error_message: 'connect ECONNREFUSED' }));
  const open = await openRun(call, 2);
  await sync(call, [refund(caseId, { error_message: 'connect ECONNREFUSED' })], { test_run_id: open });
  const read = async (id: string) =>
    (await call('get_test_run', { agent_name: AGENT, test_run_id: id })).structured.run as { outage?: true };
  expect((await read(broken)).outage).toBe(true);
  expect([await read(fine), await read(open)].map(({ outage }) => outage)).toEqual([undefined, undefined]);
  const visitor = await visit(workspace);
  expect((await visitor.open(runPath(broken))).text).toContain('kept and shown, and left out of the score');
  expect((await visitor.open(runPath(fine))).text).not.toContain('left out of the score');
  const next = await run(call, [refund(caseId)]);
  expect((await visitor.open(runPath(next))).html).toContain(`a=${fine}&amp;b=${next}`);
});

test('an agent that passes its tests by other calls than before has drifted', async () => {
  const { workspace, call, caseId } = await shop();
  const look = { name: 'get_order', parameters: { order_id: 'A1' }, result: '{"total": 12}' };
  const refundCall = { name: 'issue_refund', parameters: { order_id: 'A1', amount: 12 }, result: '{"ok": true}' };
  for (let each = 0; each < 3; each++) await run(call, trials(caseId, 10));
  const visitor = await visit(workspace);
  const { structured } = await call('get_agent', { agent_name: AGENT });
  const agentPage = `/agent/${structured.agent_id ?? structured.id}`;
  expect((await visitor.open(agentPage)).text).toMatch(/No drift: .* \(distance 0.00 of 1\)/);
  const newest = await run(call, trials(caseId, 10, { tools_called: [look, look, refundCall] }));
  const page = await visitor.open(agentPage);
  expect(page.text).toMatch(/drift All tests of .* passed, yet .* \(distance 1.00 of 1\)/);
  expect(page.text).toContain('get_order › issue_refund (30 of 40) get_order › get_order › issue_refund (10 of 40)');
  expect(linkOf(page.html, 'Refund a broken cup')).toBe(`/runs/${newest}/results?agent=${AGENT}&case=${caseId}`);
});

test('the results of a run are read page by page and by their status', async () => {
  const { workspace, call, caseId } = await shop();
  const mixed = [...trials(caseId, 21), refund(caseId, { ...LAZY, trial: 22 })];
  const runId = await run(call, mixed);
  const visitor = await visit(workspace);
  const first = await visitor.open(runPath(runId, '/results'));
  const second = await visitor.open(linkOf(first.html, 'Next'));
  expect([first, second].map(({ html }) => html.match(/<li class="result"/g)?.length)).toEqual([20, 2]);
  const failed = await visitor.open(linkOf(first.html, 'Failed 1'));
  expect(failed.html.match(/data-key="[^"]*"/g)).toEqual([`data-key="${caseId}.22"`]);
  const ofCase = await visitor.open(`${runPath(runId, '/results')}&case=${caseId}`);
  expect(ofCase.text).toContain('The first 20 of 22 trials');
  expect((await visitor.open(`${runPath(runId, '/results')}&case=sc_0000000000000000_1`)).status).toBe(404);
  expect((await request(runPath(runId, '/results'))).status).toBe(302);
});
