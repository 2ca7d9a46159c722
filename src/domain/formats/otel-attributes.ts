import { isObject } from '../verdict/equality.ts';

/** Attributes of OTLP/JSON as plain values (https://opentelemetry.io/docs/specs/otlp/, JSON encoding of `KeyValue`). */

export type Attributes = Map<string, unknown>;

/** A list of `{key, value}`, or an object where a writer has simplified it. */
export function attributesOf(written: unknown): Attributes {
  if (isObject(written)) return new Map(Object.entries(written));
  const list = Array.isArray(written) ? written.filter(isObject) : [];
  return new Map(list.map(({ key, value }) => [String(key), anyValue(value)]));
}

function anyValue(value: unknown): unknown {
  if (!isObject(value)) return value;
  if ('intValue' in value) return Number(value.intValue);
  const scalar = value.stringValue ?? value.boolValue ?? value.doubleValue;
  if (scalar !== undefined) return scalar;
  if (isObject(value.arrayValue)) return listed(value.arrayValue.values).map(anyValue);
  if (!isObject(value.kvlistValue)) return null;
  return Object.fromEntries(
    listed(value.kvlistValue.values).map(({ key, value: inner }) => [String(key), anyValue(inner)]),
  );
}

function listed(values: unknown): Record<string, unknown>[] {
  return Array.isArray(values) ? values.filter(isObject) : [];
}

/** The first of several attributes that is there. */
export function firstOf(attributes: Attributes, keys: readonly string[]): unknown {
  const key = keys.find((name) => attributes.get(name) !== undefined && attributes.get(name) !== null);
  return key === undefined ? undefined : attributes.get(key);
}

const MAX_PARTS = 12;

type Tree = { [key: string]: unknown };

/**
 * The list that is spread over attributes such as `llm.input_messages.0.message.role`, put together again; objects with numbers for keys
 * stand for lists.
 */
export function listUnder(attributes: Attributes, prefix: string): unknown[] {
  const root: Tree = Object.create(null);
  for (const [key, value] of attributes) {
    const parts = key.startsWith(`${prefix}.`) ? key.slice(prefix.length + 1).split('.') : [];
    if (parts.length > 0 && parts.length <= MAX_PARTS) grow(root, parts, value);
  }
  return Object.values(root);
}

function grow(tree: Tree, parts: readonly string[], value: unknown): void {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) tree[first] = value;
  else {
    const inner = isObject(tree[first]) ? tree[first] : Object.create(null);
    tree[first] = inner;
    grow(inner, rest, value);
  }
}
