import type { Refusal } from '../errors.ts';
import { invalidBlueprint } from './problems.ts';

export const TOO_DEEP = 'nested too deeply';
export const UNPRINTABLE = 'a control character that must be written as an escape';
export const UNKNOWN_TAG = 'a tag that is not supported';

const INDENTATION = 'wrong indentation or a bracket that is not closed';
const MISSING = 'a missing comma, colon, quote, bracket or space';
const UNEXPECTED = 'an unexpected character';
const DIRECTIVE = 'a directive that is not known';
const HEADER = 'a wrong first line of an indented text';
const LONG_KEY = 'a key that goes over more than one line';
const STRAY_KEY = `a line that is indented wrongly, or ${LONG_KEY}`;
const COLON = 'a mapping inside a mapping on one line, or a text with a colon that must be quoted';
const QUOTE_FIRST = 'a text that must be quoted because of its first character';

/** How the parser's reasons begin, in words of ours: some of its own quote the document. */
const WORDS: [start: string, words: string][] = [
  ['a line break is expected', HEADER],
  ['a whitespace character is expected', MISSING],
  ['alias node should not have any properties', 'an alias cannot have an anchor or a tag'],
  ['bad explicit indentation width', HEADER],
  ['bad indentation', INDENTATION],
  ['can not read a block mapping entry', LONG_KEY],
  ['deficient indentation', INDENTATION],
  ['directive', DIRECTIVE],
  ['duplication of a tag', 'more than one tag on a value'],
  ['duplication of an anchor', 'more than one anchor on a value'],
  ['duplication of %YAML', DIRECTIVE],
  ["expected ':'", MISSING],
  ['expected hexadecimal', 'an escape that is not known in a quoted string'],
  ['expected the node content', UNEXPECTED],
  ['expected valid JSON character', UNPRINTABLE],
  ['ill-formed', DIRECTIVE],
  ['missed comma', MISSING],
  ['name of an a', 'an alias or anchor without a name'],
  ['named tag handle', UNKNOWN_TAG],
  ['nesting exceeded', TOO_DEEP],
  ['repeat of', HEADER],
  ['tab characters', 'a tab used as indentation'],
  ['TAG directive', DIRECTIVE],
  ['tag ', UNKNOWN_TAG],
  ['the stream contains non-printable', UNPRINTABLE],
  ['there is a previously declared suffix', DIRECTIVE],
  ['unacceptable YAML version', DIRECTIVE],
  ['undeclared tag handle', UNKNOWN_TAG],
  ['unexpected end of the stream within a flow', INDENTATION],
  ['unexpected end of the stream within a verbatim tag', UNKNOWN_TAG],
  ['unexpected end', MISSING],
  ['unknown escape', 'an escape that is not known in a quoted string'],
  ['YAML directive', DIRECTIVE],
];

/** What the parser found wrong, without a word of the document. */
export function faultWords(reason: string, text: string, offset: number): string {
  const stopped = reason.startsWith('bad indentation of a mapping') || reason.startsWith('end of the stream');
  if (stopped) return stopWords(text, offset);
  return WORDS.find(([start]) => reason.startsWith(start))?.[1] ?? 'a structure that cannot be read';
}

/** The parser stops at whatever cannot follow and has one reason for all of it; the character says more. */
function stopWords(text: string, offset: number): string {
  const lineBreak = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1));
  const before = text.slice(lineBreak + 1, offset);
  if (!/\S/.test(before)) return INDENTATION;
  const character = text[offset] ?? '';
  if (character === ':') return before.includes(':') ? COLON : STRAY_KEY;
  return '@`%'.includes(character) ? QUOTE_FIRST : UNEXPECTED;
}

/** Where the lines of a text begin. A document may hold thousands of secrets, each to be placed. */
export class Lines {
  readonly #starts: number[];

  constructor(text: string) {
    this.#starts = [0, ...Array.from(text.matchAll(/\r\n?|\n/g), ({ index, 0: end }) => index + end.length)];
  }

  /** Line and column, both from 1. */
  linePos(offset: number): { line: number; col: number } {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, col: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

export function yamlRefusal(lines: Lines, offset: number, words: string): Refusal {
  const { line, col } = lines.linePos(offset);
  return invalidBlueprint([`Invalid YAML at line ${line}, column ${col}: ${words}`]);
}
