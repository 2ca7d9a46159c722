import { Alphabet } from './alphabet.ts';
import { Automaton } from './automaton.ts';
import { CharSet } from './characters.ts';
import { parse } from './parser.ts';
import { compile, type Direction, type Program } from './program.ts';
import type { Syntax } from './syntax.ts';

/** A part of a text in UTF-16 units: from `start` up to, not including, `end`. */
export type Span = { start: number; end: number };

/**
 * A regular expression that takes time in proportion to the text, whatever is in both.
 * Throws a `PatternError` that says why it does not take one.
 */
export class Pattern {
  readonly #syntax: Syntax;
  readonly #alphabet: Alphabet;
  readonly #backward: Program;
  /** Begins a match at every place. */
  readonly #searching: Automaton;
  #returning: Automaton | undefined;
  #measuring: Automaton | undefined;

  constructor(source: string, flags = '') {
    this.#syntax = parse(source, flags);
    const program = searching(this.#syntax, 'forward');
    // Compiled at once, because it may be refused.
    this.#backward = searching(this.#syntax, 'backward');
    this.#alphabet = Alphabet.of(program);
    this.#searching = new Automaton(program, this.#alphabet);
  }

  /** Whether there is a match anywhere in the text. */
  test(text: string): boolean {
    const [end] = this.#searching.ends(text, 0);
    this.#alphabet.tidy();
    return end !== undefined;
  }

  /** The leftmost match, and of those that begin there the longest, lazy or not. */
  find(text: string): Span | undefined {
    // Read from the end, a match ends where it begins.
    this.#returning ??= new Automaton(this.#backward, this.#alphabet);
    const start = last(this.#returning.ends(text, text.length));
    const end = start === undefined ? undefined : last(this.#measure().ends(text, start));
    this.#alphabet.tidy();
    return start === undefined || end === undefined ? undefined : { start, end };
  }

  #measure(): Automaton {
    this.#measuring ??= new Automaton(compile(this.#syntax, 'forward'), this.#alphabet);
    return this.#measuring;
  }
}

const ANYTHING: Syntax = {
  kind: 'repeat',
  body: { kind: 'chars', set: new CharSet(() => true, false) },
  min: 0,
  max: Number.POSITIVE_INFINITY,
};

function searching(syntax: Syntax, direction: Direction): Program {
  const parts = direction === 'forward' ? [ANYTHING, syntax] : [syntax, ANYTHING];
  return compile({ kind: 'sequence', parts }, direction);
}

function last(places: Iterable<number>): number | undefined {
  let found: number | undefined;
  for (const place of places) found = place;
  return found;
}
