import * as z from 'zod';

/**
 * Schemas as clients are told them. Every client pays for the whole list of tools with its model's attention, so what says nothing to
 * a client is left out.
 */

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Below this level an object is only called one. */
const DEEPEST_LEVEL = 2;

/** What a caller may send, rules and all. */
export function inputSchema(schema: z.ZodType): Record<string, unknown> {
  return converted(schema, 'input', ({ jsonSchema }) => {
    // The bounds of what JavaScript can count exactly are no rule of ours.
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  });
}

/** What a caller gets, by names and types. Open to new fields and new values: a client that keeps the schema must not choke on them. */
export function outputSchema(schema: z.ZodType): Record<string, unknown> {
  return { ...outline(converted(schema, 'output'), 0) };
}

type Override = NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override'];

function converted(schema: z.ZodType, io: 'input' | 'output', override?: Override): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    ...(override ? { override } : {}),
  });
  return JSON.parse(JSON.stringify(json), splitTypes);
}

/** One type a branch: clients that know single types only reject a list of them, and the MCP Inspector warns of it. */
function splitTypes(_: string, value: unknown): unknown {
  if (!isSchema(value) || !Array.isArray(value.type)) return value;
  const { type, ...schema } = value;
  return { ...schema, anyOf: type.map((one) => ({ type: one })) };
}

/** What is always there is said of the first level only. */
function outline({ type, anyOf, properties, items, required }: JsonSchema, level: number): JsonSchema {
  const isOpen = properties === undefined || level === DEEPEST_LEVEL;
  return {
    ...(type === undefined ? {} : { type }),
    ...(anyOf ? { anyOf: anyOf.map((branch) => outline(branch, level)) } : {}),
    ...(isOpen ? {} : { properties: outlines(properties, level + 1) }),
    ...(isSchema(items) ? { items: outline(items, level) } : {}),
    ...(required && level === 0 ? { required } : {}),
  };
}

/** A field that may hold anything needs no mention: the object is open. */
function outlines(properties: Record<string, unknown>, level: number): Record<string, JsonSchema> {
  const told: Record<string, JsonSchema> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const outlined = isSchema(schema) ? outline(schema, level) : {};
    if (Object.keys(outlined).length > 0) told[name] = outlined;
  }
  return told;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
