/** A question about one code point. */
export type CharTest = (char: number) => boolean;

export function not(test: CharTest): CharTest {
  return (char) => !test(char);
}

export function anyOf(tests: readonly CharTest[]): CharTest {
  return (char) => {
    for (const test of tests) if (test(char)) return true;
    return false;
  };
}

export function between(low: number, high: number): CharTest {
  return (char) => char >= low && char <= high;
}

const LINE_ENDS = new Set([0x0a, 0x0d, 0x2028, 0x2029]);
const WIDE_SPACES = new Set([0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff]);

export const isLineEnd: CharTest = (char) => LINE_ENDS.has(char);
export const isDigit = between(0x30, 0x39);
export const isWord = anyOf([between(0x61, 0x7a), between(0x41, 0x5a), isDigit, (char) => char === 0x5f]);
/** WhiteSpace and LineTerminator of ECMA-262. */
export const isSpace = anyOf([
  (char) => char === 0x20,
  between(0x09, 0x0d),
  between(0x2000, 0x200a),
  (char) => WIDE_SPACES.has(char),
]);

/** `\p{…}` or `\P{…}` by the platform's own tables: with one character before it, its engine has nowhere to go back to. */
export function propertyTest(written: string, ignoreCase: boolean): CharTest | undefined {
  try {
    const property = new RegExp(written, ignoreCase ? 'iu' : 'u');
    return (char) => property.test(String.fromCodePoint(char));
  } catch {
    return undefined;
  }
}

/** The same number for characters that differ in case only. */
export function folded(char: number): number {
  if (char < 0x80) return char >= 0x41 && char <= 0x5a ? char + 0x20 : char;
  return cased(cased(char, 'toUpperCase'), 'toLowerCase');
}

export function inAnyCase(test: CharTest): CharTest {
  return (char) => {
    if (test(char)) return true;
    const lower = folded(char);
    return test(lower) || test(cased(lower, 'toUpperCase'));
  };
}

/** As in JavaScript without its flag `u`: several characters are no case of one ("ß"), and no letter beyond ASCII one of an ASCII letter ("ſ"). */
function cased(char: number, way: 'toUpperCase' | 'toLowerCase'): number {
  const [first = '', ...more] = String.fromCodePoint(char)[way]();
  const other = first.codePointAt(0) ?? char;
  return more.length > 0 || other < 0x80 !== char < 0x80 ? char : other;
}

/** The characters that a place in a pattern takes. */
export class CharSet {
  /** Where it takes this one character only, `ignoresCase` or not. */
  readonly only: number | undefined;
  readonly ignoresCase: boolean;
  readonly has: CharTest;

  constructor(taken: number | CharTest, ignoresCase: boolean) {
    this.ignoresCase = ignoresCase;
    if (typeof taken === 'number') {
      const only = ignoresCase ? folded(taken) : taken;
      this.only = only;
      this.has = ignoresCase ? (char) => folded(char) === only : (char) => char === only;
    } else {
      this.has = taken;
    }
  }
}
