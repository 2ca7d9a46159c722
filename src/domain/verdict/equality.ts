import { jsonNumberValue } from './decimal.ts';
import { ANY_NODE, type SchemaNode } from './schema-node.ts';
import { inWords } from './wording.ts';

export type Json = Record<string, unknown>;

/** Nothing that a person writes is nested deeper; what is counts as different. */
const MAX_DEPTH = 64;

/**
 * Whether an argument is what was expected. Equal are: the same JSON value in another notation ("3" and 3, 120 and 120.0) unless the schema
 * declares a string; an absent (or null) optional property and its default; lists in another order where the schema says that order is free.
 * Passed over are properties that an expectation cannot mean: see `isPassedOver`.
 */
export function isEqual(expected: unknown, actual: unknown, node: SchemaNode = ANY_NODE, depth = 0): boolean {
  if (expected === actual) return true;
  if (depth > MAX_DEPTH) return false;
  const [wanted, given] = unpacked(expected, actual, node);
  if (Array.isArray(wanted) && Array.isArray(given)) return listsAreEqual(wanted, given, { node, depth });
  if (isObject(wanted) && isObject(given)) return unequalKeys(wanted, given, { node, depth, limit: 1 }).length === 0;
  return sameScalar(wanted, given, node);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Not the prototype's: a property called `constructor` or `__proto__` is a property like any other. */
export function own(value: Json, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

export function nodeOf({ properties }: SchemaNode, key: string): SchemaNode {
  return properties?.get(key) ?? ANY_NODE;
}

/** Lists and objects that were sent as their own JSON text, where the schema wants no string. */
export function unpacked(expected: unknown, actual: unknown, node: SchemaNode): [unknown, unknown] {
  const given = typeof expected === 'object' ? fromText(actual, node) : actual;
  return [typeof given === 'object' ? fromText(expected, node) : expected, given];
}

function fromText(value: unknown, { types }: SchemaNode): unknown {
  if (typeof value !== 'string' || types.has('string') || !(types.has('array') || types.has('object'))) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function sameScalar(expected: unknown, actual: unknown, { types }: SchemaNode): boolean {
  if (expected === actual || (isAbsent(expected) && isAbsent(actual))) return true;
  const isNumber = types.has('number') || types.has('integer');
  const isText = types.has('string') || (typeof expected === 'string' && typeof actual === 'string');
  if (isText && !isNumber) return false;
  const value = plainValue(expected);
  return value !== undefined && value === plainValue(actual);
}

/** One spelling for a number or truth value, whether written as such or as text. */
function plainValue(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return jsonNumberValue(String(value)) ?? String(value);
  if (typeof value !== 'string') return undefined;
  return value === 'true' || value === 'false' ? value : jsonNumberValue(value);
}

type At = { node: SchemaNode; depth: number };

/** The properties that are not as expected, at most `limit` of them, in no particular order. */
export function unequalKeys(expected: Json, actual: Json, { node, depth, limit }: At & { limit: number }): string[] {
  const found: string[] = [];
  for (const key of Object.keys(expected)) {
    if (propertyIsEqual(expected[key], own(actual, key), nodeOf(node, key), depth)) continue;
    if (expected[key] === undefined && isPassedOver(key, expected, node)) continue;
    found.push(key);
    if (found.length >= limit) return found;
  }
  for (const key of Object.keys(actual)) {
    if (Object.hasOwn(expected, key) || propertyIsEqual(undefined, actual[key], nodeOf(node, key), depth)) continue;
    if (isPassedOver(key, expected, node)) continue;
    found.push(key);
    if (found.length >= limit) return found;
  }
  return found;
}

function propertyIsEqual(expected: unknown, actual: unknown, node: SchemaNode, depth: number): boolean {
  if (expected === actual) return true;
  const wanted = isAbsent(expected) ? node.default : expected;
  const given = isAbsent(actual) ? node.default : actual;
  return (isAbsent(wanted) && isAbsent(given)) || isEqual(wanted, given, node, depth + 1);
}

/**
 * A required property that the expectation leaves out says nothing, because no call without it could be made. A property that a complete
 * schema does not declare cannot reach the tool; a schema counts as complete when it lists properties, does not open the list, and covers
 * what is expected itself.
 */
function isPassedOver(key: string, expected: Json, node: SchemaNode): boolean {
  return node.required.has(key) || isUndeclared(key, expected, node);
}

export function isUndeclared(key: string, expected: Json, { properties, open }: SchemaNode): boolean {
  if (properties === undefined || open || properties.has(key)) return false;
  // At most as many are looked at as the schema declares, plus one.
  return Object.keys(expected).every((name) => properties.has(name));
}

function listsAreEqual(expected: unknown[], actual: unknown[], { node, depth }: At): boolean {
  if (expected.length !== actual.length) return false;
  const items = node.items ?? ANY_NODE;
  const given = node.unordered ? inOrderOf(expected, actual, { node: items, depth }) : actual;
  return expected.every((item, i) => isEqual(item, given[i], items, depth + 1));
}

/** Items that are no one's twin are compared with every other; beyond this many they are left where they stand. */
const MAX_STRANGERS = 100;
const KEY_CHARS = 200;
const NOT_FOUND = Symbol('not found');

/** The actual items, each put where its equal is expected; those without one fill the places left. */
export function inOrderOf(expected: unknown[], actual: unknown[], { node, depth }: At): unknown[] {
  const byText = new Map<string, unknown[]>();
  for (const item of actual) {
    const text = inWords(item, KEY_CHARS);
    byText.set(text, [...(byText.get(text) ?? []), item]);
  }
  const same = (item: unknown) => (other: unknown) => isEqual(item, other, node, depth + 1);
  const twins = expected.map((item) => taken(byText.get(inWords(item, KEY_CHARS)) ?? [], same(item)));
  const left = [...byText.values()].flat();
  const placed = twins.map((twin, i) =>
    twin === NOT_FOUND && left.length <= MAX_STRANGERS ? taken(left, same(expected[i])) : twin,
  );
  return [...placed.map((item) => (item === NOT_FOUND ? left.shift() : item)), ...left];
}

/** Takes the first fitting item out of a list. */
function taken(items: unknown[], isWanted: (item: unknown) => boolean): unknown {
  const at = items.findIndex(isWanted);
  return at < 0 ? NOT_FOUND : items.splice(at, 1)[0];
}
