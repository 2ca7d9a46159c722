import {
  anyOf,
  between,
  CharSet,
  type CharTest,
  inAnyCase,
  isDigit,
  isLineEnd,
  isSpace,
  isWord,
  not,
  propertyTest,
} from './characters.ts';
import {
  bordersWord,
  endsLine,
  endsText,
  PatternError,
  type Place,
  type Syntax,
  startsLine,
  startsText,
  unwrapped,
  withinOrOutsideWord,
} from './syntax.ts';

const MAX_BOUND = 1000;
const MAX_DEPTH = 100;
/** Each is asked about each new character of a text. */
const MAX_CLASSES = 24;
const MAX_PROPERTIES = 6;

const FLAGS = /^[gimsu]*$/;
const QUANTIFIER = /([*+?]|\{(\d+)(,?)(\d*)\})\??/y;
const LOOK_AROUND = /\?<?[=!]/y;
const GROUP_NAME = /\?P?<[\p{L}_$][\p{L}\p{N}_$]*>/uy;
const FLAGS_FROM_HERE = /\?([imsu]+)\)/y;
const FLAGS_IN_GROUP = /\?([imsu]*)(?:-([ims]+))?:/y;
const PROPERTY = /p\{[^}]*\}/iy;
const SURROGATES = /u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/iy;
const CODE = /(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]+)\})/iy;
const NUL = /0(?!\d)/y;
const BACK_REFERENCE = /[\dk]/y;
const LETTER = /[a-z]/iy;
const RANGE_DASH = /-(?!\])/y;
const POSIX_CLASS = /\[:\^?\w+:\]/y;

const SHORTHANDS: Record<string, CharTest> = {
  d: isDigit,
  D: not(isDigit),
  s: isSpace,
  S: not(isSpace),
  w: isWord,
  W: not(isWord),
};
const CONTROLS: Record<string, number> = { f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b };
const PLACES: Record<string, Place> = {
  b: bordersWord,
  B: withinOrOutsideWord,
  A: startsText,
  z: endsText,
};
const BACKSPACE = 0x08;
const DASH = 0x2d;
const MAX_CODE_POINT = 0x10ffff;
const NOTHING: Syntax = { kind: 'sequence', parts: [] };

/**
 * Patterns as JavaScript writes them, always by whole code points; `(?i)`, `(?P<name>…)`, `\A` and `\z` of other dialects too.
 * Groups catch nothing. Throws a `PatternError` at what cannot be matched in linear time and at what means nothing.
 */
export function parse(source: string, flags: string): Syntax {
  if (!FLAGS.test(flags)) throw new PatternError('unknown flag');
  return new Parser(source, flags).whole();
}

class Parser {
  readonly #source: string;
  /** One set for what is written alike under the same flags. */
  readonly #sets = new Map<string, CharSet>();
  #flags: Set<string>;
  readonly #properties = new Set<string>();
  #classes = 0;
  #at = 0;
  #depth = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = new Set(flags);
  }

  whole(): Syntax {
    const syntax = this.#choice();
    if (this.#at < this.#source.length) throw new PatternError('")" without "("');
    return syntax;
  }

  #choice(): Syntax {
    const options = [this.#sequence()];
    while (this.#takes('|')) options.push(this.#sequence());
    return options.length === 1 && options[0] ? options[0] : this.#oneOf(options.map(unwrapped));
  }

  /** A choice among characters is one question, and not several ways to go. */
  #oneOf(options: Syntax[]): Syntax {
    const tests = options.flatMap((option) => (option.kind === 'chars' ? [option.set.has] : []));
    if (tests.length < options.length || this.#classes >= MAX_CLASSES / 2) return { kind: 'choice', options };
    this.#classes++;
    return { kind: 'chars', set: new CharSet(anyOf(tests), false) };
  }

  #sequence(): Syntax {
    const parts: Syntax[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source.charAt(this.#at)))
      parts.push(this.#repeated());
    return { kind: 'sequence', parts };
  }

  #repeated(): Syntax {
    if (this.#take(QUANTIFIER)) throw new PatternError('nothing to repeat');
    const body = this.#single();
    const quantifier = this.#take(QUANTIFIER);
    if (!quantifier) return body;
    if (body.kind === 'place') throw new PatternError('nothing to repeat');
    return { kind: 'repeat', body, ...bounds(quantifier) };
  }

  #single(): Syntax {
    const from = this.#at;
    if (this.#takes('(')) return this.#group();
    if (this.#takes('[')) return this.#chars(from, this.#class());
    if (this.#takes('.')) return this.#chars(from, this.#flags.has('s') ? () => true : not(isLineEnd));
    if (this.#takes('^')) return { kind: 'place', holds: this.#flags.has('m') ? startsLine : startsText };
    if (this.#takes('$')) return { kind: 'place', holds: this.#flags.has('m') ? endsLine : endsText };
    if (!this.#takes('\\')) return this.#chars(from, this.#next());
    const holds = PLACES[this.#source.charAt(this.#at)];
    if (!holds) return this.#chars(from, this.#escaped());
    this.#at++;
    return { kind: 'place', holds };
  }

  #chars(from: number, taken: number | CharTest): Syntax {
    const name = [...this.#flags].sort().join('') + this.#source.slice(from, this.#at);
    const known = this.#sets.get(name);
    if (known) return { kind: 'chars', set: known };
    const set = new CharSet(taken, this.#flags.has('i'));
    this.#sets.set(name, set);
    if (set.only === undefined && ++this.#classes > MAX_CLASSES)
      throw new PatternError(`over ${MAX_CLASSES} different classes of characters`);
    return { kind: 'chars', set };
  }

  #group(): Syntax {
    const outside = this.#flags;
    const [, fromHere] = this.#take(FLAGS_FROM_HERE) ?? [];
    if (fromHere) {
      this.#flags = new Set([...outside, ...fromHere]);
      return NOTHING;
    }
    this.#flags = this.#groupFlags();
    if (++this.#depth > MAX_DEPTH) throw new PatternError(`groups are nested over ${MAX_DEPTH} deep`);
    const inside = this.#choice();
    this.#depth--;
    if (!this.#takes(')')) throw new PatternError('"(" is not closed');
    this.#flags = outside;
    return inside;
  }

  #groupFlags(): Set<string> {
    if (this.#take(LOOK_AROUND)) throw new PatternError('look-around is not supported');
    const changed = this.#take(FLAGS_IN_GROUP);
    if (changed) {
      const [, on = '', off = ''] = changed;
      return new Set([...this.#flags, ...on].filter((flag) => !off.includes(flag)));
    }
    if (this.#take(GROUP_NAME) || this.#source.charAt(this.#at) !== '?') return this.#flags;
    throw new PatternError('unknown kind of group');
  }

  #class(): CharTest {
    const negated = this.#takes('^');
    const tests: CharTest[] = [];
    while (!this.#takes(']')) tests.push(this.#member());
    const test = this.#flags.has('i') ? inAnyCase(anyOf(tests)) : anyOf(tests);
    return negated ? not(test) : test;
  }

  #member(): CharTest {
    const low = this.#bound();
    if (!this.#take(RANGE_DASH)) return this.#test(low);
    const high = this.#bound();
    // Beside a class, as in `[\w-.]`, the dash is a dash.
    if (typeof low !== 'number' || typeof high !== 'number')
      return anyOf([this.#test(low), this.#test(DASH), this.#test(high)]);
    if (low > high) throw new PatternError('a range is out of order');
    return between(low, high);
  }

  #bound(): number | CharTest {
    if (this.#at >= this.#source.length) throw new PatternError('"[" is not closed');
    // JavaScript takes it for a class of its letters, which nobody means.
    if (this.#take(POSIX_CLASS)) throw new PatternError('classes like [:alpha:] are not supported');
    if (!this.#takes('\\')) return this.#next();
    return this.#takes('b') ? BACKSPACE : this.#escaped();
  }

  #test(taken: number | CharTest): CharTest {
    return typeof taken === 'number' ? new CharSet(taken, this.#flags.has('i')).has : taken;
  }

  /** What follows a backslash. */
  #escaped(): number | CharTest {
    const letter = this.#source.charAt(this.#at);
    const known = SHORTHANDS[letter] ?? CONTROLS[letter];
    if (known !== undefined) {
      this.#at++;
      return known;
    }
    const [property] = this.#take(PROPERTY) ?? [];
    if (property) return this.#property(property);
    const code = this.#take(SURROGATES) ?? this.#take(CODE);
    if (code) return codePoint(code);
    if (this.#take(NUL)) return 0;
    if (this.#take(BACK_REFERENCE)) throw new PatternError('back-references are not supported');
    if (this.#take(LETTER)) throw new PatternError('unknown escape');
    if (letter === '') throw new PatternError('"\\" at the end');
    return this.#next();
  }

  #property(written: string): CharTest {
    const test = propertyTest(`\\${written}`, this.#flags.has('i'));
    if (!test) throw new PatternError('unknown property of characters');
    if (this.#properties.add(written).size > MAX_PROPERTIES)
      throw new PatternError(`over ${MAX_PROPERTIES} different properties of characters`);
    return test;
  }

  #next(): number {
    const char = this.#source.codePointAt(this.#at) ?? 0;
    this.#at += char > 0xffff ? 2 : 1;
    return char;
  }

  #takes(sign: string): boolean {
    const taken = this.#source.startsWith(sign, this.#at);
    if (taken) this.#at += sign.length;
    return taken;
  }

  /** What a sticky expression finds here, and goes past it. */
  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source);
    if (found) this.#at = expression.lastIndex;
    return found;
  }
}

function bounds([, sign, least, comma, most]: RegExpExecArray): { min: number; max: number } {
  const min = least ? Number(least) : Number(sign === '+');
  let max = Number.POSITIVE_INFINITY;
  if (sign === '?') max = 1;
  else if (most) max = Number(most);
  else if (least && !comma) max = min;
  if (min > max) throw new PatternError('the bounds of a repetition are out of order');
  if (min > MAX_BOUND || (most && max > MAX_BOUND)) throw new PatternError(`repeated over ${MAX_BOUND} times`);
  return { min, max };
}

function codePoint([, ...digits]: RegExpExecArray): number {
  const units = digits.filter((part) => part !== undefined).map((part) => Number.parseInt(part, 16));
  const char = units.length === 2 ? String.fromCharCode(...units).codePointAt(0) : units[0];
  if (char === undefined || char > MAX_CODE_POINT) throw new PatternError('no such character');
  return char;
}
