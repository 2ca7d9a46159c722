import { expect, test } from 'vitest';
import { accuracyCard } from '../../src/local/accuracy/card.ts';
import { cardJson } from '../../src/local/accuracy/card-json.ts';
import { cardText } from '../../src/local/accuracy/card-text.ts';
import { summaryText } from '../../src/local/accuracy/summary-text.ts';
import { folder, messages, task } from './accuracy-samples.ts';

const LENT = ['lend_book', { book: 'b7', days: 14 }, 'ok'] as const;
const REFUSED = ['lend_book', { book: 'b7', days: 14 }, 'Error: five books are out'] as const;
const ASKS = ['user', 'Lend me b7 for two weeks.'] as const;

/** Two tasks, five conversations: a pass, a wrong book, a failed call, a silent pass that names no fact, one that was recorded wrongly. */
const MINI = {
  tasks: [
    {
      id: 'lend',
      instruction: 'Lend b7.',
      expected_actions: [{ name: 'lend_book', arguments: { book: 'b7', days: 14 } }],
    },
    { id: 7, instruction: 'Ask for the room.', expected_actions: [], expected_outputs: ['4'] },
  ],
  episodes: [
    { task_id: 'lend', trial: 0, reward: 1, messages: messages([...ASKS], [...LENT], ['agent', 'b7 is yours.']) },
    {
      task_id: 'lend',
      trial: 1,
      reward: false,
      messages: messages([...ASKS], ['lend_book', { book: 'b8', days: 14 }, 'ok'], ['agent', 'Here you are.']),
    },
    { task_id: 'lend', trial: 2, reward: 0, messages: messages([...ASKS], [...REFUSED], ['agent', 'Enjoy b7.']) },
    { task_id: '7', trial: 0, reward: true, messages: messages(['user', 'Which room?'], ['agent', 'Room 4.']) },
    { task_id: 7, reward: 0.5, messages: messages(['user', 'Which room?'], ['agent', 'Room 4, I think.']) },
  ],
};

test('the full setting holds each verdict against the recorded outcome', () => {
  const { corpus, tasks, episodes, passed, settings } = accuracyCard(folder(MINI));
  expect({ corpus, tasks, episodes, passed }).toEqual({ corpus: 'city-library', tasks: 2, episodes: 5, passed: 2 });
  expect(settings[0]?.setting).toBe('full');
  expect(settings[0]?.figures).toMatchObject({
    ...{ n: 5, decided: 5, decidedShare: 1, correct: 4, accuracy: 0.8 },
    matrix: {
      ...{ bothPassed: 2, bothFailed: 2, wronglyPassed: 1, wronglyFailed: 0 },
      ...{ undecidedPassed: 0, undecidedFailed: 0 },
    },
  });
  // Wilson's interval for 4 of 5, worked out apart.
  const [low, high] = settings[0]?.figures.interval ?? [];
  expect(low).toBeCloseTo(0.37553, 5);
  expect(high).toBeCloseTo(0.96378, 5);
  expect(
    settings[0]?.disagreements.map(({ episode, verdict }) => [episode.taskId, episode.recordedTrial, verdict.status]),
  ).toEqual([['7', 1, 'passed']]);
});

test('without outcomes a failed call counts as done', () => {
  const calls = accuracyCard(folder(MINI)).settings[1];
  expect(calls?.setting).toBe('calls');
  expect(calls?.figures).toMatchObject({ decided: 5, correct: 3, accuracy: 0.6 });
  expect(calls?.disagreements.map(({ episode }) => [episode.taskId, episode.recordedTrial])).toEqual([
    ['lend', 2],
    ['7', 1],
  ]);
});

test('with the answer alone nothing that depends on calls is decided, and only decided results make up the accuracy', () => {
  const answer = accuracyCard(folder(MINI)).settings[2];
  expect(answer?.setting).toBe('answer');
  expect(answer?.figures).toMatchObject({
    n: 5,
    decided: 0,
    decidedShare: 0,
    correct: 0,
    accuracy: null,
    interval: null,
  });
  expect(answer?.figures.matrix).toMatchObject({ undecidedPassed: 2, undecidedFailed: 3 });
});

test('pass^k and pass@k are those of the record, over the tasks with enough trials', () => {
  const { repeats } = accuracyCard(folder(MINI));
  expect(repeats.map(({ k, tasks }) => [k, tasks])).toEqual([
    [1, 2],
    [2, 2],
    [3, 1],
  ]);
  // lend: 1 of 3, room: 1 of 2.
  expect(repeats[0]?.passHatK).toBeCloseTo((1 / 3 + 1 / 2) / 2, 12);
  expect(repeats[1]?.passHatK).toBeCloseTo(0, 12);
  expect(repeats[1]?.passAtK).toBeCloseTo((2 / 3 + 1) / 2, 12);
  expect(repeats[2]?.passAtK).toBeCloseTo(1, 12);
});

test('the text shows the figures, and every disagreement with its evidence', () => {
  const dir = folder({
    tasks: MINI.tasks,
    episodes: [{ ...MINI.episodes[1], reward: 1 }],
  });
  const text = cardText(accuracyCard(dir));
  expect(text).toContain('### city-library: 1 conversation of 2 tasks, 1 recorded as passed');
  expect(text).toMatch(/\| full: .*\| 1 +\| 1 \(100\.0 %\) \| 0 +\| 0\.0 %/);
  expect(text).toContain(
    '- task lend, trial 1: recorded passed (1), judged failed by effects, tool_usage_failure/wrong_parameters',
  );
  expect(text).toContain('First deviation: message 1.');
  expect(text).toContain('  - call 1, message 1, lend_book, book: expected "b7", actual "b8"');
});

test('the JSON says the same, and leaves the conversations out', () => {
  const json = JSON.parse(JSON.stringify(cardJson(accuracyCard(folder(MINI)))));
  expect(json).toMatchObject({ corpus: 'city-library', classification: null, repeats: [{ k: 1 }, { k: 2 }, { k: 3 }] });
  expect(json.settings[0]).toMatchObject({ setting: 'full', n: 5, accuracy: 0.8, matrix: { bothPassed: 2 } });
  expect(json.settings[0].disagreements).toEqual([
    expect.objectContaining({
      taskId: '7',
      trial: 1,
      reward: 0.5,
      verdict: expect.objectContaining({ status: 'passed' }),
    }),
  ]);
  expect(JSON.stringify(json)).not.toContain('messages');
});

test('an error is decided, and no pass', () => {
  const episodes = [{ task_id: 'lend', reward: 0, stop_reason: 'timeout', messages: messages([...ASKS], [...LENT]) }];
  const [full] = accuracyCard(folder({ ...MINI, episodes })).settings;
  expect(full?.figures).toMatchObject({ decided: 1, correct: 1, matrix: { bothFailed: 1 } });
});

test('several cards are summed up: each corpus, all of them in each setting, all mutants', () => {
  const card = accuracyCard(folder(MINI));
  const text = summaryText([card, { ...card, corpus: 'village-library' }]);
  expect(text).toMatch(/\| village-library +\| full +\| 5 +\| 5 \(100\.0 %\) +\| 4 +\| 80\.0 %/);
  expect(text).toMatch(/\| all +\| full: [^|]+\| 10 +\| 10 \(100\.0 %\) +\| 8 +\| 80\.0 % +\| 49\.0 % – 94\.3 % \|/);
  expect(text).toMatch(new RegExp(`\\| all +\\| ${2 * card.mutations.applied} +\\|`));
});

test("a case in the product's own words is judged by them", () => {
  const expectations = { required_effects: [], must_refuse: true };
  const episodes = [
    { task_id: 'x', trial: 0, reward: 0, messages: messages([...ASKS], [...LENT], ['agent', 'Done.']) },
  ];
  const [full] = accuracyCard(folder({ tasks: [task('x', expectations)], episodes })).settings;
  expect(full?.figures.matrix.bothFailed).toBe(1);
});

test('an agent that the product would refuse is a problem with a name', () => {
  const tools = [
    { name: 'find_book', description: 'x', parameters: { type: 'object', properties: 7 }, effect: 'read' },
  ];
  const dir = folder({ ...MINI, tools: [...tools, ...tools] });
  expect(() => accuracyCard(dir)).toThrow(/^city-library: Error: /);
});
