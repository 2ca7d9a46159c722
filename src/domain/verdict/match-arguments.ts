import type { ArgumentMatch, RequiredEffect } from '../expectations.ts';
import type { Call } from './calls.ts';
import { type Difference, objectDifferences, undeclaredPaths } from './difference.ts';
import { isEqual, isObject, nodeOf, own, unequalKeys } from './equality.ts';
import { matches } from './patterns.ts';
import { ANY_NODE, type SchemaNode } from './schema-node.ts';
import { phraseOf } from './tokens.ts';

/** A tool with the arguments it has to be called with; without `arguments`, any will do that satisfy `match`. */
export type CallPattern = Pick<RequiredEffect, 'tool' | 'arguments' | 'match'>;

export function fits(pattern: CallPattern, call: Call): boolean {
  return pattern.tool === call.name && farness(pattern, call, 1) === 0;
}

/** How many arguments of a call are not as the pattern wants them, counted up to `limit`. */
export function farness(pattern: CallPattern, call: Call, limit: number): number {
  const special = specialDifferences(pattern, call).length;
  const [expected, actual] = plainArguments(pattern, call);
  if (special >= limit || !expected) return special;
  return special + unequalKeys(expected, actual, { node: call.tool.schema, depth: 0, limit: limit - special }).length;
}

/** More are not shown. */
const MAX_DIFFERENCES = 10;

/** The first difference in each argument that is not as the pattern wants it. */
export function differences(pattern: CallPattern, call: Call): Difference[] {
  const [expected, actual] = plainArguments(pattern, call);
  const plain = expected ? objectDifferences(expected, actual, call.tool.schema, MAX_DIFFERENCES) : [];
  return [...specialDifferences(pattern, call), ...plain];
}

/** The paths that were passed over because the tool does not declare them. */
export function ignoredPaths({ arguments: expected }: CallPattern, call: Call): string[] {
  return expected ? undeclaredPaths(expected, call.arguments, call.tool.schema) : [];
}

/** The arguments that are compared as they stand. */
function plainArguments({ arguments: expected, match = {} }: CallPattern, call: Call) {
  const skipped = (name: string) => (own(match, name) ?? 'equal') !== 'equal' || isFreeText(name, call);
  return [expected && without(expected, skipped), without(call.arguments, skipped)] as const;
}

function specialDifferences({ arguments: expected, match = {} }: CallPattern, call: Call): Difference[] {
  const found: Difference[] = [];
  for (const name of Object.keys(match).sort()) {
    const way = match[name] ?? 'equal';
    const difference = specialDifference({ name, way, expected: expected && own(expected, name), call });
    if (difference) found.push(difference);
  }
  return found;
}

/** What an agent writes to the person it hands over to is its own; only choices from a list are compared. */
function isFreeText(name: string, { tool, arguments: sent }: Call): boolean {
  if (tool.kind !== 'handoff') return false;
  return typeof own(sent, name) === 'string' && !nodeOf(tool.schema, name).closedChoice;
}

function without(values: Record<string, unknown>, skipped: (name: string) => boolean): Record<string, unknown> {
  const names = Object.keys(values);
  return names.some(skipped)
    ? Object.fromEntries(names.filter((name) => !skipped(name)).map((name) => [name, values[name]]))
    : values;
}

type Argument = { name: string; way: ArgumentMatch; expected: unknown; call: Call };

function specialDifference({ name, way, expected, call }: Argument): Difference | undefined {
  const node = nodeOf(call.tool.schema, name);
  const actual = own(call.arguments, name) ?? node.default;
  const differs = (wanted: unknown, words?: string) => ({
    path: name,
    expected: wanted,
    actual,
    ...(words ? { way: words } : {}),
  });
  if (way === 'ignore' || way === 'equal') return undefined;
  if (way === 'subset') return isSubset(expected, actual, node) ? undefined : differs(expected, 'containing');
  if (way === 'text') return isSameText(expected, actual) ? undefined : differs(expected);
  switch (way.by) {
    case 'one_of':
      return way.values.some((value) => isEqual(value, actual, node)) ? undefined : differs(way.values, 'one of');
    case 'regex':
      return isScalar(actual) && matches(way.pattern, String(actual)) ? undefined : differs(way.pattern, 'matching');
    case 'number':
      return isNear(expected, actual, way.tolerance) ? undefined : differs(expected, `within ${way.tolerance} of`);
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isSameText(expected: unknown, actual: unknown): boolean {
  if (!isScalar(expected) || !isScalar(actual)) return isEqual(expected, actual);
  const [one, other] = [phraseOf(String(expected)), phraseOf(String(actual))];
  return one === other && (one !== '' || String(expected).trim() === String(actual).trim());
}

/** Room for the rounding of a sum in binary: 0.1 + 0.2 is within 0 of 0.3. */
const ROUNDING = 1e-9;

function isNear(expected: unknown, actual: unknown, tolerance: number): boolean {
  const [one, other] = [numberOf(expected), numberOf(actual)];
  return Math.abs(one - other) <= tolerance + ROUNDING * Math.max(1, Math.abs(one));
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

const MAX_DEPTH = 64;

/** Whether everything expected is there: properties of an object, items of a list in any order, at any depth. */
function isSubset(expected: unknown, actual: unknown, node: SchemaNode, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (isObject(expected) && isObject(actual)) {
    return Object.keys(expected).every((key) =>
      isSubset(own(expected, key), own(actual, key), nodeOf(node, key), depth + 1),
    );
  }
  if (!Array.isArray(expected) || !Array.isArray(actual)) return isEqual(expected, actual, node);
  const left = [...actual];
  return expected.every((item) => {
    const at = left.findIndex((other) => isSubset(item, other, node.items ?? ANY_NODE, depth + 1));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}
