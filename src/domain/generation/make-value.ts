import { describedExamples, restyled } from './described-examples.ts';
import type { Domain } from './domain.ts';
import { makeNumber } from './make-number.ts';
import { makeText } from './make-text.ts';
import { type Parameter, parameterOf, parametersIn } from './parameter.ts';
import { isSayable } from './plain-text.ts';
import type { Random } from './random.ts';
import { type SampleValues, singular } from './sample-values.ts';
import { schemaProblem } from './schema-problem.ts';
import { FIRST_NAMES } from './value-pools.ts';
import { isSchema, type ValueShape } from './value-shape.ts';

/** What a value is made from, beside its schema. */
export type Making = {
  random: Random;
  samples: SampleValues;
  domain: Domain;
  /** Which record of the samples: the values of one case belong together. */
  row: number;
  /** The day that the case is about, as `YYYY-MM-DD`. */
  day: string;
  person: { first: string; last: string };
  /** Take values from the ends of what is allowed. */
  unusual: boolean;
  /** What the tool is about; "ID" alone means its identifier. */
  noun: string;
  /** Where references of the schema start. */
  root: unknown;
};

const MAX_DEPTH = 4;

/** A value that the schema allows and a person could say: a sample, an example, or one made up. Undefined where none was found. */
export function makeValue(parameter: Parameter, making: Making, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  const allowed = (value: unknown) => isAllowed(value, parameter, making);
  return sampled(parameter, making, allowed) ?? made(parameter, making, depth).find(allowed);
}

function isAllowed(value: unknown, { shape, ceiling, avoided }: Parameter, { root }: Making): boolean {
  if (!isSpeakable(value) || avoided.includes(value)) return false;
  if (typeof value === 'number' && ceiling !== undefined && value > ceiling) return false;
  return schemaProblem(value, shape.schema, root) === undefined;
}

/** Whether every text inside can stand in a message. */
function isSpeakable(value: unknown): boolean {
  if (typeof value === 'string') return isSayable(value);
  if (Array.isArray(value)) return value.every(isSpeakable);
  return isSchema(value) ? Object.values(value).every(isSpeakable) : value !== undefined && value !== null;
}

function sampled(parameter: Parameter, { samples, row, noun }: Making, allowed: (value: unknown) => boolean): unknown {
  if (parameter.shape.choices) return undefined;
  const label = singular(parameter.label.toLowerCase());
  const keys = [`${noun} ${label}`, label, lastWords(label), ...(parameter.entity ? [parameter.entity] : [])];
  for (const key of keys) {
    const values = (samples.get(key) ?? []).filter(allowed);
    if (values.length > 0) return values[row % values.length];
  }
  return undefined;
}

/** A "new email" is an email. */
function lastWords(label: string): string {
  return label.replace(/^(?:new|old|current|updated|primary|preferred|target|source) /, '');
}

/** Candidates, the best first. */
function made(parameter: Parameter, making: Making, depth: number): unknown[] {
  const { shape } = parameter;
  if (shape.choices) return chosen(shape.choices, parameter, making);
  switch (shape.type) {
    case 'boolean':
      return [making.random.chance(0.7)];
    case 'integer':
    case 'number':
      return makeNumber(parameter, making);
    case 'array':
      return [madeList(parameter, making, depth)];
    case 'object':
      return [madeGroup(shape, making, depth)];
    default:
      return [...examples(parameter, making), ...makeText(parameter, making)];
  }
}

/** Choices that rules speak of come last, for the tools that offer no other. */
function chosen(choices: readonly unknown[], { avoided }: Parameter, { random, unusual }: Making): unknown[] {
  const scalars = choices.filter((choice) => typeof choice !== 'object');
  const free = scalars.filter((choice) => !avoided.includes(choice));
  const ordered = unusual ? free.toReversed() : random.shuffled(free);
  // "Other" says nothing.
  return ordered.toSorted((one, two) => Number(isVague(one)) - Number(isVague(two)));
}

function isVague(choice: unknown): boolean {
  return typeof choice === 'string' && /^(?:others?|unknown|none|misc|n\/a|unspecified|default)$/i.test(choice);
}

const KEEPS_EXAMPLE = 0.4;

/** An example of the description as it stands, or another one in its style. */
function examples({ shape, role, label }: Parameter, { random }: Making): unknown[] {
  if (role === 'person' || /expression|formula/.test(label)) return [];
  // Dates of one case belong together, so they are counted from its day.
  if (role === 'date' || role === 'moment') return [];
  const texts = [...describedExamples(shape.description), ...shape.examples.filter((one) => typeof one === 'string')];
  if (texts.length === 0) return [];
  const text = random.pick(texts);
  return random.chance(KEEPS_EXAMPLE) ? [text, ...texts] : [restyled(text, random), text, ...texts];
}

const USUAL_ITEMS = 2;

function madeList({ name, shape }: Parameter, making: Making, depth: number): unknown {
  const least = Math.max(1, shape.minItems);
  const wanted = making.unusual ? least : making.random.int(least, Math.max(least, USUAL_ITEMS));
  const count = Math.min(wanted, shape.maxItems);
  const item = parameterOf(singularName(name), shape.items ?? textShape(shape), true);
  const values: unknown[] = [];
  // A drawn value may have come before, so more are drawn than needed.
  for (let tries = 0; values.length < count && tries < count * 4; tries++) {
    const value = makeValue(
      item,
      { ...making, row: making.row + tries, person: another(making.person, tries) },
      depth + 1,
    );
    const known = values.some((other) => JSON.stringify(other) === JSON.stringify(value));
    if (value !== undefined && !known) values.push(value);
  }
  return values;
}

function singularName(name: string): string {
  return name.replace(/(?<=[a-z])(?:_?list|_?array)$/i, '').replace(/(?<=[a-z]{2})(?<!s|u|i)s$/, '');
}

function textShape(shape: ValueShape): ValueShape {
  return { ...shape, type: 'string', schema: { type: 'string' }, examples: [], items: undefined };
}

/** Fellow travellers, other attendees: the same family, another first name. */
function another(person: Making['person'], turns: number): Making['person'] {
  const at = FIRST_NAMES.indexOf(person.first) + turns;
  return { ...person, first: FIRST_NAMES[at % FIRST_NAMES.length] ?? person.first };
}

/** Of a group where nothing is required. */
const MOST_FIELDS = 4;

function madeGroup(shape: ValueShape, making: Making, depth: number): unknown {
  const all = parametersIn(shape);
  const needed = all.filter(({ required }) => required);
  const fields: [string, unknown][] = [];
  for (const parameter of needed.length > 0 ? needed : all.slice(0, MOST_FIELDS)) {
    const value = makeValue(parameter, making, depth + 1);
    if (value !== undefined) fields.push([parameter.name, value]);
    else if (parameter.required) return undefined;
  }
  return Object.fromEntries(fields);
}
