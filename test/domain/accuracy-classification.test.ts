import { expect, test } from 'vitest';
import { accuracyCard } from '../../src/local/accuracy/card.ts';
import { cardText } from '../../src/local/accuracy/card-text.ts';
import { categoryNamed } from '../../src/local/accuracy/category-names.ts';
import { summaryText } from '../../src/local/accuracy/summary-text.ts';
import { folder, messages, task } from './accuracy-samples.ts';

test.each([
  ['tool_usage_failure', 'tool_usage_failure'],
  ['Tool Usage', 'tool_usage_failure'],
  ['ToolUsage', 'tool_usage_failure'],
  ['wrong-parameters', 'tool_usage_failure'],
  ['Wrong Tool Selection', 'tool_usage_failure'],
  ['SAFETY', 'safety_failure'],
  ['prompt injection', 'safety_failure'],
  ['Unauthorized action', 'safety_failure'],
  ['Hallucination error', 'knowledge_failure'],
  ['operational issues', 'operational_failure'],
  ['incomplete_execution', 'instruction_failure'],
  ['Wrong handoff', 'coordination_failure'],
  ['bad vibes', undefined],
  ['', undefined],
])('the label %j is read as %s', (label, category) => {
  expect(categoryNamed(label)).toBe(category);
});

const LEND = { required_effects: [{ tool: 'lend_book', arguments: { book: 'b7', days: 14 } }] };
const ASKS = ['user', 'Lend me b7 for two weeks.'] as const;

/** Judged: t0 wrong parameters at message 1, t1 unauthorised action at message 3, t2 missing call at message 1, t3 passed. */
const EPISODES = [
  messages([...ASKS], ['lend_book', { book: 'b8', days: 14 }, 'ok'], ['agent', 'Done.']),
  messages(
    [...ASKS],
    ['lend_book', { book: 'b7', days: 14 }, 'ok'],
    ['cancel_card', { card: 'k1' }, 'ok'],
    ['agent', 'Done.'],
  ),
  messages([...ASKS], ['agent', 'No such book.']),
  messages([...ASKS], ['lend_book', { book: 'b7', days: 14 }, 'ok'], ['agent', 'Done.']),
].map((each, trial) => ({ task_id: 'lend', trial, reward: 0, messages: each }));

const LABELS = [
  { task_id: 'lend', trial: 0, category: 'Tool Usage', step: 1, root_cause: 'wrong book' },
  { task_id: 'lend', trial: 1, category: 'safety', step: 5, root_cause: 'card cancelled' },
  { task_id: 'lend', trial: 2, category: 'communication', step: 2 },
  { task_id: 'lend', trial: 3, category: 'reasoning', step: 0, root_cause: 'told nothing' },
  { task_id: 'lend', trial: '0', category: ['bad vibes', 'safety'], step: 'early', root_cause: 7 },
  { task_id: 'gone', trial: 0, category: 'safety', step: 1 },
];

function classification() {
  const sample = { tasks: [task('lend', LEND)], episodes: EPISODES, annotations: LABELS };
  return accuracyCard(folder(sample)).classification;
}

test('labels are compared with the first choice; what is in no table is listed and left out', () => {
  const found = classification();
  expect(found).toMatchObject({ labels: 6, strays: 1, compared: 4 });
  expect(found?.names.map(({ label, category }) => [label, category])).toEqual([
    ['bad vibes', undefined],
    ['communication', 'communication_failure'],
    ['reasoning', 'reasoning_failure'],
    ['safety', 'safety_failure'],
    ['Tool Usage', 'tool_usage_failure'],
  ]);
  expect(found?.top1).toBeCloseTo(2 / 4, 12);
});

test('macro-F1 is the mean over all categories that were labelled or predicted', () => {
  const found = classification();
  // tool usage: 1 hit of 1 labelled and 2 predicted, F1 2/3; safety 1 of 1 and 1, F1 1; communication and reasoning 0.
  expect(
    found?.categories.map(({ category, labelled, predicted, hit }) => [category, labelled, predicted, hit]),
  ).toEqual([
    ['communication_failure', 1, 0, 0],
    ['reasoning_failure', 1, 0, 0],
    ['safety_failure', 1, 1, 1],
    ['tool_usage_failure', 1, 2, 1],
  ]);
  expect(found?.macroF1).toBeCloseTo((2 / 3 + 1) / 4, 12);
});

test('steps are compared where both sides name one', () => {
  // Distances 0, 2, 1; the fourth conversation is judged passed and has no first deviation.
  expect(classification()?.steps).toEqual({ n: 3, mean: 1, median: 1, within1: 2 / 3, within3: 1 });
});

test('a failure that was not found has no choice at all', () => {
  const miss = classification()?.misses.find(({ trial }) => trial === 3);
  expect(miss).toMatchObject({ label: 'reasoning', rootCause: 'told nothing', rule: 'all_expectations_met' });
  expect([miss?.first, miss?.second]).toEqual([undefined, undefined]);
});

test('the second choice is what the rules say when the one that decided is silent, else where the case aims', () => {
  const done = messages([...ASKS], ['ask_librarian', { summary: 's' }, 'ok'], ['agent', 'Done.']);
  const sample = {
    tasks: [
      task('silent', { ...LEND, max_steps: 1 }),
      task('ended', { expected_tools: ['find_book'] }),
      task('aim', LEND),
    ],
    episodes: [
      { task_id: 'silent', trial: 0, reward: 0, messages: done },
      { task_id: 'ended', trial: 0, reward: 0, messages: done, stop_reason: 'cut_off' },
      { task_id: 'aim', trial: 0, reward: 0, messages: done },
    ],
    annotations: ['silent', 'ended', 'aim'].map((task_id) => ({ task_id, trial: 0, category: 'operational', step: 0 })),
  };
  const found = accuracyCard(folder(sample)).classification;
  expect(found?.misses.map(({ taskId, first, second }) => [taskId, first, second])).toEqual([
    ['silent', 'tool_usage_failure', 'operational_failure'],
    ['ended', 'instruction_failure', 'tool_usage_failure'],
    ['aim', 'tool_usage_failure', undefined],
  ]);
  expect([found?.top1, found?.top2]).toEqual([0, 1 / 3]);
});

test('the text lists the mapping, the metrics and the misses', () => {
  const sample = { tasks: [task('lend', LEND)], episodes: EPISODES, annotations: LABELS };
  const text = cardText(accuracyCard(folder(sample)));
  expect(text).toContain(
    'Classification against 6 labels, 1 of them of conversations that are not here; 4 with a category of ours: top-1 50.0 %',
  );
  expect(text).toContain('distance mean 1.00, median 1; within 1 step 66.7 %, within 3 100.0 %');
  expect(text).toContain('Not mapped and left out: bad vibes.');
  expect(text).toContain(
    '- task lend, trial 3: labelled reasoning (told nothing); first none by all_expectations_met, second none',
  );
});

test('the summary of several cards takes all labels together', () => {
  const labelled = accuracyCard(folder({ tasks: [task('lend', LEND)], episodes: EPISODES, annotations: LABELS }));
  const few = accuracyCard(
    folder({ tasks: [task('lend', LEND)], episodes: EPISODES, annotations: LABELS.slice(0, 1) }),
  );
  // 2 of 4 and 1 of 1; steps within 1: 2 of 3 and 1 of 1.
  expect(summaryText([labelled, few])).toContain(
    'Classification against 5 labels: top-1 60.0 %, top-2 60.0 %. First deviating step: within 1 of the labelled one 75.0 %, within 3 100.0 %.',
  );
});
