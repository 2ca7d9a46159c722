import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { CaseDetail } from '../../src/domain/case-detail.ts';
import { MAX_RESULT_BYTES } from '../../src/domain/result.ts';
import { addScenario, newWorkspace, openRun, refund, request, shop, sync } from './client.ts';
import { linkOf, runPath, type Visitor, visit } from './dashboard-visitor.ts';

/** What an agent does that pays back the wrong amount, with its transcript. */
const WRONG = {
  agent_response: 'I refunded 120.00 for order A1.',
  tools_called: [
    { name: 'get_order', parameters: { order_id: 'A1' }, result: '{"total": 12}', duration_ms: 120 },
    { name: 'issue_refund', parameters: { order_id: 'A1', amount: 120 }, result: '{"ok": true}', duration_ms: 900 },
  ],
};

/** A run of two results: the first paid back the wrong amount, the other is fine. */
async function scene() {
  const made = await shop();
  const other = `${await addScenario(made.call, { name: 'Refund a spoon' })}_1`;
  const results = [refund(made.caseId, { ...WRONG, latency_ms: 1_400 }), refund(other)];
  const runId = String((await sync(made.call, results)).structured.test_run_id);
  const path = (caseId: string, form = '') => runPath(runId, `/cases/${caseId}.1${form}`);
  return { ...made, other, runId, path, visitor: await visit(made.workspace) };
}

function get(visitor: Visitor, path: string): Promise<Response> {
  return request(path, { headers: { cookie: visitor.cookie } });
}

test('the page of a failed result is one link from its run and tells what was due, what was called and how it was said', async () => {
  const { visitor, runId, path, caseId } = await scene();
  const run = await visitor.open(runPath(runId));
  expect(run.text).toMatch(/What went wrong 1 result Refund a broken cup issue_refund was due with amount 12/);
  expect(linkOf(run.html, 'Refund a broken cup')).toBe(path(caseId));
  const { status, text, html } = await visitor.open(path(caseId));
  expect(status).toBe(200);
  expect(text).toContain('issue_refund was due with amount 12; it was called with amount 120 (call 2, amount).');
  expect(text).toMatch(/also called call 1 get_order/);
  expect(text).toMatch(/other arguments issue_refund amount 12, order_id &quot;A1&quot; call 2 issue_refund/);
  expect(html).toContain('<mark>amount 120</mark>');
  expect(text).toContain('Must have succeeded: issue_refund with amount 12, order_id &quot;A1&quot;.');
  expect(text).toMatch(/Timeline only durations were sent.*call 2 issue_refund \+120 ms 900 ms/);
  expect(text).toMatch(/Latency 1\.4 s/);
});

test('one leads to the next result and back, to the scenario, and to how the case went in other runs', async () => {
  const { visitor, call, path, caseId, other, scenarioId } = await scene();
  const later = String((await sync(call, [refund(caseId)])).structured.test_run_id);
  const first = await visitor.open(path(caseId));
  expect(linkOf(first.html, 'Next')).toBe(path(other));
  expect(linkOf((await visitor.open(path(other))).html, 'Previous')).toBe(path(caseId));
  expect(linkOf(first.html, 'Scenario')).toMatch(new RegExp(`^/agent/ag_\\w+/scenarios/${scenarioId}$`));
  expect(first.html).toContain(`href="${runPath(later, `/cases/${caseId}.1`)}"`);
  expect(first.text).toMatch(/This case in other runs/);
  expect((await visitor.open(path(other))).text).not.toContain('This case in other runs');
});

test('a result is taken along whole as JSON, and as Markdown for people', async () => {
  const { visitor, path, caseId } = await scene();
  const json = await get(visitor, path(caseId, '.json'));
  const detail = (await json.json()) as CaseDetail;
  expect(detail.sent.tools_called).toEqual(WRONG.tools_called);
  expect(detail.result).toMatchObject({ status: 'failed', rule: 'effects', test_case_id: caseId });
  const markdown = await get(visitor, path(caseId, '.md'));
  expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  const text = await markdown.text();
  expect(text).toMatch(/^# `Refund a broken cup`: failed\n/);
  expect(text).toContain(`http://localhost${path(caseId)}`);
  expect((await request(path(caseId, '.json'))).headers.get('location')).toMatch(/^\/sign-in\?next=/);
});

test('a case without a trial leads to the trial that did not pass', async () => {
  const { visitor, call, caseId } = await scene();
  const trials = [refund(caseId), refund(caseId, { ...WRONG, trial: 2 }), refund(caseId, { trial: 3 })];
  const runId = String((await sync(call, trials)).structured.test_run_id);
  const answer = await get(visitor, runPath(runId, `/cases/${caseId}`));
  expect([answer.status, answer.headers.get('location')]).toEqual([302, runPath(runId, `/cases/${caseId}.2`)]);
});

test('what is not there, or is somebody else’s, is not found', async () => {
  const { visitor, runId, path, caseId } = await scene();
  const stranger = await visit(await newWorkspace());
  for (const missing of [
    'sc_0000000000000000_1.1',
    `${caseId}.9`,
    caseId.replace('_1', '_7'),
    '%2e%2e',
    `${caseId}.1.exe`,
  ]) {
    expect((await get(visitor, runPath(runId, `/cases/${missing}`))).status).toBe(404);
  }
  for (const form of ['', '.json', '.md']) expect((await get(stranger, path(caseId, form))).status).toBe(404);
});

test('the largest result there can be is told on a page of less than 100 KB, and its JSON has it all', async () => {
  const { visitor, call, caseId } = await shop().then(async (made) => ({
    ...made,
    visitor: await visit(made.workspace),
  }));
  const filler = '<"&'.repeat(290);
  const tools_called = Array.from({ length: 200 }, (_, index) => ({
    name: `tool_${index}`,
    parameters: { filler },
    result: 'ok',
  }));
  const result = refund(caseId, { tools_called });
  expect(JSON.stringify(result).length).toBeGreaterThan(0.8 * MAX_RESULT_BYTES);
  const { text, structured } = await sync(call, [result]);
  const runId = String(structured.test_run_id);
  expect(text).toContain('Failed: 1');
  const page = await visitor.open(runPath(runId, `/cases/${caseId}.1`));
  expect(new TextEncoder().encode(page.html).length).toBeLessThan(60_000);
  expect(page.text).toMatch(/and \d+ further calls that no finding points at\. The JSON has them all/);
  const detail = (await (await get(visitor, runPath(runId, `/cases/${caseId}.1.json`))).json()) as CaseDetail;
  expect(detail.sent.tools_called).toHaveLength(200);
});

test('a run under way leads with its newest results, one that is over with what went wrong, its score and its times', async () => {
  const { visitor, call, caseId } = await scene();
  const runId = await openRun(call, 2);
  await sync(call, [refund(caseId, { ...WRONG, latency_ms: 900 })], { test_run_id: runId });
  const running = await visitor.open(runPath(runId));
  expect(running.text).not.toContain('What went wrong');
  expect(running.html).toMatch(/<a [^>]*data-when="over" hidden=""[^>]*>\s*QA report/);
  await sync(call, [refund(caseId, { trial: 2, latency_ms: 900 })], { test_run_id: runId });
  const over = await visitor.open(runPath(runId));
  expect(over.text).toMatch(/Quality score \(AQS\) \d+ \(\d+–\d+\), low evidence Median latency 900 ms/);
  expect(over.text).toMatch(/What went wrong 1 result .*Newest results/);
  expect(linkOf(over.html, 'QA report')).toBe(runPath(runId, '/report'));
});

test('a viewer reads the page and gets no form', async () => {
  const { workspace, path, caseId, visitor } = await scene();
  expect((await visitor.open(path(caseId))).html).toContain('name="verdict"');
  await env.DB.prepare("UPDATE members SET role = 'viewer' WHERE id = ?1").bind(workspace.memberId).run();
  const { html, text } = await (await visit(workspace)).open(path(caseId));
  expect(html).not.toContain('name="verdict"');
  expect(text).toContain('You may look at this workspace, and not decide in it.');
});
