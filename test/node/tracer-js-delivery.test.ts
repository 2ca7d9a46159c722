import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  accept,
  answer,
  type Behaviour,
  type Call,
  KEY,
  oneCase,
  Project,
  refuse,
  summary,
} from '../tracers/js/listener.ts';

/** Fast retries, so that a test does not wait. */
const QUICK = 'retryMs: 20';
const MCP = "transport: 'mcp'";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.end());

test('a result goes at once, to the run, with the key of the configuration', async () => {
  await project.listen();
  const { code, stderr } = await project.play(`for (const n of [0, 1, 2]) {
  await tracer.case({ id: 'sc_1_' + n, user_message: 'hello ' + n }, (c) => {
    c.tool('look_up', { order: n }, { result: { found: true }, durationMs: 3 });
    c.finish('done ' + c.userMessage, { passed: true, notes: 'checked' });
  }, { trial: 2 });
  await sleep(60);
}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(project.sent()).toEqual([['sc_1_0'], ['sc_1_1'], ['sc_1_2']]);
  expect(project.calls[0]).toMatchObject({
    path: '/v1/agents/shop-agent/runs/tr_1/results',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
  });
  const call = { name: 'look_up', parameters: { order: 0 }, result: { found: true }, status: 'ok', duration_ms: 3 };
  expect(project.results()[0]).toEqual({
    ...{
      scenario_id: 'sc_1_0',
      user_message: 'hello 0',
      agent_response: 'done hello 0',
      passed: true,
      notes: 'checked',
    },
    tools_called: [{ ...call, started_at: expect.any(String) }],
    ...{ latency_ms: expect.any(Number), trial: 2, result_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
    trace: expect.objectContaining({ scenario_id: 'sc_1_0', agent_name: 'shop-agent' }),
  });
});

test('the key in the environment beats the one in the file, and mcp_url may end in /mcp', async () => {
  const { port } = await project.listen();
  project.configure({ api_key: KEY, mcp_url: `http://127.0.0.1:${port}/mcp/` });
  await project.play(oneCase('sc_1'), { options: MCP, env: { INVARIUM_API_KEY: 'inv_from_the_environment' } });
  expect(project.calls[0]).toMatchObject({
    path: '/mcp',
    headers: { authorization: 'Bearer inv_from_the_environment', accept: 'application/json, text/event-stream' },
    arguments: { agent_name: 'shop-agent', test_run_id: 'tr_1', results: expect.any(String) },
  });
});

test('the cases do not wait for a slow server, and what queues behind a call in flight goes as one batch', async () => {
  await project.listen(async (response, call) => {
    if (call.index === 0) await sleep(300);
    accept(response, call);
  });
  const { stdout } = await project.play(`${oneCase('sc_0')}
await sleep(50);
for (const n of [1, 2, 3]) await tracer.case('sc_' + n, () => 'ok');
console.log('played');`);
  expect(stdout).toBe(`played\n${summary({ delivered: 4 })}`);
  expect(project.sent()).toEqual([['sc_0'], ['sc_1', 'sc_2', 'sc_3']]);
});

const PASSING_TROUBLES: [string, Behaviour][] = [
  ['HTTP 500', (response) => response.writeHead(500).end('oops')],
  ['HTTP 408', (response) => response.writeHead(408).end()],
  ['HTTP 429', (response) => response.writeHead(429).end()],
  ['RETRY_LATER', (response, call) => refuse(response, call, { code: 'RETRY_LATER', retry_after: 0.05 }, 503)],
  ['RATE_LIMITED', (response, call) => refuse(response, call, { code: 'RATE_LIMITED' }, 429)],
  ['a lost answer', (response) => response.destroy()],
  ['an answer that is not JSON', (response) => response.writeHead(200).end('<html>')],
  ['an empty event stream', (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end()],
];
const PROXY_TROUBLE = (response: Parameters<Behaviour>[0], { id }: Call) =>
  response.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: 'Rate limit exceeded' } }));

test.each(['rest', 'mcp'])(
  'over %s, a result is sent again under the same id after every passing trouble',
  async (way) => {
    const troubles = way === 'mcp' ? [...PASSING_TROUBLES, ['a busy proxy', PROXY_TROUBLE] as const] : PASSING_TROUBLES;
    await project.listen((response, call) => (troubles[call.index]?.[1] ?? accept)(response, call));
    const { stdout, stderr } = await project.play(oneCase('sc_1'), {
      options: `transport: '${way}', retryMs: 2, maxAttempts: ${troubles.length + 1}`,
    });
    expect({ stdout, stderr }).toEqual({ stdout: summary({ delivered: 1 }), stderr: '' });
    expect(project.calls).toHaveLength(troubles.length + 1);
    expect(new Set(project.results().map(({ result_id }) => result_id)).size).toBe(1);
    expect(project.spooled()).toEqual([]);
  },
);

test.each([
  ['seconds', () => '1'],
  ['a date', () => new Date(Date.now() + 2000).toUTCString()],
])('Retry-After in %s is honoured', async (_form, after) => {
  await project.listen((response, call) => {
    if (call.index === 0) response.writeHead(429, { 'retry-after': after() }).end();
    else accept(response, call);
  });
  await project.play(oneCase('sc_1'), { options: QUICK });
  expect((project.calls[1]?.at ?? 0) - (project.calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(950);
});

test('other refusals are not tried again', async () => {
  const statuses = [400, 403, 404, 409, 413];
  await project.listen((response, call) => response.writeHead(statuses[call.index] ?? 200).end());
  const { stdout } = await project.play(
    `for (const n of [0, 1, 2, 3, 4]) {
  const one = Tracer.fromConfig({ agentName: 'shop-agent', runId: 'tr_1', ${QUICK} });
  await one.case('sc_' + n, () => 'ok');
  console.log((await one.close()).refused);
}`,
  );
  expect(stdout).toBe(`1\n1\n1\n1\n1\n${summary({})}`);
  expect(project.calls).toHaveLength(5);
  expect(project.spooled().map(({ code, retry }) => ({ code, retry }))).toEqual(
    statuses.map((status) => ({ code: String(status), retry: false })),
  );
});

test('a run with the server down ends as one without the tracer, and the next start sends what was kept', async () => {
  const { port, stop } = await project.listen();
  await stop();
  const first = await project.play(`${oneCase('sc_1')}\n${oneCase('sc_2')}`, { options: `${QUICK}, maxAttempts: 2` });
  expect(first).toMatchObject({ code: 0, stdout: summary({ kept: 2 }) });
  expect(first.stderr.split('\n')).toHaveLength(1);
  const ids = project.spooled().map(({ result }) => result.result_id);
  expect(project.spooled()).toMatchObject([
    { run_id: 'tr_1', retry: true },
    { run_id: 'tr_1', retry: true },
  ]);

  await project.listen(accept, port);
  const second = await project.play(oneCase('sc_3'));
  expect(second.stdout).toBe(summary({ delivered: 3 }));
  expect(project.results().map(({ scenario_id }) => scenario_id)).toEqual(['sc_1', 'sc_2', 'sc_3']);
  expect(
    project
      .results()
      .slice(0, 2)
      .map(({ result_id }) => result_id),
  ).toEqual(ids);
  expect(existsSync(project.spoolFile)).toBe(false);
});

test('what was given up is sent in the same run when the server is back', async () => {
  let isDown = true;
  await project.listen((response, call) => (isDown ? response.writeHead(503).end() : accept(response, call)));
  const running = project.play(
    `await tracer.case('sc_1', () => 'ok');
console.log('down');
await sleep(400);
await tracer.case('sc_2', () => 'ok');`,
    {
      options: `${QUICK}, maxAttempts: 2`,
      onOutput: (text) => text.includes('down') && setTimeout(() => (isDown = false), 200),
    },
  );
  expect((await running).stdout).toBe(`down\n${summary({ delivered: 2 })}`);
  expect(project.spooled()).toEqual([]);
  expect(new Set(project.results().map(({ result_id }) => result_id)).size).toBe(2);
});

test.each(['rest', 'mcp'])('over %s, a refused result does not cost the others of its batch', async (way) => {
  await project.listen(async (response, call) => {
    if (call.index === 0) await sleep(200);
    const isBad = call.results.some(({ scenario_id }) => scenario_id === 'sc_bad');
    if (isBad) refuse(response, call, { code: 'INVALID_RESULTS' });
    else accept(response, call);
  });
  const cases = ['sc_0', 'sc_1', 'sc_bad', 'sc_2', 'sc_bad'].map(oneCase).join('\nawait sleep(20);\n');
  const { stdout } = await project.play(cases, { options: `transport: '${way}'` });
  expect(stdout).toBe(summary({ delivered: 3, refused: 2 }));
  expect(project.spooled()).toMatchObject([
    { code: 'INVALID_RESULTS', retry: false, result: { scenario_id: 'sc_bad' } },
    { code: 'INVALID_RESULTS', retry: false, result: { scenario_id: 'sc_bad' } },
  ]);
  project.calls = [];
  await project.play('');
  expect(project.calls).toEqual([]);
});

test('close stops waiting after its timeout, and nothing is lost, not even a case that ends later', async () => {
  await project.listen((response) => response.writeHead(503, { 'retry-after': '60' }).end());
  const { code, stdout } = await project.play(`${oneCase('sc_1')}
await tracer.close({ timeoutMs: 200 });
${oneCase('sc_2')}`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: summary({ kept: 2 }) });
  expect(project.spooled().map(({ result }) => result.scenario_id)).toEqual(['sc_1', 'sc_2']);
});

test.each([
  ['process.exit', 'process.exit(3)', { code: 3, signal: null }],
  ['a crash', 'setTimeout(() => { throw new Error("crash"); }); await sleep(5000)', { code: 1, signal: null }],
  ['a signal', 'console.log("ready"); await sleep(5000)', { code: null, signal: 'SIGTERM' }],
])('%s ends a process as it does without the tracer, and what was under way is kept', async (_name, last, end) => {
  await project.listen(async (response, call) => {
    await sleep(2000);
    accept(response, call);
  });
  const ended = await project.play(`${oneCase('sc_1')}\nawait sleep(80);\n${oneCase('sc_2')}\n${last}`, {
    onOutput: (text, kill) => text.includes('ready') && kill('SIGTERM'),
  });
  expect(ended).toMatchObject(end);
  expect(project.sent()).toEqual([['sc_1']]);
  expect(project.spooled().map(({ result }) => result.scenario_id)).toEqual(['sc_1', 'sc_2']);
});

test('a script that forgets to close delivers everything before it ends', async () => {
  await project.listen(async (response, call) => {
    await sleep(100);
    accept(response, call);
  });
  await project.play(`${oneCase('sc_1')}\nawait sleep(30);\n${oneCase('sc_2')}\ntracer.close = async () => 0;`);
  expect(project.sent()).toEqual([['sc_1'], ['sc_2']]);
});

test.each([
  ['a run without an announced number is ended', { expected_total: null, status: 'running' }, 1],
  ['a run that ends by itself is left alone', { expected_total: 5, status: 'running' }, 0],
  ['a run that is over is left alone', { expected_total: null, status: 'completed' }, 0],
])('when the tracer closes, %s', async (_name, run, times) => {
  await project.listen((response, call) => accept(response, call, run));
  await project.play(`${oneCase('sc_1')}\nawait tracer.close();`);
  const finishing = project.calls.filter(({ path }) => path === '/v1/agents/shop-agent/runs/tr_1/finish');
  expect(finishing).toHaveLength(times);
  expect(project.calls.at(times ? -1 : 0)).toBe(times ? finishing[0] : project.calls[0]);
});

test('a result that a bad key kept back is sent when the key is good', async () => {
  await project.listen((response, call) => {
    if (call.headers.authorization === `Bearer ${KEY}`) accept(response, call);
    else response.writeHead(401).end('Error: Authentication failed. Check your INVARIUM_API_KEY.');
  });
  const revoked = { env: { INVARIUM_API_KEY: 'inv_revoked_00000000000000000000' } };
  const refused = await project.play(oneCase('sc_1'), revoked);
  expect(refused.stdout).toBe(summary({ refused: 1 }));
  expect(refused.stderr).toContain('Authentication failed');
  expect(refused.stderr).not.toContain('inv_revoked_0');
  await project.play('');
  expect(project.sent()).toEqual([['sc_1'], ['sc_1']]);
  expect(project.spooled()).toEqual([]);
});

test('a redirect is not followed, because the key would go with it', async () => {
  const { port } = await project.listen();
  await project.listen((response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/mcp` }).end());
  const { stdout } = await project.play(oneCase('sc_1'));
  expect(stdout).toBe(summary({ refused: 1 }));
  expect(project.calls).toHaveLength(1);
});

test('without a configuration the tracer says what to do before any case runs', async () => {
  const { code, stderr } = await project.play(oneCase('sc_1'));
  expect(code).toBe(1);
  expect(stderr).toContain('Run the commands of invarium_connect first');
});

/** Refuses the 11th call of the tool in a window (here shorter than a minute), and any call without its required arguments. */
function policyProxy(windowMs: number): { behave: Behaviour; refused: () => number } {
  let times: number[] = [];
  let refused = 0;
  const behave: Behaviour = (response, call) => {
    const { agent_name, results } = call.arguments;
    times = times.filter((time) => call.at - time < windowMs);
    const fault = !agent_name || typeof results !== 'string' ? 'Missing required argument' : 'Call limit exceeded';
    if (times.length < 10 && agent_name && typeof results === 'string') {
      times.push(call.at);
      return accept(response, call);
    }
    refused += 1;
    return answer(response, call.id ?? 0, { isError: true, content: [{ type: 'text', text: fault }] });
  };
  return { behave, refused: () => refused };
}

test('behind a proxy that refuses the 11th call in its window, 200 results arrive whole, once, and nobody waits', async () => {
  const proxy = policyProxy(3000);
  await project.listen(async (response, call) => {
    await sleep(10);
    proxy.behave(response, call);
  });
  const { stdout } = await project.play(
    `const waits = [];
for (let n = 0; n < 200; n++) {
  await tracer.case({ id: 'sc_' + n, user_message: 'q' + n }, async () => { await sleep(4); return 'a' + n; });
}
console.log('played');`,
    { options: 'maxCallsPerMinute: 200' },
  );
  expect(stdout).toBe(`played\n${summary({ delivered: 200 })}`);
  expect(proxy.refused()).toBe(0);
  expect(project.calls.every(({ path }) => path === '/mcp')).toBe(true);
  expect(project.results().map((result) => `${result.scenario_id} ${result.agent_response}`)).toEqual(
    Array.from({ length: 200 }, (_, n) => `sc_${n} a${n}`),
  );
  expect(new Set(project.results().map(({ result_id }) => result_id)).size).toBe(200);
});

test('a proxy that refuses although nobody knew its limit costs nothing but time', async () => {
  const proxy = policyProxy(400);
  await project.listen(proxy.behave);
  const { stdout } = await project.play(
    `for (let n = 0; n < 30; n++) await tracer.case('sc_' + n, async () => { await sleep(8); return 'ok'; });`,
    { options: `${MCP}, retryMs: 50` },
  );
  expect(stdout).toBe(summary({ delivered: 30 }));
  expect(proxy.refused()).toBeGreaterThan(0);
});
