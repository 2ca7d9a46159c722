/**
 * The parts of a parameter's JSON Schema that making a value needs. Only a guide: what was made is held against the schema itself
 * (`schemaProblem`), so that a part misread here costs a value and never makes a wrong one.
 */
export type ValueShape = {
  type: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'any';
  choices: readonly unknown[] | undefined;
  examples: readonly unknown[];
  description: string;
  minimum: number | undefined;
  maximum: number | undefined;
  step: number | undefined;
  minLength: number;
  maxLength: number;
  pattern: string | undefined;
  format: string | undefined;
  properties: ReadonlyMap<string, ValueShape>;
  required: ReadonlySet<string>;
  items: ValueShape | undefined;
  minItems: number;
  maxItems: number;
  /** The schema as it was given, after references. */
  schema: JsonSchema;
};

export type JsonSchema = Record<string, unknown>;

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MAX_HOPS = 12;
const MAX_DEPTH = 12;
const MAX_DESCRIPTION = 600;

/** Each schema object is read once, so that one that refers to itself becomes a circle and not an endless tree. */
type Work = { root: JsonSchema; done: Map<JsonSchema, ValueShape> };

export function valueShape(schema: unknown): ValueShape {
  const root = isSchema(schema) ? schema : {};
  return read(root, { root, done: new Map() }, 0);
}

function read(given: JsonSchema, work: Work, depth: number): ValueShape {
  const known = work.done.get(given);
  if (known) return known;
  const shape = emptyShape();
  work.done.set(given, shape);
  if (depth > MAX_DEPTH) return shape;
  return Object.assign(shape, describe(resolved(given, work.root), work, depth));
}

function emptyShape(): ValueShape {
  return {
    type: 'any',
    choices: undefined,
    examples: [],
    description: '',
    ...limitsOf({}),
    properties: new Map(),
    required: new Set(),
    items: undefined,
    schema: {},
  };
}

function describe(schema: JsonSchema, work: Work, depth: number): ValueShape {
  const fields = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  return {
    type: typeOf(schema),
    choices: choicesOf(schema),
    examples: [schema.default, schema.example, ...listIn(schema.examples)].filter((one) => one !== undefined),
    description: typeof schema.description === 'string' ? schema.description.slice(0, MAX_DESCRIPTION) : '',
    ...limitsOf(schema),
    properties: new Map(fields.map(([name, value]) => [name, read(isSchema(value) ? value : {}, work, depth + 1)])),
    required: new Set(listIn(schema.required).filter((name) => typeof name === 'string')),
    items: isSchema(schema.items) ? read(schema.items, work, depth + 1) : undefined,
    schema,
  };
}

function limitsOf(schema: JsonSchema) {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = schema;
  return {
    minimum: highest(numberIn(minimum), above(exclusiveMinimum, schema)),
    maximum: lowest(numberIn(maximum), below(exclusiveMaximum, schema)),
    step: numberIn(multipleOf),
    minLength: numberIn(schema.minLength) ?? 0,
    maxLength: numberIn(schema.maxLength) ?? Number.POSITIVE_INFINITY,
    pattern: typeof schema.pattern === 'string' ? schema.pattern : undefined,
    format: typeof schema.format === 'string' ? schema.format : undefined,
    minItems: numberIn(schema.minItems) ?? 0,
    maxItems: numberIn(schema.maxItems) ?? Number.POSITIVE_INFINITY,
  };
}

const STEP_INSIDE = 0.01;

function stepInside({ type }: JsonSchema): number {
  return type === 'integer' ? 1 : STEP_INSIDE;
}

/** A number, as drafts since 6 have it, or `true` beside `minimum`, as draft 4 had it. */
function above(exclusive: unknown, schema: JsonSchema): number | undefined {
  const limit = exclusive === true ? numberIn(schema.minimum) : numberIn(exclusive);
  return limit === undefined ? undefined : limit + stepInside(schema);
}

function below(exclusive: unknown, schema: JsonSchema): number | undefined {
  const limit = exclusive === true ? numberIn(schema.maximum) : numberIn(exclusive);
  return limit === undefined ? undefined : limit - stepInside(schema);
}

function highest(...values: (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length > 0 ? Math.max(...given) : undefined;
}

function lowest(...values: (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length > 0 ? Math.min(...given) : undefined;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'array'] as const;

function typeOf(schema: JsonSchema): ValueShape['type'] {
  const named = typeof schema.type === 'string' ? [schema.type] : listIn(schema.type);
  const known = TYPES.find((type) => named.includes(type));
  if (known) return known;
  if (isSchema(schema.properties)) return 'object';
  return isSchema(schema.items) ? 'array' : 'any';
}

function choicesOf(schema: JsonSchema): readonly unknown[] | undefined {
  if ('const' in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum.filter((choice) => choice !== null) : undefined;
}

/** Follows `$ref`, folds `allOf` in, and takes the first branch of `anyOf` and `oneOf` that is not null. */
function resolved(given: JsonSchema, root: JsonSchema): JsonSchema {
  let schema = given;
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    const inner = innerSchemas(schema, root);
    if (inner === undefined) return schema;
    const { $ref: _ref, allOf: _all, anyOf: _any, oneOf: _one, ...own } = schema;
    schema = inner.reduce(merged, own);
  }
  return schema;
}

function merged(own: JsonSchema, inner: JsonSchema): JsonSchema {
  const properties = { ...(isSchema(inner.properties) ? inner.properties : {}), ...(own.properties as object) };
  const required = [...listIn(inner.required), ...listIn(own.required)];
  return {
    ...inner,
    ...own,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

function innerSchemas(schema: JsonSchema, root: JsonSchema): JsonSchema[] | undefined {
  if (typeof schema.$ref === 'string') return [pointedAt(schema.$ref, root) ?? {}];
  if (Array.isArray(schema.allOf)) return schema.allOf.filter(isSchema);
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray)?.filter(isSchema);
  return branches?.filter(({ type }) => type !== 'null').slice(0, 1);
}

/** A `$ref` inside the same schema; undefined for one that leads out of it or nowhere. */
export function pointedAt(ref: string, root: JsonSchema): JsonSchema | undefined {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let target: unknown = root;
  for (const step of ref.slice(2).split('/')) {
    if (!isSchema(target)) return undefined;
    target = Object.hasOwn(target, step) ? target[step] : undefined;
  }
  return isSchema(target) ? target : undefined;
}
