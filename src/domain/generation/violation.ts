import { ISO_DAY } from './calendar.ts';
import type { Parameter } from './parameter.ts';
import type { CallMaking } from './planned-call.ts';
import type { Random } from './random.ts';
import { schemaProblem } from './schema-problem.ts';
import type { ToolFacts } from './tool-facts.ts';
import type { ValueShape } from './value-shape.ts';

type Violation = { value: unknown; why: string };

const STRANGE_CHOICES = ['platinum', 'weekend', 'deluxe', 'violet', 'express plus', 'family size'];
const STRANGE_BY_LABEL: readonly { label: RegExp; words: readonly string[] }[] = [
  { label: /unit/, words: ['nautical', 'cubits'] },
  { label: /environment|stage/, words: ['sandbox', 'the old cluster'] },
  { label: /priority|severity|urgency/, words: ['ultra', 'red alert'] },
  { label: /cabin|class/, words: ['premium suite', 'first class deluxe'] },
  { label: /currency/, words: ['bitcoin', 'doubloons'] },
  { label: /status|state/, words: ['half finished', 'sort of open'] },
  { label: /reason/, words: ['no longer pretty', 'just because'] },
  { label: /language/, words: ['Klingon', 'Latin'] },
  { label: /method/, words: ['barter', 'cash in an envelope'] },
];
const LONGEST = 60;

function strangeChoices(label: string, random: Random): string[] {
  const own = STRANGE_BY_LABEL.find((strange) => strange.label.test(label))?.words ?? [];
  return [...random.shuffled(own), ...random.shuffled(STRANGE_CHOICES)];
}

/** Whether a schema keeps anything out that a person could say. */
export function isLimited({ shape, role }: Parameter): boolean {
  const { choices, maximum, minimum, pattern, maxLength, type } = shape;
  if (choices) return choices.every((choice) => typeof choice === 'string') && choices.length > 1;
  if (maximum !== undefined || minimum !== undefined || pattern !== undefined || type === 'integer') return true;
  return maxLength <= LONGEST || role === 'email' || (role === 'date' && type === 'string');
}

/** A value beside what the schema allows, as a person would say it, and what is wrong with it. `good` is one that it allows. */
export function violation(
  parameter: Parameter,
  tool: ToolFacts,
  good: unknown,
  { random }: CallMaking,
): Violation | undefined {
  const { shape } = parameter;
  const isRefused = ({ value, why }: Violation) =>
    why === NO_SUCH_DAY || schemaProblem(value, shape.schema, tool.schema) !== undefined;
  const found = [
    ...wrongChoices(shape, strangeChoices(parameter.label, random)),
    ...wrongNumbers(shape),
    ...wrongTexts(parameter, good),
  ];
  return found.find(isRefused);
}

function wrongChoices({ choices }: ValueShape, strange: string[]): Violation[] {
  if (!choices) return [];
  const known = new Set(choices.map((choice) => String(choice).toLowerCase().replace(/[_-]/g, ' ')));
  return strange.filter((word) => !known.has(word)).map((value) => ({ value, why: 'it is not one of the choices' }));
}

function wrongNumbers({ type, minimum, maximum, choices }: ValueShape): Violation[] {
  if ((type !== 'number' && type !== 'integer') || choices) return [];
  const found: Violation[] = [];
  if (maximum !== undefined) found.push({ value: beyond(maximum), why: `the most allowed is ${maximum}` });
  if (minimum !== undefined) found.push({ value: Math.ceil(minimum) - 1, why: `the least allowed is ${minimum}` });
  if (type === 'integer') found.push({ value: (minimum ?? 1) + 1.5, why: 'it has to be a whole number' });
  return found;
}

function beyond(maximum: number): number {
  const step = Math.max(1, Math.round(Math.abs(maximum) * 0.4));
  return Math.floor(maximum) + step;
}

const NO_SUCH_DAY = 'there is no such day';

function wrongTexts({ role, shape }: Parameter, good: unknown): Violation[] {
  if (typeof good !== 'string' || shape.choices) return [];
  const found: Violation[] = [];
  if (role === 'email') found.push({ value: good.replace(/@.*$/, ' at harborview'), why: 'it is no e-mail address' });
  if (ISO_DAY.test(good)) found.push({ value: `${good.slice(0, 4)}-02-30`, why: NO_SUCH_DAY });
  if (shape.pattern !== undefined) {
    if (/\w\w$/.test(good)) found.push({ value: good.slice(0, -1), why: 'it is one character short' });
    found.push({ value: `${good}-77`, why: 'it does not look like one' });
    found.push({ value: `${good.slice(0, 2)} unknown`, why: 'it does not look like one' });
  }
  if (shape.maxLength <= LONGEST)
    found.push({ value: tooLong(good, shape.maxLength), why: `the longest allowed is ${shape.maxLength} characters` });
  return found.filter(({ value }) => typeof value === 'string' && value.trim() !== '');
}

function tooLong(good: string, maxLength: number): string {
  return `${good} `.repeat(Math.ceil((maxLength + 2) / (good.length + 1))).trim();
}
