import type { CharSet } from './characters.ts';
import { PatternError, type Place, type Syntax } from './syntax.ts';

/** A place in a pattern: it takes a character, forks, asks for a condition, or is the end of a match. */
export type Step = {
  id: number;
  kind: 'read' | 'fork' | 'check' | 'end';
  set: CharSet | undefined;
  holds: Place | undefined;
  next: Step | undefined;
  /** The less preferred way of a fork. */
  other: Step | undefined;
  /** Marks of the search: when it was last queued and visited, and where the match that it is part of began. */
  queuedAt: number;
  visitedAt: number;
  queuedStart: number;
  start: number;
};

export type Program = { entry: Step; sets: CharSet[]; size: number };

/** Steps after repetitions are written out; the time of a search is this times the length of the text. */
const MAX_STEPS = 3000;

/** Thompson's construction, from the end to the beginning: https://swtch.com/~rsc/regexp/regexp1.html */
export function compile(syntax: Syntax): Program {
  return new Compiler().program(syntax);
}
