import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CORPUS, readAll, readFile } from './formats-samples.ts';

const LINES = readFileSync(path.join(CORPUS, 'expected.txt'), 'utf8').trimEnd().split('\n').slice(1);
const COLUMNS = ['passed', 'failed', 'error', 'pending', 'none', 'flaky', 'rejected', 'mapped'] as const;

type Counts = Record<(typeof COLUMNS)[number], number>;

function countsOf(report: Uint8Array, chunkBytes?: number): Counts {
  const { cases, rejected } = readAll(report, {}, chunkBytes);
  const count = (verdict: string | null) => cases.filter((one) => one.verdict === verdict).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    error: count('error'),
    pending: count('pending'),
    none: count(null),
    flaky: cases.filter(({ flaky }) => flaky).length,
    rejected: rejected.length,
    mapped: cases.filter(({ scenarioId }) => scenarioId !== null).length,
  };
}

const expected = LINES.map((line) => {
  const [name = '', ...figures] = line.split('|').map((cell) => cell.trim());
  const counts = Object.fromEntries(COLUMNS.map((column, i) => [column, Number(figures[i])])) as Counts;
  return { name, counts };
});

test.each(expected)('$name is read with the counts that the table says', ({ name, counts }) => {
  expect(countsOf(readFileSync(path.join(CORPUS, name)))).toEqual(counts);
});

test('every document of the corpus has a line in the table, at least 40 of JUnit and 15 of CTRF', () => {
  const files = readdirSync(CORPUS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'expected.txt')
    .map((entry) => path.relative(CORPUS, path.join(entry.parentPath, entry.name)));
  expect(files.sort()).toEqual(expected.map(({ name }) => name).sort());
  expect(files.filter((name) => name.startsWith('junit')).length).toBeGreaterThanOrEqual(40);
  expect(files.filter((name) => name.startsWith('ctrf')).length).toBeGreaterThanOrEqual(15);
});

test.each(expected)('$name reads the same byte by byte', ({ name, counts }) => {
  expect(countsOf(readFileSync(path.join(CORPUS, name)), 1)).toEqual(counts);
});

test.each(expected)('$name is recognised as what its folder says, and keeps its indexes in order', ({ name }) => {
  const { facts, cases, rejected } = readFile(name);
  expect(facts.format).toBe(name.split('/')[0]);
  const indexes = [...cases, ...rejected].map(({ index }) => index).sort((a, b) => a - b);
  expect(indexes).toEqual(indexes.map((_, i) => i));
  expect(facts.tests).toBe(indexes.length);
});
