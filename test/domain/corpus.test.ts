import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Expectations } from '../../src/domain/expectations.ts';
import { RunResult } from '../../src/domain/result.ts';
import { readCorpus } from '../../src/local/corpus.ts';

const FILES = ['tools.json', 'tasks.json', 'episodes.jsonl', 'policy.md'];
const TOOLS = [
  { name: 'find_book', description: 'Finds a book.', parameters: { type: 'object', properties: {} }, effect: 'read' },
  { name: 'lend_book', description: 'Lends a book.', parameters: { type: 'object', properties: {} }, effect: 'write' },
  {
    name: 'ask_librarian',
    description: 'Hands over.',
    parameters: { type: 'object', properties: {} },
    effect: 'handoff',
  },
];
const action = (name: string, args = {}) => ({ name, arguments: args });
const TASKS = [
  {
    id: 0,
    instruction: 'Borrow the book.',
    expected_actions: [action('find_book'), action('lend_book', { id: 7 }), action('ask_librarian', { summary: 's' })],
    expected_outputs: ['7'],
  },
  { id: 1, instruction: 'Only ask.', expected_actions: [action('find_book')], expected_outputs: [] },
];
const says = (role: string, content: string) => ({ role, content });
const calls = (name: string) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c', type: 'function', function: { name, arguments: '{}' } }],
});
const answer = (content: string) => ({ role: 'tool', tool_call_id: 'c', name: 'x', content });
const START = [says('system', 'policy'), says('user', 'A book, please.'), says('assistant', 'Which one?')];
const episode = (task_id: number, trial: number, reward: number, ...end: object[]) => ({
  task_id,
  trial,
  reward,
  messages: [...START, ...end],
});
const EPISODES = [
  episode(0, 0, 1, calls('lend_book'), answer('ok'), says('user', 'Thanks ###STOP###')),
  episode(0, 1, 0, calls('ask_librarian'), answer('ok')),
  episode(1, 0, 0, calls('lend_book'), answer('ok')),
  episode(1, 1, 0, says('user', 'And now?')),
];
const POLICY = '# Library policy\n\nBe quiet.\n\n- Lend five books at most.\n- Ask first.\n';

const made: string[] = [];

function folder(changes: Record<string, string | null> = {}, name = 'City_Library'): string {
  const dir = path.join(mkdtempSync(path.join(tmpdir(), 'corpus-')), name);
  made.push(path.dirname(dir));
  mkdirSync(dir);
  const lines = EPISODES.map((each) => JSON.stringify(each)).join('\n');
  const texts = [JSON.stringify(TOOLS), JSON.stringify(TASKS), `${lines}\n`, POLICY];
  for (const [i, file] of FILES.entries()) {
    const text = file in changes ? changes[file] : texts[i];
    if (typeof text === 'string') writeFileSync(path.join(dir, file), text);
  }
  return dir;
}

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true });
});

test('a folder becomes an agent with its tools, their side effects and its policy', () => {
  const { agentName, blueprint } = readCorpus(folder());
  expect(agentName).toBe('city-library');
  expect(blueprint).toMatchObject({
    agent_name: 'city-library',
    tools: [{ name: 'find_book', side_effects: 'read' }, { side_effects: 'write' }, { side_effects: 'handoff' }],
    constraints: { system_prompt_summary: 'Be quiet.', guardrails: ['Lend five books at most.', 'Ask first.'] },
  });
  expect(JSON.stringify(blueprint)).not.toContain('"effect"');
});

test('a deletion is required as well', () => {
  const tools = JSON.stringify(TOOLS).replace('"write"', '"delete"');
  const { scenarios } = readCorpus(folder({ 'tools.json': tools }));
  expect(scenarios[0]?.expectations.required_effects).toHaveLength(1);
});

test('a name that no agent can have is made one', () => {
  expect(readCorpus(folder({}, 'Ü')).agentName).toBe('corpus');
  expect(readCorpus(folder({}, '--Big  Shop--')).agentName).toBe('big-shop');
  expect(readCorpus(folder({}, `${'x'.repeat(63)}-yz`)).agentName).toBe('x'.repeat(63));
});

test('a task requires its state-changing actions and its outputs, and no reads or hand-offs', () => {
  const { scenarios } = readCorpus(folder());
  expect(scenarios.map(({ taskId, name, userMessage }) => [taskId, name, userMessage])).toEqual([
    ['0', 'Task 0', 'Borrow the book.'],
    ['1', 'Task 1', 'Only ask.'],
  ]);
  expect(scenarios[0]?.expectations).toEqual({
    required_effects: [{ tool: 'lend_book', arguments: { id: 7 } }],
    required_facts: ['7'],
  });
  expect(scenarios[1]?.expectations).toEqual({ required_effects: [] });
  for (const { expectations } of scenarios) expect(Expectations.parse(expectations)).toEqual(expectations);
});

test('an episode becomes a result with its transcript, its last answer and its trial counted from 1', () => {
  const { episodes } = readCorpus(folder());
  expect(episodes.map(({ taskId, trial, reward }) => [taskId, trial, reward])).toEqual([
    ['0', 1, 1],
    ['0', 2, 0],
    ['1', 1, 0],
    ['1', 2, 0],
  ]);
  const first = episodes[0]?.result;
  expect(first).toMatchObject({ user_message: 'A book, please.', agent_response: 'Which one?', trial: 1 });
  expect(first?.messages).toHaveLength(6);
  expect(RunResult.parse({ scenario_id: 's', ...first })).toMatchObject({ trial: 1 });
});

test('an episode that ends neither in a farewell nor in a hand-off was cut off', () => {
  const stops = readCorpus(folder()).episodes.map(({ result }) => result.stop_reason);
  expect(stops).toEqual([undefined, undefined, 'cut_off', 'cut_off']);
});

test("a conversation that ends with the agent's own words was not cut off, whatever others end with", () => {
  const lines = [EPISODES[0], episode(1, 0, 1, says('assistant', 'Nothing to lend.'))].map((each) =>
    JSON.stringify(each),
  );
  const { episodes } = readCorpus(folder({ 'episodes.jsonl': lines.join('\n') }));
  expect(episodes.map(({ result }) => result.stop_reason)).toEqual([undefined, undefined]);
});

test('how a conversation ended may be said by the file itself', () => {
  const lines = [{ ...EPISODES[0], stop_reason: 'timeout' }].map((each) => JSON.stringify(each));
  expect(readCorpus(folder({ 'episodes.jsonl': lines.join('\n') })).episodes[0]?.result.stop_reason).toBe('timeout');
});

test('what may be missing may be missing: outputs, actions, arguments, descriptions, trials', () => {
  const tools = [{ name: 'lend_book', effect: 'write', requires_confirmation: true, extra: 1 }, { name: 'find_book' }];
  const tasks = [
    { id: 'a', expected_actions: [{ name: 'lend_book' }] },
    { id: 2.5, instruction: '' },
  ];
  const said = [says('user', 'Hi'), says('assistant', 'Hello')];
  const lines = [
    { task_id: 'a', reward: true, messages: said },
    { task_id: 'a', reward: false, messages: said },
    { task_id: 2.5, trial: '4', reward: 0.9999999, messages: said, cost: 7 },
  ];
  const { blueprint, scenarios, episodes } = readCorpus(
    folder({
      'tools.json': JSON.stringify(tools),
      'tasks.json': JSON.stringify(tasks),
      'episodes.jsonl': lines.map((each) => JSON.stringify(each)).join('\r\n'),
    }),
  );
  expect(blueprint.tools).toEqual([
    {
      ...{ name: 'lend_book', description: 'lend_book', parameters: { type: 'object', properties: {} } },
      ...{ side_effects: 'write', requires_confirmation: true },
    },
    { name: 'find_book', description: 'find_book', parameters: { type: 'object', properties: {} } },
  ]);
  expect(scenarios).toEqual([
    { taskId: 'a', name: 'Task a', userMessage: 'Task a', expectations: { required_effects: [{ tool: 'lend_book' }] } },
    { taskId: '2.5', name: 'Task 2.5', userMessage: 'Task 2.5', expectations: {} },
  ]);
  expect(episodes.map(({ taskId, trial, recordedTrial, reward }) => [taskId, trial, recordedTrial, reward])).toEqual([
    ['a', 1, 0, 1],
    ['a', 2, 1, 0],
    ['2.5', 5, 4, 1],
  ]);
});

test("what a task says in the product's own words stands over its actions and outputs", () => {
  const expectations = { required_facts: ['8'], must_confirm: true };
  const tasks = TASKS.map((task) => ({ ...task, expectations }));
  expect(readCorpus(folder({ 'tasks.json': JSON.stringify(tasks) })).scenarios[0]?.expectations).toEqual({
    required_effects: [{ tool: 'lend_book', arguments: { id: 7 } }],
    required_facts: ['8'],
    must_confirm: true,
  });
});

test('a call without its shell and a result that is no text are read all the same', () => {
  const asked = { role: 'assistant', content: '', tool_calls: [{ id: 'c', name: 'lend_book', args: { id: 7 } }] };
  const line = JSON.stringify(episode(0, 0, 1, asked, { role: 'tool', tool_call_id: 'c', content: { lent: true } }));
  const { result } = readCorpus(folder({ 'episodes.jsonl': line })).episodes[0] ?? {};
  expect(result?.messages?.slice(-2)).toEqual([
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c', function: { name: 'lend_book', arguments: { id: 7 } } }],
    },
    { role: 'tool', tool_call_id: 'c', content: '{"lent":true}' },
  ]);
});

test('an answer in parts is read as its text', () => {
  const parts = { role: 'assistant', content: [{ type: 'text', text: 'Shelf 4.' }] };
  const { episodes } = readCorpus(folder({ 'episodes.jsonl': JSON.stringify(episode(0, 0, 1, parts)) }));
  expect(episodes[0]?.result.agent_response).toBe('Shelf 4.');
});

test('where no conversation of a folder has the closing mark, its absence says nothing', () => {
  const lines = EPISODES.map((each) => JSON.stringify(each).replace('###STOP###', ''));
  const { episodes } = readCorpus(folder({ 'episodes.jsonl': lines.join('\n') }));
  expect(episodes.map(({ result }) => result.stop_reason)).toEqual([undefined, undefined, undefined, undefined]);
});

test.each(FILES)('a folder without %s is refused by name', (file) => {
  expect(() => readCorpus(folder({ [file]: null }))).toThrow(`${file} is missing.`);
});

test.each([
  ['tools.json', '{', 'tools.json is not JSON.'],
  ['tools.json', '[{"name": "a", "effect": "perhaps"}]', 'tools.json does not fit the layout: 0.effect'],
  ['tasks.json', '[]', 'tasks.json does not fit the layout'],
  ['episodes.jsonl', '\n', 'episodes.jsonl holds no episode.'],
  ['episodes.jsonl', `${JSON.stringify(EPISODES[0])}\n{"task_id"`, 'episodes.jsonl line 2 is not JSON.'],
  ['episodes.jsonl', '{"task_id": 1}', 'episodes.jsonl line 1 does not fit the layout: reward'],
  [
    'episodes.jsonl',
    JSON.stringify({ ...EPISODES[0], task_id: 9 }),
    'episode of task 9, which tasks.json does not hold',
  ],
])('%s with %j is refused with its place', (file, text, message) => {
  expect(() => readCorpus(folder({ [file]: text }))).toThrow(message);
});
