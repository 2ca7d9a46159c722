import { Alphabet } from './alphabet.ts';
import type { Direction, Program } from './program.ts';
import { addBit, type Bits, END, noBits, Reach } from './reach.ts';
import { EDGE, type Side, sideOf } from './syntax.ts';

/** All that matters about the text so far: the readers that took the last character, and whether a match ended before it. */
type State = { took: Bits; isDead: boolean; before: Side; ended: boolean; next: (State | undefined)[] };

/** What is kept for one program between two searches, and what a state counts for beside its contents: numbers of 8 bytes. */
const MAX_KEPT = 16_384;
const STATE_NUMBERS = 48;
const SIDES = 4;

/** The character that comes next on the way through a text, if any. */
const AHEAD: Record<Direction, (text: string, at: number) => number | undefined> = {
  forward: (text, at) => text.codePointAt(at),
  backward(text, at) {
    if (at === 0) return undefined;
    const pair = text.codePointAt(at - 2) ?? 0;
    return pair > 0xffff ? pair : text.charCodeAt(at - 1);
  },
};
const STEP = { forward: 1, backward: -1 };
const OPPOSITE = { forward: 'backward', backward: 'forward' } as const;

/**
 * Runs a program over a text by way of states that are made as they are met: from a known one to the next it is a look-up
 * (https://swtch.com/~rsc/regexp/regexp3.html). When there are too many to keep, each is made anew.
 */
export class Automaton {
  readonly #program: Program;
  readonly #alphabet: Alphabet;
  /** By what lies on both sides of a place. */
  #reaches: (Reach | undefined)[] = [];
  /** The readers that take a kind of character. */
  #takers: (Bits | undefined)[] = [];
  #states = new Map<string, State>();
  #keptInStates = 0;
  readonly #waiting: Bits;

  constructor(program: Program) {
    this.#program = program;
    this.#alphabet = new Alphabet(new Set(program.readers.map(({ set }) => set)));
    this.#waiting = noBits(program.readers);
  }

  /** The places where matches end, as they are met on the way from `from` to the edge of the text. */
  *ends(text: string, from: number): Generator<number> {
    const { direction } = this.#program;
    const ahead = AHEAD[direction];
    const step = STEP[direction];
    let at = from;
    let state = this.#first(AHEAD[OPPOSITE[direction]](text, from));
    try {
      for (let char = ahead(text, at); char !== undefined; char = ahead(text, at)) {
        const kind = this.#alphabet.kindOf(char);
        state = state.next[kind] ?? this.#advance(state, char, kind);
        if (state.ended) yield at;
        if (state.isDead) return;
        at += char > 0xffff ? 2 * step : step;
      }
      if (this.#ends(state, EDGE)) yield at;
    } finally {
      if (this.#kept() > MAX_KEPT) this.#forget();
    }
  }

  #first(before: number | undefined): State {
    const took = noBits(this.#program.readers);
    addBit(took, this.#program.start.bit);
    return this.#state({ took, isDead: false, before: this.#sideOf(before), ended: false, next: [] });
  }

  #advance(state: State, char: number, kind: number): State {
    const before = this.#sideOf(char);
    const ended = this.#ends(state, before);
    const takers = this.#takersOf(char, kind);
    const took = this.#waiting.map((word, index) => word & (takers[index] ?? 0));
    const isDead = took.every((word) => word === 0);
    const next = this.#state({ took, isDead, before, ended, next: [] });
    if (this.#keptInStates <= MAX_KEPT) {
      this.#keptInStates += Math.max(0, kind + 1 - state.next.length);
      state.next[kind] = next;
    }
    return next;
  }

  /** Whether a match ends between a state and what comes after it. Leaves the readers that wait there in `#waiting`. */
  #ends({ took, before }: State, after: Side): boolean {
    const sides = before * SIDES + after;
    const reach = this.#reaches[sides] ?? new Reach(this.#program.readers, before, after);
    this.#reaches[sides] = reach;
    this.#waiting.fill(0);
    reach.add(took, this.#waiting);
    return ((this.#waiting[0] ?? 0) & END) !== 0;
  }

  /** The kept state that is like `state`, which is kept from now on if there is room. */
  #state(state: State): State {
    if (this.#keptInStates > MAX_KEPT) return state;
    const name = [state.before, state.ended, ...state.took].join();
    const known = this.#states.get(name);
    if (known) return known;
    this.#states.set(name, state);
    this.#keptInStates += STATE_NUMBERS + name.length;
    return state;
  }

  #takersOf(char: number, kind: number): Bits {
    const known = this.#takers[kind];
    if (known) return known;
    const takers = noBits(this.#program.readers);
    for (const { set, bit } of this.#program.readers) if (set.has(char)) addBit(takers, bit);
    this.#takers[kind] = takers;
    this.#keptInStates += takers.length;
    return takers;
  }

  #sideOf(char: number | undefined): Side {
    return char === undefined || !this.#program.asksPlaces ? EDGE : sideOf(char);
  }

  #kept(): number {
    return this.#reaches.reduce((sum, reach) => sum + (reach?.kept ?? 0), this.#keptInStates);
  }

  #forget(): void {
    this.#reaches = [];
    this.#takers = [];
    this.#states.clear();
    this.#keptInStates = 0;
  }
}
