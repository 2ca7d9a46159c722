import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignCalls, expectedSteps } from '../../src/domain/expected-steps.ts';
import type { ToolCall } from '../../src/domain/result.ts';
import { alignSequences, type DiffRow } from '../../src/domain/sequence-diff.ts';
import { callsOf } from '../../src/domain/verdict/calls.ts';
import { toolTable } from '../../src/domain/verdict/tool-table.ts';

/** `=a0`: as expected; `-b`: missing; `+c1`: extra; `~d2`: elsewhere. The number is the place among the actual ones. */
function written(rows: readonly DiffRow[], expected: string, actual: string): string {
  const signs = { matched: '=', moved: '~', missing: '-', extra: '+' };
  const name = (row: DiffRow) => ('expected' in row ? expected[row.expected] : actual[row.actual]);
  return rows.map((row) => signs[row.kind] + name(row) + ('actual' in row ? row.actual : '')).join(' ');
}

function align(expected: string, actual: string, ordered = true): DiffRow[] {
  return alignSequences({
    ...{ expected: expected.length, actual: actual.length, isOrdered: () => ordered },
    likeness: (e, a) => (expected[e] === actual[a] ? 1 : 0),
  });
}

test.each([
  ['abc', 'abc', '=a0 =b1 =c2'],
  ['abc', 'axbc', '=a0 +x1 =b2 =c3'],
  ['abc', 'ac', '=a0 -b =c1'],
  ['ab', '', '-a -b'],
  ['', 'ab', '+a0 +b1'],
  ['abc', 'bca', '=b0 =c1 ~a2'],
  ['abc', 'xyz', '+x0 +y1 +z2 -a -b -c'],
  ['aab', 'aba', '=a0 =b1 ~a2'],
])('%s beside %s reads %s', (expected, actual, reads) => {
  expect(written(align(expected, actual), expected, actual)).toBe(reads);
});

test('where no order is wanted nothing is out of order', () => {
  expect(written(align('abc', 'cba', false), 'abc', 'cba')).toBe('=c0 =b1 =a2');
});

const sequence = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });

test('every step of both sequences stands in exactly one row, and what matches stands in both orders', () => {
  fc.assert(
    fc.property(sequence, sequence, (expected, actual) => {
      const rows = align(expected, actual);
      const places = (key: 'expected' | 'actual') =>
        rows.flatMap((row) => (key in row ? [(row as Record<string, unknown>)[key]] : []));
      expect(places('expected').sort()).toEqual([...expected].map((_, index) => index).sort());
      expect(places('actual')).toEqual([...actual].map((_, index) => index));
      const matched = rows.flatMap((row) => (row.kind === 'matched' ? [row.expected] : []));
      expect(matched).toEqual([...matched].sort((one, other) => one - other));
      for (const row of rows) {
        if (row.kind === 'matched' || row.kind === 'moved') expect(expected[row.expected]).toBe(actual[row.actual]);
      }
    }),
  );
});

/** The length of a longest common subsequence, by trying every way: slow and obviously right. */
function longest(one: string, other: string): number {
  if (one === '' || other === '') return 0;
  const rest = Math.max(longest(one.slice(1), other), longest(one, other.slice(1)));
  return one[0] === other[0] ? Math.max(rest, 1 + longest(one.slice(1), other.slice(1))) : rest;
}

test('as many steps match in order as any way of laying them side by side allows', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
  fc.assert(
    fc.property(short, short, (expected, actual) => {
      const matched = align(expected, actual).filter(({ kind }) => kind === 'matched');
      expect(matched).toHaveLength(longest(expected, actual));
    }),
  );
});

function calls(...sent: ToolCall[]) {
  const result = { scenario_id: 'sc_1', user_message: '', agent_response: '', tools_called: sent };
  return callsOf(result, toolTable([])) ?? [];
}

test('the steps of a case carry the arguments that its other expectations name, and each is there once', () => {
  const pay = { tool: 'pay', arguments: { amount: 12 } };
  expect(expectedSteps({ expected_tools: ['find', 'pay'], required_effects: [pay] })).toEqual([
    { tool: 'find', ordered: true },
    { ...pay, ordered: true },
  ]);
  expect(expectedSteps({ required_calls: [{ tool: 'pay', min: 2 }], required_effects: [pay] })).toEqual([
    { tool: 'pay', ordered: false },
    { ...pay, ordered: false },
  ]);
  expect(expectedSteps({ required_effects: [] })).toEqual([]);
  expect(expectedSteps({ required_facts: ['12'] })).toBeNull();
});

test('of two calls of one tool the one with the right arguments is the expected one, and one that worked before one that failed', () => {
  const steps = expectedSteps({ required_effects: [{ tool: 'pay', arguments: { amount: 12 } }] }) ?? [];
  const pay = (amount: number, more: Partial<ToolCall> = {}) => ({ name: 'pay', parameters: { amount }, ...more });
  const pairs = (...sent: ToolCall[]) => alignCalls(steps, calls(...sent)).map(({ kind }) => kind);
  expect(pairs(pay(99), pay(12), pay(98))).toEqual(['extra', 'matched', 'extra']);
  expect(pairs(pay(12, { error: 'busy' }), pay(12))).toEqual(['extra', 'matched']);
  expect(pairs({ name: 'find' }, pay(99))).toEqual(['extra', 'matched']);
  expect(pairs({ name: 'find' })).toEqual(['extra', 'missing']);
});
