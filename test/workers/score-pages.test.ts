import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { AGENT, BLUEPRINT, type Caller, newWorkspace, refund, shop, sync, toolCaller } from './client.ts';
import { visit } from './dashboard-visitor.ts';

const LAZY = { agent_response: 'I am sorry.', tools_called: [] };

async function agentPath(call: Caller): Promise<string> {
  return `/agent/${(await call('get_agent', { agent_name: AGENT })).structured.id}`;
}

async function run(call: Caller, results: unknown[]): Promise<string> {
  return String((await sync(call, results)).structured.test_run_id);
}

test('an agent that never ran has a score page that says how to get one, and a graph of untested tools', async () => {
  const { workspace, call } = await shop();
  const visitor = await visit(workspace);
  const path = await agentPath(call);
  const score = await visitor.open(`${path}/score`);
  expect(score.status).toBe(200);
  expect(score.text).toContain('No score yet');
  const graph = await visitor.open(`${path}/graph`);
  expect(graph.status).toBe(200);
  expect(graph.text).toContain('No run has been completed yet, so every tool is untested.');
  expect(graph.text).toContain('Derived from version 1 of the blueprint');
});

test('the score page shows the score that the tools tell, its trend, and what failed in the newest run', async () => {
  const { workspace, call, caseId } = await shop();
  const first = await run(call, [refund(caseId)]);
  const before = (await call('get_agent', { agent_name: AGENT })).structured.aqs;
  const newest = await run(call, [refund(caseId, { ...LAZY, latency_ms: 1200 })]);
  const { aqs } = (await call('get_agent', { agent_name: AGENT })).structured;
  const { html, text } = await (await visit(workspace)).open(`${await agentPath(call)}/score`);
  expect(text).toContain(`${aqs} of 100`);
  expect(text).toContain(`Over 2 runs the score went from ${before} to ${aqs}`);
  expect(text).toContain('1 failure');
  expect(text).toContain('at most 1.2 s');
  for (const runId of [first, newest]) expect(html).toContain(`href="/runs/${runId}?agent=${AGENT}"`);
});

test('the graph page marks tools that runs used, and one that the blueprint does not know', async () => {
  const { workspace, call, caseId } = await shop();
  const tools = [
    { name: 'get_order', parameters: {} },
    { name: 'call_a_friend', parameters: {} },
  ];
  await run(call, [refund(caseId, { tools_called: tools })]);
  const { html, text } = await (await visit(workspace)).open(`${await agentPath(call)}/graph`);
  expect(text).toContain('taken from the newest 1 completed run (1 result)');
  expect(html).toMatch(/<bdi>call_a_friend<\/bdi><\/th><td>tool<\/td><td>1<\/td>.*?not in the graph/);
  expect(text).toContain('Not in the graph 1');
});

test('a graph that came with the blueprint is drawn instead of a derived one, with its origin', async () => {
  const workspace = await newWorkspace();
  const call = await toolCaller(workspace.key);
  const graph = `${BLUEPRINT}
graph:
  nodes: [{ id: a, type: Agent, name: shop }, { id: island, type: ExternalService, name: Lost island }]
  edges: [{ from: a, to: get_order, type: CAN_INVOKE }]
  metadata: { discovery_method: by hand }
`;
  await call('upload_blueprint', { blueprint: graph });
  const { text } = await (await visit(workspace)).open(`${await agentPath(call)}/graph`);
  expect(text).toContain('Uploaded with version 1 of the blueprint (found by: by hand )');
  expect(text).toMatch(/Dead paths 1 .*Lost island/);
});

test('a blueprint that can no longer be read leaves the page without a graph, not without an answer', async () => {
  const { workspace, call } = await shop();
  const path = await agentPath(call);
  await env.DB.prepare("UPDATE blueprints SET document = 'tools: 1' WHERE agent_id = ?1").bind(path.slice(7)).run();
  const { status, text } = await (await visit(workspace)).open(`${path}/graph`);
  expect(status).toBe(200);
  expect(text).toContain('No graph yet');
});

test('neither page opens for another workspace', async () => {
  const { call } = await shop();
  const stranger = await visit(await newWorkspace());
  const path = await agentPath(call);
  for (const tab of ['score', 'graph']) expect((await stranger.open(`${path}/${tab}`)).status).toBe(404);
});
