import {
  inOrderOf,
  isAbsent,
  isEqual,
  isObject,
  isUndeclared,
  type Json,
  nodeOf,
  own,
  unequalKeys,
  unpacked,
} from './equality.ts';
import { ANY_NODE, type SchemaNode } from './schema-node.ts';

/** Where two values part: the path from the top, and what stood there on each side (undefined: nothing). `way`: how else than equal. */
export type Difference = { path: string; expected: unknown; actual: unknown; way?: string };

type Place = { node: SchemaNode; path: string; depth: number };

/** Deeper down, a difference is shown with what it lies in. */
const MAX_DEPTH = 16;

/** The first difference in each property, in the order of the schema, then of the alphabet: the same whatever the order of the keys. */
export function objectDifferences(expected: Json, actual: Json, node: SchemaNode, limit: number): Difference[] {
  return propertyDifferences(expected, actual, { node, path: '', depth: 0 }, limit);
}

function propertyDifferences(expected: Json, actual: Json, place: Place, limit: number): Difference[] {
  const keys = unequalKeys(expected, actual, { node: place.node, depth: 0, limit: Number.POSITIVE_INFINITY });
  return inSchemaOrder(keys, place.node)
    .slice(0, limit)
    .map((key) => sidesDifference(own(expected, key), own(actual, key), propertyOf(place, key)));
}

function propertyOf({ node, path, depth }: Place, key: string): Place {
  return { node: nodeOf(node, key), path: path === '' ? key : `${path}.${key}`, depth: depth + 1 };
}

function itemOf({ node, path, depth }: Place, i: number): Place {
  return { node: node.items ?? ANY_NODE, path: `${path}[${i}]`, depth: depth + 1 };
}

function inSchemaOrder(keys: string[], { properties }: SchemaNode): string[] {
  const order = new Map([...(properties?.keys() ?? [])].map((key, i) => [key, i]));
  const rank = (key: string) => order.get(key) ?? order.size;
  return [...keys].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Goes down to the first place where two unequal values part; where one side is absent, that is the place. */
function sidesDifference(expected: unknown, actual: unknown, place: Place): Difference {
  const here = { path: place.path, expected, actual };
  if (isAbsent(expected) || isAbsent(actual) || place.depth > MAX_DEPTH) return here;
  const [wanted, given] = unpacked(expected, actual, place.node);
  if (isObject(wanted) && isObject(given)) return propertyDifferences(wanted, given, place, 1)[0] ?? here;
  return Array.isArray(wanted) && Array.isArray(given) ? (listDifference(wanted, given, place) ?? here) : here;
}

function listDifference(expected: unknown[], actual: unknown[], place: Place): Difference | undefined {
  const node = place.node.items ?? ANY_NODE;
  const given = place.node.unordered ? inOrderOf(expected, actual, { node, depth: 0 }) : actual;
  const length = Math.max(expected.length, given.length);
  for (let i = 0; i < length; i++) {
    if (i < expected.length && i < given.length && isEqual(expected[i], given[i], node)) continue;
    return sidesDifference(expected[i], given[i], itemOf(place, i));
  }
  return undefined;
}

/** The paths of properties that were not compared because the tool does not declare them. */
export function undeclaredPaths(expected: unknown, actual: unknown, node: SchemaNode): string[] {
  return undeclaredIn(expected, actual, { node, path: '', depth: 0 });
}

function undeclaredIn(expected: unknown, actual: unknown, place: Place): string[] {
  if (place.depth > MAX_DEPTH) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return actual.flatMap((item, i) => undeclaredIn(expected[i], item, itemOf(place, i)));
  }
  if (!isObject(expected) || !isObject(actual)) return [];
  return Object.keys(actual).flatMap((key) => {
    const inner = propertyOf(place, key);
    const passed = !Object.hasOwn(expected, key) && isUndeclared(key, expected, place.node);
    return passed ? [inner.path] : undeclaredIn(own(expected, key), actual[key], inner);
  });
}
