import { cpSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { accept, hasPython, Project, PYTHON, PYTHON_TESTS, type SentResult, STANDINS } from './python-tracer.ts';

/**
 * Model clients that the Python tracer watches, against a model server on this machine. They are stand-ins with the module paths, names
 * and streaming shapes of openai, anthropic, google-genai and langchain-core, so that the tests need no package index. An interpreter
 * that has the real packages, named in INVARIUM_TEST_PYTHON, plays the same agents through those as well.
 */

const { INVARIUM_TEST_PYTHON: REAL } = process.env;
const CLIENTS = [
  { what: 'stand-ins', python: PYTHON, env: { PYTHONPATH: STANDINS } },
  ...(REAL ? [{ what: 'the real packages', python: REAL, env: {} }] : []),
];

let project: Project;
beforeEach(async ({ skip }) => {
  skip(!hasPython, 'python3 is not installed: the Python tracer cannot be run');
  project = new Project();
  await project.listen(accept);
});

const ORDER = { order_id: 'A-1', status: 'packed' };
const QUESTION = 'Where is my order A-1?';
const ANSWER = 'It ships today.';
/** By the beginning of an agent's name: model, tokens of its two calls, and what the model said before it asked for the tool. */
const FACTS: [string, string, number[], string | null][] = [
  ['chat_', 'gpt-4o-mini-2024-07-18', [20, 10], null],
  ['responses_', 'gpt-5-mini', [40, 14], null],
  ['claude_', 'claude-sonnet-4-5-20250929', [60, 18], 'Let me look.'],
  ['gemini_', 'gemini-2.5-flash', [80, 8], null],
];
type Event = { type: string; data: Record<string, unknown> };

function eventsOf(result: SentResult | undefined, type: string): Record<string, unknown>[] {
  const { events } = (result?.trace ?? { events: [] }) as { events: Event[] };
  return events.filter((event) => event.type === type).map(({ data }) => data);
}

test.each(CLIENTS)(
  'every call with its outcome, the conversation, model, tokens and tools: 19 agents on $what',
  async ({ python, env }) => {
    const { code, stdout, stderr } = await project.run([path.join(PYTHON_TESTS, 'agents.py')], { python, env });
    expect({ code, stdout, stderr: stderr.match(/^invarium: .*/gm) }).toEqual({
      code: 0,
      stdout: "{'delivered': 19, 'kept': 0, 'refused': 0}",
      stderr: null,
    });
    expect(project.results).toHaveLength(19);
    for (const result of project.results) {
      const name = result.scenario_id;
      const [, model, tokens = [], said] = FACTS.find(([prefix]) => name.startsWith(prefix)) ?? [];
      const isOwnRun = name === 'gemini_functions';
      const outcome = isOwnRun ? { result: ORDER } : ORDER;
      const call = { name: 'find_order', parameters: { order_id: 'A-1' }, started_at: expect.stringMatching(/Z$/) };
      const ending = name === 'claude_events' ? { error: 'no such order', status: 'failed' } : { result: outcome };
      expect(result, name).toMatchObject({ agent_response: ANSWER, user_message: QUESTION });
      expect(result.tools_called, name).toMatchObject([{ ...call, ...ending, duration_ms: expect.any(Number) }]);
      expect(result.messages, name).toMatchObject([
        { role: 'user', content: QUESTION },
        {
          role: 'assistant',
          ...(said && name !== 'claude_events' ? { content: said } : {}),
          tool_calls: [{ function: { name: 'find_order' } }],
        },
        { role: 'tool' },
        { role: 'assistant', content: ANSWER },
      ]);
      expect(JSON.stringify(result), name).not.toContain('SECRET-RULE-7');
      const [input = 0, output = 0] = isOwnRun ? tokens.map((sum) => sum / 2) : tokens;
      expect(result.usage, name).toMatchObject({
        input_tokens: input,
        output_tokens: output,
        cost_usd: expect.any(Number),
      });
      const models = eventsOf(result, 'llm_call');
      expect(models, name).toHaveLength(isOwnRun ? 1 : 2);
      expect(models[0], name).toMatchObject({ model, tools_chosen: ['find_order'], duration_ms: expect.any(Number) });
      const [facts] = eventsOf(result, 'metadata');
      expect(facts?.tools_unused, name).toEqual(isOwnRun ? [] : ['refund_order']);
    }
  },
);

/** Puts the scripts that were written from the prompt into the project, with the cases they play. */
function prepare(messages: string[]): void {
  cpSync(path.join(PYTHON_TESTS, 'examples'), project.directory, { recursive: true });
  cpSync(path.join(PYTHON_TESTS, 'model_server.py'), path.join(project.directory, 'model_server.py'));
  const cases = messages.map((user_message, n) => ({ id: `sc_1_${n + 1}`, user_message }));
  project.write('.invarium/test_cases.json', JSON.stringify({ agent_name: 'my-agent', test_cases: cases }));
}

/** The example for OpenAI, with the model server in the same process. */
const WITH_MODEL = `import os, sys
import model_server
os.environ["OPENAI_BASE_URL"] = model_server.start() + "/v1"
import test_run_openai
test_run_openai.main("tr_1")`;

test.each(CLIENTS)('the example script for an agent on OpenAI works as it stands: $what', async ({ python, env }) => {
  prepare([QUESTION, QUESTION]);
  const { stdout, stderr } = await project.run(['-c', WITH_MODEL], { python, env });
  expect({ stdout, stderr }).toEqual({ stdout: "{'delivered': 2, 'kept': 0, 'refused': 0}", stderr: '' });
  for (const result of project.results) {
    expect(result).toMatchObject({ agent_response: ANSWER, trial: 1, usage: { input_tokens: 20 } });
    expect(result.tools_called).toMatchObject([{ name: 'find_order', result: { ...ORDER, total: 24.5 } }]);
  }
});

test('the example script for an agent on LangChain tells of tools once, although model and tool both speak of them', async () => {
  prepare(['where is it?', 'a refund, please']);
  const { stdout, stderr } = await project.run(['test_run_langchain.py', 'tr_1'], { env: { PYTHONPATH: STANDINS } });
  expect({ stdout, stderr }).toEqual({ stdout: "{'delivered': 2, 'kept': 0, 'refused': 0}", stderr: '' });
  const [found, refused] = project.results;
  expect(found).toMatchObject({
    agent_response: 'I asked: {"order_id": "A-1", "status": "packed"}',
    tools_called: [{ name: 'find_order', parameters: { order_id: 'A-1' }, result: ORDER, status: 'ok' }],
    usage: { input_tokens: 24, output_tokens: 6, cost_usd: expect.any(Number) },
    messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'tool' }, { role: 'assistant' }],
  });
  expect(refused?.tools_called).toMatchObject([
    { name: 'refund_order', error: 'ValueError: no money', status: 'failed' },
  ]);
  expect(refused?.tools_called).toHaveLength(1);
});

const BOTH_SIDES = `
import json, sys
sys.path.insert(0, ".invarium")
from invarium_trace import Tracer
from concurrent.futures import ThreadPoolExecutor
import model_server, openai
tracer, url = Tracer.from_config(agent_name="shop-agent", run_id="tr_1"), model_server.start() + "/v1"
client = openai.OpenAI(api_key="k", base_url=url)
@tracer.tool
def find_order(order_id, shop="main"): return {"order_id": order_id, "shop": shop}
def agent(run):
    messages = [{"role": "user", "content": "hello"}]
    while True:
        message = client.chat.completions.create(model="unheard-of", messages=messages).choices[0].message
        messages.append(message)
        if not message.tool_calls: return message.content
        messages.append({"role": "tool", "tool_call_id": "call_1", "content": run(message.tool_calls[0].function)})
ran = lambda call: json.dumps(find_order(shop="north", **json.loads(call.arguments)))
with tracer.case("run by the agent, with an argument more") as c: c.finish(agent(ran))
with tracer.case("stopped by the agent") as c: c.finish(agent(lambda call: "Ask the customer first."))
with tracer.case("asked by a user who is simulated") as c:
    with tracer.paused(): agent(ran)
    c.finish(agent(ran))
with tracer.case("in a thread of a pool") as c: c.finish(ThreadPoolExecutor().submit(agent, ran).result())
with tracer.case("while the client fails") as c:
    openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9").chat.completions.create(model="gpt-4o", messages=[])
with tracer.case("of a stream that is left early") as c:
    for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "x"}], stream=True):
        break
    c.finish("done")
tracer.close()
`;

test('a call that the model asked for and a wrapped tool ran is one call; one that the agent stopped had no effect', async () => {
  prepare([]);
  await project.run(['-c', BOTH_SIDES], { env: { PYTHONPATH: STANDINS } });
  const calls = Object.fromEntries(project.results.map((result) => [result.scenario_id, result.tools_called]));
  const ran = { name: 'find_order', parameters: { order_id: 'A-1', shop: 'north' }, status: 'ok' };
  expect(calls['run by the agent, with an argument more']).toMatchObject([ran]);
  expect(calls['run by the agent, with an argument more']).toHaveLength(1);
  expect(calls['stopped by the agent']).toMatchObject([
    { name: 'find_order', parameters: { order_id: 'A-1' }, error: 'Ask the customer first.', status: 'failed' },
  ]);
  expect(calls['asked by a user who is simulated']).toHaveLength(1);
  expect(calls['in a thread of a pool']).toMatchObject([ran]);
});

test('a model call that fails or breaks off is told of, and an unknown model costs nothing known', async () => {
  prepare([]);
  await project.run(['-c', BOTH_SIDES], { env: { PYTHONPATH: STANDINS } });
  const [priced, , , , failed, early] = project.results;
  expect(priced?.usage).toMatchObject({ input_tokens: 20, output_tokens: 10 });
  expect(failed?.error_message).toContain('URLError');
  expect(eventsOf(failed, 'llm_call')).toMatchObject([{ model: 'gpt-4o', error: expect.stringContaining('URLError') }]);
  expect(eventsOf(early, 'llm_call')).toHaveLength(1);
  expect(early).not.toHaveProperty('usage');
});
