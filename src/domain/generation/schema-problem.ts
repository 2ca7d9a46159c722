import { isEqual } from '../verdict/equality.ts';
import { isValidPattern, matches } from '../verdict/patterns.ts';
import { isSchema, type JsonSchema, listIn, pointedAt } from './value-shape.ts';

/** More steps than this are for no schema that people write; what is left counts as satisfied. */
const MAX_STEPS = 5_000;
const MAX_HOPS = 20;

type Check = { root: JsonSchema; steps: number };
type Rule = (value: unknown, schema: JsonSchema, check: Check, depth: number) => string | undefined;

/**
 * What is wrong with a value by a JSON Schema (https://json-schema.org/draft/2020-12); undefined if nothing is. Knows the keywords that
 * tools use; an unknown keyword, a reference that leads nowhere and a pattern that RE2 cannot run say nothing.
 * References start at `root`, where the schema is a part of another one.
 */
export function schemaProblem(value: unknown, schema: unknown, root: unknown = schema): string | undefined {
  return problem(value, schema, { root: isSchema(root) ? root : {}, steps: 0 }, 0);
}

function problem(value: unknown, schema: unknown, check: Check, depth: number): string | undefined {
  if (schema === false) return 'is not allowed';
  if (!isSchema(schema) || depth > MAX_HOPS || ++check.steps > MAX_STEPS) return undefined;
  for (const rule of RULES) {
    const found = rule(value, schema, check, depth);
    if (found !== undefined) return found;
  }
  return undefined;
}

const referred: Rule = (value, { $ref }, check, depth) => {
  if (typeof $ref !== 'string') return undefined;
  return problem(value, pointedAt($ref, check.root), check, depth + 1);
};

const combined: Rule = (value, schema, check, depth) => {
  for (const part of listIn(schema.allOf)) {
    const found = problem(value, part, check, depth + 1);
    if (found !== undefined) return found;
  }
  for (const branches of [schema.anyOf, schema.oneOf]) {
    if (!Array.isArray(branches) || branches.length === 0) continue;
    const fits = branches.some((branch) => problem(value, branch, check, depth + 1) === undefined);
    if (!fits) return 'fits none of the alternatives';
  }
  return undefined;
};

const typed: Rule = (value, { type }) => {
  const types = typeof type === 'string' ? [type] : listIn(type).filter((one) => typeof one === 'string');
  if (types.length === 0 || types.some((one) => isOfType(value, one))) return undefined;
  return `is not of type ${types.join(' or ')}`;
};

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isSchema(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return true;
  }
}

const chosen: Rule = (value, schema) => {
  if ('const' in schema && !isEqual(schema.const, value)) return 'is not the one value allowed';
  if (!Array.isArray(schema.enum) || schema.enum.some((choice) => isEqual(choice, value))) return undefined;
  return 'is not in the list of choices';
};

const bounded: Rule = (value, schema) => {
  if (typeof value !== 'number') return undefined;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === 'number' && value < minimum) return `is below ${minimum}`;
  if (typeof maximum === 'number' && value > maximum) return `is above ${maximum}`;
  const floor = exclusiveMinimum === true ? minimum : exclusiveMinimum;
  const ceiling = exclusiveMaximum === true ? maximum : exclusiveMaximum;
  if (typeof floor === 'number' && value <= floor) return `is not above ${floor}`;
  if (typeof ceiling === 'number' && value >= ceiling) return `is not below ${ceiling}`;
  return typeof multipleOf === 'number' && !isMultiple(value, multipleOf)
    ? `is no multiple of ${multipleOf}`
    : undefined;
};

/** Room for the rounding of binary fractions: 0.3 is a multiple of 0.1. */
const ROUNDING = 1e-9;

function isMultiple(value: number, step: number): boolean {
  const times = value / step;
  return step <= 0 || Math.abs(times - Math.round(times)) <= ROUNDING * Math.max(1, Math.abs(times));
}

const written: Rule = (value, { minLength, maxLength, pattern, format }) => {
  if (typeof value !== 'string') return undefined;
  const length = [...value].length;
  if (typeof minLength === 'number' && length < minLength) return `is shorter than ${minLength}`;
  if (typeof maxLength === 'number' && length > maxLength) return `is longer than ${maxLength}`;
  if (typeof pattern === 'string' && isValidPattern(pattern) && !matches(pattern, value)) return 'breaks the pattern';
  const shape = typeof format === 'string' ? FORMATS.get(format) : undefined;
  return shape && !shape.test(value) ? `is no ${format}` : undefined;
};

const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?';
const DATE = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';

const FORMATS: ReadonlyMap<string, RegExp> = new Map([
  ['email', /^[^\s@]+@[^\s@]+\.[^\s@]+$/],
  ['date', new RegExp(`^${DATE}$`)],
  ['date-time', new RegExp(`^${DATE}[Tt ]${TIME}(?:[Zz]|[+-]\\d\\d:?\\d\\d)$`)],
  ['time', new RegExp(`^${TIME}(?:[Zz]|[+-]\\d\\d:?\\d\\d)?$`)],
  ['uuid', /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i],
  ['uri', /^[a-z][a-z\d+.-]*:\S+$/i],
  ['url', /^[a-z][a-z\d+.-]*:\S+$/i],
  ['ipv4', /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/],
]);

const listed: Rule = (value, schema, check, depth) => {
  if (!Array.isArray(value)) return undefined;
  const { minItems, maxItems, uniqueItems, items } = schema;
  if (typeof minItems === 'number' && value.length < minItems) return `has fewer than ${minItems} items`;
  if (typeof maxItems === 'number' && value.length > maxItems) return `has more than ${maxItems} items`;
  if (uniqueItems === true && new Set(value.map((item) => JSON.stringify(item))).size < value.length)
    return 'repeats an item';
  return firstProblem(value.map((item, i) => () => within(`[${i}]`, problem(item, items, check, depth + 1))));
};

const grouped: Rule = (value, schema, check, depth) => {
  if (!isSchema(value)) return undefined;
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const missing = listIn(schema.required).find((name) => typeof name === 'string' && !Object.hasOwn(value, name));
  if (missing !== undefined) return `lacks ${String(missing)}`;
  return firstProblem(
    Object.entries(value).map(([name, item]) => () => {
      if (Object.hasOwn(properties, name)) return within(name, problem(item, properties[name], check, depth + 1));
      if (isSchema(schema.patternProperties)) return undefined;
      return within(name, problem(item, schema.additionalProperties, check, depth + 1));
    }),
  );
};

function firstProblem(checks: (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}

function within(name: string, found: string | undefined): string | undefined {
  return found === undefined ? undefined : `${name} ${found}`;
}

const RULES: readonly Rule[] = [referred, combined, typed, chosen, bounded, written, listed, grouped];
