import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { accept, hasPython, Project, PYTHON_TESTS, STANDINS } from './python-tracer.ts';
import { ROOT } from './server.ts';

/** The Python code that the trace prompt teaches is run as it stands, against the tracer that is served. */

const EXAMPLES = path.join(PYTHON_TESTS, 'examples');
const PROMPT = path.join(ROOT, 'src/tools/templates/trace-prompt.md');

/** A graph as LangGraph builds it, of the example's model and tools. */
const GRAPH = `
import types
import langchain_agent
class Graph:
    def invoke(self, state, config):
        text = langchain_agent.answer(state["messages"][0][1], callbacks=config["callbacks"])
        return {"messages": [langchain_agent.AIMessage(content=text)]}
my_agent = types.SimpleNamespace(graph=Graph())
test_cases = [{"id": "sc_1_1", "user_message": "where is it?"}]
`;
const TRACER = `
import sys
sys.path.insert(0, ".invarium")
from invarium_trace import Tracer
tracer = Tracer.from_config(agent_name="my-agent", run_id="tr_1")
`;

let project: Project;
beforeEach(async ({ skip }) => {
  skip(!hasPython, 'python3 is not installed: the code of the trace prompt cannot be run');
  project = new Project();
  await project.listen(accept);
  cpSync(EXAMPLES, project.directory, { recursive: true });
});

/** The Python block of the prompt that holds these words, without the indentation of the list it stands in. */
function codeWith(words: string): string {
  const blocks = [...readFileSync(PROMPT, 'utf8').matchAll(/^( *)```python\n([\s\S]*?\n) *```$/gm)];
  const block = blocks.find(([, , code]) => code?.includes(words));
  if (!block) throw new Error(`no block with ${words}`);
  return (block[2] ?? '').replaceAll(new RegExp(`^${block[1]}`, 'gm'), '');
}

test('the script plays each case to a fresh agent, records its calls, and goes on after a crash', async () => {
  const cases = ['hello', 'crash', 'refund', 'hello'].map((user_message, n) => ({ id: `sc_1_${n + 1}`, user_message }));
  project.write('.invarium/test_cases.json', JSON.stringify({ agent_name: 'my-agent', test_cases: cases }));
  expect((await project.run(['test_run.py', 'tr_1'])).stdout).toBe("{'delivered': 4, 'kept': 0, 'refused': 0}");
  const found = { name: 'find_order', parameters: { order_id: 'A-1' }, result: { order_id: 'A-1', total: 12 } };
  expect(project.results).toMatchObject([
    { scenario_id: 'sc_1_1', user_message: 'hello', agent_response: 'Heard 1.', tools_called: [found] },
    { scenario_id: 'sc_1_2', agent_response: '', error_message: 'RuntimeError: boom', tools_called: [] },
    { scenario_id: 'sc_1_3', agent_response: 'It did not work.', tools_called: [{ error: 'ValueError: no money' }] },
    { scenario_id: 'sc_1_4', agent_response: 'Heard 1.', tools_called: [found], trial: 1 },
  ]);
});

test('the script that is kept as an example is the one in the prompt', () => {
  expect(readFileSync(path.join(EXAMPLES, 'test_run.py'), 'utf8')).toBe(codeWith('HERE: a new agent for every case'));
});

test('the handler for LangChain records what the graph calls', async () => {
  const code = `${TRACER}${GRAPH}${codeWith('tracer.langchain_handler()')}\ntracer.close()`;
  const { stderr } = await project.run(['-c', code], { env: { PYTHONPATH: STANDINS } });
  expect(stderr).toBe('');
  expect(project.results).toMatchObject([
    {
      agent_response: expect.stringContaining('packed'),
      tools_called: [{ name: 'find_order', result: { order_id: 'A-1', status: 'packed' }, status: 'ok' }],
    },
  ]);
});

test('a dispatcher records by hand', async () => {
  const before = 'name, arguments, run_tool = "find_order", {"order_id": "A-1"}, lambda name, arguments: {"total": 12}';
  const recorded = codeWith('result = run_tool(name, arguments)').replaceAll(/^/gm, '    ');
  await project.run([
    '-c',
    `${TRACER}\n${before}\nwith tracer.case("sc_1_1") as c:\n${recorded}\n    c.finish("done")`,
  ]);
  expect(project.results).toMatchObject([{ tools_called: [{ name: 'find_order', result: { total: 12 } }] }]);
});

test('a conversation of several turns is recorded on both sides, and one that had to be stopped says so', async () => {
  const answers = `
import my_agent
test_case = {"id": "sc_1_1", "user_message": "hello"}
def next_user_message(test_case, answer):
    return None if answer == "Heard 2." else "and?"
`;
  const endless = answers.replace('None if answer == "Heard 2." else ', '');
  await project.run(['-c', TRACER + answers + codeWith('step_limit')]);
  await project.run(['-c', TRACER + endless + codeWith('step_limit')]);
  const [ended, stopped] = project.results;
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
