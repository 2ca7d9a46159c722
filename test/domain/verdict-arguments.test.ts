import { expect, test } from 'vitest';
import type { ArgumentMatch } from '../../src/domain/expectations.ts';
import { isEqual } from '../../src/domain/verdict/equality.ts';
import { isValidFact, isValidPattern } from '../../src/domain/verdict/patterns.ts';
import { schemaNode } from '../../src/domain/verdict/schema-node.ts';
import { call, judged } from './verdict-samples.ts';

const of = (type: string, more = {}) => schemaNode({ type, ...more });

test.each([
  ['a number and its text', '3', 3, {}],
  ['a number and its text where the schema wants a number', 120, '120.0', { type: 'number' }],
  ['two spellings of a number where the schema wants one', '120', '120.0', { type: 'integer' }],
  ['a truth value and its text', true, 'true', {}],
  ['a negative number and its text', -5.5, '-5.50', {}],
  ['no less than nothing', 0, '-0.0', {}],
  ['a list and its text where the schema wants a list', [1, { a: 2 }], '[1,{"a":2}]', { type: 'array' }],
  ['null and nothing', { a: null }, {}, {}],
  ['an absent property and its default', { a: 1 }, { a: 1, b: 5 }, { properties: { a: {}, b: { default: 5 } } }],
  ['a default that only the expectation names', { a: 1, b: 5 }, { a: 1 }, { properties: { a: {}, b: { default: 5 } } }],
  ['lists in another order where each item is unique', [1, 2, 3], [3, 1, 2], { type: 'array', uniqueItems: true }],
  ['lists in another order where the text says so', ['b', 'a'], ['a', 'b'], { description: 'Tags, in any order.' }],
  ['objects in free lists, by value', [{ a: 1 }, { a: 2 }], [{ a: '2' }, { a: 1 }], { uniqueItems: true }],
  ['keys in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, {}],
  ['an undeclared property of a closed object', { a: 1 }, { a: 1, z: 2 }, { properties: { a: {} } }],
  [
    'a required property that is left out of the expectation',
    { a: 1 },
    { a: 1, b: 2 },
    { properties: { a: {}, b: {} }, required: ['b'] },
  ],
  ['a number written as anyOf', '120', '120.0', { anyOf: [{ type: 'number' }, { type: 'null' }] }],
  ['a number behind a $ref', '120', '120.0', { $ref: '#/$defs/n', $defs: { n: { type: 'number' } } }],
  ['a number behind allOf', '120', '120.0', { allOf: [{ type: 'number' }, { minimum: 1 }] }],
  ['a number that may be null', '120', '120.0', { type: ['number', 'null'] }],
  ['a list as text and the list', '[1,2]', [1, 2], { type: 'array' }],
])('%s are equal', (_, expected, actual, schema) => {
  expect(isEqual(expected, actual, schemaNode(schema))).toBe(true);
});

test.each([
  ['a number and its text where the schema wants text', '3', 3, { type: 'string' }],
  ['two spellings of a number in text', '120', '120.0', {}],
  ['a leading zero', '007', 7, {}],
  ['long digits that a double cannot tell apart', '12345678901234567890', '12345678901234567891', { type: 'integer' }],
  ['upper and lower case', 'abc', 'ABC', {}],
  ['lists in another order', [1, 2], [2, 1], { type: 'array' }],
  ['lists of another length', [1, 2], [1, 2, 2], { uniqueItems: true }],
  ['free lists with another number of the same item', ['a', 'a', 'b'], ['a', 'b', 'b'], { uniqueItems: true }],
  ['an optional property that is not expected', { a: 1 }, { a: 1, b: 2 }, { properties: { a: {}, b: {} } }],
  ['an undeclared property that is expected', { a: 1, z: 2 }, { a: 1 }, { properties: { a: {} } }],
  ['an undeclared property beside one that is expected', { z: 2 }, { z: 2, y: 3 }, { properties: { a: {} } }],
  [
    'an undeclared property of an open object',
    { a: 1 },
    { a: 1, z: 2 },
    { properties: { a: {} }, additionalProperties: true },
  ],
  ['a property of an object without a schema', { a: 1 }, { a: 1, z: 2 }, {}],
  ['a value and null', { a: 1 }, { a: null }, {}],
  ['false and 0', false, 0, {}],
  ['text written as anyOf and a number', '3', 3, { anyOf: [{ type: 'string' }, { type: 'null' }] }],
  ['a list and its text where text is welcome', [1], '[1]', { type: ['array', 'string'] }],
  ['a list and an object', [1], { 0: 1 }, {}],
  ['a number and its negative', -5, 5, {}],
  ['blank text and zero', '', 0, {}],
])('%s differ', (_, expected, actual, schema) => {
  expect(isEqual(expected, actual, schemaNode(schema))).toBe(false);
});

test('a schema that refers to itself is compared level by level', () => {
  const node = schemaNode({
    $ref: '#/$defs/node',
    $defs: { node: { type: 'object', properties: { id: { type: 'integer' }, next: { $ref: '#/$defs/node' } } } },
  });
  expect(isEqual({ id: 1, next: { id: 2 } }, { id: '1', next: { id: '2' } }, node)).toBe(true);
  expect(isEqual({ id: 1, next: { id: 2 } }, { id: 1, next: { id: 3 } }, node)).toBe(false);
});

function passes(match: ArgumentMatch, expected: unknown, actual: unknown): boolean {
  const effect = {
    tool: 'frobnicate',
    ...(expected === undefined ? {} : { arguments: { level: expected } }),
    match: { level: match },
  };
  const calls = [call('frobnicate', actual === undefined ? {} : { level: actual })];
  return judged({ calls, expect: { required_effects: [effect] } }).status === 'passed';
}

test('ignore takes any value and none', () => {
  expect(passes('ignore', 1, 2)).toBe(true);
  expect(passes('ignore', 1, undefined)).toBe(true);
  expect(passes('equal', 1, 2)).toBe(false);
});

test('one_of takes each of its values and nothing else', () => {
  const match: ArgumentMatch = { by: 'one_of', values: ['a', 3] };
  expect([passes(match, undefined, 'a'), passes(match, undefined, '3'), passes(match, undefined, 'b')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(passes(match, undefined, undefined)).toBe(false);
});

test('subset takes more than expected, at any depth and in any order', () => {
  expect(passes('subset', { a: [1, { b: 2 }] }, { a: [{ b: 2, c: 3 }, 0, 1], d: 4 })).toBe(true);
  expect(passes('subset', { a: [1, 1] }, { a: [1, 2] })).toBe(false);
  expect(passes('subset', { a: 1 }, {})).toBe(false);
});

test('regex looks anywhere in the value, in linear time', () => {
  const match: ArgumentMatch = { by: 'regex', pattern: '^L\\d+$' };
  expect([passes(match, undefined, 'L12'), passes(match, undefined, 'XL12')]).toEqual([true, false]);
  expect(passes({ by: 'regex', pattern: '(a+)+$' }, undefined, `${'a'.repeat(30_000)}!`)).toBe(false);
  expect(passes({ by: 'regex', pattern: '(' }, undefined, 'a ( b')).toBe(true);
});

test('number takes values within the tolerance', () => {
  const match: ArgumentMatch = { by: 'number', tolerance: 0.5 };
  expect([passes(match, 10, 10.5), passes(match, 10, '9.5'), passes(match, 10, 10.6), passes(match, 10, 'x')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(passes({ by: 'number', tolerance: 0 }, 0.3, 0.1 + 0.2)).toBe(true);
  expect(passes({ by: 'number', tolerance: 1 }, 0, '')).toBe(false);
});

test('text is compared word by word', () => {
  expect(passes('text', 'Please call back, at 10:30!', 'please  call back at 10:30')).toBe(true);
  expect(passes('text', 'Please call', 'Please recall')).toBe(false);
  expect(passes('text', '5', 5)).toBe(true);
  expect(passes('text', 'a', ['a'])).toBe(false);
});

test('the way of matching is part of the reason', () => {
  const effect = { tool: 'change_plan', match: { plan: { by: 'one_of' as const, values: ['S', 'M'] } } };
  const verdict = judged({ calls: [call('change_plan', { plan: 'L' })], expect: { required_effects: [effect] } });
  expect(verdict.reason).toBe(
    'change_plan was due with plan one of ["S", "M"]; it was called with plan "L" (call 1, plan).',
  );
});

test('what was not compared because the tool does not know it is noted on a pass', () => {
  const stops = [{ code: 'A', city: 'Bonn' }];
  const verdict = judged({
    calls: [call('set_options', { line: 'L1', stops })],
    expect: { required_effects: [{ tool: 'set_options', arguments: { line: 'L1', stops: [{ code: 'A' }] } }] },
  });
  expect(verdict.status).toBe('passed');
  expect(verdict.evidence[0]?.note).toContain('stops[0].city');
});

test('a property called like a part of every object is a property like any other', () => {
  const odd = JSON.parse('{"constructor": 1, "__proto__": 2}');
  expect(isEqual(odd, JSON.parse('{"__proto__": 2, "constructor": 1}'))).toBe(true);
  expect(isEqual({}, odd)).toBe(false);
  expect(isEqual(odd, {})).toBe(false);
});

test('patterns are checked before they are stored', () => {
  expect([isValidPattern('a+'), isValidPattern('('), isValidPattern('(?=a)')]).toEqual([true, false, false]);
  expect([isValidFact('/a+/i'), isValidFact('/(/'), isValidFact('1/2'), isValidFact('/usr/bin')]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(of('string').types.has('string')).toBe(true);
});
