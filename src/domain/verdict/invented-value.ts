import { decimalValue } from './decimal.ts';
import type { Scene } from './scene.ts';
import { textOf } from './transcript.ts';
import { inWords } from './wording.ts';

/** A number that the agent stated and that nobody had told it. */
export type Invention = { step: number; value: string; quote: string };

const MAX_CHARS = 262_144;
const CONTEXT_CHARS = 60;
const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
/** Dates in words, versions, numbers. */
const VALUE = new RegExp(
  `\\b(?:(\\d{1,2})(?:st|nd|rd|th)? (?:of )?(${MONTHS})[a-z]*|(${MONTHS})[a-z]* (\\d{1,2})(?:st|nd|rd|th)?)\\b|\\d+(?:\\.\\d+){2,}|\\d[\\d,]*(?:\\.\\d+)?`,
  'gi',
);
const ISO_DATE = /\b\d{4}-(\d\d)-(\d\d)/g;
const DIGITS = /\d+/g;

/**
 * The first specific value (a date, a version, a number of two digits or more or with a unit) in the agent's words that nobody had told it: no user, no
 * instruction, no answer of a tool. What it sent to a tool is its own word too. Undefined too where not all answers are known and the value may come from one.
 */
export function inventedValue(scene: Scene): Invention | undefined {
  const { calls = [], said } = scene;
  if (calls.some(({ tool, result, failed }) => tool.kind === 'read' && !failed && isUnknown(result))) return undefined;
  const known = knownValues(scene);
  for (const { step, text } of said) {
    for (const found of text.matchAll(VALUE)) {
      const [written] = found;
      if (!isSpecific(found) || isKnown(found, known)) continue;
      const quote = text.slice(Math.max(0, found.index - CONTEXT_CHARS), found.index + written.length + CONTEXT_CHARS);
      return { step, value: written, quote: quote.trim() };
    }
  }
  return undefined;
}

function isSpecific(found: RegExpExecArray): boolean {
  const [written, day, , , dayBehind] = found;
  if (day !== undefined || dayBehind !== undefined || written.replace(/\D/g, '').length > 1) return true;
  const { input, index } = found;
  return (
    UNIT.test(input.slice(index + written.length, index + written.length + 10)) ||
    /\p{Sc}\s?$/u.test(input.slice(Math.max(0, index - 2), index))
  );
}

const UNIT =
  /^\s?(?:%|\p{Sc}|(?:[kmgt]b|kg|g|km|m|cm|kwh|am|pm|eur|usd|euros?|dollars?|hours?|minutes?|days?|weeks?|months?|years?)\b)/iu;

function isUnknown(result: unknown): boolean {
  return result === undefined || result === null;
}

function knownValues({ result, messages, calls = [] }: Scene): Set<string> {
  const known = new Set<string>();
  const add = (text: string) => {
    for (const found of text.matchAll(VALUE)) known.add(specificValue(found));
    for (const [, month = '', day = ''] of text.matchAll(ISO_DATE)) known.add(`${Number(month)}/${Number(day)}`);
    for (const [digits] of text.matchAll(DIGITS)) known.add(decimalValue(digits));
  };
  add(result.user_message);
  for (const message of messages) if (message.role === 'user' || message.role === 'system') add(textOf(message));
  for (const { result: told } of calls) add(typeof told === 'string' ? told : inWords(told ?? '', MAX_CHARS));
  return known;
}

/** A time or a range is known by its parts; a date and a version are not. */
function isKnown(found: RegExpExecArray, known: ReadonlySet<string>): boolean {
  const value = specificValue(found);
  if (known.has(value)) return true;
  const isWhole = value.includes('/') || value.split('.').length > 2;
  return !isWhole && (found[0].match(DIGITS) ?? []).every((digits) => known.has(decimalValue(digits)));
}

/** One spelling for a value: `6/2` for 2 June. */
function specificValue([written, day, month, monthBefore, dayBehind]: RegExpExecArray): string {
  const named = (month ?? monthBefore)?.toLowerCase();
  if (named) return `${MONTHS.split('|').indexOf(named) + 1}/${Number(day ?? dayBehind)}`;
  if (written.split('.').length > 2) return written;
  const [whole = '', fraction] = written.replaceAll(',', '').split('.');
  return decimalValue(whole, fraction);
}
