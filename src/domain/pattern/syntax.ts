import type { CharSet } from './characters.ts';
import { isLineEnd, isWord } from './characters.ts';

/** What stands before or behind a place in the text. */
export type Side = 'edge' | 'line end' | 'word' | 'other';
