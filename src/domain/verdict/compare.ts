import { jsonNumberValue } from './decimal.ts';
import { ANY_NODE, type SchemaNode } from './schema-node.ts';

/** Where two values part: the path from the top, and what stood there on each side (undefined: nothing). `way`: how else than equal. */
export type Difference = { path: string; expected: unknown; actual: unknown; way?: string };

/** Collects the paths of properties that were passed over because the tool does not know them. */
export type Comparison = { node: SchemaNode; path: string; ignored: string[]; depth: number };

type Json = Record<string, unknown>;

/** Nothing that a person writes is nested deeper; what is counts as different. */
const MAX_DEPTH = 64;

/**
 * The first place where `actual` is not what was expected, in the order of the schema, then of the alphabet.
 * Equal are: the same JSON value in another notation ("3" and 3, 120 and 120.0) unless the schema declares a string;
 * an absent (or null) optional property and its default; lists in another order where the schema says that order is free.
 * Passed over: a required property that the expectation leaves out, because no call without it could be made.
 */
export function firstDifference(expected: unknown, actual: unknown, at: Comparison): Difference | undefined {
  if (expected === actual) return undefined;
  if (at.depth > MAX_DEPTH) return { path: at.path, expected, actual };
  const unpacked = unpack(actual, expected, at.node);
  const wanted = unpack(expected, unpacked, at.node);
  if (Array.isArray(wanted) && Array.isArray(unpacked)) return listDifference(wanted, unpacked, at);
  if (isObject(wanted) && isObject(unpacked)) return objectDifference(wanted, unpacked, at);
  return sameScalar(wanted, unpacked, at.node) ? undefined : { path: at.path, expected, actual };
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function atTop(node: SchemaNode, path = ''): Comparison {
  return { node, path, ignored: [], depth: 0 };
}

export function isEqual(expected: unknown, actual: unknown, node: SchemaNode = ANY_NODE): boolean {
  return firstDifference(expected, actual, atTop(node)) === undefined;
}

/** A list or object that was sent as its own JSON text, where the schema wants no string. */
function unpack(value: unknown, other: unknown, { types }: SchemaNode): unknown {
  if (typeof value !== 'string' || typeof other !== 'object' || other === null) return value;
  if (types.has('string') || !(types.has('array') || types.has('object'))) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function sameScalar(expected: unknown, actual: unknown, { types }: SchemaNode): boolean {
  if (expected === actual || (isAbsent(expected) && isAbsent(actual))) return true;
  if (types.has('string') && !types.has('number') && !types.has('integer')) return false;
  const both = typeof expected === 'string' && typeof actual === 'string';
  if (both && !types.has('number') && !types.has('integer')) return false;
  const one = plainValue(expected);
  return one !== undefined && one === plainValue(actual);
}

/** One spelling for a number or truth value, whether written as such or as text. */
function plainValue(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return jsonNumberValue(String(value)) ?? String(value);
  if (typeof value !== 'string') return undefined;
  return value === 'true' || value === 'false' ? value : jsonNumberValue(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function objectDifference(expected: Json, actual: Json, at: Comparison): Difference | undefined {
  return objectDifferences(expected, actual, at, 1)[0];
}

/** The first difference in each property, at most `limit` of them. */
export function objectDifferences(expected: Json, actual: Json, at: Comparison, limit: number): Difference[] {
  const found: Difference[] = [];
  for (const key of keysInOrder(expected, actual, at.node)) {
    const path = at.path === '' ? key : `${at.path}.${key}`;
    const node = at.node.properties?.get(key) ?? ANY_NODE;
    const inner = { ...at, node, path, depth: at.depth + 1 };
    const difference = propertyDifference(own(expected, key), own(actual, key), inner);
    if (!difference) continue;
    if (isPassedOver(key, expected, at.node)) at.ignored.push(path);
    else found.push(difference);
    if (found.length >= limit) break;
  }
  return found;
}

/** Not the prototype's: a property called `constructor` or `__proto__` is a property like any other. */
export function own(value: Json, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function propertyDifference(expected: unknown, actual: unknown, at: Comparison): Difference | undefined {
  const one = isAbsent(expected) ? at.node.default : expected;
  const other = isAbsent(actual) ? at.node.default : actual;
  if (isAbsent(one) && isAbsent(other)) return undefined;
  const difference = firstDifference(one, other, at);
  if (difference?.path !== at.path) return difference;
  return { path: at.path, expected, actual };
}

/**
 * What an expectation leaves out says nothing where the schema requires it. A property that a complete schema does not declare cannot
 * reach the tool; a schema counts as complete when it lists properties, does not open the list, and covers the expectation itself.
 */
function isPassedOver(key: string, expected: Json, { properties, required, open }: SchemaNode): boolean {
  if (Object.hasOwn(expected, key) && expected[key] !== undefined) return false;
  if (required.has(key)) return true;
  if (properties === undefined || open || properties.has(key)) return false;
  return Object.keys(expected).every((name) => properties.has(name));
}

function keysInOrder(expected: Json, actual: Json, { properties }: SchemaNode): string[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  const declared = properties ? [...properties.keys()].filter((key) => keys.delete(key)) : [];
  return [...declared, ...[...keys].sort()];
}

function listDifference(expected: unknown[], actual: unknown[], at: Comparison): Difference | undefined {
  const inner = { ...at, node: at.node.items ?? ANY_NODE, depth: at.depth + 1 };
  const others = at.node.unordered ? inOrderOf(expected, actual, inner) : actual;
  for (let i = 0; i < Math.max(expected.length, others.length); i++) {
    const difference = firstDifference(expected[i], others[i], { ...inner, path: `${at.path}[${i}]` });
    if (difference) return difference;
  }
  return undefined;
}

/** Comparing every item with every other is for short lists; long ones are only told apart in the order given. */
const MAX_UNORDERED = 500;

/** The actual items, each put where its equal is expected; those without one fill the places left. */
function inOrderOf(expected: unknown[], actual: unknown[], at: Comparison): unknown[] {
  if (actual.length > MAX_UNORDERED || expected.length > MAX_UNORDERED) return actual;
  const left = [...actual];
  const placed = expected.map((item) => {
    const found = left.findIndex((other) => firstDifference(item, other, { ...at, ignored: [] }) === undefined);
    return found < 0 ? NOT_FOUND : left.splice(found, 1)[0];
  });
  return [...placed.map((item) => (item === NOT_FOUND ? left.shift() : item)), ...left];
}

const NOT_FOUND = Symbol('not found');
