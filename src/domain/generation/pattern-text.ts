import { matches } from '../verdict/patterns.ts';
import type { Random } from './random.ts';

const MAX_CHARS = 120;
/** How often `*` and `+` repeat beyond their least. */
const MORE_TIMES = 4;

const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const LOWER = 'abcdefghjkmnpqrstuvwxyz';
const DIGITS = '0123456789';
const ESCAPED: Record<string, string> = { d: DIGITS, w: UPPER + DIGITS, s: ' ', t: '\t', n: '\n' };
const UNSAFE = /[^ -~]/;

/** A text that a pattern matches, for the part of the syntax that identifiers are described with; undefined for any other. */
export function textMatching(pattern: string, random: Random): string | undefined {
  const reader = new PatternReader(pattern, random);
  const text = reader.read();
  if (text === undefined || text.length > MAX_CHARS || UNSAFE.test(text)) return undefined;
  return matches(pattern, text) ? text : undefined;
}

/** Reads a pattern once from left to right and writes as it goes. A part that is not understood ends it. */
class PatternReader {
  readonly #pattern: string;
  readonly #random: Random;
  #at = 0;
  #lost = false;

  constructor(pattern: string, random: Random) {
    this.#pattern = pattern;
    this.#random = random;
  }

  read(): string | undefined {
    const text = this.#branches();
    return this.#lost || this.#at < this.#pattern.length ? undefined : text;
  }

  /** All branches are read, one is kept. */
  #branches(): string {
    const texts = [this.#sequence()];
    while (this.#take('|')) texts.push(this.#sequence());
    return this.#random.pick(texts);
  }

  #sequence(): string {
    let text = '';
    while (!this.#lost && this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) {
      text += this.#repeated();
      if (text.length > MAX_CHARS) this.#lost = true;
    }
    return text;
  }

  /** What is repeated is read anew each time, so that `\d{3}` is three digits and not one digit thrice. */
  #repeated(): string {
    const start = this.#at;
    const once = this.#atom();
    const end = this.#at;
    const times = this.#times();
    const after = this.#at;
    let text = times === 0 ? '' : once;
    for (let i = 1; i < times && !this.#lost && text.length <= MAX_CHARS; i++) {
      this.#at = start;
      text += this.#atom();
      this.#lost ||= this.#at !== end;
    }
    this.#at = after;
    return text;
  }

  #times(): number {
    const found = /^(?:[?*+]|\{(\d+)(,(\d*))?\})\??/.exec(this.#pattern.slice(this.#at, this.#at + 16));
    if (!found) return 1;
    this.#at += found[0].length;
    const sign = found[0][0];
    if (sign === '?') return this.#random.int(0, 1);
    if (sign === '*' || sign === '+') return this.#random.int(1, MORE_TIMES);
    const least = Number(found[1]);
    if (!found[2]) return least;
    return found[3] ? this.#random.int(least, Math.min(Number(found[3]), least + MORE_TIMES)) : least + 1;
  }

  #atom(): string {
    const sign = this.#peek();
    this.#at++;
    if (sign === '^' || sign === '$') return '';
    if (sign === '(') return this.#group();
    if (sign === '[') return this.#oneOf(this.#class());
    if (sign === '.') return this.#oneOf(LOWER);
    if (sign === '\\') return this.#escape();
    if ('?*+{'.includes(sign)) this.#lost = true;
    return sign;
  }

  #group(): string {
    const opening = /^\?(?::|P?<[A-Za-z]\w*>)/.exec(this.#pattern.slice(this.#at, this.#at + 60));
    if (opening) this.#at += opening[0].length;
    else if (this.#peek() === '?') this.#lost = true;
    const text = this.#branches();
    if (!this.#take(')')) this.#lost = true;
    return text;
  }

  #escape(): string {
    const sign = this.#peek();
    this.#at++;
    const known = ESCAPED[sign];
    if (known) return this.#oneOf(known);
    if (/[A-Za-z0-9]/.test(sign) || sign === '') this.#lost = true;
    return sign;
  }

  #class(): string {
    if (this.#peek() === '^') this.#lost = true;
    let members = '';
    while (!this.#lost && this.#peek() !== ']') {
      if (this.#at >= this.#pattern.length) this.#lost = true;
      else members += this.#member();
    }
    this.#at++;
    return members;
  }

  #member(): string {
    const from = this.#peek();
    this.#at++;
    if (from === '\\') {
      const sign = this.#peek();
      this.#at++;
      return ESCAPED[sign] ?? sign;
    }
    const ranged = this.#peek() === '-' && this.#pattern[this.#at + 1] !== ']';
    if (!ranged) return from;
    const to = this.#pattern[this.#at + 1] ?? '';
    this.#at += 2;
    return between(from, to);
  }

  /** Letters and digits where there are any: `[\w.-]` is a name before it is a row of dots. */
  #oneOf(members: string): string {
    const plain = members.replace(/[^A-Za-z0-9]/g, '');
    const choice = plain === '' ? members : plain;
    if (choice === '') this.#lost = true;
    return choice === '' ? '' : this.#random.pick([...choice]);
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #take(sign: string): boolean {
    if (this.#peek() !== sign) return false;
    this.#at++;
    return true;
  }
}

function between(from: string, to: string): string {
  const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
  if (!(first <= last && last - first < 128)) return '';
  const all = String.fromCharCode(...Array.from({ length: last - first + 1 }, (_, i) => first + i));
  if (all.length === 26) return from === 'A' ? UPPER : LOWER;
  return all;
}
