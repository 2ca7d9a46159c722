/** The texts of a JSON Schema, each as a whole value with a canary in its place: read off the schema, so that a new field is there by itself. */

export type JsonSchema = { [key: string]: unknown };

/** A text that a schema takes: `put` makes the value with that text in this place, and whatever else is required. */
export type Field = { path: string; longest: number; put: (text: string) => unknown };

const LONGEST = 2_000;

export function fieldsOf(schema: JsonSchema, path = ''): Field[] {
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return choices.flatMap((choice: JsonSchema) => fieldsOf(choice, path));
  if (schema.enum !== undefined || 'const' in schema) return [];
  // What has to have a form takes one canary at a time, if any.
  if (schema.type === 'string') return [text(path, hasForm(schema) ? 1 : Number(schema.maxLength ?? LONGEST))];
  if (schema.type === 'array') return fieldsOf(itemsOf(schema), `${path}[]`).map((field) => wrapped(field, (v) => [v]));
  if (schema.type === 'object') return objectFields(schema, path);
  return schema.type === undefined ? anyFields(path) : [];
}

/** Whether a text has to look like something, and not only to be there. */
function hasForm({ pattern }: JsonSchema): boolean {
  return typeof pattern === 'string' && !new RegExp(pattern).test('some words: of it');
}

function text(path: string, longest: number): Field {
  return { path, longest: Math.min(longest, LONGEST), put: (given) => given };
}

function wrapped(field: Field, wrap: (value: unknown) => unknown): Field {
  return { ...field, put: (given) => wrap(field.put(given)) };
}

function itemsOf({ items }: JsonSchema): JsonSchema {
  return (items ?? {}) as JsonSchema;
}

function objectFields(schema: JsonSchema, path: string): Field[] {
  const named = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).flatMap(([name, own]) =>
    fieldsOf(own, path === '' ? name : `${path}.${name}`).map((field) =>
      wrapped(field, (value) => ({ ...(sampleOf(schema) as object), [name]: value })),
    ),
  );
  const more = schema.additionalProperties;
  if (typeof more !== 'object' || more === null) return named;
  const values = fieldsOf(more as JsonSchema, `${path}.{}`).map((field) => wrapped(field, (value) => ({ one: value })));
  const key = {
    ...text(`${path}.{key}`, LONGEST),
    put: (given: string) => ({ [given]: sampleOf(more as JsonSchema) }),
  };
  return [...named, ...values, key];
}

/** What may be anything is a text, a text deep in it, a key, a text in JSON that is itself a text, or a number under a telling key. */
function anyFields(path: string): Field[] {
  const shapes: Record<string, (given: string) => unknown> = {
    '*': (given) => given,
    '*.deep[]': (given) => ({ deep: [{ text: given }] }),
    '*.{key}': (given) => ({ [given]: 1 }),
    '*.json': (given) => JSON.stringify({ note: given }),
  };
  return Object.entries(shapes).map(([name, put]) => ({ ...text(path + name, LONGEST), put }));
}

/** The least that a schema takes. */
function sampleOf(schema: JsonSchema): unknown {
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return sampleOf(choices[0] as JsonSchema);
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ('const' in schema) return schema.const;
  if (schema.type === 'object') {
    const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
    const required = (schema.required ?? []) as string[];
    return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]));
  }
  if (schema.type === 'array') return Number(schema.minItems ?? 0) > 0 ? [sampleOf(itemsOf(schema))] : [];
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, Number(schema.minimum ?? 1));
  if (schema.type === 'boolean') return false;
  // What has a form of its own is a number, as far as we take such.
  return typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test('get_order') ? '7' : 'get_order';
}

/** The texts of a sample document: each in turn with something behind it. */
export function leavesOf(value: unknown, path = ''): Field[] {
  if (typeof value === 'string') return [{ ...text(path, LONGEST), put: (given) => `${value} ${given}` }];
  if (Array.isArray(value)) {
    return value.flatMap((item, at) =>
      leavesOf(item, `${path}[${at}]`).map((field) => wrapped(field, (changed) => value.with(at, changed))),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    leavesOf(item, path === '' ? name : `${path}.${name}`).map((field) =>
      wrapped(field, (changed) => ({ ...value, [name]: changed })),
    ),
  );
}
