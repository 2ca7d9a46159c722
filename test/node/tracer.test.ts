import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { redactText } from '../../src/domain/redaction/redaction.ts';

const TRACER = path.resolve(import.meta.dirname, '../../src/tracer/invarium_trace.py');
const PYTHON = 'python3';
const hasPython = spawnSync(PYTHON, ['--version']).status === 0;

const KEY = `inv_${'k3Y'.repeat(14).slice(0, 40)}`;
/** What a request without a body is read as. */
const NO_CALL = '{"id": 0, "params": {"arguments": {"results": "[]"}}}';
/** Fast retries, so that a test does not wait. */
const QUICK = 'retry_seconds=0.02';

type SentResult = Record<string, unknown> & { scenario_id: string; result_id: string; agent_response: string };
type Call = {
  path: string;
  headers: IncomingHttpHeaders;
  at: number;
  arguments: Record<string, unknown>;
  results: SentResult[];
};
/** What the server does with a call: the number of calls before it decides. */
type Behaviour = (response: ServerResponse, call: Call & { id: number; index: number }) => unknown;

let directory: string;
let calls: Call[];
let stops: (() => unknown)[];

beforeEach(({ skip }) => {
  skip(!hasPython, 'python3 is not installed: the Python tracer cannot be run');
  directory = mkdtempSync(path.join(tmpdir(), 'invarium-tracer-'));
  mkdirSync(path.join(directory, '.invarium'));
  copyFileSync(TRACER, path.join(directory, '.invarium/invarium_trace.py'));
  calls = [];
  stops = [];
});

afterEach(() => {
  for (const stop of stops) stop();
  if (directory) rmSync(directory, { recursive: true, force: true });
});

test('results arrive one by one in the order of the cases, as stateless tool calls with the key of the configuration', async () => {
  await listen(accept);
  const { code, stderr } = await runCases(
    `for n in range(3):
    with tracer.case({"id": "sc_1_%d" % n, "user_message": "hello %d" % n}) as c:
        c.tool("look_up", {"order": n}, result={"found": True}, duration_ms=3)
        c.finish("done " + c.user_message, passed=True, notes="checked")
    while tracer._sender.summary["delivered"] <= n: time.sleep(0.01)`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(sentIds()).toEqual([['sc_1_0'], ['sc_1_1'], ['sc_1_2']]);
  expect(calls[0]?.headers).toMatchObject({
    authorization: `Bearer ${KEY}`,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-protocol-version': '2025-06-18',
  });
  expect(calls[0]?.arguments).toMatchObject({ agent_name: 'shop-agent', test_run_id: 'tr_1' });
  expect(calls[0]?.results[0]).toEqual({
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

test('the key in the environment beats the one in the file, and mcp_url may end in /mcp', async () => {
  const { port } = await listen(accept);
  writeFileSync(
    path.join(directory, '.invarium/config.json'),
    `{"api_key": "${KEY}", "mcp_url": "http://127.0.0.1:${port}/mcp/"}`,
  );
  await runCases(oneCase('sc_1'), { env: { INVARIUM_API_KEY: 'inv_from_the_environment' } });
  expect(calls[0]).toMatchObject({ path: '/mcp', headers: { authorization: 'Bearer inv_from_the_environment' } });
});

test('what queues behind a call in flight goes as one batch', async () => {
  await listen(async (response, call) => {
    if (call.index === 0) await sleep(400);
    accept(response, call);
  });
  await runCases(`${oneCase('sc_0')}
while not tracer._sender._calls: time.sleep(0.01)
for n in range(1, 6):
    with tracer.case("sc_%d" % n) as c: c.finish("ok")`);
  expect(sentIds()).toEqual([['sc_0'], ['sc_1', 'sc_2', 'sc_3', 'sc_4', 'sc_5']]);
});

test('with max_calls_per_minute calls keep their distance and results gather meanwhile', async () => {
  await listen(accept);
  await runCases(
    `for n in range(6):
    with tracer.case("sc_%d" % n) as c: c.finish("ok")
    time.sleep(0.05)`,
    { options: 'max_calls_per_minute=120' },
  );
  expect(calls.flatMap(({ results }) => results)).toHaveLength(6);
  expect(calls).toHaveLength(2);
  expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(450);
});

const PASSING_TROUBLES: [string, Behaviour][] = [
  ['HTTP 500', (response) => response.writeHead(500).end('oops')],
  ['HTTP 408', (response) => response.writeHead(408).end()],
  ['HTTP 429', (response) => response.writeHead(429).end()],
  ['RETRY_LATER', (response, call) => refuse(response, call, { code: 'RETRY_LATER', retry_after: 0.1 })],
  ['SERVER_ERROR', (response, call) => refuse(response, call, { code: 'SERVER_ERROR' })],
  ['RATE_LIMITED', (response, call) => refuse(response, call, { code: 'RATE_LIMITED' })],
  ['a lost answer', (response) => response.destroy()],
  [
    'an answer that is not JSON',
    (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
  ],
  ['an empty event stream', (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end()],
];

test.each(PASSING_TROUBLES)('after %s the same result is sent again under the same id', async (_name, trouble) => {
  await listen((response, call) => (call.index < 2 ? trouble(response, call) : accept(response, call)));
  const { stdout, stderr } = await runCases(oneCase('sc_1'), { options: QUICK });
  expect({ summary: stdout, stderr }).toEqual({ summary: summary({ delivered: 1 }), stderr: '' });
  expect(calls).toHaveLength(3);
  expect(new Set(calls.map(({ results }) => results[0]?.result_id)).size).toBe(1);
  expect(spooled()).toEqual([]);
});

test.each([
  ['seconds', () => '1'],
  ['a date', () => new Date(Date.now() + 2000).toUTCString()],
])('Retry-After in %s is honoured', async (_form, after) => {
  await listen((response, call) => {
    if (call.index === 0) response.writeHead(429, { 'retry-after': after() }).end();
    else accept(response, call);
  });
  await runCases(oneCase('sc_1'), { options: QUICK });
  expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(950);
});

test('a server that is down when the case ends gets the result when it is up again', async () => {
  const { port, stop } = await listen(accept);
  await stop();
  const running = runCases(oneCase('sc_1'), { options: 'retry_seconds=0.1' });
  await sleep(700);
  await listen(accept, port);
  expect((await running).stdout).toBe(summary({ delivered: 1 }));
  expect(sentIds()).toEqual([['sc_1']]);
});

test('what could not be delivered is kept, and the next start sends it first', async () => {
  const { port, stop } = await listen((response) => response.writeHead(503).end());
  const first = await runCases(
    `${oneCase('sc_1')}
while not tracer._sender.summary["kept"]: time.sleep(0.01)
${oneCase('sc_2')}`,
    { options: `${QUICK}, max_attempts=3` },
  );
  expect(first.code).toBe(0);
  expect(first.stdout).toBe(summary({ kept: 2 }));
  expect(first.stderr.match(/HTTP 503/g)).toHaveLength(1);
  // One long wait is enough: the second result only knocks.
  expect(sentIds().flat()).toEqual(['sc_1', 'sc_1', 'sc_1', 'sc_2']);
  expect(spooled()).toMatchObject([{ run_id: 'tr_1', retry: true }, { run_id: 'tr_1' }]);
  const ids = spooled().map(({ result }) => result.result_id);

  await stop();
  calls = [];
  await listen(accept, port);
  const second = await runCases(oneCase('sc_3'));
  expect(second.stdout).toBe(summary({ delivered: 3 }));
  const results = calls.flatMap((call) => call.results);
  expect(results.map((result) => result.scenario_id)).toEqual(['sc_1', 'sc_2', 'sc_3']);
  expect(results.slice(0, 2).map((result) => result.result_id)).toEqual(ids);
  expect(existsSync(spoolFile())).toBe(false);
});

test('a refused result is not sent again, does not cost the others of its batch, and is kept with the reason', async () => {
  await listen(async (response, call) => {
    if (call.index === 0) await sleep(300);
    const bad = call.results.findIndex(({ scenario_id }) => scenario_id === 'sc_bad');
    if (bad < 0) accept(response, call);
    else
      refuse(
        response,
        call,
        { code: 'INVALID_RESULTS', index: bad },
        `Error: Unknown scenario_id 'sc_bad' at index ${bad}.`,
      );
  });
  const cases = ['sc_0', 'sc_1', 'sc_bad', 'sc_2', 'sc_bad'].map(oneCase).join('\n');
  const { stdout, stderr } = await runCases(cases);
  expect(stdout).toBe(summary({ delivered: 3, refused: 2 }));
  expect(stderr).toContain("Unknown scenario_id 'sc_bad'");
  expect(spooled()).toMatchObject([
    { code: 'INVALID_RESULTS', retry: false, result: { scenario_id: 'sc_bad' } },
    { code: 'INVALID_RESULTS', retry: false, result: { scenario_id: 'sc_bad' } },
  ]);

  calls = [];
  await runCases('pass');
  expect(calls).toEqual([]);
  expect(spooled()).toHaveLength(2);
});

test('a protocol error and a refusal without a code are not tried again', async () => {
  await listen((response, { id, index }) => {
    if (index > 0) return refuse(response, { id }, {}, 'Error: No.');
    const body = JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: 'Unknown tool' } });
    return response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const { stdout } = await runCases(`${oneCase('sc_1')}
while not tracer._sender.summary["refused"]: time.sleep(0.01)
${oneCase('sc_2')}`);
  expect(stdout).toBe(summary({ refused: 2 }));
  expect(calls).toHaveLength(2);
  expect(spooled()).toMatchObject([
    { reason: 'Unknown tool', retry: false },
    { reason: 'Error: No.', retry: false },
  ]);
});

test('close stops waiting after its timeout, and nothing is lost, not even a case that ends later', async () => {
  await listen((response) => response.writeHead(503, { 'retry-after': '60' }).end());
  const { code, stdout } = await runCases(`${oneCase('sc_1')}
tracer.close(timeout=0.3)
${oneCase('sc_2')}`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: summary({ kept: 2 }) });
  expect(spooled().map(({ result }) => result.scenario_id)).toEqual(['sc_1', 'sc_2']);
});

test('a result that a bad key kept back is sent when the key is good', async () => {
  await listen((response, call) => {
    if (call.headers.authorization === `Bearer ${KEY}`) accept(response, call);
    else response.writeHead(401).end('Error: Authentication failed. Check your INVARIUM_API_KEY.');
  });
  const refused = await runCases(oneCase('sc_1'), { env: { INVARIUM_API_KEY: 'inv_revoked_00000000000000000000' } });
  expect(refused.stdout).toBe(summary({ refused: 1 }));
  expect(refused.stderr).toContain('Authentication failed');
  expect(refused.stderr).not.toContain('inv_revoked_0');
  expect(calls).toHaveLength(1);
  await runCases('pass');
  expect(sentIds()).toEqual([['sc_1'], ['sc_1']]);
  expect(spooled()).toEqual([]);
});

test('a redirect is not followed, because the key would go with it', async () => {
  const { port } = await listen(accept);
  await listen((response) => response.writeHead(302, { location: `http://127.0.0.1:${port}/mcp` }).end());
  const { stdout } = await runCases(oneCase('sc_1'));
  expect(stdout).toBe(summary({ refused: 1 }));
  expect(calls).toHaveLength(1);
});

test('an exception inside a case becomes its error, and the next case runs', async () => {
  await listen(accept);
  const { code, stdout, stderr } = await runCases(`with tracer.case("sc_1") as c:
    c.tool("pay", {"amount": 5}, error=ValueError("declined"), status="failed")
    raise RuntimeError("agent broke")
${oneCase('sc_2')}`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: summary({ delivered: 2 }) });
  expect(stderr).toContain('sc_1 ended with RuntimeError: agent broke');
  const [broken, fine] = calls.flatMap(({ results }) => results);
  expect(broken).toMatchObject({
    agent_response: '',
    error_message: 'RuntimeError: agent broke',
    tools_called: [{ name: 'pay', error: 'ValueError: declined', status: 'failed' }],
  });
  expect(fine).not.toHaveProperty('error_message');
});

test('Ctrl-C inside a case sends nothing for it, and what was done before is delivered at exit', async () => {
  await listen(async (response, call) => {
    await sleep(300);
    accept(response, call);
  });
  const { code } = await runCases(`${oneCase('sc_0')}
while not tracer._sender._calls: time.sleep(0.01)
${oneCase('sc_1')}
with tracer.case("sc_2") as c:
    raise KeyboardInterrupt`);
  expect(code).not.toBe(0);
  expect(sentIds().flat()).toEqual(['sc_0', 'sc_1']);
});

test('a case that never finished is an error, unless the transcript holds the answer', async () => {
  await listen(accept);
  await runCases(`with tracer.case("sc_1") as c: pass
with tracer.case("sc_2") as c:
    c.message("user", "where is it?")
    c.message("assistant", "On its way.")`);
  const [silent, spoken] = calls.flatMap(({ results }) => results);
  expect(silent?.error_message).toContain('finish(response) was not called');
  expect(silent?.tools_called).toEqual([]);
  expect(spoken).toMatchObject({
    user_message: 'where is it?',
    agent_response: 'On its way.',
    messages: [
      { role: 'user', content: 'where is it?' },
      { role: 'assistant', content: 'On its way.' },
    ],
  });
  expect(spoken).not.toHaveProperty('tools_called');
  expect(spoken).not.toHaveProperty('error_message');
});

test('decorated tools are recorded with bound arguments: plain, async, methods, threads, failures', async () => {
  await listen(accept);
  const { code, stdout } = await runCases(`import asyncio, threading
@tracer.tool
def add(a, b=2, *rest, **more): return a + b
@tracer.tool(name="fetch_page")
async def fetch(url):
    await asyncio.sleep(0.01)
    return {"url": url, "size": float("nan")}
class Shop:
    @tracer.tool
    def refund(self, order): raise ValueError("no such order " + order)
add(1)
with tracer.case("sc_1") as c:
    assert add(1, 5, 9, unit="EUR") == 6
    assert asyncio.run(fetch("x"))["url"] == "x"
    try: Shop().refund("W1")
    except ValueError: pass
    try: add()
    except TypeError: pass
    thread = threading.Thread(target=add, args=(7,)); thread.start(); thread.join()
    c.finish("ok")
print(add.__name__)`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `add\n${summary({ delivered: 1 })}` });
  const recorded = calls[0]?.results[0]?.tools_called as { parameters: object }[];
  expect(recorded.map(({ parameters }) => parameters)).toEqual([
    { a: 1, b: 5, rest: [9], unit: 'EUR' },
    { url: 'x' },
    { order: 'W1' },
    {},
    { a: 7 },
  ]);
  expect(recorded).toMatchObject([
    { name: 'add', result: 6, status: 'ok', duration_ms: expect.any(Number) },
    { name: 'fetch_page', result: { url: 'x', size: 'nan' } },
    { name: 'refund', error: 'ValueError: no such order W1', status: 'failed' },
    { name: 'add', status: 'failed' },
    { name: 'add', result: 9 },
  ]);
});

test('two cases at once keep their calls apart', async () => {
  await listen(accept);
  await runCases(`import asyncio
@tracer.tool
async def step(n): await asyncio.sleep(0.01)
async def work(name):
    with tracer.case(name) as c:
        await step(name); await step(name); c.finish("ok")
async def both(): await asyncio.gather(work("sc_1"), work("sc_2"))
asyncio.run(both())`);
  for (const { scenario_id, tools_called } of calls.flatMap(({ results }) => results)) {
    expect(tools_called).toMatchObject([{ parameters: { n: scenario_id } }, { parameters: { n: scenario_id } }]);
  }
  expect(sentIds().flat().sort()).toEqual(['sc_1', 'sc_2']);
});

test('keys, tokens and passwords never leave the machine; personal data by option', async () => {
  await listen(accept);
  const leak = `with tracer.case("sc_1") as c:
    c.tool("login", {"password": "hunter2", "user": "mia@example.com"}, result="${KEY}")
    c.finish("token: ghp_16C7e42F292c6912E7710c838347Ae178B4a, mail mia@example.com, order W2378156")`;
  await runCases(leak);
  await runCases(leak, { options: 'personal_data=True' });
  const [plain, personal] = calls.flatMap(({ results }) => results);
  expect(plain?.tools_called).toEqual([
    {
      name: 'login',
      parameters: { password: '[REDACTED:password]', user: 'mia@example.com' },
      result: '[REDACTED:api_key]',
    },
  ]);
  expect(plain?.agent_response).toBe('token: [REDACTED:api_key], mail mia@example.com, order W2378156');
  expect(personal?.agent_response).toBe('token: [REDACTED:api_key], mail [REDACTED:email], order W2378156');
});

const SAMPLES = [
  `my key is ${KEY}, sk-proj-4f9aKq82LmN0pQrStUvWx and AKIAIOSFODNN7EXAMPLE.`,
  'Authorization: Bearer abc123def456, eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVm',
  'password: hunter2, DB_PASSWORD = "two words", {\\"api_key\\": \\"abc123def456\\"}',
  'token: "the password: hunter2"',
  'Password: must be at least 8 characters. token: hello, max_tokens=4096, PWD=/home/agent, API_KEY: OPENAI_API_KEY_2',
  'postgres://app:hunter2@db/x -----BEGIN RSA PRIVATE KEY-----\nMIIE-x\n-----END RSA PRIVATE KEY----- after',
  'write to mia.li3818@example.com, call (555) 123-4567 or +44 20 7946 0958, from 192.168.1.17',
  'card 4111 1111 1111 1111, 378282246310005, 4111111111111112, SSN 123-45-6789',
  'sara_doe_496 on 2024-05-15T10:00:00.000Z, order 112-1234567-1234567, Chrome/120.0.0.0, $1,234.56, inv_2024_000123',
];

test('the tracer redacts as the server does', async () => {
  const script = `import json, sys
sys.path.insert(0, ".invarium")
import invarium_trace
print(json.dumps([invarium_trace.redact_text(text, True) for text in json.load(sys.stdin)]))`;
  const { stdout } = await run(['-c', script], { stdin: JSON.stringify(SAMPLES) });
  expect(JSON.parse(stdout)).toEqual(SAMPLES.map((text) => redactText(text, { personalData: true }).value));
});

test('a result that is too large for the server is cut where everybody sees it', async () => {
  await listen(accept);
  const { stderr } = await runCases(`with tracer.case("sc_1") as c:
    c.tool("read", {"n": 1}, result="x" * 400000)
    c.finish("ok")`);
  const [result] = calls[0]?.results ?? [];
  expect(JSON.stringify(result).length).toBeLessThan(256 * 1024);
  expect(JSON.stringify(result)).toContain('[cut by the tracer: 400000 characters]');
  expect(stderr).toBe('');
});

test('without a configuration the tracer says what to do before any case runs', async () => {
  const { code, stderr } = await runCases(oneCase('sc_1'));
  expect(code).toBe(1);
  expect(stderr).toContain('Run the commands of invarium_connect first');
});

test('the self-test tells version and configuration, and never the key', async () => {
  await listen(accept);
  const good = await run(['.invarium/invarium_trace.py', '--self-test']);
  expect(good.code).toBe(0);
  expect(good.stdout).toMatch(/^invarium_trace \d+\.\d+\.\d+ on Python 3/);
  expect(good.stdout).toContain('api key: file');
  expect(good.stdout).not.toContain(KEY.slice(0, 12));
  writeFileSync(path.join(directory, '.invarium/config.json'), '{"mcp_url": "nonsense"}');
  const bad = await run(['.invarium/invarium_trace.py', '--self-test']);
  expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining('api key: missing') });
  expect(calls).toEqual([]);
});

/** Starts a server, records its calls, and writes the configuration that points to it. */
async function listen(behaviour: Behaviour, port = 0): Promise<{ port: number; stop: () => Promise<void> }> {
  let index = 0;
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const { id, params } = JSON.parse(text || NO_CALL) as {
      id: number;
      params: { arguments: Record<string, unknown> };
    };
    const results = JSON.parse(String(params.arguments.results)) as SentResult[];
    const { headers, url = '' } = request;
    const call = { path: url, headers, at: performance.now(), arguments: params.arguments, results };
    calls.push(call);
    await behaviour(response, { ...call, id, index: index++ });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  stops.push(stop);
  const bound = (server.address() as AddressInfo).port;
  const config = { api_key: KEY, mcp_url: `http://127.0.0.1:${bound}` };
  writeFileSync(path.join(directory, '.invarium/config.json'), JSON.stringify(config));
  return { port: bound, stop };
}

/** Even ids are answered as one JSON body, odd ones as an event stream that reports progress first. */
function answer(response: ServerResponse, id: number, result: object) {
  const body = JSON.stringify({ jsonrpc: '2.0', id, result });
  if (id % 2 === 0) return response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const progress = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
  return response.end(`: hello\r\n\r\nevent: message\ndata: ${progress}\n\nevent: message\nid: 1\ndata: ${body}\n\n`);
}

function accept(response: ServerResponse, { id, results }: { id: number; results: SentResult[] }) {
  const text = `Results synced successfully\n  Results: ${results.length} synced`;
  return answer(response, id, { content: [{ type: 'text', text }], structuredContent: { received: results.length } });
}

function refuse(
  response: ServerResponse,
  { id }: { id: number },
  error: object,
  text = 'Error: Busy. Retry in 1 seconds.',
) {
  return answer(response, id, { isError: true, content: [{ type: 'text', text }], _meta: { 'invarium/error': error } });
}

/** Runs a test script of a user: a tracer is made, the cases run, and what became of the results is printed. */
function runCases(cases: string, { env, options = '' }: { env?: Record<string, string>; options?: string } = {}) {
  const script = `import json, sys, time
sys.path.insert(0, ".invarium")
from invarium_trace import Tracer
tracer = Tracer.from_config(agent_name="shop-agent", run_id="tr_1", ${options})
${cases}
print(json.dumps(tracer.close()))
`;
  return run(['-c', script], env ? { env } : {});
}

async function run(args: string[], { env = {}, stdin = '' }: { env?: Record<string, string>; stdin?: string } = {}) {
  const clean = { PATH: process.env.PATH ?? '', PYTHONDONTWRITEBYTECODE: '1', ...env };
  const child = spawn(PYTHON, args, { cwd: directory, env: clean });
  stops.push(() => child.kill('SIGKILL'));
  child.stdin.end(stdin);
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, stdout: stdout.join('').trimEnd(), stderr: stderr.join('').trimEnd() };
}

function oneCase(id: string): string {
  return `with tracer.case("${id}") as c: c.finish("ok")`;
}

function summary(counts: { delivered?: number; kept?: number; refused?: number }): string {
  const { delivered = 0, kept = 0, refused = 0 } = counts;
  return `{"delivered": ${delivered}, "kept": ${kept}, "refused": ${refused}}`;
}

function sentIds(): string[][] {
  return calls.map(({ results }) => results.map(({ scenario_id }) => scenario_id));
}

function spoolFile(): string {
  return path.join(directory, '.invarium/pending_results.jsonl');
}

function spooled(): { run_id: string; code: string | null; retry: boolean; result: SentResult }[] {
  if (!existsSync(spoolFile())) return [];
  const lines = readFileSync(spoolFile(), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}
