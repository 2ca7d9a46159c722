import { Pattern, type Span } from '../pattern/pattern.ts';
import { PatternError } from '../pattern/syntax.ts';

/** Patterns that users write, each compiled once. */

const MAX_KEPT = 100;
const kept = new Map<string, Pattern | undefined>();

const FLAGS = 'gimsu';

export function isValidPattern(pattern: string): boolean {
  return compiled(pattern, '') !== undefined;
}

/** False for text that is written as a `/pattern/` and does not compile; anything else is plain text and fine. */
export function isValidFact(fact: string): boolean {
  const written = slashed(fact);
  return written === undefined || compiled(written.pattern, written.flags) !== undefined;
}

/** Whether a pattern is found anywhere in a text; one that does not compile is looked for as it stands. */
export function matches(pattern: string, text: string): boolean {
  return compiled(pattern, '')?.test(text) ?? text.includes(pattern);
}

/** The pattern in `/…/` or `/…/i`; undefined for plain text and for a pattern that does not compile. */
export function patternIn(fact: string): ((text: string) => Span | undefined) | undefined {
  const written = slashed(fact);
  const pattern = written && compiled(written.pattern, written.flags);
  if (!pattern) return undefined;
  return (text) => pattern.find(text);
}

function slashed(fact: string): { pattern: string; flags: string } | undefined {
  const end = fact.lastIndexOf('/');
  if (!fact.startsWith('/') || end < 2) return undefined;
  const flags = fact.slice(end + 1);
  return [...flags].every((flag) => FLAGS.includes(flag)) ? { pattern: fact.slice(1, end), flags } : undefined;
}

function compiled(pattern: string, flags: string): Pattern | undefined {
  const name = `${flags}/${pattern}`;
  if (kept.has(name)) return kept.get(name);
  if (kept.size >= MAX_KEPT) kept.clear();
  const result = compile(pattern, flags);
  kept.set(name, result);
  return result;
}

function compile(pattern: string, flags: string): Pattern | undefined {
  try {
    return new Pattern(pattern, flags);
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}
