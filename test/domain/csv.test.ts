import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cell, csv } from '../../src/domain/csv.ts';

/** What a strict reader of RFC 4180 makes of a text. */
function read(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) throw new Error('not a CSV text');
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const line = (cell: Cell) => csv(['cell'], [{ cell }]).split('\r\n')[1];

test('columns come first, then a line a record, and every line ends in CR LF', () => {
  const text = csv(['id', 'score'], [{ id: 'a', score: 7 }, { id: 'b', score: null }]); // biome-ignore format: one line
  expect(text).toBe('id,score\r\na,7\r\nb,\r\n');
});

test.each(['=', '+', '-', '@', '\t=', '\r=', '\n=', '＝', '＋', '－', '＠'])(
  'a cell that begins with %j is no formula to a spreadsheet',
  (start) => {
    expect(line(`${start}1+1`)?.replace(/^"/, '')).toMatch(/^'/);
  },
);

test('a formula further inside stays as it is, and so does a negative number', () => {
  expect([line('a=1'), line('x@y'), line(-3)]).toEqual(['a=1', 'x@y', '-3']);
});

test('whatever a cell holds, a reader gets it back, with an apostrophe before what could be a formula', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'",\r\n=+-@\tx') }));
  fc.assert(
    fc.property(fc.array(fc.record({ a: text, b: text })), (records) => {
      const [, ...rows] = read(csv(['a', 'b'], records));
      const shown = (cell: string) => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell);
      expect(rows).toEqual(records.map(({ a, b }) => [shown(a), shown(b)]));
    }),
  );
});
