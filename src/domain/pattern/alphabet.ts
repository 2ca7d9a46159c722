import { type CharSet, folded } from './characters.ts';
import { sideOf } from './syntax.ts';

const ASCII = 128;
const MAX_REMEMBERED = 4096;

/** Numbers characters so that those which a pattern cannot tell apart have the same number. */
export class Alphabet {
  readonly #wideSets: CharSet[] = [];
  readonly #single = new Set<number>();
  readonly #singleInAnyCase = new Set<number>();
  readonly #numbers = new Map<string, number>();
  readonly #ascii: number[] = [];
  readonly #others = new Map<number, number>();

  constructor(sets: Iterable<CharSet>) {
    for (const set of sets) {
      if (set.only === undefined) this.#wideSets.push(set);
      else (set.ignoresCase ? this.#singleInAnyCase : this.#single).add(set.only);
    }
  }

  kindOf(char: number): number {
    const known = char < ASCII ? this.#ascii[char] : this.#others.get(char);
    return known ?? this.#add(char);
  }

  #add(char: number): number {
    const name = this.#answers(char);
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    this.#numbers.set(name, number);
    if (char < ASCII) this.#ascii[char] = number;
    else {
      if (this.#others.size === MAX_REMEMBERED) this.#others.clear();
      this.#others.set(char, number);
    }
    return number;
  }

  /** Everything that a pattern can ask about a character. */
  #answers(char: number): string {
    const lower = folded(char);
    const single = this.#single.has(char) ? char : '';
    const inAnyCase = this.#singleInAnyCase.has(lower) ? lower : '';
    let name = `${sideOf(char)}:${single}:${inAnyCase}`;
    for (let i = 0; i < this.#wideSets.length; i++) if (this.#wideSets[i]?.has(char)) name += `:${i}`;
    return name;
  }
}
