import { beforeEach, expect, test } from 'vitest';
import { redactText } from '../../src/domain/redaction/redaction.ts';
import { accept, hasPython, KEY, oneCase, Project, QUICK, type SentResult, summary } from './python-tracer.ts';

/** What the Python tracer makes of a case: what the agent did, how it ended, and what stays on the machine. */

let project: Project;
beforeEach(async ({ skip }) => {
  skip(!hasPython, 'python3 is not installed: the Python tracer cannot be run');
  project = new Project();
  await project.listen(accept);
});

test('an exception inside a case becomes its error, and the next case runs', async () => {
  const { code, stdout, stderr } = await project.runCases(`with tracer.case("sc_1") as c:
    c.tool("pay", {"amount": 5}, error=ValueError("declined"), status="failed")
    raise RuntimeError("agent broke")
${oneCase('sc_2')}`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: summary({ delivered: 2 }) });
  expect(stderr).toContain('sc_1 ended with RuntimeError: agent broke');
  const [broken, fine] = project.results;
  expect(broken).toMatchObject({
    agent_response: '',
    error_message: 'RuntimeError: agent broke',
    tools_called: [{ name: 'pay', error: 'ValueError: declined', status: 'failed' }],
  });
  expect(fine).not.toHaveProperty('error_message');
});

test('Ctrl-C inside a case sends nothing for it, and what was done before is delivered at exit', async () => {
  const { code } = await project.runCases(`${oneCase('sc_0')}
${oneCase('sc_1')}
with tracer.case("sc_2") as c:
    raise KeyboardInterrupt`);
  expect(code).not.toBe(0);
  expect(project.sentIds().flat()).toEqual(['sc_0', 'sc_1']);
});

test('a case without an answer is an error unless the transcript holds one, and claims no calls where none could be seen', async () => {
  const { stderr } = await project.runCases(`with tracer.case("sc_1") as c: pass
with tracer.case("sc_2") as c:
    c.message("user", "where is it?")
    c.message("assistant", "On its way.")`);
  const [silent, spoken] = project.results;
  expect(silent?.error_message).toContain('finish(response) was not called');
  expect(silent).not.toHaveProperty('tools_called');
  expect(stderr).toContain('No tool call of case sc_1 could be seen');
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

test('decorated tools are recorded with bound arguments: plain, async, methods, threads, generators, failures', async () => {
  const { code, stdout } = await project.runCases(`import asyncio, inspect, threading
@tracer.tool
def add(a, b=2, *rest, **more): return a + b
@tracer.tool(name="fetch_page")
async def fetch(url):
    await asyncio.sleep(0.01)
    return {"url": url, "size": float("nan")}
@tracer.tool
def lines(n):
    for i in range(n): yield i
@tracer.tool
async def pages(n):
    for i in range(n): yield i
class Shop:
    @tracer.tool
    def refund(self, order): raise ValueError("no such order " + order)
assert inspect.iscoroutinefunction(fetch) and inspect.isgenerator(lines(0))
add(1)
async def collect(): return [p async for p in pages(2)]
with tracer.case("sc_1") as c:
    assert add(1, 5, 9, unit="EUR") == 6
    assert asyncio.run(fetch("x"))["url"] == "x"
    try: Shop().refund("W1")
    except ValueError: pass
    try: add()
    except TypeError: pass
    thread = threading.Thread(target=add, args=(7,)); thread.start(); thread.join()
    assert list(lines(3)) == [0, 1, 2] and asyncio.run(collect()) == [0, 1]
    c.finish("ok")
print(add.__name__)`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `add\n${summary({ delivered: 1 })}` });
  const recorded = project.results[0]?.tools_called as { parameters: object }[];
  expect(recorded[2]?.parameters).toEqual({ order: 'W1' });
  expect(recorded).toMatchObject([
    { name: 'add', parameters: { a: 1, b: 5, rest: [9], unit: 'EUR' }, result: 6, status: 'ok' },
    {
      name: 'fetch_page',
      parameters: { url: 'x' },
      result: { url: 'x', size: 'nan' },
      duration_ms: expect.any(Number),
    },
    { name: 'refund', parameters: { order: 'W1' }, error: 'ValueError: no such order W1', status: 'failed' },
    { name: 'add', parameters: {}, status: 'failed' },
    { name: 'add', parameters: { a: 7 }, result: 9 },
    { name: 'lines', parameters: { n: 3 }, result: [0, 1, 2], status: 'ok' },
    { name: 'pages', parameters: { n: 2 }, result: [0, 1], status: 'ok' },
  ]);
});

test('two cases at once keep their calls apart', async () => {
  await project.runCases(`import asyncio
@tracer.tool
async def step(n): await asyncio.sleep(0.01)
async def work(name):
    with tracer.case(name) as c:
        await step(name); await step(name); c.finish("ok")
async def both(): await asyncio.gather(work("sc_1"), work("sc_2"))
asyncio.run(both())`);
  for (const { scenario_id, tools_called } of project.results) {
    expect(tools_called).toMatchObject([{ parameters: { n: scenario_id } }, { parameters: { n: scenario_id } }]);
  }
  expect(project.sentIds().flat().sort()).toEqual(['sc_1', 'sc_2']);
});

/** Values that must not be found in anything that was received. */
const SECRETS = [KEY, 'hunter2', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'ABCDEFGHIJKLMNOPEND'];
const PERSONAL = [
  'mia@example.com',
  '4111 1111 1111 1111',
  '123-45-6789',
  '+44 20 7946 0958',
  '192.168.1.17',
  '5551234567',
];
const LEAK = `
FAKE_PEM = "-----BEGIN PRIVATE KEY-----\\nABCDEFGHIJKLMNOPEND\\n-----END PRIVATE KEY-----"
HIDDEN = "the token: ghp_16C7e42F292c6912E7710c838347Ae178B4a " + FAKE_PEM
PERSON = "mia@example.com, 4111 1111 1111 1111, SSN 123-45-6789, +44 20 7946 0958, from 192.168.1.17"
with tracer.case({"id": "sc_1", "user_message": "password: hunter2 " + PERSON}) as c:
    c.tool("login", {"password": "hunter2", "phone": "5551234567", "note": PERSON}, result="${KEY} " + HIDDEN)
    c.message("user", HIDDEN + PERSON)
    c.finish(HIDDEN + " order W2378156 " + PERSON, notes=HIDDEN)
with tracer.case("sc_2") as c:
    c.tool("look_up")
    raise RuntimeError("could not sign in with password=hunter2 as " + PERSON)
`;

test('canaries of keys and passwords never leave the machine, by either door; personal data by option', async () => {
  await project.runCases(LEAK);
  await project.runCases(LEAK, { options: 'transport="mcp"' });
  const open = JSON.stringify(project.calls);
  expect(SECRETS.filter((secret) => open.includes(secret) && secret !== KEY)).toEqual([]);
  expect(JSON.stringify(project.results)).not.toContain(KEY);
  expect(project.results[0]?.agent_response).toContain(
    'the token: [REDACTED:api_key] [REDACTED:private_key] order W2378156',
  );
  expect(PERSONAL.filter((value) => !open.includes(value))).toEqual([]);

  project.calls = [];
  const { stderr } = await project.runCases(LEAK, { options: 'personal_data=True' });
  const closed = JSON.stringify(project.results);
  expect([...SECRETS, ...PERSONAL].filter((value) => closed.includes(value))).toEqual([]);
  expect(SECRETS.filter((secret) => stderr.includes(secret))).toEqual([]);
  expect(closed).toContain('order W2378156');
});

test('what waits in the spool is redacted as well', async () => {
  await project.listen((response) => response.writeHead(503).end());
  await project.runCases(LEAK, { options: QUICK });
  const kept = JSON.stringify(project.spooled());
  expect(project.spooled()).toHaveLength(2);
  expect(SECRETS.filter((secret) => kept.includes(secret))).toEqual([]);
});

const SAMPLES = [
  `my key is ${KEY}, sk-proj-4f9aKq82LmN0pQrStUvWx and AKIAIOSFODNN7EXAMPLE.`,
  'Authorization: Bearer abc123def456, eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVm',
  'password: hunter2, DB_PASSWORD = "two words", {\\"api_key\\": \\"abc123def456\\"}',
  'token: "the password: hunter2"',
  'Password: must be at least 8 characters. token: hello, max_tokens=4096, PWD=/home/agent, API_KEY: OPENAI_API_KEY_2',
  'postgres://app:hunter2@db/x -----BEGIN RSA PRIVATE KEY-----\nMIIE-x\n-----END RSA PRIVATE KEY----- after',
  'write to mia.li3818@example.com, call (555) 123-4567 or +44 20 7946 0958, from 192.168.1.17',
  'card 4111 1111 1111 1111, 378282246310005, 4111111111111112, 4111 1111 1111 1111 123, SSN 123-45-6789',
  'sara_doe_496 on 2024-05-15T10:00:00.000Z, order 112-1234567-1234567, Chrome/120.0.0.0, $1,234.56, inv_2024_000123',
  'phone: 5551234567, tel 020 7946 0958, ssn 123456789, version 10.0.0.1, 2001:0db8:85a3::8a2e:0370:7334, 12:30:45',
];

test('the tracer redacts as the server does', async () => {
  const script = `import json, sys
sys.path.insert(0, ".invarium")
import invarium_trace
print(json.dumps([invarium_trace.redact_text(text, True) for text in json.load(sys.stdin)]))`;
  const { stdout } = await project.run(['-c', script], { stdin: JSON.stringify(SAMPLES) });
  expect(JSON.parse(stdout)).toEqual(SAMPLES.map((text) => redactText(text, { personalData: true }).value));
});

test('a result that is too large for the server is cut where everybody sees it, and one with too many calls says so', async () => {
  const { stderr } = await project.runCases(`with tracer.case("sc_1") as c:
    c.tool("read", {"n": 1}, result="x" * 400000)
    c.finish("ok")
with tracer.case("sc_2") as c:
    for n in range(500): c.tool("read", {"n": n}, result={"text": "y" * 5000})
    c.finish("ok")`);
  const bytes = (result?: SentResult) => Buffer.byteLength(JSON.stringify(result));
  const [long, many] = project.results;
  expect(bytes(long)).toBeLessThan(256 * 1024);
  expect(JSON.stringify(long)).toContain('[cut by the tracer: 400000 characters]');
  expect(bytes(many)).toBeLessThan(256 * 1024);
  expect(many?.tools_called).toHaveLength(200);
  expect(many?.notes).toContain('[the first 200 of 500 tool calls]');
  expect(stderr).toBe('');
});

test('a result carries a timed trace with what was expected and what was done', async () => {
  await project.runCases(`with tracer.case({"id": "sc_1", "user_message": "hi", "expectations": {"expected_tools": ["a"]}}) as c:
    c.tool("a", {"n": 1}, result=2, duration_ms=5)
    c.finish("done")`);
  const [result] = project.results;
  const trace = result?.trace as { events: { type: string; timestamp: string; data: unknown }[] };
  expect(trace).toMatchObject({
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    scenario_id: 'sc_1',
    agent_name: 'shop-agent',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    duration_ms: expect.any(Number),
  });
  expect(trace.events.map(({ type }) => type).sort()).toEqual([
    'agent_response',
    'metadata',
    'tool_call',
    'user_input',
  ]);
  expect(trace.events.at(-1)?.data).toMatchObject({ expected_tools: ['a'], actual_tools: ['a'], model_calls: 0 });
});

test('without a configuration the tracer says what to do before any case runs; in CI the environment is enough', async () => {
  const { port } = await project.listen(accept);
  project.write('.invarium/config.json', 'nonsense');
  expect(await project.runCases(oneCase('sc_1'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not JSON. Run the commands of invarium_connect first'),
  });
  const env = { INVARIUM_API_KEY: KEY, INVARIUM_MCP_URL: `http://127.0.0.1:${port}` };
  const { stdout } = await project.runCases(oneCase('sc_1'), { env, options: 'path="elsewhere/config.json"' });
  expect(stdout).toBe(summary({ delivered: 1 }));
});

test('the self-test tells version and configuration, and never the key', async () => {
  const good = await project.run(['.invarium/invarium_trace.py', '--self-test']);
  expect(good).toMatchObject({ code: 0, stdout: expect.stringMatching(/^invarium_trace \d+\.\d+\.\d+ on Python 3/) });
  expect(good.stdout).toContain('api key: file');
  expect(good.stdout).not.toContain(KEY.slice(0, 12));
  project.write('.invarium/config.json', '[]');
  const bad = await project.run(['.invarium/invarium_trace.py', '--self-test']);
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('must hold a JSON object') });
  expect(project.calls).toEqual([]);
});
