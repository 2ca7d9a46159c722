type Json = Record<string, unknown>;
type Schema = Json | undefined;

/** Arguments with one value changed, and which. */
export type Change = { changed: Json; path: string };

/**
 * For each of the named arguments the arguments with that one changed so that it means something else, not merely written otherwise.
 * Arguments that the schema does not declare are passed over, because nothing can be expected of them.
 */
export function otherArguments(given: Json, names: readonly string[], schema: Schema): Change[] {
  return names.flatMap((name) => {
    const declared = propertyOf(schema, name);
    if (!(name in given) || declared === undefined) return [];
    const other = otherValue(given[name], declared);
    return other ? [{ changed: { ...given, [name]: other.value }, path: `${name}${other.path}` }] : [];
  });
}

type Other = { value: unknown; path: string };

function otherValue(value: unknown, schema: Json): Other | undefined {
  const choices = Array.isArray(schema.enum) ? schema.enum.filter((choice) => choice !== value) : [];
  if (choices.length > 0) return { value: choices[0], path: '' };
  if (typeof value === 'boolean') return { value: !value, path: '' };
  if (typeof value === 'number') return { value: value + 1, path: '' };
  if (typeof value === 'string') return { value: otherText(value), path: '' };
  if (Array.isArray(value)) return otherList(value, schema);
  return isObject(value) ? otherObject(value, schema) : undefined;
}

/** A number in a text is another number; the last letter of other texts is another letter. */
function otherText(text: string): string {
  const digit = /\d(?!.*\d)/s.exec(text);
  if (digit) {
    const next = String((Number(digit[0]) + 1) % 10);
    return text.slice(0, digit.index) + next + text.slice(digit.index + 1);
  }
  return /x\W*$/i.test(text) ? `${text} y` : `${text}x`;
}

function otherList(list: readonly unknown[], schema: Json): Other | undefined {
  const items = isObject(schema.items) ? schema.items : {};
  for (const [i, item] of list.entries()) {
    const other = otherValue(item, items);
    if (other) return { value: list.with(i, other.value), path: `[${i}]${other.path}` };
  }
  return undefined;
}

function otherObject(object: Json, schema: Json): Other | undefined {
  for (const [name, value] of Object.entries(object)) {
    const declared = propertyOf(schema, name);
    const other = declared && otherValue(value, declared);
    if (other) return { value: { ...object, [name]: other.value }, path: `.${name}${other.path}` };
  }
  return undefined;
}

/** Undefined for what the schema does not know; a schema that lists nothing knows everything. */
function propertyOf(schema: Schema, name: string): Json | undefined {
  const properties = isObject(schema?.properties) ? schema.properties : {};
  if (Object.keys(properties).length === 0) return {};
  const found = properties[name];
  return name in properties ? (isObject(found) ? found : {}) : undefined;
}

/** Arguments that a schema would accept. */
export function sampleArguments(schema: Schema): Json {
  const properties = isObject(schema?.properties) ? schema.properties : {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, sampleValue(isObject(each) ? each : {})]),
  );
}

function sampleValue(schema: Json): unknown {
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  if (schema.type === 'integer' || schema.type === 'number') return 7;
  if (schema.type === 'boolean') return true;
  if (schema.type === 'array') return [sampleValue(isObject(schema.items) ? schema.items : {})];
  if (schema.type === 'object') return sampleArguments(schema);
  return 'sample';
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
