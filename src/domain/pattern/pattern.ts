import { Automaton } from './automaton.ts';
import { parse } from './parser.ts';
import { compile } from './program.ts';
import { Simulation } from './simulation.ts';
import { EDGE, sideOf } from './syntax.ts';

/** A part of a text in UTF-16 units: from `start` up to, not including, `end`. */
export type Span = { start: number; end: number };

/**
 * A regular expression whose time is linear in the text, whatever is in it: at most as many steps a character as it has itself.
 * Throws a `PatternError` that says why it does not take one.
 */
export class Pattern {
  readonly #simulation: Simulation;
  readonly #automaton: Automaton;

  constructor(source: string, flags = '') {
    const program = compile(parse(source, flags));
    this.#simulation = new Simulation(program);
    this.#automaton = new Automaton(program, this.#simulation);
  }

  get visited(): number { return this.#simulation.visited; }
  test(text: string): boolean {
    return this.#automaton.test(text);
  }

  /** The leftmost match, as long as JavaScript would make it. */
  find(text: string): Span | undefined {
    // Most texts hold no match, and the automaton is the quicker one to say so.
    if (!this.test(text)) return undefined;
    const simulation = this.#simulation;
    let found: Span | undefined;
    simulation.restart([], EDGE);
    for (let at = 0; at <= text.length; ) {
      if (!found) simulation.begin(at);
      const char = text.codePointAt(at);
      const side = char === undefined ? EDGE : sideOf(char);
      const start = simulation.matchStart(side);
      if (start !== undefined) found = { start, end: at };
      if (char === undefined) break;
      simulation.read(char, side);
      if (found && simulation.isIdle()) break;
      at += char > 0xffff ? 2 : 1;
    }
    return found;
  }
}
