import type { Reader, Step } from './program.ts';
import type { Side } from './syntax.ts';

/** A set of readers, 32 to a word. Bit 0 stands for the end of a match. */
export type Bits = Int32Array;
export const END = 1;
const WORD_BITS = 32;

export function noBits(readers: readonly Reader[]): Bits {
  return new Int32Array(Math.floor(readers.length / WORD_BITS) + 1);
}

export function addBit(bits: Bits, bit: number): void {
  const word = bit >>> 5;
  bits[word] = (bits[word] ?? 0) | (1 << (bit & 31));
}

/** From one reader to another that may take the next character. */
type Move = { from: number; to: number };

/**
 * Leads from the readers that took a character to those that wait for the next one, many at a time: moves over the same distance are one
 * shift of a word, moves to or from the same reader one question (after G. Navarro, M. Raffinot: Flexible Pattern Matching in Strings, 2002,
 * chapter 4). For places between two given sides; without sides, every condition on a place counts as met.
 */
export class Moves {
  readonly count: number;
  /** Words that are looked at for a character, at most. */
  readonly cost: number;
  /** Numbers held. */
  readonly kept: number;
  readonly #shifts: readonly Shift[];
  readonly #hubs: readonly { from: Int32Array; to: Int32Array }[];

  constructor(readers: readonly Reader[], sides?: readonly [before: Side, after: Side]) {
    const moves = movesOf(readers, sides);
    const { shifts, hubs } = sorted(moves);
    this.#shifts = [...shifts].map(([distance, from]) => shiftBy(distance, from));
    this.#hubs = hubs.map(({ from, to }) => ({ from: wordsOf(from), to: wordsOf(to) }));
    const inHubs = this.#hubs.reduce((sum, { from, to }) => sum + from.length + to.length, 0);
    this.count = moves.length;
    const inShifts = this.#shifts.reduce((sum, { masks }) => sum + masks.length, 0);
    this.kept = inShifts + inHubs;
    this.cost = noBits(readers).length + inShifts + inHubs / 2;
  }

  /** Adds to `waiting` what `took` leads to. */
  add(took: Bits, waiting: Bits): void {
    for (const shift of this.#shifts) addShifted(took, waiting, shift);
    for (const { from, to } of this.#hubs) if (isAnyIn(took, from)) addTo(waiting, to);
  }
}

/** The bits of `masks`, which begin at a word of `took`, move to a word of `waiting` and `by` bits on. */
type Shift = { masks: Int32Array; source: number; target: number; by: number };

function shiftBy(distance: number, from: readonly number[]): Shift {
  const words = from.map((bit) => bit >>> 5);
  const source = Math.min(...words);
  const masks = new Int32Array(Math.max(...words) - source + 1);
  for (const bit of from) addBit(masks, bit - source * WORD_BITS);
  return { masks, source, target: source + (distance >> 5), by: distance & 31 };
}

function addShifted(took: Bits, waiting: Bits, { masks, source, target, by }: Shift): void {
  // What a word of 32 bits loses on its left is the right of the next one.
  const back = WORD_BITS - by;
  let carry = 0;
  for (let i = 0; i < masks.length; i++) {
    const moving = (took[source + i] as number) & (masks[i] as number);
    const moved = (moving << by) | carry;
    carry = by === 0 ? 0 : moving >>> back;
    // Nothing moves to before the first word.
    if (moved !== 0) waiting[target + i] = (waiting[target + i] as number) | moved;
  }
  if (carry !== 0) waiting[target + masks.length] = (waiting[target + masks.length] as number) | carry;
}

function isAnyIn(took: Bits, from: Int32Array): boolean {
  for (let i = 0; i < from.length; i += 2)
    if (((took[from[i] as number] as number) & (from[i + 1] as number)) !== 0) return true;
  return false;
}

function addTo(bits: Bits, words: Int32Array): void {
  for (let i = 0; i < words.length; i += 2) {
    const word = words[i] as number;
    bits[word] = (bits[word] as number) | (words[i + 1] as number);
  }
}

/** More moves than a pattern of an honest author has, by far; they are all listed before a pattern is taken. */
export const MAX_MOVES = 20_000;

/** All moves; one more than `MAX_MOVES` where there are more. */
function movesOf(readers: readonly Reader[], sides: readonly [Side, Side] | undefined): Move[] {
  const moves: Move[] = [];
  for (const { bit, next } of readers) {
    const steps = new Set<Step>([next]);
    // What is added on the way is visited too.
    for (const step of steps) {
      if (step.kind === 'fork') for (const way of step.ways) steps.add(way);
      else if (step.kind === 'read') moves.push({ from: bit, to: step.bit });
      else if (step.kind === 'end') moves.push({ from: bit, to: 0 });
      else if (!sides || step.holds(...sides)) steps.add(step.next);
      if (moves.length > MAX_MOVES || steps.size > MAX_MOVES) return moves;
    }
  }
  return moves;
}

type Hub = { from: number[]; to: number[] };

/** Puts each move to the most others that can be made together with it. */
function sorted(moves: readonly Move[]): { shifts: Map<number, number[]>; hubs: Hub[] } {
  const distances = grouped(moves, ({ from, to }) => to - from);
  const targets = grouped(moves, ({ to }) => to);
  const sources = grouped(moves, ({ from }) => from);
  const count = (groups: Map<number, Move[]>, key: number) => groups.get(key)?.length ?? 0;
  const shifts = new Map<number, number[]>();
  const into = new Map<number, number[]>();
  const outOf = new Map<number, number[]>();
  for (const { from, to } of moves) {
    const alike = count(distances, to - from);
    if (alike >= Math.max(count(targets, to), count(sources, from))) push(shifts, to - from, from);
    else if (count(targets, to) >= count(sources, from)) push(into, to, from);
    else push(outOf, from, to);
  }
  const inward = merged([...into].map(([to, from]) => [from, to]));
  const outward = merged([...outOf].map(([from, to]) => [to, from]));
  return {
    shifts,
    hubs: [
      ...inward.map(({ alike, own }) => ({ from: alike, to: own })),
      ...outward.map(({ alike, own }) => ({ from: own, to: alike })),
    ],
  };
}

function grouped(moves: readonly Move[], key: (move: Move) => number): Map<number, Move[]> {
  const groups = new Map<number, Move[]>();
  for (const move of moves) push(groups, key(move), move);
  return groups;
}

function push<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** Hubs that are alike on their one side are one. */
function merged(hubs: readonly [alike: number[], own: number][]): { alike: number[]; own: number[] }[] {
  const byName = new Map<string, { alike: number[]; own: number[] }>();
  for (const [alike, own] of hubs) {
    const name = alike.join();
    const known = byName.get(name);
    if (known) known.own.push(own);
    else byName.set(name, { alike, own: [own] });
  }
  return [...byName.values()];
}

/** Pairs of a word's index and its bits. */
function wordsOf(bits: readonly number[]): Int32Array {
  const words = new Map<number, number>();
  for (const bit of bits) words.set(bit >>> 5, (words.get(bit >>> 5) ?? 0) | (1 << (bit & 31)));
  return Int32Array.from([...words].flat());
}
