import { Alphabet } from './alphabet.ts';
import { addBit, type Bits, END, Moves, noBits } from './moves.ts';
import type { Direction, Program } from './program.ts';
import { EDGE, type Side, sideOf } from './syntax.ts';

/**
 * All that matters about the text so far: the readers that took the last character, and whether a match ended before it. A state
 * that is not kept has no `next` and is written over.
 */
type State = { took: Bits; isDead: boolean; before: Side; ended: boolean; next: (State | undefined)[] | undefined };

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
  #moves: (Moves | undefined)[] = [];
  /** The readers that take a kind of character. */
  #takers: (Bits | undefined)[] = [];
  #states = new Map<string, State>();
  #keptInStates = 0;
  readonly #waiting: Bits;
  /** Used in turns for states that are not kept. */
  readonly #passing: [State, State];

  constructor(program: Program, alphabet = Alphabet.of(program)) {
    this.#program = program;
    this.#alphabet = alphabet;
    this.#waiting = noBits(program.readers);
    const passing = (): State => ({
      took: noBits(program.readers),
      isDead: false,
      before: EDGE,
      ended: false,
      next: undefined,
    });
    this.#passing = [passing(), passing()];
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
        state = state.next?.[kind] ?? this.#advance(state, char, kind);
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
    return this.#keep({ took, isDead: false, before: this.#sideOf(before), ended: false, next: [] });
  }

  #advance(state: State, char: number, kind: number): State {
    const before = this.#sideOf(char);
    const ended = this.#ends(state, before);
    const takers = this.#takersOf(char, kind);
    const [one, other] = this.#passing;
    const passing = state === one ? other : one;
    const { took } = passing;
    const waiting = this.#waiting;
    let any = 0;
    for (let i = 0; i < took.length; i++) {
      const word = (waiting[i] as number) & (takers[i] as number);
      took[i] = word;
      any |= word;
    }
    passing.isDead = any === 0;
    passing.before = before;
    passing.ended = ended;
    if (!state.next || this.#keptInStates > MAX_KEPT) return passing;
    const next = this.#keep({ ...passing, took: took.slice(), next: [] });
    this.#keptInStates += Math.max(0, kind + 1 - state.next.length);
    state.next[kind] = next;
    return next;
  }

  /** Whether a match ends between a state and what comes after it. Leaves the readers that wait there in `#waiting`. */
  #ends({ took, before }: State, after: Side): boolean {
    const sides = before * SIDES + after;
    const moves = this.#moves[sides] ?? new Moves(this.#program.readers, [before, after]);
    this.#moves[sides] = moves;
    this.#waiting.fill(0);
    moves.add(took, this.#waiting);
    return ((this.#waiting[0] as number) & END) !== 0;
  }

  /** The kept state that is like `state`, which is kept from now on. */
  #keep(state: State): State {
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
    return this.#moves.reduce((sum, moves) => sum + (moves?.kept ?? 0), this.#keptInStates);
  }

  #forget(): void {
    this.#moves = [];
    this.#takers = [];
    this.#states.clear();
    this.#keptInStates = 0;
  }
}
