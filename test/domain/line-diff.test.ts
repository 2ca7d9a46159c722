import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DiffPart, diffLines } from '../../src/domain/line-diff.ts';

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
const side = (parts: readonly DiffPart[], skip: DiffPart['kind']) =>
  parts.filter(({ kind }) => kind !== skip).flatMap(({ lines }) => lines);
const edits = (parts: readonly DiffPart[]) =>
  parts.reduce((sum, { kind, lines }) => sum + (kind === 'same' ? 0 : lines.length), 0);

/** The plain way to the same figure: lines that are not in the longest common subsequence. */
function fewestEdits(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const line of a) {
    const next = [0];
    for (const [j, other] of b.entries())
      next.push(line === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    row = next;
  }
  return a.length + b.length - 2 * (row.at(-1) ?? 0);
}

const LINES = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });

test('the parts of a comparison make both texts again, with the fewest lines out and in', () => {
  fc.assert(
    fc.property(LINES, LINES, (before, after) => {
      const parts = diffLines(text(before), text(after));
      expect(side(parts, 'added')).toEqual(before);
      expect(side(parts, 'removed')).toEqual(after);
      expect(edits(parts)).toBe(fewestEdits(before, after));
    }),
  );
});

test('parts say where they stand in either text, and what is removed comes before what is added', () => {
  const parts = diffLines('a\nb\nc\nd\n', 'a\nX\nc\nd\ne\n');
  expect(parts).toEqual([
    { kind: 'same', before: 1, after: 1, lines: ['a'] },
    { kind: 'removed', before: 2, after: 2, lines: ['b'] },
    { kind: 'added', before: 3, after: 2, lines: ['X'] },
    { kind: 'same', before: 3, after: 3, lines: ['c', 'd'] },
    { kind: 'added', before: 5, after: 5, lines: ['e'] },
  ]);
  expect(diffLines('', '')).toEqual([]);
  expect(diffLines('a\r\nb', 'a\nb\n')).toEqual([{ kind: 'same', before: 1, after: 1, lines: ['a', 'b'] }]);
});

test('texts of half a megabyte with nothing in common are told as one exchange', () => {
  const lines = (prefix: string) => Array.from({ length: 60_000 }, (_, index) => `${prefix}${index}`);
  const parts = diffLines(text(lines('a')), text(lines('b')));
  expect(parts.map(({ kind, lines: { length } }) => [kind, length])).toEqual([
    ['removed', 60_000],
    ['added', 60_000],
  ]);
});

test('one change in the middle of half a megabyte is found', () => {
  const lines = Array.from({ length: 250_000 }, (_, index) => String(index % 7));
  const changed = [...lines.slice(0, 100_000), 'new', ...lines.slice(100_003), 'end'];
  expect(edits(diffLines(text(lines), text(changed)))).toBe(5);
});
