import { isObject, type Raw } from './raw.ts';

/** Words people write for a type, and what JSON Schema calls it. */
const TYPES = new Map<string, Raw>([
  ['string', { type: 'string' }],
  ['str', { type: 'string' }],
  ['text', { type: 'string' }],
  ['integer', { type: 'integer' }],
  ['int', { type: 'integer' }],
  ['number', { type: 'number' }],
  ['float', { type: 'number' }],
  ['decimal', { type: 'number' }],
  ['boolean', { type: 'boolean' }],
  ['bool', { type: 'boolean' }],
  ['array', { type: 'array' }],
  ['list', { type: 'array' }],
  ['object', { type: 'object' }],
  ['dict', { type: 'object' }],
  ['map', { type: 'object' }],
  ['any', {}],
  ['date', { type: 'string', format: 'date' }],
  ['datetime', { type: 'string', format: 'date-time' }],
  ['email', { type: 'string', format: 'email' }],
  ['uuid', { type: 'string', format: 'uuid' }],
  ['uri', { type: 'string', format: 'uri' }],
  ['url', { type: 'string', format: 'uri' }],
]);

/** A longer text is no type. */
const MAX_TYPE_CHARS = 60;
const NULLS = ['null', 'none', 'undefined'];
const LIST_OF = /^(?:list|array)\s*[[<](.+)[\]>]$|^(.+)\[\]$/;

/**
 * A tool's parameters as JSON Schema. A map of name → type word (`user_id: string`, `note: string?`) or name → schema
 * becomes an object schema, every name required unless marked optional; a JSON Schema and anything else stay as they are.
 */
export function parametersSchema(value: unknown): unknown {
  if (!isObject(value) || isJsonSchema(value) || Object.keys(value).length === 0) return value;
  const parameters = Object.entries(value).map(([name, said]) => ({ name, ...parameter(said) }));
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ optional }) => !optional).map(({ name }) => name),
  };
}

function isJsonSchema(value: Raw): boolean {
  return (
    value.type === 'object' ||
    typeof value.$ref === 'string' ||
    typeof value.$schema === 'string' ||
    typeof value.additionalProperties === 'boolean' ||
    Array.isArray(value.required) ||
    ['anyOf', 'oneOf', 'allOf'].some((key) => Array.isArray(value[key])) ||
    (isObject(value.properties) && !isSchemaOfOneParameter(value.properties))
  );
}

/** `{properties: {type: array}}` is a parameter that happens to be called properties. */
function isSchemaOfOneParameter(value: Raw): boolean {
  return typeof value.type === 'string' && TYPES.has(value.type);
}

function parameter(said: unknown): { schema: unknown; optional: boolean } {
  if (typeof said === 'string') return fromWords(said);
  if (Array.isArray(said)) return { schema: { enum: said }, optional: false };
  if (!isObject(said)) return { schema: {}, optional: false };
  const { required, optional, ...schema } = said;
  if (typeof required !== 'boolean' && typeof optional !== 'boolean')
    return { schema: said, optional: 'default' in said };
  return { schema, optional: required === false || optional === true };
}

/** `string`, `int?`, `optional string`, `string (optional)`, `string | null`, `list[string]`; other words become the description. */
function fromWords(said: string): { schema: Raw; optional: boolean } {
  if (said.length > MAX_TYPE_CHARS) return { schema: { description: said.trim() }, optional: false };
  const words = said.trim().toLowerCase();
  const kinds = words
    .replace(/^optional\b|[\s,(]*\boptional\b\)?$/g, '')
    .replace(/\?$/, '')
    .split('|')
    .map((kind) => kind.trim());
  const named = kinds.filter((kind) => !NULLS.includes(kind));
  const optional = /\boptional\b|\?$/.test(words) || named.length < kinds.length;
  const schemas = named.map(typeSchema);
  if (schemas.length === 0 || schemas.some((schema) => !schema))
    return { schema: { description: said.trim() }, optional };
  return { schema: schemas.length === 1 ? { ...schemas[0] } : { anyOf: schemas }, optional };
}

function typeSchema(word: string): Raw | undefined {
  const items = LIST_OF.exec(word);
  if (!items) return TYPES.get(word);
  const schema = TYPES.get((items[1] ?? items[2] ?? '').trim());
  return schema && { type: 'array', items: schema };
}
