import type { Program, Step } from './program.ts';
import type { Side } from './syntax.ts';

export const WORD_BITS = 32;
/** Bit 0 of a set of steps is the end of a match. */
export const END = 1;

const BLOCK_BITS = 4;
const BLOCKS_A_WORD = WORD_BITS / BLOCK_BITS;
const BLOCK_SETS = 1 << BLOCK_BITS;
const SIDES = 4;

/** A set of steps: words and the bits in them, one after the other. */
type Sparse = number[];

/**
 * From the readers that took a character to the readers that wait for the next one, four at a time by a table that fills as it is
 * asked (Navarro and Raffinot's splitting of a bit-parallel automaton, https://users.dcc.uchile.cl/~gnavarro/ps/wae99.2.pdf).
 */
export class Reach {
  readonly #program: Program;
  readonly #words: number;
  /** By what lies on both sides of the place, by block and by the set of readers in it. */
  #tables: (Sparse | undefined)[][] = [];

  /** Adds to `waiting` what `took` leads to between two sides. */
  add(took: Uint32Array, sides: [Side, Side], waiting: Uint32Array) {}
}
