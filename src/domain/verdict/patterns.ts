import { RE2JS } from 're2js';

/** Patterns that users write, run by an engine whose time is linear in the text: https://github.com/google/re2/wiki/Syntax */

const MAX_KEPT = 500;
const kept = new Map<string, RE2JS | undefined>();

const FLAGS: Record<string, number> = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL, u: 0, g: 0 };

export type Span = { start: number; end: number };

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
  return (text) => {
    // `test` takes the fast path without positions, and most texts do not match.
    if (!pattern.test(text)) return undefined;
    const matcher = pattern.matcher(text);
    return matcher.find() ? { start: matcher.start(), end: matcher.end() } : undefined;
  };
}

function slashed(fact: string): { pattern: string; flags: string } | undefined {
  const end = fact.lastIndexOf('/');
  if (!fact.startsWith('/') || end < 2) return undefined;
  const flags = fact.slice(end + 1);
  return [...flags].every((flag) => flag in FLAGS) ? { pattern: fact.slice(1, end), flags } : undefined;
}

function compiled(pattern: string, flags: string): RE2JS | undefined {
  const name = `${flags}/${pattern}`;
  if (kept.has(name)) return kept.get(name);
  if (kept.size >= MAX_KEPT) kept.clear();
  const result = compile(pattern, flags);
  kept.set(name, result);
  return result;
}

function compile(pattern: string, flags: string): RE2JS | undefined {
  try {
    const bits = [...flags].reduce((sum, flag) => sum | (FLAGS[flag] ?? 0), 0);
    return RE2JS.compile(pattern, bits);
  } catch {
    return undefined;
  }
}
