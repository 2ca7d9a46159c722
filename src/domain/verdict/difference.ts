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

/** The first difference in each property, in the order of the schema, then of the alphabet: the same whatever the order of the keys. */
export function objectDifferences(expected: Json, actual: Json, node: SchemaNode, path = ''): Difference[] {
  const keys = unequalKeys(expected, actual, { node, depth: 0, limit: Number.POSITIVE_INFINITY });
  return inSchemaOrder(keys, node).map((key) =>
    propertyDifference(own(expected, key), own(actual, key), {
      node: nodeOf(node, key),
      path: path === '' ? key : `${path}.${key}`,
    }),
  );
}

type Place = { node: SchemaNode; path: string; depth: number };

/** Deeper down, a difference is shown with what it lies in. */
const MAX_DEPTH = 16;

function inSchemaOrder(keys: string[], { properties }: SchemaNode): string[] {
  const order = new Map([...(properties?.keys() ?? [])].map((key, i) => [key, i]));
  const rank = (key: string) => order.get(key) ?? order.size;
  return [...keys].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function propertyDifference(expected: unknown, actual: unknown, place: Place): Difference {
  if (isAbsent(expected) || isAbsent(actual)) return { path: place.path, expected, actual };
  return locate(expected, actual, place);
}

/** Goes down to the first place where two unequal values part. */
function locate(expected: unknown, actual: unknown, { node, path }: Place): Difference {
  const [wanted, given] = unpacked(expected, actual, node);
  if (isObject(wanted) && isObject(given)) {
    return objectDifferences(wanted, given, node, path)[0] ?? { path, expected, actual };
  }
  if (!Array.isArray(wanted) || !Array.isArray(given)) return { path, expected, actual };
  const items = node.items ?? ANY_NODE;
  const ordered = node.unordered ? inOrderOf(wanted, given, { node: items, depth: 0 }) : given;
  const length = Math.max(wanted.length, ordered.length);
  for (let i = 0; i < length; i++) {
    if (i < wanted.length && i < ordered.length && isEqual(wanted[i], ordered[i], items)) continue;
    return propertyDifference(wanted[i], ordered[i], { node: items, path: `${path}[${i}]` });
  }
  return { path, expected, actual };
}

/** The paths of properties that were not compared because the tool does not declare them. */
export function undeclaredPaths(expected: unknown, actual: unknown, { node, path }: Place, depth = 0): string[] {
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const items = node.items ?? ANY_NODE;
    return actual.flatMap((item, i) =>
      undeclaredPaths(expected[i], item, { node: items, path: `${path}[${i}]` }, depth + 1),
    );
  }
  if (!isObject(expected) || !isObject(actual)) return [];
  return Object.keys(actual).flatMap((key) => {
    const inner = path === '' ? key : `${path}.${key}`;
    const passed = !Object.hasOwn(expected, key) && isUndeclared(key, expected, node);
    return passed
      ? [inner]
      : undeclaredPaths(own(expected, key), actual[key], { node: nodeOf(node, key), path: inner }, depth + 1);
  });
}
