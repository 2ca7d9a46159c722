import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { redact } from '../../src/domain/redaction/redaction.ts';
import { RunResult } from '../../src/domain/result.ts';
import { KEY, Project, type SentResult, summary, type ToolCalled, TRACER } from '../tracers/js/listener.ts';
import { type ModelServer, startModelServer } from '../tracers/js/model-server.ts';

/** What the tracer sees of real agents, built with the public packages and talking to a model on this machine. */

const ROOT = path.resolve(import.meta.dirname, '../..');
const JS = path.join(ROOT, 'test/tracers/js');
const QUESTION = 'My mug broke. Money back, please?';
/** Of the one file that users download and read. */
const MAX_LINES = 1450;
const ANSWER = 'The refund did not work, Zoë ☕.';

let model: ModelServer;
let played: Map<string, SentResult>;
let project: Project;

beforeAll(async () => {
  model = await startModelServer();
  const sdks = new Project();
  await sdks.listen();
  const { stdout, code } = await sdks.start([path.join(JS, 'sdk-runs.mjs'), TRACER, model.url]);
  expect({ stdout, code }).toEqual({ stdout: summary({ delivered: sdks.results().length }), code: 0 });
  played = new Map(sdks.results().map((result) => [result.scenario_id, result]));
  sdks.end();
});
afterAll(() => model.close());
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.end());

const FOUND = { order_id: 'A-1', total: 12.5 };
const STOCK = { item: 'blue mug', in_stock: 14 };

/** As text of a message, or as what the tool itself returned. */
const asValue = (result: unknown) => (typeof result === 'string' ? JSON.parse(result) : result);

test.each([
  ...['chat', 'chat-stream', 'chat-repeated-ids', 'chat-at-once-1', 'chat-at-once-2'],
  ...['responses', 'responses-kept', 'responses-stream', 'anthropic', 'anthropic-stream', 'google', 'google-stream'],
  ...['ai', 'ai-stream', 'agents', 'agents-stream', 'agents-chat', 'langchain', 'langchain-stream'],
])('%s: every tool call is captured with its outcome, and the model calls, messages and tokens with it', (name) => {
  const result = played.get(name);
  expect(RunResult.safeParse(result).error).toBeUndefined();
  const calls = result?.tools_called as ToolCalled[];
  expect(calls.map(({ name, parameters }) => ({ name, parameters }))).toEqual([
    { name: 'find_order', parameters: { order_id: 'A-1' } },
    { name: 'check_stock', parameters: { item: 'blue mug' } },
    { name: 'refund_order', parameters: { order_id: 'A-1', amount: 12.5 } },
  ]);
  expect(calls.slice(0, 2).map(({ result }) => asValue(result))).toEqual([FOUND, STOCK]);
  expect(calls[2]?.error ?? calls[2]?.result).toMatch(
    /card declined|error occurred while running|Tool execution failed/,
  );
  for (const call of calls)
    expect(call).toMatchObject({ duration_ms: expect.any(Number), started_at: expect.any(String) });
  expect(result).toMatchObject({ user_message: QUESTION, agent_response: ANSWER });
  expect(result?.usage).toMatchObject({ input_tokens: 300, output_tokens: 60, cost_usd: expect.any(Number) });
  const roles = ((result?.messages ?? []) as { role: string }[]).map(({ role }) => role);
  expect(roles).toEqual(['user', 'assistant', 'tool', 'tool', 'assistant', 'tool', 'assistant']);
});

test.each(['anthropic', 'anthropic-stream', 'ai', 'ai-stream', 'agents', 'agents-stream', 'langchain-stream'])(
  '%s: a call that failed is told apart without reading its text',
  (name) => {
    const calls = played.get(name)?.tools_called as ToolCalled[];
    expect(calls.map(({ status }) => status === 'failed')).toEqual([false, false, true]);
  },
);

test.each(['mcp-http', 'mcp-1-http', 'mcp-pipe', 'mcp-1-pipe', 'mcp-1-http-too'])(
  '%s: calls of an MCP client are captured once, with what the server answered',
  (name) => {
    expect(played.get(name)?.tools_called).toMatchObject([
      { name: 'find_order', parameters: { order_id: 'A-1' }, result: JSON.stringify(FOUND), status: 'ok' },
      { name: 'refund_order', error: 'card declined', status: 'failed' },
    ]);
  },
);

test('the trace tells what happened in order: model calls with what they were offered and chose, tools, errors, figures', () => {
  const { events, ...trace } = (played.get('anthropic-stream')?.trace ?? {}) as {
    events: { type: string; data: object }[];
  };
  expect(trace).toMatchObject({
    scenario_id: 'anthropic-stream',
    agent_name: 'shop-agent',
    trace_id: expect.any(String),
  });
  expect(events.map(({ type }) => type)).toEqual([
    ...['user_input', 'llm_call', 'agent_reasoning', 'tool_call', 'tool_call', 'llm_call', 'tool_call', 'tool_error'],
    ...['llm_call', 'agent_response', 'metadata'],
  ]);
  expect(events[1]?.data).toMatchObject({
    ...{ model: 'claude-sonnet-4-5-20250929', input_tokens: 100, output_tokens: 20, stop_reason: 'tool_use' },
    ...{ tools_offered: ['find_order', 'check_stock', 'refund_order'], tools_chosen: ['find_order', 'check_stock'] },
  });
  expect(events.at(-1)?.data).toMatchObject({ model_calls: 3, tools_unused: [], cost_usd: 0.0018 });
});

test('functions are recorded by the names of their parameters: plain, async, methods, failures, and tables of tools', async () => {
  await project.listen();
  const { stdout } = await project.play(`const add = tracer.tool(function add(a, b = 2) { return a + b; });
const fetchPage = tracer.tool(async (url) => { await sleep(5); return { url, size: Number.NaN, at: new Map([['x', 1n]]) }; }, 'fetch_page');
class Shop { refund = tracer.tool((order) => { throw new Error('no such order ' + order); }, 'refund'); }
const tools = tracer.tools({ look: { execute: async ({ id }) => 'seen ' + id }, sum: (...all) => all.length });
add(1);
await tracer.case('sc_1', async () => {
  if (add(1, 5) !== 6 || (await fetchPage('x')).url !== 'x') throw new Error('changed');
  try { new Shop().refund('W1'); } catch {}
  await tools.look.execute({ id: 7 });
  tools.sum(1, 2);
  return 'ok';
});
console.log(add.name);`);
  expect(stdout).toBe(`add\n${summary({ delivered: 1 })}`);
  expect(project.results()[0]?.tools_called).toMatchObject([
    { name: 'add', parameters: { a: 1, b: 5 }, result: 6, status: 'ok', duration_ms: expect.any(Number) },
    { name: 'fetch_page', parameters: { url: 'x' }, result: { url: 'x', size: 'NaN', at: { x: '1' } } },
    { name: 'refund', parameters: { order: 'W1' }, error: 'Error: no such order W1', status: 'failed' },
    { name: 'look', parameters: { id: 7 }, result: 'seen 7' },
    { name: 'sum', parameters: { arguments: [1, 2] }, result: 2 },
  ]);
});

test('two cases at once keep their calls apart, and what is ignored is in neither', async () => {
  await project.listen();
  await project.play(`const step = tracer.tool(async (n) => { await sleep(5); return n; }, 'step');
await Promise.all(['sc_1', 'sc_2'].map((id) => tracer.case(id, async () => {
  await step(id);
  await tracer.ignore(() => step('the user that a model plays'));
  await step(id);
  return 'ok';
})));`);
  for (const { scenario_id, tools_called } of project.results()) {
    expect(tools_called).toMatchObject([{ parameters: { n: scenario_id } }, { parameters: { n: scenario_id } }]);
  }
  expect(project.sent().flat().sort()).toEqual(['sc_1', 'sc_2']);
});

test('an exception inside a case becomes its error, and a case without an answer says so', async () => {
  await project.listen();
  const { code, stderr } = await project.play(`await tracer.case('sc_1', (c) => {
  c.tool('pay', { amount: 5 }, { error: new Error('declined') });
  throw new TypeError('agent broke');
});
await tracer.case('sc_2', () => {});
await tracer.case('sc_3', (c) => {
  c.message('user', 'where is it?');
  c.tool('track', {}, { result: 'here' });
  c.message('assistant', 'On its way.');
});`);
  expect(code).toBe(0);
  expect(stderr).toContain('sc_1 ended with TypeError: agent broke');
  const [broken, silent, spoken] = project.results();
  expect(broken).toMatchObject({
    ...{ agent_response: '', error_message: 'TypeError: agent broke' },
    tools_called: [{ name: 'pay', error: 'Error: declined', status: 'failed' }],
  });
  expect(silent?.error_message).toContain('finish(response) was not called');
  expect(silent?.tools_called).toEqual([]);
  expect(spoken).toMatchObject({ user_message: 'where is it?', agent_response: 'On its way.' });
  expect(((spoken?.messages ?? []) as { role: string }[]).map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
  ]);
  expect(spoken).not.toHaveProperty('error_message');
});

test('an agent of which nothing can be seen is not said to have called nothing', async () => {
  await project.listen();
  const { stderr } = await project.run(`import { Tracer } from ${JSON.stringify(TRACER)};
const tracer = Tracer.fromConfig({ agentName: 'a', runId: 'tr_1' });
await tracer.case('sc_1', () => 'ok');
await tracer.close();`);
  expect(project.results()[0]).not.toHaveProperty('tools_called');
  expect(stderr).toContain('Import the tracer before the agent');
});

test('an agent that stops reading stops the model, and one whose model fails fails as without the tracer', async () => {
  await project.listen();
  const { stdout } = await project.play(`import { createServer } from 'node:http';
let closed;
const gone = new Promise((resolve) => (closed = resolve));
const server = createServer((request, response) => {
  if (request.url === '/busy/chat/completions') return response.writeHead(429).end('{}');
  if (request.url === '/cut/chat/completions') { response.writeHead(200, { 'content-type': 'application/json', 'content-length': 99 }); response.write('{"id"'); return setTimeout(() => response.destroy(), 20); }
  response.on('close', closed).writeHead(200, { 'content-type': 'text/event-stream' });
  const delta = { tool_calls: [{ index: 0, id: 'c', function: { name: 'look', arguments: '{"id":1}' } }] };
  response.write('data: ' + JSON.stringify({ choices: [{ index: 0, delta }] }) + '\\n\\n');
  setInterval(() => response.write(': more\\n\\n'), 10).unref();
}).listen(0);
await new Promise((resolve) => server.once('listening', resolve));
const ask = (path) => fetch('http://127.0.0.1:' + server.address().port + path, { method: 'POST', body: '{"model":"m","messages":[]}' });
await tracer.case('sc_stop', async () => {
  const response = await ask('/v1/chat/completions');
  for await (const chunk of response.body) break;
  await gone;
  return response.url.endsWith('/v1/chat/completions') ? 'stopped' : 'changed';
});
await tracer.case('sc_busy', async () => String((await ask('/busy/chat/completions')).status));
await tracer.case('sc_cut', async () => (await ask('/cut/chat/completions')).json());
server.close();
server.closeAllConnections();`);
  expect(stdout).toBe(summary({ delivered: 3 }));
  const [stopped, busy, cut] = project.results();
  expect(stopped).toMatchObject({ agent_response: 'stopped', tools_called: [{ name: 'look', parameters: { id: 1 } }] });
  expect(busy).toMatchObject({ agent_response: '429', tools_called: [] });
  expect(JSON.stringify(busy?.trace)).toContain('HTTP 429');
  expect(cut?.error_message).toMatch(/^TypeError: terminated/);
});

/** A model whose answers are given, one after the other, and a way to ask it. */
const SCRIPTED_MODEL = `import { createServer } from 'node:http';
const call = (id, name, sent) => ({ id, type: 'function', function: { name, arguments: JSON.stringify(sent) } });
const answers = [];
const model = createServer((_, response) => answers.shift()(response)).listen(0);
await new Promise((resolve) => model.once('listening', resolve));
const ask = (messages) => fetch('http://127.0.0.1:' + model.address().port + '/chat/completions', { method: 'POST', body: JSON.stringify({ messages }) });
`;

test('a tool that runs before the stream of its answer has ended is one call', async () => {
  await project.listen();
  await project.play(`${SCRIPTED_MODEL}
const look = tracer.tool(async ({ n }) => 'seen ' + n, 'look');
let goOn;
answers.push((response) => {
  const delta = { tool_calls: [{ index: 0, ...call('c1', 'look', { n: 1 }) }] };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: ' + JSON.stringify({ choices: [{ index: 0, delta }] }) + '\\n\\n');
  goOn = () => response.end('data: [DONE]\\n\\n');
});
await tracer.case('sc_1', async () => {
  for await (const chunk of (await ask([])).body) {
    if (String.fromCharCode(...chunk).includes('look')) { await look({ n: 1 }); goOn(); }
  }
  return 'ok';
});
model.close();`);
  expect(project.results()[0]?.tools_called).toMatchObject([{ name: 'look', parameters: { n: 1 }, result: 'seen 1' }]);
  expect(project.results()[0]?.tools_called).toHaveLength(1);
});

test('two calls with one id and the same arguments each get their own outcome', async () => {
  await project.listen();
  await project.play(`${SCRIPTED_MODEL}
const turn = { role: 'assistant', tool_calls: [call('call_0', 'poll', {})] };
const result = (content) => ({ role: 'tool', tool_call_id: 'call_0', content });
const say = (message) => answers.push((response) => response.end(JSON.stringify({ choices: [{ index: 0, message }] })));
[turn, turn, { role: 'assistant', content: 'done' }].forEach(say);
await tracer.case('sc_1', async () => {
  await (await ask([])).text();
  await (await ask([turn, result('first')])).text();
  await (await ask([turn, result('first'), turn, result('second')])).text();
  return 'done';
});
model.close();`);
  expect(project.results()[0]?.tools_called).toMatchObject([{ result: 'first' }, { result: 'second' }]);
});

test('a form that the model had to fill in is no tool call, and further answers to one question are none either', async () => {
  await project.listen();
  await project.play(`import { createServer } from 'node:http';
const call = (name) => ({ tool_calls: [{ id: name, type: 'function', function: { name, arguments: '{}' } }] });
const choices = [{ index: 1, message: call('other') }, { index: 0, message: call('extract') }];
const server = createServer((_, response) => response.end(JSON.stringify({ model: 'x', choices }))).listen(0);
await new Promise((resolve) => server.once('listening', resolve));
const body = { model: 'x', messages: [], tools: [{ type: 'function', function: { name: 'extract' } }] };
const ask = (more) => fetch('http://127.0.0.1:' + server.address().port + '/chat/completions', { method: 'POST', body: JSON.stringify({ ...body, ...more }) });
await tracer.case('sc_form', async () => (await ask({ tool_choice: { type: 'function', function: { name: 'extract' } } })).text());
await tracer.case('sc_call', async () => (await ask({})).text());
server.close();`);
  expect(project.results().map(({ tools_called }) => (tools_called as ToolCalled[]).map(({ name }) => name))).toEqual([
    [],
    ['extract'],
  ]);
});

const CANARIES = {
  password: 'hunter2-canary',
  key: `sk-proj-${'c4nary'.repeat(5)}`,
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjF9.c4n4ryc4n4ry',
  url: 'dbpass-canary',
};
const PERSONAL = {
  mail: 'canary.mia@example.com',
  phone: '+44 20 7946 0958',
  card: '4111 1111 1111 1111',
  ip: '192.168.77.13',
};

test('keys, tokens and passwords never leave the machine, personal data by option', async () => {
  await project.listen();
  const leak = (
    id: string,
  ) => `await tracer.case({ id: '${id}', user_message: 'my password: ${CANARIES.password} and ${PERSONAL.mail}' }, async (c) => {
  c.message('user', 'token ${CANARIES.token}, call ${PERSONAL.phone}');
  c.tool('login', { password: '${CANARIES.password}', api_key: '${CANARIES.key}', nested: ['{"password":"${CANARIES.password}"}'] }, { result: 'postgres://app:${CANARIES.url}@db/x from ${PERSONAL.ip}' });
  c.tool('pay', { card: '${PERSONAL.card}' }, { error: new Error('Bearer ${CANARIES.token} refused') });
  c.finish('Your key is ${CANARIES.key}', { notes: 'card ${PERSONAL.card}' });
  throw new Error('password=${CANARIES.password}');
});`;
  const { stderr } = await project.play(leak('sc_1'));
  await project.play(leak('sc_2'), { options: 'personalData: true' });
  const [plain, personal] = project.calls.map(({ text }) => text);
  for (const canary of Object.values(CANARIES)) expect(`${plain}${personal}${stderr}`).not.toContain(canary);
  for (const canary of Object.values(PERSONAL)) {
    expect(plain).toContain(canary);
    expect(personal).not.toContain(canary);
  }
  for (const kind of ['password', 'api_key', 'token', 'email', 'phone', 'card', 'ip'])
    expect(personal).toContain(`[REDACTED:${kind}]`);
});

const SAMPLES = [
  `my key is ${KEY}, sk-proj-4f9aKq82LmN0pQrStUvWx and AKIAIOSFODNN7EXAMPLE.`,
  'Authorization: Bearer abc123def456, eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVm',
  'password: hunter2, DB_PASSWORD = "two words", {\\"api_key\\": \\"abc123def456\\"}',
  'token: "the password: hunter2"',
  'Password: must be at least 8 characters. token: hello, max_tokens=4096, PWD=/home/agent, API_KEY: OPENAI_API_KEY_2',
  'postgres://app:hunter2@db/x -----BEGIN RSA PRIVATE KEY-----\nMIIE-x\n-----END RSA PRIVATE KEY----- after',
  'write to mia.li3818@example.com, call (555) 123-4567 or +44 20 7946 0958, from 192.168.1.17',
  'card 4111 1111 1111 1111, 378282246310005, 4111111111111112, SSN 123-45-6789, 4111-1111-1111-1111-1234',
  'sara_doe_496 on 2024-05-15T10:00:00.000Z, order 112-1234567-1234567, Chrome/120.0.0.0, $1,234.56, inv_2024_000123',
  'phone: 5551234567, tel 555 123 4567 890, ssn is 123456789, 10.0.0.25. 1.2.3.4.5 2001:db8::1 a::b version 1.2.3.4',
  {
    password: 'hunter2',
    phone: '555-123 4567',
    card: 4111111111111111,
    ssn: '123456789',
    Authorization: 'Basic dXNlcg==',
  },
];

test('the tracer redacts as the server does', async () => {
  const script = `import { redact } from ${JSON.stringify(TRACER)};
const samples = ${JSON.stringify(SAMPLES)};
console.log(JSON.stringify([false, true].map((personal) => samples.map((sample) => redact(sample, personal)))));`;
  const { stdout } = await project.run(script);
  const asServer = [false, true].map((personalData) => SAMPLES.map((sample) => redact(sample, { personalData }).value));
  expect(JSON.parse(stdout)).toEqual(asServer);
});

test('a result that is too large for the server is cut where everybody sees it', async () => {
  await project.listen();
  await project.play(`await tracer.case('sc_1', (c) => { c.tool('read', { n: 1 }, { result: 'ä'.repeat(400000) }); return 'ok'; });
await tracer.case('sc_2', (c) => { for (let n = 0; n < 300; n++) c.tool('step', { n, page: 'x'.repeat(3000) }); return 'ok'; });
const loop = { name: 'loop' }; loop.self = loop;
await tracer.case('sc_3', (c) => { c.tool('walk', { loop }, { result: { wide: Array.from({ length: 50000 }, () => ({})) } }); return 'ok'; });`);
  for (const result of project.results()) expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(256 * 1024);
  const [long, many, odd] = project.results();
  expect(JSON.stringify(long)).toContain('[cut by the tracer: 400000 characters]');
  expect(many).toMatchObject({ notes: expect.stringContaining('[the first 200 of 300 tool calls]') });
  expect(many?.tools_called).toHaveLength(200);
  expect(JSON.stringify(odd)).toContain('[left out by the tracer]');
});

/** As in a user's project: the scripts at its top, the tracer where the command puts it, packages beside them. */
function layOutExamples(): void {
  cpSync(path.join(JS, 'examples'), project.directory, { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(project.directory, 'node_modules'));
  copyFileSync(TRACER, path.join(project.directory, '.invarium/invarium-trace.mjs'));
  const cases = ['sc_1_1', 'sc_2_1'].map((id) => ({ id, user_message: QUESTION }));
  writeFileSync(path.join(project.directory, '.invarium/test_cases.json'), JSON.stringify({ test_cases: cases }));
}

test.each(['test-run.mjs', 'test-run-ai-sdk.mjs', 'test-run-conversation.mjs'])(
  'the example %s plays its cases as the trace prompt teaches',
  async (example) => {
    await project.listen();
    layOutExamples();
    const { code, stdout, stderr } = await project.start([example, 'tr_1'], { env: { MODEL_URL: model.url } });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '{ delivered: 2, kept: 0, refused: 0 }', stderr: '' });
    for (const { tools_called, agent_response } of project.results()) {
      const names = (tools_called as ToolCalled[]).map(({ name }) => name);
      expect(names).toEqual(['find_order', 'check_stock', 'refund_order']);
      expect(agent_response).toContain(ANSWER);
    }
  },
);

test('a conversation is recorded on both sides, with the calls where they were made', async () => {
  await project.listen();
  layOutExamples();
  await project.start(['test-run-conversation.mjs', 'tr_1'], { env: { MODEL_URL: model.url } });
  const [result] = project.results();
  const roles = ((result?.messages ?? []) as { role: string }[]).map(({ role }) => role).join(' ');
  expect(roles).toBe('user assistant tool assistant tool assistant tool assistant user assistant');
  expect(result?.stop_reason).toBe('step_limit');
});

test('the script of the trace prompt is the example that runs', () => {
  const prompt = readFileSync(path.join(ROOT, 'src/tools/templates/trace-prompt.md'), 'utf8');
  expect(prompt).toContain(readFileSync(path.join(JS, 'examples/test-run.mjs'), 'utf8'));
});

test('the tracer passes the strict type checker, and can be read in one go', async () => {
  const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const check = promisify(execFile)(process.execPath, [compiler, '-p', path.join(JS, 'tsconfig.json')]);
  await expect(check).resolves.toMatchObject({ stdout: '' });
  expect(readFileSync(TRACER, 'utf8').trimEnd().split('\n').length).toBeLessThan(MAX_LINES);
});
