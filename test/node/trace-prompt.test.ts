import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** The code that the trace prompt teaches is run as it stands, against the tracer that is served. */

const SRC = path.resolve(import.meta.dirname, '../../src');
const PYTHON = 'python3';
const hasPython = spawnSync(PYTHON, ['--version']).status === 0;

const AGENT = `
def find_order(order_id):
    return {"order_id": order_id, "total": 12}

def refund_order(order_id, amount):
    raise ValueError("no money")

class Agent:
    def __init__(self):
        self.heard = []

    def reply(self, message):
        self.heard.append(message)
        if message == "crash":
            raise RuntimeError("boom")
        if message == "refund":
            try:
                refund_order("A-1", 12)
            except ValueError:
                return "It did not work."
        find_order("A-1")
        return "Heard %d." % len(self.heard)
`;
/** What the callback handler of LangChain is called with, by LangChain's names. */
const LANGCHAIN = `
import sys, types, uuid
module = types.ModuleType("langchain_core.callbacks")
module.BaseCallbackHandler = object
sys.modules["langchain_core"] = types.ModuleType("langchain_core")
sys.modules["langchain_core.callbacks"] = module
`;
const LANGCHAIN_RUN = `
with tracer.case("sc_1_1") as c:
    handler, first, second = ToolCalls(c), uuid.uuid4(), uuid.uuid4()
    handler.on_tool_start({"name": "find_order"}, "{}", run_id=first, inputs={"order_id": "A-1"}, parent_run_id=None)
    handler.on_tool_start({"name": "refund_order"}, "A-1", run_id=second, tags=[])
    handler.on_tool_end(types.SimpleNamespace(content="12 euros"), run_id=first, parent_run_id=None)
    handler.on_tool_error(ValueError("no money"), run_id=second)
    c.finish("done")
`;
const TRACER = `
import sys
sys.path.insert(0, ".invarium")
from invarium_trace import Tracer
tracer = Tracer.from_config(agent_name="my-agent", run_id="tr_1")
`;

type Result = Record<string, unknown>;
let directory: string;
let server: Server;
let results: Result[];

beforeEach(async ({ skip }) => {
  skip(!hasPython, 'python3 is not installed: the code of the trace prompt cannot be run');
  directory = mkdtempSync(path.join(tmpdir(), 'invarium-prompt-'));
  results = [];
  server = createServer(async (request, response) => {
    const call = JSON.parse(Buffer.concat(await request.toArray()).toString());
    results.push(...JSON.parse(call.params.arguments.results));
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id: call.id, result: { content: [] } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  mkdirSync(path.join(directory, '.invarium'));
  copyFileSync(path.join(SRC, 'tracer/invarium_trace.py'), path.join(directory, '.invarium/invarium_trace.py'));
  write(
    '.invarium/config.json',
    JSON.stringify({ api_key: `inv_${'k'.repeat(40)}`, mcp_url: `http://127.0.0.1:${port}` }),
  );
  write('my_agent.py', AGENT);
});

afterEach(() => {
  server?.close();
  if (directory) rmSync(directory, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  writeFileSync(path.join(directory, name), text);
}

/** The Python block of the prompt that holds these words, without the indentation of the list it stands in. */
function codeWith(words: string): string {
  const prompt = readFileSync(path.join(SRC, 'tools/templates/trace-prompt.md'), 'utf8');
  const blocks = [...prompt.matchAll(/^( *)```python\n([\s\S]*?)\n *```$/gm)];
  const block = blocks.find(([, , code]) => code?.includes(words));
  if (!block) throw new Error(`no block with ${words}`);
  return (block[2] ?? '').replaceAll(new RegExp(`^${block[1]}`, 'gm'), '');
}

async function run(code: string, ...more: string[]): Promise<string> {
  write('test_run.py', code);
  return (await promisify(execFile)(PYTHON, ['test_run.py', ...more], { cwd: directory })).stdout;
}

test('the script plays each case to a fresh agent, records its calls, and goes on after a crash', async () => {
  const cases = ['hello', 'crash', 'refund', 'hello'].map((user_message, n) => ({ id: `sc_1_${n + 1}`, user_message }));
  write('.invarium/test_cases.json', JSON.stringify({ agent_name: 'my-agent', test_cases: cases }));
  expect(await run(codeWith('HERE: a new agent for every case'), 'tr_1')).toBe(
    "{'delivered': 4, 'kept': 0, 'refused': 0}\n",
  );
  const found = { name: 'find_order', parameters: { order_id: 'A-1' }, result: { order_id: 'A-1', total: 12 } };
  expect(results).toMatchObject([
    { scenario_id: 'sc_1_1', user_message: 'hello', agent_response: 'Heard 1.', tools_called: [found] },
    { scenario_id: 'sc_1_2', agent_response: '', error_message: 'RuntimeError: boom' },
    { scenario_id: 'sc_1_3', agent_response: 'It did not work.', tools_called: [{ error: 'ValueError: no money' }] },
    { scenario_id: 'sc_1_4', agent_response: 'Heard 1.', tools_called: [found], trial: 1 },
  ]);
});

test('the callback handler records what LangChain calls, with results and errors', async () => {
  await run(LANGCHAIN + TRACER + codeWith('class ToolCalls') + LANGCHAIN_RUN);
  expect(results).toMatchObject([
    {
      tools_called: [
        { name: 'find_order', parameters: { order_id: 'A-1' }, result: '12 euros', status: 'ok' },
        { name: 'refund_order', parameters: { input: 'A-1' }, error: 'no money', status: 'failed' },
      ],
    },
  ]);
});

test('a conversation of several turns is recorded on both sides, and one that had to be stopped says so', async () => {
  const answers = `
import my_agent
test_case = {"id": "sc_1_1", "user_message": "hello"}
def next_user_message(test_case, answer):
    return None if answer == "Heard 2." else "and?"
`;
  const endless = answers.replace('None if answer == "Heard 2." else ', '');
  await run(TRACER + answers + codeWith('step_limit'));
  await run(TRACER + endless + codeWith('step_limit'));
  const [ended, stopped] = results;
  expect(ended).toMatchObject({
    agent_response: 'Heard 2.',
    messages: [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'Heard 1.' },
      { role: 'user', content: 'and?' },
      { role: 'assistant', content: 'Heard 2.' },
    ],
  });
  expect(ended).not.toHaveProperty('stop_reason');
  expect(stopped).toMatchObject({ agent_response: 'Heard 5.', stop_reason: 'step_limit' });
});
