/**
 * The part of a parameter's JSON Schema that comparing arguments needs, taken out once per tool table.
 * https://json-schema.org/draft/2020-12 ; `$ref` is followed inside the same schema only.
 */
export type SchemaNode = {
  /** Empty where the schema does not say. */
  types: ReadonlySet<string>;
  /** Undefined where the schema does not list properties. */
  properties: ReadonlyMap<string, SchemaNode> | undefined;
  required: ReadonlySet<string>;
  /** Whether properties outside the list are welcome by the schema's own word. */
  open: boolean;
  items: SchemaNode | undefined;
  /** The schema says that the order of the items means nothing. */
  unordered: boolean;
  /** A closed choice (`enum`, `const`) and no free text. */
  closedChoice: boolean;
  default: unknown;
};

type Schema = Record<string, unknown>;

/** Deeper levels are compared without a schema. */
const MAX_DEPTH = 64;
const MAX_HOPS = 12;
const NONE: ReadonlySet<string> = new Set();

export const ANY_NODE: SchemaNode = {
  types: NONE,
  properties: undefined,
  required: NONE,
  open: false,
  items: undefined,
  unordered: false,
  closedChoice: false,
  default: undefined,
};

export function schemaNode(schema: unknown): SchemaNode {
  return isSchema(schema) ? compile(schema, { root: schema, done: new Map() }, 0) : ANY_NODE;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each schema object is compiled once, so that one that refers to itself becomes a circle and not an endless tree. */
type Work = { root: Schema; done: Map<Schema, SchemaNode> };

function compile(given: Schema, work: Work, depth: number): SchemaNode {
  const known = work.done.get(given);
  if (known) return known;
  const node = { ...ANY_NODE };
  if (depth > MAX_DEPTH) return node;
  work.done.set(given, node);
  return Object.assign(node, describe(resolve(given, work.root), work, depth));
}

function describe(schema: Schema, work: Work, depth: number): SchemaNode {
  const child = (value: unknown) => (isSchema(value) ? compile(value, work, depth + 1) : ANY_NODE);
  const properties = isSchema(schema.properties)
    ? new Map(Object.entries(schema.properties).map(([key, value]) => [key, child(value)]))
    : undefined;
  return {
    types: typesOf(schema),
    properties,
    required: new Set(stringsIn(schema.required)),
    open: isOpen(schema),
    items: isSchema(schema.items) ? child(schema.items) : undefined,
    unordered: isUnordered(schema),
    closedChoice: Array.isArray(schema.enum) || 'const' in schema,
    default: schema.default,
  };
}

/** Follows `$ref`, folds `allOf` in, and takes the one branch of `anyOf`/`oneOf` that is not null: how optional values are written. */
function resolve(given: Schema, root: Schema): Schema {
  let schema = given;
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    const inner = innerSchemas(schema, root);
    if (inner === undefined) return schema;
    const { $ref: _ref, allOf: _all, anyOf: _any, oneOf: _one, ...own } = schema;
    schema = Object.assign({}, ...inner, own);
  }
  return schema;
}

function innerSchemas(schema: Schema, root: Schema): Schema[] | undefined {
  if (typeof schema.$ref === 'string') return [pointedAt(schema.$ref, root) ?? {}];
  if (Array.isArray(schema.allOf)) return schema.allOf.filter(isSchema);
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray)?.filter(isSchema);
  if (!branches) return undefined;
  const solid = branches.filter((branch) => branch.type !== 'null');
  return solid.length === 1 ? solid : [{ type: branches.flatMap((branch) => [...typesOf(branch)]) }];
}

function pointedAt(ref: string, root: Schema): Schema | undefined {
  if (!ref.startsWith('#/')) return undefined;
  let target: unknown = root;
  for (const step of ref.slice(2).split('/')) {
    if (!isSchema(target)) return undefined;
    target = Object.hasOwn(target, step) ? target[step] : undefined;
  }
  return isSchema(target) ? target : undefined;
}

function typesOf(schema: Schema): Set<string> {
  return new Set(typeof schema.type === 'string' ? [schema.type] : stringsIn(schema.type));
}

function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function isOpen({ additionalProperties, patternProperties }: Schema): boolean {
  return additionalProperties === true || isSchema(additionalProperties) || isSchema(patternProperties);
}

const SAYS_UNORDERED = /\b(?:any order|order (?:does not|doesn't) matter|unordered)\b/i;

function isUnordered({ uniqueItems, description }: Schema): boolean {
  if (uniqueItems === true) return true;
  return typeof description === 'string' && SAYS_UNORDERED.test(description);
}
