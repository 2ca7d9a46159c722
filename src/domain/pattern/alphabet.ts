import { type CharSet, folded } from './characters.ts';
import type { Program } from './program.ts';
import { sideOf } from './syntax.ts';

const ASCII = 128;
const PAGE_BITS = 8;
/** Held during a search, and behind it. */
const MAX_PAGES = 128;
const PAGES_KEPT = 16;

/** Numbers characters so that those which a pattern cannot tell apart have the same number. Takes at most 31 sets that are not single. */
export class Alphabet {
  readonly #wideSets: CharSet[] = [];
  readonly #single = new Set<number>();
  readonly #singleInAnyCase = new Set<number>();
  readonly #numbers = new Map<string, number>();
  readonly #ascii: number[] = [];
  /** Numbers of other characters plus one, 256 to a page. */
  readonly #pages = new Map<number, Uint16Array>();

  static of({ readers }: Program): Alphabet {
    return new Alphabet(new Set(readers.map(({ set }) => set)));
  }

  constructor(sets: Iterable<CharSet>) {
    for (const set of sets) {
      if (set.only === undefined) this.#wideSets.push(set);
      else (set.ignoresCase ? this.#singleInAnyCase : this.#single).add(set.only);
    }
  }

  kindOf(char: number): number {
    if (char < ASCII) {
      this.#ascii[char] ??= this.#number(char);
      return this.#ascii[char];
    }
    const page = this.#page(char >>> PAGE_BITS);
    const at = char & ((1 << PAGE_BITS) - 1);
    const known = page[at] as number;
    if (known !== 0) return known - 1;
    const number = this.#number(char);
    page[at] = number + 1;
    return number;
  }

  /** Forgets characters beyond ASCII, if they have become many. */
  tidy(): void {
    if (this.#pages.size > PAGES_KEPT) this.#pages.clear();
  }

  #page(index: number): Uint16Array {
    const known = this.#pages.get(index);
    if (known) return known;
    if (this.#pages.size === MAX_PAGES) this.#pages.clear();
    const page = new Uint16Array(1 << PAGE_BITS);
    this.#pages.set(index, page);
    return page;
  }

  #number(char: number): number {
    const name = this.#answers(char);
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    this.#numbers.set(name, number);
    return number;
  }

  /** Everything that a pattern can ask about a character. */
  #answers(char: number): string {
    const single = this.#single.has(char) ? char : '';
    const lower = this.#singleInAnyCase.size > 0 ? folded(char) : char;
    const inAnyCase = this.#singleInAnyCase.has(lower) ? lower : '';
    let inSets = 0;
    for (let i = 0; i < this.#wideSets.length; i++) if (this.#wideSets[i]?.has(char)) inSets |= 1 << i;
    return `${sideOf(char)}:${single}:${inAnyCase}:${inSets}`;
  }
}
