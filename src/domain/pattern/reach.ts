import type { Reader, Step } from './program.ts';
import type { Side } from './syntax.ts';

/** A set of readers in words of 30 bits, because V8 does not hold longer integers as they are. Bit 0 stands for the end of a match. */
export type Bits = number[];
export const END = 1;

const BLOCK_BITS = 5;
const WORD_BLOCKS = 6;
const WORD_BITS = BLOCK_BITS * WORD_BLOCKS;
const BLOCK_MASK = (1 << BLOCK_BITS) - 1;

export function noBits(readers: readonly Reader[]): Bits {
  return new Array<number>(Math.floor(readers.length / WORD_BITS) + 1).fill(0);
}

export function addBit(bits: Bits, bit: number): void {
  const word = Math.floor(bit / WORD_BITS);
  bits[word] = (bits[word] ?? 0) | (1 << (bit % WORD_BITS));
}

/**
 * Leads from the readers that took a character to those that wait for the next one, a block of readers at a time by a table that
 * fills as it is asked (G. Navarro, M. Raffinot: Flexible Pattern Matching in Strings, 2002, chapter 5). For places between two given sides.
 */
export class Reach {
  /** Numbers in the table. */
  kept: number;
  readonly #readers: readonly Reader[];
  readonly #before: Side;
  readonly #after: Side;
  /** For each block and each set of readers in it: index of a word, what to add to it, index of the next word … */
  readonly #table: (number[] | undefined)[];

  constructor(readers: readonly Reader[], before: Side, after: Side) {
    this.#readers = readers;
    this.#before = before;
    this.#after = after;
    this.#table = new Array((noBits(readers).length * WORD_BLOCKS) << BLOCK_BITS);
    this.kept = this.#table.length;
  }

  /** Adds to `waiting` what `took` leads to. */
  add(took: Bits, waiting: Bits): void {
    for (let word = 0; word < took.length; word++) {
      let block = word * WORD_BLOCKS;
      for (let rest = took[word] ?? 0; rest !== 0; rest >>>= BLOCK_BITS) {
        const members = rest & BLOCK_MASK;
        if (members !== 0) addTo(waiting, this.#leads(block, members));
        block++;
      }
    }
  }

  #leads(block: number, members: number): number[] {
    const slot = (block << BLOCK_BITS) | members;
    const known = this.#table[slot];
    if (known) return known;
    const made = noBits(this.#readers);
    const others = members & (members - 1);
    if (others === 0) this.#addReachable(block * BLOCK_BITS + Math.log2(members), made);
    else {
      addTo(made, this.#leads(block, others));
      addTo(made, this.#leads(block, members ^ others));
    }
    const leads = made.flatMap((word, index) => (word === 0 ? [] : [index, word]));
    this.#table[slot] = leads;
    this.kept += leads.length;
    return leads;
  }

  #addReachable(bit: number, waiting: Bits): void {
    const steps = new Set<Step>();
    const reader = this.#readers[bit - 1];
    if (reader) steps.add(reader.next);
    // What is added on the way is visited too.
    for (const step of steps) {
      if (step.kind === 'fork') for (const way of step.ways) steps.add(way);
      else if (step.kind === 'read') addBit(waiting, step.bit);
      else if (step.kind === 'end') addBit(waiting, 0);
      else if (step.holds(this.#before, this.#after)) steps.add(step.next);
    }
  }
}

function addTo(bits: Bits, leads: number[]): void {
  for (let i = 0; i < leads.length; i += 2) {
    const word = leads[i] ?? 0;
    bits[word] = (bits[word] ?? 0) | (leads[i + 1] ?? 0);
  }
}
