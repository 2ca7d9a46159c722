import { type CharSet, isLineEnd, isWord } from './characters.ts';

/** A pattern taken apart. */
export type Syntax =
  | { kind: 'chars'; set: CharSet }
  | { kind: 'place'; holds: Place }
  | { kind: 'sequence'; parts: Syntax[] }
  | { kind: 'choice'; options: Syntax[] }
  | { kind: 'repeat'; body: Syntax; min: number; max: number };

/** Without groups that hold one thing only. */
export function unwrapped(syntax: Syntax): Syntax {
  const [inner] = syntax.kind === 'sequence' && syntax.parts.length === 1 ? syntax.parts : [];
  return inner ? unwrapped(inner) : syntax;
}

/** Why a pattern is not taken, in words for its author. */
export class PatternError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PatternError';
  }
}

/** What lies on one side of a place in the text. */
export type Side = 0 | 1 | 2 | 3;
export const EDGE: Side = 0;
const LINE_END: Side = 1;
const WORD: Side = 2;
const OTHER: Side = 3;

export function sideOf(char: number): Side {
  if (isWord(char)) return WORD;
  return isLineEnd(char) ? LINE_END : OTHER;
}

/** A condition on a place between two characters. */
export type Place = (before: Side, after: Side) => boolean;

export const startsText: Place = (before) => before === EDGE;
export const endsText: Place = (_, after) => after === EDGE;
export const startsLine: Place = (before) => before <= LINE_END;
export const endsLine: Place = (_, after) => after <= LINE_END;
export const bordersWord: Place = (before, after) => (before === WORD) !== (after === WORD);
export const withinOrOutsideWord: Place = (before, after) => !bordersWord(before, after);
