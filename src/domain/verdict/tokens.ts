import { type DigitChain, JOINING_MARKS, numbersIn } from './numbers.ts';

/**
 * Text as a list of words and numbers, so that a phrase is found whatever its case, Unicode width, white space, thousands separators,
 * currency marks and punctuation, by the value of its numbers, and only as whole words. Marks that end a sentence stay: a phrase does not
 * reach over them.
 */
export type Tokens = {
  /** All tokens, each between two blanks. */
  text: string;
  /** Where each token begins in `source`. */
  offsets: number[];
  source: string;
};

/** A text that phrases are looked for in. Most do not hold most phrases, so it is taken apart only when one may be there. */
export class SearchedText {
  readonly text: string;
  #plain: string | undefined;
  #tokens: Tokens | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The part of the text around a phrase, or undefined where it is not said. */
  find(phrase: string): string | undefined {
    this.#plain ??= this.text.normalize('NFKC').toLowerCase();
    if (!this.#plain.includes(probeFor(phrase))) return undefined;
    this.#tokens ??= tokensOf(this.text);
    return quoteOf(this.#tokens, phrase);
  }
}

/** Characters that stand together in every spelling of a phrase: its longest word, or the last digits before a decimal point. */
function probeFor(phrase: string): string {
  const longest = phrase.split(' ').reduce((best, token) => (token.length > best.length ? token : best), '');
  const digits = LEADING_DIGITS.exec(longest)?.[0];
  return digits === undefined ? longest : digits.slice(-GROUP_DIGITS);
}

const LEADING_DIGITS = /^\d+/;
const GROUP_DIGITS = 3;

export function tokensOf(text: string): Tokens {
  const source = tidy(text);
  const tokens: string[] = [];
  const offsets: number[] = [];
  for (const { 0: run, index } of source.matchAll(RUN)) {
    const placed = PLAIN_WORD.test(run) ? [{ at: 0, token: run }] : tokensInRun(run);
    for (const { at, token } of placed) {
      tokens.push(token);
      offsets.push(index + at);
    }
  }
  return { text: tokens.length > 0 ? ` ${tokens.join(' ')} ` : '', offsets, source };
}

/** The tokens of a phrase to look for; marks at its ends say nothing. Empty when it holds neither word nor number. */
export function phraseOf(text: string): string {
  const tokens = tokensOf(text).text.trim().split(' ');
  while (tokens[0] === STOP) tokens.shift();
  while (tokens.at(-1) === STOP) tokens.pop();
  const phrase = tokens.join(' ');
  return phrase === '' ? '' : ` ${phrase} `;
}

const CONTEXT_CHARS = 60;

function quoteOf({ text, offsets, source }: Tokens, phrase: string): string | undefined {
  const at = text.indexOf(phrase);
  if (at < 0) return undefined;
  const first = blanksIn(text.slice(0, at));
  const start = offsets[first] ?? 0;
  const end = offsets[first + blanksIn(phrase) - 1] ?? source.length;
  const quote = source.slice(Math.max(0, start - CONTEXT_CHARS), end + CONTEXT_CHARS);
  return quote.replaceAll(NO_WIDTH, '').trim();
}

function blanksIn(text: string): number {
  return text.split(' ').length - 1;
}

/** Words and numbers, with the marks inside `1,000.50`, `2024-05-20` and `don't`; or one mark that says something. */
const RUN = /[\p{L}\p{M}\p{N}_]+(?:[.,:'/-][\p{L}\p{M}\p{N}_]+)*|[%+]|[.!?;]+|-(?=\d)/gu;
const STOP = '.';
const STOPS = /^[.!?;]/;

const WIDE_BLANK_IN_NUMBER = /(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))/g;
const CODES = 'usd|eur|gbp|jpy|cny|inr|cad|aud|chf';
const CODE_BEFORE = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${CODES})(?=\\s?\\p{Sc}?\\d)`, 'gu');
const CODE_AFTER = new RegExp(`(?<=\\d\\s?)(?:${CODES})(?![\\p{L}\\p{N}_])`, 'gu');

/** Scripts without blanks between words: each of their characters is a token, set apart by spaces of no width. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const NO_WIDTH = '\u200b';

/** Unicode width, kinds of quotes and dashes, case; currency codes go, and currency signs are no tokens anyway. */
function tidy(text: string): string {
  return text
    .replace(WIDE_BLANK_IN_NUMBER, ',')
    .normalize('NFKC')
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .toLowerCase()
    .replace(CODE_BEFORE, ' ')
    .replace(CODE_AFTER, ' ')
    .replace(UNSPACED, `${NO_WIDTH}$&${NO_WIDTH}`);
}

/** A token and where it begins. */
type Placed = { at: number; token: string };
/** Digits, with what is stuck to their end as in `10:30am`. */
type Digits = { at: number; chain: DigitChain; tail: string };
type Segment = Digits | { at: number; word: string };

const PLAIN_WORD = /^[a-z]+$/;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
const BEGINS_WORD = /^[\p{L}\p{M}\p{N}_]/u;
const DIGITS = /^\d+$/;
const BEGINS_DIGIT = /^\d/;

function tokensInRun(run: string): Placed[] {
  if (!BEGINS_WORD.test(run)) return [{ at: 0, token: STOPS.test(run) ? STOP : run }];
  return segmentsOf(run).flatMap((segment) => tokensInSegment(segment).map((token) => ({ at: segment.at, token })));
}

function segmentsOf(run: string): Segment[] {
  const segments: Segment[] = [];
  let open: Digits | undefined;
  for (const { 0: word, index } of run.matchAll(WORD)) {
    const mark = run[index - 1] ?? '';
    if (open && DIGITS.test(word)) {
      open.chain.groups.push(word);
      open.chain.marks.push(mark);
    } else if (open && JOINING_MARKS.has(mark) && BEGINS_DIGIT.test(word)) {
      open.tail = mark + word;
      open = undefined;
    } else {
      open = DIGITS.test(word) ? { at: index, chain: { groups: [word], marks: [] }, tail: '' } : undefined;
      segments.push(open ?? { at: index, word });
    }
  }
  return segments;
}

function tokensInSegment(segment: Segment): string[] {
  if ('word' in segment) return [withoutEmphasis(segment.word)].filter((word) => word !== '');
  const numbers = numbersIn(segment.chain);
  return [...numbers.slice(0, -1), `${numbers.at(-1)}${segment.tail}`];
}

/** `_word_` is Markdown; inside a word the underscore belongs to it. */
function withoutEmphasis(word: string): string {
  let start = 0;
  let end = word.length;
  while (word[start] === '_') start++;
  while (end > start && word[end - 1] === '_') end--;
  return word.slice(start, end);
}
