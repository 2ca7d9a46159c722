import * as z from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * A schema as clients are told it, without what says nothing to them: every client pays for the whole list of tools with its model's
 * attention. Output stays open to fields that are added later.
 */
export function wireSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const override = ({ jsonSchema }: { jsonSchema: JsonSchema }) => {
    dropSafeBounds(jsonSchema);
    foldNull(jsonSchema);
    if (io === 'output') delete jsonSchema.additionalProperties;
  };
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override });
  return json as Record<string, unknown>;
}

/** The bounds of what JavaScript can count exactly are no rule of ours. */
function dropSafeBounds(schema: JsonSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** `anyOf: [{ type: "string" }, { type: "null" }]` is `type: ["string", "null"]`. */
function foldNull(schema: JsonSchema): void {
  const [one, other, ...more] = schema.anyOf ?? [];
  if (!one || other?.type !== 'null' || more.length > 0) return;
  if (typeof one.type !== 'string' || one.enum) return;
  delete schema.anyOf;
  Object.assign(schema, one, { type: [one.type, 'null'] });
}
