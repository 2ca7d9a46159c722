import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { afterAll, expect, test } from 'vitest';
import { Automaton } from '../../src/domain/pattern/automaton.ts';
import { parse } from '../../src/domain/pattern/parser.ts';
import { Pattern } from '../../src/domain/pattern/pattern.ts';
import { compile } from '../../src/domain/pattern/program.ts';
import { PatternError } from '../../src/domain/pattern/syntax.ts';

/** What is found, between bars: `a|b|c` for the match "b" in "abc". */
function marked(pattern: string, text: string, flags = ''): string | undefined {
  const span = new Pattern(pattern, flags).find(text);
  return span && `${text.slice(0, span.start)}|${text.slice(span.start, span.end)}|${text.slice(span.end)}`;
}

test.each([
  ['bc', 'abcd', 'a|bc|d'],
  ['', 'ab', '||ab'],
  ['a|ab|abc', 'xabcd', 'x|abc|d'],
  ['abcd|bc', 'xbcabcd', 'x|bc|abcd'],
  ['abcd|bc', 'abcd', '|abcd|'],
  ['a.c', 'a\nc abc', 'a\nc |abc|'],
  ['a.c', 'a😀c', '|a😀c|'],
  ['^b', 'ab', undefined],
  ['a$', 'a\n', undefined],
  ['^a?$', '', '||'],
  ['\\Aa\\z', 'a', '|a|'],
  ['\\bcat\\b', 'concat cat_ cat!', 'concat cat_ |cat|!'],
  ['\\Bat', 'at cat', 'at c|at|'],
  ['a{2}', 'aaa', '|aa|a'],
  ['a{2,}', 'a aaa', 'a |aaa|'],
  ['a{1,2}', 'aaa', '|aa|a'],
  ['(?:(?:(?:){1000}){1000}){1000}', 'a', '||a'],
  ['ba{0}c', 'bac bc', 'bac |bc|'],
  ['(?:ab){2}', 'abaabab', 'aba|abab|'],
  ['a{,2}', 'aa{,2}', 'a|a{,2}|'],
  ['a{x}', 'aa{x}', 'a|a{x}|'],
  ['a]}', 'a]}', '|a]}|'],
  ['(?<year>\\d+)-(?P<month>\\d+)', 'on 2024-05', 'on |2024-05|'],
  ['[a-c-]+', 'xb-az', 'x|b-a|z'],
  ['[\\w-.]+', '!a-.b!', '!|a-.b|!'],
  ['[^\\d\\s]+', '12 ab', '12 |ab|'],
  ['[[:x]+', 'a[:', 'a|[:|'],
  ['[]', 'a', undefined],
  ['[^]', '\n', '|\n|'],
  ['[\\b]', 'a\bb', 'a|\b|b'],
  ['[\\]^-]', 'a^', 'a|^|'],
  ['\\x41\\u0042\\u{43}\\ud83d\\ude00', 'ABC😀', '|ABC😀|'],
  ['\\t\\n\\v\\f\\r\\0', '\t\n\v\f\r\0', '|\t\n\v\f\r\0|'],
  ['\\/\\-\\.', '/-.', '|/-.|'],
  ['\\s+', 'a\u00a0\u3000\ufeff\u2028b', 'a|\u00a0\u3000\ufeff\u2028|b'],
  ['\\d', '٣3', '٣|3|'],
  ['\\p{L}+', '12été', '12|été|'],
  ['\\P{L}+', 'été12', 'été|12|'],
  ['[\\p{Script=Greek}\\p{N}]+', 'aβ1', 'a|β1|'],
  ['退款.{0,4}成功', '您的退款已经成功。', '您的|退款已经成功|。'],
])('%j finds in %j what JavaScript finds there, and the longest of it', (pattern, text, found) => {
  expect(marked(pattern, text)).toBe(found);
  expect(new Pattern(pattern).test(text)).toBe(found !== undefined);
});

test.each([
  ['i', 'straße', 'STRASSE STRAßE', 'STRASSE |STRAßE|'],
  ['i', 'ÉTÉ σ', 'été ς', '|été ς|'],
  ['i', '[à-é]+', 'xÀÉ', 'x|ÀÉ|'],
  ['i', '[^a]', 'Aa', undefined],
  ['i', 'i', 'ıİ', undefined],
  ['i', 'ΐ', 'ι', undefined],
  ['i', '[k-s]', '\u212aſ', undefined],
  ['i', '\\p{Lu}', 'a', '|a|'],
  ['i', 'a(?-i:b)C', 'ABc Abc', 'ABc |Abc|'],
  ['m', '^b$', 'a\nb\r\nc', 'a\n|b|\r\nc'],
  ['s', 'a.b', 'a\nb', '|a\nb|'],
  ['u', 'a', 'a', '|a|'],
  ['', '(?i)a(?s:.)B', 'A\nb', '|A\nb|'],
  ['', 'a(?i:a)a', 'aAA aAa', 'aAA |aAa|'],
  ['', '(?:(?i)a)b', 'AB Ab', 'AB |Ab|'],
])('under the flag %j, %j finds its way in %j', (flags, pattern, text, found) => {
  expect(marked(pattern, text, flags)).toBe(found);
});

test.each([
  ['(a)\\1', 'back-references are not supported'],
  ['(?<x>a)\\k<x>', 'back-references are not supported'],
  ['a(?=b)', 'look-around is not supported'],
  ['(?<!a)b', 'look-around is not supported'],
  ['a{1001}', 'repeated over 1000 times'],
  ['a{1,1001}', 'repeated over 1000 times'],
  ['a{3,2}', 'the bounds of a repetition are out of order'],
  ['(?:a{100}){100}', 'over 2500 steps with its repetitions written out'],
  ['(?:(?:(?:a?){1000}){1000}){1000}', 'over 2500 steps with its repetitions written out'],
  [Array.from({ length: 40 }, (_, i) => `a[ab]{${i}}`).join('|'), 'too many ways to go on after one character'],
  ['a?b?'.repeat(200), 'too many ways to go on after one character'],
  ['(?:[ab]?c?d?){200}', 'too many ways to go on after one character'],
  [
    Array.from({ length: 25 }, (_, i) => `[x${String.fromCharCode(0x3000 + i)}]`).join(''),
    'over 24 different classes of characters',
  ],
  ['\\p{L}\\p{N}\\p{P}\\p{S}\\p{Z}\\p{M}\\p{Lu}', 'over 6 different properties of characters'],
  [`${'('.repeat(101)}${')'.repeat(101)}`, 'groups are nested over 100 deep'],
  ['(', '"(" is not closed'],
  ['a)', '")" without "("'],
  ['[a', '"[" is not closed'],
  ['[a-', '"[" is not closed'],
  ['[[:digit:]]+', 'classes like [:alpha:] are not supported'],
  ['[b-a]', 'a range is out of order'],
  ['*a', 'nothing to repeat'],
  ['a++', 'nothing to repeat'],
  ['\\b+', 'nothing to repeat'],
  ['(?>a)', 'unknown kind of group'],
  ['\\q', 'unknown escape'],
  ['\\u12', 'unknown escape'],
  ['\\u{110000}', 'no such character'],
  ['a\\', '"\\" at the end'],
  ['\\p{Nonsense}', 'unknown property of characters'],
  ['\\p{L|(a+)+}', 'unknown property of characters'],
])('%j is refused: %s', (pattern, reason) => {
  expect(() => new Pattern(pattern)).toThrow(new PatternError(reason));
});

test('an unknown flag is refused', () => {
  expect(() => new Pattern('a', 'y')).toThrow(new PatternError('unknown flag'));
});

const leaf = fc.constantFrom(
  ...['', 'a', 'b', 'B', '1', '_', '-', ' ', 'é', 'É', 'ß', 'σ', 'ς', '😀', '\\n', '\\x61', '\\u{1F600}'],
  ...[
    '.',
    '^',
    '$',
    '\\b',
    '\\B',
    '\\d',
    '\\D',
    '\\w',
    '\\W',
    '\\s',
    '\\S',
    '[ab]',
    '[^ab]',
    '[a-c1]',
    '[\\w\\-]',
    '[]',
    '[^]',
  ],
  ...['\\p{L}', '\\p{Lu}', '\\P{Lu}', '[^\\p{Lu}]', '[^\\P{Lu}]', '[Α-Ω]', '[à-þ]', '[😀-😂]'],
);
const quantifier = fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}', '{1,3}', '*?', '+?', '??', '{0,2}?', '{0}');
const patternOf = (atom: fc.Arbitrary<string>) =>
  fc.letrec<{ whole: string }>((tie) => ({
    whole: fc.oneof(
      { maxDepth: 4 },
      atom,
      fc.array(tie('whole'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
      fc.array(tie('whole'), { minLength: 2, maxLength: 3 }).map((options) => `(?:${options.join('|')})`),
      fc.tuple(tie('whole'), quantifier).map(([body, times]) => `(${body})${times}`),
    ),
  })).whole;

const flags = fc.subarray(['i', 'm', 's']).map((some) => some.join(''));
const LETTERS = ['a', 'b', 'A', 'B', 'c', '1', '_', '-', ' ', '\n'];
const FOREIGN = ['é', 'É', 'ß', 'ẞ', 'σ', 'ς', 'Σ', '😀', '😁', '\ud83d', '\ude00'];
const textOf = (units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 9 });

/** Where JavaScript finds the leftmost match, and how far a match that begins there can reach when every end is tried. */
function byJavaScript(pattern: string, flags: string, text: string): { start: number; end: number } | undefined {
  const here = new RegExp(pattern, `${flags}uy`);
  const matchesAt = (start: number, expression = here) => {
    expression.lastIndex = start;
    return expression.test(text);
  };
  const places = [0];
  for (const char of text) places.push((places.at(-1) ?? 0) + char.length);
  const start = places.find((place) => matchesAt(place));
  if (start === undefined) return undefined;
  const end = places.findLast((place, index) => {
    const upToHere = new RegExp(`(?:${pattern})(?=[^]{${places.length - 1 - index}}(?![^]))`, `${flags}uy`);
    return place >= start && matchesAt(start, upToHere);
  });
  return { start, end: end ?? -1 };
}

/** What would need too many moves is refused, as it should be, and says nothing of what is found. */
function compiled(source: string, flags: string): Pattern {
  try {
    return new Pattern(source, flags);
  } catch (error) {
    fc.pre(!(error instanceof PatternError && error.message.startsWith('too many')));
    throw error;
  }
}

test('what is found is what JavaScript finds', () => {
  fc.assert(
    fc.property(patternOf(leaf), flags, textOf([...LETTERS, ...FOREIGN]), (source, flags, text) => {
      const pattern = compiled(source, flags);
      const expected = byJavaScript(source, flags, text);
      expect(pattern.test(text)).toBe(expected !== undefined);
      expect(pattern.find(text)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

/** Without what RE2 sees differently: its `\s` is ASCII. */
const plainLeaf = fc.constantFrom(
  'a',
  'b',
  'B',
  '1',
  '_',
  '-',
  ' ',
  'é',
  '.',
  '^',
  '$',
  '\\b',
  '\\d',
  '\\W',
  '[^ab]',
  '[a-c1]',
);

test('what is found is what RE2 finds when asked for the longest', () => {
  fc.assert(
    fc.property(patternOf(plainLeaf), flags, textOf([...LETTERS, 'é', '😀']), (source, flags, text) => {
      const bits = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };
      const chosen = [...flags].reduce((sum, flag) => sum | bits[flag as keyof typeof bits], RE2JS.LONGEST_MATCH);
      const matcher = RE2JS.compile(source, chosen).matcher(text);
      const expected = matcher.find() ? { start: matcher.start(), end: matcher.end() } : undefined;
      expect(new Pattern(source, flags).find(text)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

const HOSTILE_CHARS = 64 * 1024;
/** Room for a busy machine: the slowest of these takes a fifth of it there. What goes back over the text takes years. */
const PATIENCE_MS = 1000;
const filled = (unit: string) => unit.repeat(HOSTILE_CHARS / unit.length);
/** The same noise in every run. */
const noise = (units: string) =>
  Array.from({ length: HOSTILE_CHARS }, (_, i) => units[Math.floor(((Math.sin(i) + 1) * 1e6) % units.length)]).join('');
const everyChar = String.fromCodePoint(...Array.from({ length: HOSTILE_CHARS / 2 }, (_, i) => 0x100 + i));

const HOSTILE: [pattern: string, text: string][] = [
  ['(a+)+$', `${filled('a')}!`],
  ['(a|a)*b', filled('a')],
  ['(.*)*x', filled('a')],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', filled('a')],
  ['(?:a?){600}b', filled('a')],
  ['((a{0,10}){0,10}){0,6}b', filled('a')],
  ['((a{1,5}){1,5}){1,5}$', `${filled('a')}!`],
  ['(\\w+\\s?)+$', `${filled('word ')}!`],
  [Array.from({ length: 80 }, (_, i) => `aaaa${i}`).join('|'), filled('aaaaa')],
  [Array.from({ length: 80 }, (_, i) => `a*b*${i}`).join('|'), noise('ab')],
  [Array.from({ length: 24 }, (_, i) => `[a${String.fromCharCode(0x3000 + 2 * i)}]`).join(''), everyChar],
  ['\\p{L}+\\p{N}x', everyChar],
  ['(a|b)*a(a|b){12}c', noise('ab')],
  ['(a|b)*a(a|b){300}c', noise('ab')],
  ['x.{0,600}y', noise('xxxxxz')],
  ['\\b(?:\\w+\\W+){0,99}refund', noise('ab -')],
];

const times: string[] = [];
afterAll(() => console.log(times.join('\n')));

test.each(HOSTILE.map(([source, text]) => ({ source, text, name: source.slice(0, 40) })))(
  '$name does not hang',
  ({ source, text, name }) => {
    const before = process.cpuUsage();
    const pattern = new Pattern(source);
    const found = pattern.test(text);
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    times.push(`${tookMs.toFixed(1)} ms of CPU for ${name} on ${text.length} characters`);
    expect([found, pattern.find(text)]).toEqual([false, undefined]);
    expect(tookMs).toBeLessThan(PATIENCE_MS);
  },
);

test('a pattern with more states than are kept gives the same answers', () => {
  const pattern = new Pattern('a(?:a|b){12}c');
  const text = noise('ab');
  const found = Array.from({ length: 60 }, (_, i) => pattern.test(`${text.slice(0, HOSTILE_CHARS / 8 + i)}c`));
  const expected = Array.from({ length: 60 }, (_, i) => text[HOSTILE_CHARS / 8 + i - 13] === 'a');
  expect(found).toEqual(expected);
  expect(new Set(expected).size).toBe(2);
});

test('a text of more characters than are remembered gives the same answers', () => {
  const text = `b b${everyChar}b1`;
  expect(new Pattern('b\\d').find(text)).toEqual({ start: text.length - 2, end: text.length });
  expect(new Pattern(`b[\\u0100-\\u{FFFF}]{1000}`).find(text)).toEqual({ start: 2, end: 1003 });
});

const KB = 1024;

test('little of a hostile pattern is kept while a text is searched, less behind it, and it still finds', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const inUse = () => {
    for (let i = 0; i < 3; i++) collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const text = `${noise('ab')}c`;
  for (const times of [15, 300]) {
    const before = inUse();
    const automaton = new Automaton(compile(parse(`[^]*a(?:a|b){${times}}c?`, ''), 'forward'));
    const ends = automaton.ends(text, 0);
    while ((ends.next().value ?? text.length) < text.length - 1);
    expect(inUse() - before).toBeLessThan(1000 * KB);
    ends.return(undefined);
    expect(inUse() - before).toBeLessThan(150 * KB);
    expect([...automaton.ends(`a${'b'.repeat(times)}c`, 0)]).toEqual([times + 1, times + 2]);
  }
});
