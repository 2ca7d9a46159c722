import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import {
  AGENT,
  accept,
  answerTool,
  type Behaviour,
  type Call,
  hasPython,
  json,
  KEY,
  oneCase,
  Project,
  QUICK,
  refuse,
  summary,
} from './python-tracer.ts';

/** How the Python tracer delivers, against a server that records and misbehaves. */

const DOORS = ['rest', 'mcp'];
let project: Project;
beforeEach(({ skip }) => {
  skip(!hasPython, 'python3 is not installed: the Python tracer cannot be run');
  project = new Project();
});

/** The options of a tracer that uses this door. */
const through = (door: string, more = QUICK) => ({ options: `transport="${door}", ${more}` });

test('results go one by one in the order of the cases, to the run over REST, with the key of the configuration', async () => {
  await project.listen(accept);
  const { code, stderr } = await project.runCases(
    `for n in range(3):
    with tracer.case({"id": "sc_1_%d" % n, "user_message": "hello %d" % n}) as c:
        c.tool("look_up", {"order": n}, result={"found": True}, duration_ms=3)
        c.finish("done " + c.user_message, passed=True, notes="checked")
    while tracer.sender.summary["delivered"] <= n: time.sleep(0.01)`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(project.sentIds()).toEqual([['sc_1_0'], ['sc_1_1'], ['sc_1_2']]);
  expect(project.calls[0]).toMatchObject({
    path: '/v1/agents/shop-agent/runs/tr_1/results',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
  });
  expect(project.results[0]).toMatchObject({
    scenario_id: 'sc_1_0',
    user_message: 'hello 0',
    agent_response: 'done hello 0',
    tools_called: [{ name: 'look_up', parameters: { order: 0 }, result: { found: true }, duration_ms: 3 }],
    passed: true,
    notes: 'checked',
    latency_ms: expect.any(Number),
    result_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
});

test('through the MCP tool every call has its arguments and needs no session', async () => {
  await project.listen(accept);
  const { stdout } = await project.runCases(`${oneCase('sc_1')}\n${oneCase('sc_2')}`, through('mcp'));
  expect(stdout).toBe(summary({ delivered: 2 }));
  expect(project.calls[0]).toMatchObject({
    path: '/mcp',
    headers: { accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-06-18' },
    arguments: { agent_name: 'shop-agent', test_run_id: 'tr_1', results: expect.stringContaining('sc_1') },
  });
});

test('the key in the environment beats the one in the file, and mcp_url may end in /mcp', async () => {
  const { port } = await project.listen(accept);
  project.configure(`http://127.0.0.1:${port}/mcp/`);
  await project.runCases(oneCase('sc_1'), { env: { INVARIUM_API_KEY: 'inv_from_the_environment' } });
  expect(project.calls[0]).toMatchObject({ headers: { authorization: 'Bearer inv_from_the_environment' } });
  expect(project.calls[0]?.path).toMatch(/^\/v1\//);
});

test('what queues behind a call in flight goes as one batch', async () => {
  await project.listen(async (response, call) => {
    if (call.index === 0) await sleep(400);
    accept(response, call);
  });
  await project.runCases(`${oneCase('sc_0')}
while not tracer.sender.calls: time.sleep(0.01)
for n in range(1, 6):
    with tracer.case("sc_%d" % n) as c: c.finish("ok")`);
  expect(project.sentIds()).toEqual([['sc_0'], ['sc_1', 'sc_2', 'sc_3', 'sc_4', 'sc_5']]);
});

test('with max_calls_per_minute calls keep their distance and results gather meanwhile', async () => {
  await project.listen(accept);
  await project.runCases(
    `for n in range(6):
    with tracer.case("sc_%d" % n) as c: c.finish("ok")
    time.sleep(0.05)`,
    { options: 'max_calls_per_minute=120' },
  );
  expect(project.results).toHaveLength(6);
  expect(project.calls).toHaveLength(2);
  expect((project.calls[1]?.at ?? 0) - (project.calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(450);
});

test('close ends a run that announced no total, and leaves one that did', async () => {
  await project.listen((response, call) => accept(response, call, null));
  await project.runCases(oneCase('sc_1'));
  expect(project.calls.map((call) => call.path.split('/').at(-1))).toEqual(['results', 'finish']);
  project.calls = [];
  await project.listen((response, call) => accept(response, call, 2));
  await project.runCases(oneCase('sc_1'));
  await project.runCases('pass');
  expect(project.calls.map((call) => call.path.split('/').at(-1))).toEqual(['results']);
});

const lost: Behaviour = (response) => response.destroy();
const PASSING: [string, string, Behaviour][] = [
  ...DOORS.flatMap((door): [string, string, Behaviour][] => [
    ['HTTP 500', door, (response) => response.writeHead(500).end('oops')],
    ['HTTP 408', door, (response) => response.writeHead(408).end()],
    ['HTTP 429', door, (response) => response.writeHead(429).end()],
    ['a lost answer', door, lost],
    ['no JSON', door, (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>')],
    [
      'RETRY_LATER',
      door,
      (response, call) => refuse(response, call, { status: 503, code: 'RETRY_LATER', retry_after: 0.1 }),
    ],
  ]),
  ['SERVER_ERROR', 'mcp', (response, call) => refuse(response, call, { code: 'SERVER_ERROR' })],
  ['RATE_LIMITED', 'mcp', (response, call) => refuse(response, call, { code: 'RATE_LIMITED' })],
  ["a proxy's own words", 'mcp', (response, call) => refuse(response, call, { detail: 'Rate limit exceeded' })],
  [
    "a proxy's JSON-RPC error",
    'mcp',
    (response, { id }) =>
      json(response, 200, { jsonrpc: '2.0', id, error: { code: -32000, message: 'Too many calls' } }),
  ],
  [
    'an empty event stream',
    'mcp',
    (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
  ],
];

test('after trouble that passes the same result is sent again under the same id, by either door', async () => {
  const seen = PASSING.map((): Call[] => []);
  await project.listen((response, call) => {
    const run = Number(call.arguments.test_run_id ?? call.path.split('/').at(-2));
    const before = seen[run]?.push(call) ?? 0;
    return before <= 2 ? PASSING[run]?.[2](response, call) : accept(response, call);
  });
  const { stdout, stderr } = await project.runCases(
    `from concurrent.futures import ThreadPoolExecutor
def play(run):
    n, door = run
    one = Tracer.from_config("${AGENT}", str(n), transport=door, ${QUICK}, spool_path=".invarium/spool_%d" % n)
    with one.case("sc_%d" % n) as c: c.tool("look_up"); c.finish("ok")
    return one.close()["delivered"]
doors = json.loads('${JSON.stringify(PASSING.map(([, door]) => door))}')
print(list(ThreadPoolExecutor(len(doors)).map(play, enumerate(doors))))`,
  );
  expect(stdout).toBe(`[${PASSING.map(() => 1).join(', ')}]\n${summary({})}`);
  expect(stderr).toBe('');
  const outcomes = seen.map((calls) => [calls.length, new Set(calls.map(({ results }) => results[0]?.result_id)).size]);
  expect(Object.fromEntries(PASSING.map(([name, door], n) => [`${name}, ${door}`, outcomes[n]]))).toEqual(
    Object.fromEntries(PASSING.map(([name, door]) => [`${name}, ${door}`, [3, 1]])),
  );
});

test.each([
  ['seconds', () => '1'],
  ['a date', () => new Date(Date.now() + 2000).toUTCString()],
])('Retry-After in %s is honoured', async (_form, after) => {
  await project.listen((response, call) => {
    if (call.index === 0) response.writeHead(429, { 'retry-after': after() }).end();
    else accept(response, call);
  });
  await project.runCases(oneCase('sc_1'), { options: QUICK });
  expect((project.calls[1]?.at ?? 0) - (project.calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(950);
});

test('a server that is down when the case ends gets the result when it is up again', async () => {
  const { port, stop } = await project.listen(accept);
  await stop();
  const running = project.runCases(
    `${oneCase('sc_1')}
while not tracer.sender.summary["delivered"]: time.sleep(0.01)`,
    { options: 'retry_seconds=0.05' },
  );
  await sleep(500);
  await project.listen(accept, port);
  expect((await running).stdout).toBe(summary({ delivered: 1 }));
  expect(project.sentIds()).toEqual([['sc_1']]);
});

test('what could not be delivered is kept, and the next start sends it first, under the same ids', async () => {
  const { port, stop } = await project.listen((response) => response.writeHead(503).end());
  const first = await project.runCases(`${oneCase('sc_1')}\n${oneCase('sc_2')}`, { options: QUICK });
  expect(first).toMatchObject({ code: 0, stdout: summary({ kept: 2 }) });
  expect(first.stderr.match(/Kept in/g)).toHaveLength(1);
  expect(project.spooled()).toMatchObject([
    { run_id: 'tr_1', retry: true, result: { scenario_id: 'sc_1' } },
    { run_id: 'tr_1', retry: true, result: { scenario_id: 'sc_2' } },
  ]);
  const ids = project.spooled().map(({ result }) => result.result_id);

  await stop();
  project.calls = [];
  await project.listen(accept, port);
  expect((await project.runCases(oneCase('sc_3'))).stdout).toBe(summary({ delivered: 3 }));
  expect(project.sentIds().flat()).toEqual(['sc_1', 'sc_2', 'sc_3']);
  expect(project.results.slice(0, 2).map((result) => result.result_id)).toEqual(ids);
  expect(existsSync(project.spoolFile)).toBe(false);
});

test('a test process that is killed while the server is away loses nothing of what was done', async () => {
  const { port, stop } = await project.listen((response) => response.writeHead(503).end());
  await project.runCases(
    `${oneCase('sc_1')}
while tracer.sender.failures < 2: time.sleep(0.01)
import os; os.kill(os.getpid(), 9)`,
    { options: QUICK },
  );
  await stop();
  await project.listen(accept, port);
  expect((await project.runCases('pass')).stdout).toBe(summary({ delivered: 1 }));
  expect(project.spooled()).toEqual([]);
});

test.each(DOORS)(
  'a refused result does not cost the others of its batch, and is kept with the reason: %s',
  async (door) => {
    await project.listen(async (response, call) => {
      if (call.index === 0) await sleep(300);
      const index = call.results.findIndex(({ scenario_id }) => scenario_id === 'sc_bad');
      const detail = `Unknown scenario_id 'sc_bad' at index ${index}.`;
      if (index < 0) accept(response, call);
      else refuse(response, call, { code: 'INVALID_RESULTS', index, detail });
    });
    const cases = ['sc_0', 'sc_1', 'sc_bad', 'sc_2', 'sc_bad'].map(oneCase).join('\n');
    const { stdout, stderr } = await project.runCases(cases, through(door));
    expect(stdout).toBe(summary({ delivered: 3, refused: 2 }));
    expect(stderr).toContain("Unknown scenario_id 'sc_bad'");
    const refused = { code: 'INVALID_RESULTS', retry: false, result: { scenario_id: 'sc_bad' } };
    expect(project.spooled()).toMatchObject([refused, refused]);

    project.calls = [];
    await project.runCases('pass', through(door));
    expect(project.calls).toEqual([]);
    expect(project.spooled()).toHaveLength(2);
  },
);

test('a batch that is too large without saying which result is at fault is split until it goes', async () => {
  await project.listen(async (response, call) => {
    if (call.index === 0) await sleep(300);
    if (call.results.some(({ scenario_id }) => scenario_id === 'sc_big')) response.writeHead(413).end('too large');
    else accept(response, call);
  });
  const cases = ['sc_0', 'sc_1', 'sc_2', 'sc_big', 'sc_3'].map(oneCase).join('\n');
  expect((await project.runCases(cases)).stdout).toBe(summary({ delivered: 4, refused: 1 }));
});

test('a protocol error and a refusal without a code are not tried again', async () => {
  await project.listen((response, call) => {
    if (call.index > 0)
      return answerTool(response, call.id, { isError: true, content: [{ type: 'text', text: 'No.' }] });
    return json(response, 200, { jsonrpc: '2.0', id: call.id, error: { code: -32602, message: 'Unknown tool' } });
  });
  const { stdout } = await project.runCases(
    `${oneCase('sc_1')}
while not tracer.sender.summary["refused"]: time.sleep(0.01)
${oneCase('sc_2')}`,
    through('mcp'),
  );
  expect(stdout).toBe(summary({ refused: 2 }));
  expect(project.calls).toHaveLength(2);
  expect(project.spooled()).toMatchObject([
    { reason: 'Unknown tool', retry: false },
    { reason: 'No.', retry: false },
  ]);
});

test('close stops waiting after its timeout, and nothing is lost, not even a case that ends later', async () => {
  await project.listen((response) => response.writeHead(503, { 'retry-after': '60' }).end());
  const { code, stdout } = await project.runCases(`${oneCase('sc_1')}
tracer.close(timeout=0.3)
${oneCase('sc_2')}`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: summary({ kept: 2 }) });
  expect(project.spooled().map(({ result }) => result.scenario_id)).toEqual(['sc_1', 'sc_2']);
});

test('a result that a bad key kept back is sent when the key is good', async () => {
  await project.listen((response, call) => {
    if (call.headers.authorization === `Bearer ${KEY}`) accept(response, call);
    else response.writeHead(401).end('Error: Authentication failed. Check your INVARIUM_API_KEY.');
  });
  const env = { INVARIUM_API_KEY: 'inv_revoked_00000000000000000000' };
  const refused = await project.runCases(oneCase('sc_1'), { env });
  expect(refused.stdout).toBe(summary({ refused: 1 }));
  expect(refused.stderr).toContain('Authentication failed');
  expect(refused.stderr).not.toContain('inv_revoked_0');
  expect(project.calls).toHaveLength(1);
  await project.runCases('pass');
  expect(project.sentIds()).toEqual([['sc_1'], ['sc_1']]);
  expect(project.spooled()).toEqual([]);
});

test('a redirect is not followed, because the key would go with it', async () => {
  const { port } = await project.listen(accept);
  await project.listen((response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end());
  const { stdout } = await project.runCases(oneCase('sc_1'));
  expect(stdout).toBe(summary({ refused: 1 }));
  expect(project.calls).toHaveLength(1);
});
