import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sum } from '../../src/domain/statistics/averages.ts';
import { accuracyCard } from '../../src/local/accuracy/card.ts';
import { readAnnotations, readCorpusFiles } from '../../src/local/corpus-layout.ts';

const CORPORA = path.resolve(import.meta.dirname, '../corpora');
const FOLDERS = readdirSync(CORPORA, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => path.join(CORPORA, name));
const cards = FOLDERS.map(accuracyCard);

const MIN_RIGHT = 0.98;
const MIN_KILLED = 0.98;

test('the labelled set is two hundred conversations and more of four kinds of agent and more, about half of them passing', () => {
  const all = sum(cards, ({ episodes }) => episodes);
  const share = sum(cards, ({ passed }) => passed) / all;
  expect(cards.length).toBeGreaterThanOrEqual(4);
  expect(all).toBeGreaterThanOrEqual(200);
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.6);
});

test('every failing conversation of the set is labelled, and its label names a message of it', () => {
  for (const dir of FOLDERS) {
    const { episodes } = readCorpusFiles(dir);
    const labels = new Map((readAnnotations(dir) ?? []).map((label) => [`${label.task_id} ${label.trial}`, label]));
    const failing = episodes.filter(({ reward }) => reward !== 1);
    expect(labels.size).toBe(failing.length);
    for (const { task_id, trial, messages } of failing) {
      const label = labels.get(`${task_id} ${trial}`);
      expect(messages[label?.step ?? -1]?.role, `${dir} ${task_id} ${trial}`).toBe('assistant');
    }
  }
});

test('the set is judged as it is labelled', () => {
  const figures = cards.flatMap(({ settings }) => settings.filter(({ setting }) => setting === 'full'));
  const decided = sum(figures, (each) => each.figures.decided);
  const right = sum(figures, (each) => each.figures.correct);
  const wrong = figures.flatMap((each) =>
    each.disagreements.map(({ episode, verdict }) => `${episode.taskId}/${episode.recordedTrial} ${verdict.reason}`),
  );
  expect(right / decided, wrong.join('\n')).toBeGreaterThanOrEqual(MIN_RIGHT);
});

test('conversations that are broken in one way are failed with the category of the specification', () => {
  const applied = sum(cards, ({ mutations }) => mutations.applied);
  const filed = sum(cards, ({ mutations }) => mutations.filed);
  const alive = cards.flatMap(({ mutations }) =>
    mutations.survivors.map(({ taskId, trial, change }) => `${taskId}/${trial} ${change}`),
  );
  expect(new Set(cards.flatMap(({ mutations }) => mutations.operators.map(({ operator }) => operator))).size).toBe(10);
  expect(filed / applied, alive.join('\n')).toBeGreaterThanOrEqual(MIN_KILLED);
});
