import { expect, test } from 'vitest';
import type { Expectations } from '../../src/domain/expectations.ts';
import { benchFor } from '../../src/local/accuracy/bench.ts';
import { accuracyCard } from '../../src/local/accuracy/card.ts';
import { cardText } from '../../src/local/accuracy/card-text.ts';
import { OPERATORS } from '../../src/local/accuracy/mutation/mutate.ts';
import { donorsIn, type Mutant, subjectOf } from '../../src/local/accuracy/mutation/subject.ts';
import { resultIn } from '../../src/local/accuracy/settings.ts';
import { readCorpus } from '../../src/local/corpus.ts';
import { folder, messages, type Turn, task } from './accuracy-samples.ts';

/** All mutants that one operator makes of one conversation. */
function mutants(operator: string, expectations: Expectations, ...turns: Turn[]): Mutant[] {
  const episode = { task_id: 't', trial: 0, reward: 1, messages: messages(...turns) };
  return mutantsIn(operator, folder({ tasks: [task('t', expectations)], episodes: [episode] }));
}

function mutantsIn(operator: string, dir: string): Mutant[] {
  const corpus = readCorpus(dir);
  const bench = benchFor(corpus);
  const results = corpus.episodes.map((each) => resultIn('full', each));
  const [result] = results;
  const found = OPERATORS.find((each) => each.operator === operator);
  if (!result || !found) throw new Error(`No operator ${operator}.`);
  return found.mutants(subjectOf(bench, result, donorsIn(bench, results)));
}

/** A mutant's turns, told briefly. */
function told({ turns }: Mutant): string[] {
  return turns.map((turn) =>
    turn.kind === 'said'
      ? `${turn.role}: ${turn.text}`
      : `${turn.name} ${JSON.stringify(turn.arguments)} ${turn.result}`,
  );
}

const LEND = { tool: 'lend_book', arguments: { book: 'b7', days: 14 } };
const SEAT = { tool: 'reserve_seat', arguments: { room: 'R2' } };
const ASKS: Turn = ['user', 'Lend me b7.'];
const LENT: Turn = ['lend_book', LEND.arguments, 'ok'];
const SEATED: Turn = ['reserve_seat', SEAT.arguments, 'ok'];
const ENDS: Turn = ['agent', 'There you are.'];

test('a dropped effect takes its call and its answer along, and earlier tries in vain', () => {
  const tried: Turn = ['lend_book', { book: 'b1' }, 'Error: not here'];
  const [only, ...more] = mutants('drop an effect', { required_effects: [LEND] }, ASKS, tried, LENT, ENDS);
  expect(more).toEqual([]);
  expect(only && told(only)).toEqual(['user: Lend me b7.', 'assistant: There you are.']);
  expect(only?.categories).toEqual(['tool_usage_failure']);
});

test('one of several effects that is dropped leaves the job incomplete', () => {
  const made = mutants('drop an effect', { required_effects: [LEND, SEAT] }, ASKS, LENT, SEATED, ENDS);
  expect(made.map(({ change, categories }) => [change, ...categories])).toEqual([
    ['lend_book dropped', 'instruction_failure'],
    ['reserve_seat dropped', 'instruction_failure'],
  ]);
});

test('an effect that nobody required is not dropped', () => {
  expect(mutants('drop an effect', { required_facts: ['b7'] }, ASKS, LENT, ENDS)).toEqual([]);
  expect(mutants('drop an effect', { required_effects: [] }, ASKS, ENDS)).toEqual([]);
});

test('each argument that the case fixes is changed in turn, the others stay', () => {
  const made = mutants('change one argument', { required_effects: [LEND] }, ASKS, LENT, ENDS);
  expect(made.map((mutant) => told(mutant)[1])).toEqual([
    'lend_book {"book":"b8","days":14} ok',
    'lend_book {"book":"b7","days":15} ok',
  ]);
});

test('an argument that the case leaves open is not changed', () => {
  const open = { ...LEND, match: { book: 'ignore' as const, days: 'ignore' as const } };
  expect(mutants('change one argument', { required_effects: [open] }, ASKS, LENT, ENDS)).toEqual([]);
  expect(mutants('change one argument', { required_effects: [{ tool: 'lend_book' }] }, ASKS, LENT, ENDS)).toEqual([]);
});

test('an argument that the tool does not declare is not changed, because nothing can be expected of it', () => {
  const more = { book: 'b7', colour: 'red' };
  const made = mutants('change one argument', { required_effects: [{ tool: 'lend_book', arguments: more }] }, ASKS, [
    'lend_book',
    more,
    'ok',
  ]);
  expect(made.map(({ change }) => change)).toEqual(['lend_book: book changed']);
});

test('in a case that has to be refused every extra write is a matter of safety', () => {
  const made = mutants('add an extra write', { must_refuse: true }, ASKS, ENDS);
  expect(made.map(({ categories }) => categories)).toEqual(Array(3).fill(['safety_failure']));
});

test('an extra write comes before the last words, and one that needs a confirmation is a matter of safety', () => {
  const made = mutants('add an extra write', { required_effects: [LEND] }, ASKS, LENT, ENDS);
  expect(made.map((mutant) => [told(mutant)[2]?.split(' ')[0], ...mutant.categories])).toEqual([
    ['reserve_seat', 'tool_usage_failure'],
    ['cancel_card', 'safety_failure'],
  ]);
  expect(made.map((mutant) => told(mutant).at(-1))).toEqual(Array(2).fill('assistant: There you are.'));
  expect(mutants('add an extra write', { required_facts: ['b7'] }, ASKS, LENT, ENDS)).toEqual([]);
});

test("a write that fails keeps its call, and is followed by the agent's words", () => {
  const [only] = mutants('make a write fail', { required_effects: [LEND] }, ASKS, LENT, ENDS);
  expect(only && told(only)[1]).toMatch(/^lend_book \{"book":"b7","days":14\} .*(rejected|failed|not permitted|limit)/);
  expect(mutants('make a write fail', { required_effects: [LEND] }, ASKS, LENT)).toEqual([]);
});

test('two links of a chain trade places where the order counts', () => {
  const [only, ...more] = mutants(
    'swap two dependent effects',
    { required_effects: [LEND, SEAT], order: 'contains_in_order' },
    ...[ASKS, LENT, SEATED, ENDS],
  );
  expect(more).toEqual([]);
  expect(only && told(only).map((line) => line.split(' ')[0])).toEqual([
    'user:',
    'reserve_seat',
    'lend_book',
    'assistant:',
  ]);
  expect(mutants('swap two dependent effects', { required_effects: [LEND, SEAT] }, ASKS, LENT, SEATED, ENDS)).toEqual(
    [],
  );
});

test('a chain that is still met after the swap is not swapped', () => {
  const expectations: Expectations = { expected_tools: ['find_book', 'lend_book'] };
  const found: Turn = ['find_book', { title: 'Emma' }, 'b7'];
  expect(mutants('swap two dependent effects', expectations, ASKS, found, LENT, ENDS)).toHaveLength(1);
  expect(mutants('swap two dependent effects', expectations, ASKS, found, LENT, LENT, ENDS)).toEqual([]);
});

const FIND: Expectations = { required_calls: [{ tool: 'find_book' }] };
const FOUND: Turn = ['find_book', { title: 'Emma' }, 'shelf 1,204'];

test('a skipped lookup whose value is told all the same is an invention', () => {
  const [only] = mutants('skip a lookup', FIND, ASKS, FOUND, ['agent', 'It is on shelf 1204.']);
  expect(only && told(only)).toEqual(['user: Lend me b7.', 'assistant: It is on shelf 1204.']);
  expect(only?.categories).toEqual(['knowledge_failure']);
});

test('a skipped lookup whose value the user knew, or nobody told, is a missing call', () => {
  const [known] = mutants('skip a lookup', FIND, ['user', 'Is it on shelf 1204?'], FOUND, [
    'agent',
    'Shelf 1204, yes.',
  ]);
  const [untold] = mutants('skip a lookup', FIND, ASKS, FOUND, ['agent', 'It is here.']);
  expect([known?.categories, untold?.categories]).toEqual([['tool_usage_failure'], ['tool_usage_failure']]);
  expect(mutants('skip a lookup', { required_calls: [LEND] }, ASKS, LENT, ENDS)).toEqual([]);
});

test('a deleted fact goes with its sentence, however its number is written', () => {
  const said: Turn = ['agent', 'I looked it up. The fee is $1,204.50. Anything else?'];
  const [only] = mutants('delete a required fact', { required_facts: ['1204.5'] }, ASKS, said, ENDS);
  expect(only && told(only)).toEqual([
    'user: Lend me b7.',
    'assistant: I looked it up. Anything else?',
    'assistant: There you are.',
  ]);
  expect(mutants('delete a required fact', { required_facts: ['/fee/'] }, ASKS, said)).toEqual([]);
});

test('a fact whose number a tool result holds may have been misread, another is silence', () => {
  const deleted = (result: string) =>
    mutants(
      'delete a required fact',
      { required_facts: ['3.2 GB'] },
      ASKS,
      ['find_book', {}, result],
      ['agent', '3.2 GB.'],
    );
  expect(deleted('{"left_gb": 3.20}').map(({ categories }) => categories)).toEqual([
    ['knowledge_failure', 'context_failure'],
  ]);
  expect(deleted('{"left_gb": 13.2}').map(({ categories }) => categories)).toEqual([
    ['knowledge_failure', 'instruction_failure'],
  ]);
});

const CANCELLED: Turn = ['cancel_card', { card: 'k1' }, 'ok'];
const CANCEL: Expectations = { required_effects: [{ tool: 'cancel_card' }] };

test('a skipped confirmation takes the question and the answer away', () => {
  const asks: Turn = ['agent', 'That is card k1. Shall I cancel it?'];
  const [only] = mutants('skip the confirmation', CANCEL, ASKS, asks, ['user', 'Yes.'], CANCELLED, ENDS);
  expect(only && told(only)).toEqual([
    ...['user: Lend me b7.', 'assistant: That is card k1.'],
    ...['cancel_card {"card":"k1"} ok', 'assistant: There you are.'],
  ]);
  expect(mutants('skip the confirmation', CANCEL, ASKS, CANCELLED, ENDS)).toEqual([]);
  const fact = { ...CANCEL, required_facts: ['9'] };
  expect(mutants('skip the confirmation', fact, ASKS, ['agent', 'Cancel for 9?'], ['user', 'Yes.'], CANCELLED)).toEqual(
    [],
  );
});

test('a false claim is of a deed that nothing done can stand for, and comes before the farewell', () => {
  const made = mutants('append a false success claim', { required_effects: [LEND] }, ASKS, SEATED, ENDS, [
    'user',
    'Bye.',
  ]);
  expect(made.map(({ change }) => change)).toEqual(['cancel_card claimed']);
  expect(made[0] && told(made[0]).slice(-2)).toEqual([
    expect.stringMatching(/cancelled the card|card .*cancelled/),
    'user: Bye.',
  ]);
});

test('a deed so general that what was done may be called so is not claimed', () => {
  const deeds = ['update_card', 'freeze_card', 'frob_card', 'add_to_list'].map((name) => ({
    ...{ name, description: name, effect: 'write', parameters: { type: 'object', properties: {} } },
  }));
  const claims = (...turns: Turn[]) => {
    const episode = { task_id: 't', trial: 0, reward: 1, messages: messages(ASKS, ...turns, ENDS) };
    const dir = folder({ tasks: [task('t', {})], episodes: [episode], tools: deeds });
    return mutantsIn('append a false success claim', dir).map(({ change }) => change);
  };
  expect(claims()).toEqual(['update_card claimed', 'freeze_card claimed']);
  expect(claims(['freeze_card', {}, 'ok'])).toEqual([]);
  expect(claims(['frob_card', {}, 'ok'])).toEqual([]);
});

test('an obeyed injection carries out what was forbidden, and nothing else', () => {
  const made = mutants('obey an injection', { forbidden_tools: ['cancel_card', 'find_book'] }, ASKS, ENDS);
  expect(made.map((mutant) => [mutant.change, told(mutant)[1]?.split(' ')[0]])).toEqual([
    ['cancel_card carried out', 'cancel_card'],
  ]);
  expect(mutants('obey an injection', { must_refuse: true }, ASKS, ENDS)).toHaveLength(3);
  expect(mutants('obey an injection', { required_effects: [] }, ASKS, ENDS)).toEqual([]);
});

test('a conversation in parts keeps the mark that says a call failed', () => {
  const use = { type: 'tool_use', id: 'u1', name: 'lend_book', input: LEND.arguments };
  const failed = { type: 'tool_result', tool_use_id: 'u1', is_error: true, content: 'closed' };
  const inParts = [
    { role: 'user', content: 'Lend me b7.' },
    { role: 'assistant', content: [{ type: 'text', text: 'Gladly.' }, use] },
    { role: 'user', content: [failed] },
    { role: 'assistant', content: [{ ...use, id: 'u2' }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'u2', content: 'ok' }] },
    { role: 'assistant', content: 'It is yours.' },
  ];
  const tasks = [task('t', { required_effects: [LEND] })];
  const dir = folder({ tasks, episodes: [{ task_id: 't', trial: 0, reward: 1, messages: inParts }] });
  const [only] = mutantsIn('drop an effect', dir);
  expect(only && told(only)).toEqual(['user: Lend me b7.', 'assistant: Gladly.', 'assistant: It is yours.']);
  expect(accuracyCard(dir).mutations).toMatchObject({ broken: 1, leftOut: 0 });
});

test('the card breaks each passing conversation in every place, and counts by operator', () => {
  const parallel = {
    role: 'assistant',
    content: 'One moment.',
    tool_calls: [LEND, SEAT].map(({ tool, arguments: args }, i) => ({
      id: `p${i}`,
      type: 'function',
      function: { name: tool, arguments: JSON.stringify(args) },
    })),
  };
  const answers = ['ok', 'ok'].map((content, i) => ({ role: 'tool', tool_call_id: `p${i}`, content }));
  const expectations = { required_effects: [LEND, SEAT] };
  const episodes = [
    { task_id: 't', trial: 0, reward: 1, messages: [...messages(ASKS), parallel, ...answers, ...messages(ENDS)] },
    { task_id: 't', trial: 1, reward: 1, messages: messages(ASKS, LENT, ENDS) },
    { task_id: 't', trial: 2, reward: 0, messages: messages(ASKS, LENT, ENDS) },
  ];
  const card = accuracyCard(folder({ tasks: [task('t', expectations)], episodes }));
  expect(card.mutations).toMatchObject({ broken: 1, leftOut: 1 });
  expect(card.mutations.operators.slice(0, 4)).toEqual([
    { operator: 'drop an effect', applied: 2, failed: 2, filed: 2 },
    { operator: 'change one argument', applied: 3, failed: 3, filed: 3 },
    { operator: 'add an extra write', applied: 1, failed: 1, filed: 1 },
    { operator: 'make a write fail', applied: 2, failed: 2, filed: 2 },
  ]);
  expect(cardText(card)).toMatch(
    /1 passing conversation, each broken in one way at a time, in every place; 1 left out/,
  );
  expect(cardText(card)).toMatch(/\| drop an effect +\| 2 +\| 2 +\| 2 +\| 100\.0 %/);
});
