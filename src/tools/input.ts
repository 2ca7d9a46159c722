import * as z from 'zod';
import { echo, Refusal } from '../domain/errors.ts';
import { asSent, cleanInput } from '../domain/redaction/as-sent.ts';

/** The parameters tools take, and the one place where a bad one gets its published sentence. */

const TYPE_WORDS: Record<string, string> = {
  int: 'number',
  record: 'JSON object',
  object: 'JSON object',
  array: 'JSON array',
};

/** Without the secrets in it, but for fields that are wanted as sent. @throws Refusal INVALID_ARGUMENT in the words of the first parameter that is wrong. */
export function parseInput<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> {
  const given = raw ?? {};
  const parsed = schema.safeParse(given);
  if (parsed.success) return cleanInput(schema, parsed.data);
  const problems = parsed.error.issues.map((issue) => words(issue, given));
  const [first] = problems;
  throw new Refusal('INVALID_ARGUMENT', first?.message ?? 'The arguments must be a JSON object', first?.hint);
}

type Words = { message: string; hint?: string };

function words(issue: z.core.$ZodIssue, given: unknown): Words {
  if (issue.code === 'unrecognized_keys') return { message: `Unknown parameter '${echo(issue.keys[0])}'` };
  const [parameter] = issue.path;
  if (parameter === undefined) return { message: 'The arguments must be a JSON object' };
  const name = String(parameter);
  const value = (given as Record<string, unknown>)[name];
  if (isBlank(value, issue)) return { message: `${name} is required and cannot be empty` };
  if (issue.code === 'too_big' && typeof value === 'string') {
    return { message: `${name} must be a string of at most ${issue.maximum} characters` };
  }
  const type = wrongType(issue, value);
  if (type) return { message: `${name} must be a ${type}` };
  const [message = '', hint] = issue.message.split('\n');
  return hint ? { message, hint } : { message };
}

function isBlank(value: unknown, issue: z.core.$ZodIssue): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'string' && value.trim() === '' && issue.code === 'invalid_format';
}

function wrongType(issue: z.core.$ZodIssue, value: unknown): string | null {
  if (issue.code === 'invalid_value') return typeof value === 'string' ? null : 'string';
  if (issue.code !== 'invalid_type') return null;
  if (typeof value === 'number' && (issue.expected === 'int' || issue.expected === 'number')) return null;
  return TYPE_WORDS[issue.expected] ?? issue.expected;
}

/** Far more than a person writes, far less than a database row holds. */
const MAX_TEXT = 20_000;

/** A required text that is not blank. */
export function requiredText(description: string, max = MAX_TEXT) {
  return z.string().regex(/\S/).max(max).meta({ description });
}

export function optionalText(description: string, max = MAX_TEXT) {
  return z.string().max(max).nullish().meta({ description });
}

/** One of a closed list, or left out; anything else is `Invalid {name} '…'` with the list. */
export function choice<const T extends readonly string[]>(name: string, values: T, description: string) {
  return oneOf(values, (value) => `Invalid ${name} '${echo(value)}'`, description);
}

/** The same in other words; the list of what is accepted follows them. */
export function oneOf<const T extends readonly string[]>(
  values: T,
  refuse: (value: unknown) => string,
  description: string,
) {
  return z
    .enum(values, { error: (issue) => `${refuse(issue.input)}\nMust be one of: ${values.join(', ')}.` })
    .nullish()
    .meta({ description });
}

/** A whole number in a range, or left out; `refuse` is the sentence for any other number. */
export function wholeNumber(range: { min: number; max?: number }, refuse: string, description: string) {
  const number = z.int({ error: refuse }).min(range.min, { error: refuse });
  return (range.max === undefined ? number : number.max(range.max, { error: refuse })).nullish().meta({ description });
}

export function flag(description: string) {
  return z.boolean().nullish().meta({ description });
}

/** A list or object passed as JSON text; the value itself is accepted too. What it holds is checked by the tool. */
export function jsonText(description: string) {
  return z.unknown().optional().meta({ type: 'string', description });
}

export const AgentNameParameter = asSent(
  requiredText('Exact name of the agent, as in its blueprint (case-sensitive).'),
);

/** @throws Refusal in the published words for a text that is not JSON, not an array, or holds other things than strings. */
export function parseTexts(parameter: string, value: unknown): string[] | null {
  if (value === undefined || value === null) return null;
  const list = typeof value === 'string' ? parseJson(parameter, value) : value;
  if (!Array.isArray(list))
    throw new Refusal('INVALID_ARGUMENT', `${parameter} must be a JSON array`, example(parameter));
  if (list.some((item) => typeof item !== 'string' || item.trim() === '')) {
    throw new Refusal('INVALID_ARGUMENT', `${parameter} must be a JSON array of strings`, example(parameter));
  }
  return list as string[];
}

/** @throws Refusal `Invalid JSON for {parameter}`. */
export function parseJson(parameter: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('INVALID_ARGUMENT', `Invalid JSON for ${parameter}`, `Pass it as JSON text.`);
  }
}

function example(parameter: string): string {
  return `Pass a list such as ["a", "b"] as ${parameter}.`;
}
