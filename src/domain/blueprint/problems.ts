import type * as z from 'zod';
import { echo, Refusal } from '../errors.ts';

const MAX_PROBLEMS = 10;

const KINDS: Record<string, string> = {
  string: 'a string',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
};

/** What a list inside a blueprint holds, by the path of the list. */
const OWNERS: Record<string, string> = { tools: 'tool', 'workflow.chains': 'chain' };

type Path = readonly PropertyKey[];

/** The refusal of a blueprint: its message is the first problem, `details.problems` the first ten. */
export function invalidBlueprint(problems: string[]): Refusal {
  const [first = 'Document cannot be read'] = problems;
  const details = { problems: problems.slice(0, MAX_PROBLEMS) };
  return new Refusal('INVALID_BLUEPRINT', `Blueprint validation failed. ${first}`, undefined, details);
}

/** `tools[0].parameters.user_id`; keys are the caller's words and are shortened like any echo. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text ? `${text}.${echo(String(part))}` : echo(String(part));
  }, '');
}

/** The sentence for a value outside its list or rule. */
export function invalidValue(path: Path, value: unknown, accepted: string): string {
  return `Invalid value for '${pathText(path)}': '${echo(value)}'. Accepted: ${accepted}`;
}

/** One Zod issue as a sentence; the issue must carry its input (`reportInput`). */
export function problemText(issue: z.core.$ZodIssue, root: unknown): string {
  if (issue.input === undefined && issue.code !== 'custom') return missing(issue.path, root);
  switch (issue.code) {
    case 'invalid_value':
      return invalidValue(issue.path, issue.input, issue.values.join(', '));
    case 'invalid_type':
      return `Field '${pathText(issue.path)}' must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
    case 'too_small':
      if (issue.origin === 'array') return `Field '${pathText(issue.path)}' must have at least ${issue.minimum} entry`;
      return `Field '${pathText(issue.path)}' must be ${issue.minimum} or more`;
    case 'too_big':
      return `Field '${pathText(issue.path)}' must be ${issue.maximum} or less`;
    default:
      return invalidValue(issue.path, issue.input, issue.message);
  }
}

function missing(path: Path, root: unknown): string {
  const field = `Required field '${pathText(path.slice(-1))}' is missing`;
  const parent = path.slice(0, -1);
  if (parent.length === 0) return field;
  const owner = OWNERS[pathText(parent.slice(0, -1))];
  if (!owner) return `${field} in '${pathText(parent)}'`;
  const name = valueAt(root, [...parent, 'name']);
  return typeof name === 'string'
    ? `${field} in ${owner} '${echo(name)}'`
    : `${field} in ${owner} at index ${String(parent.at(-1))}`;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}
