import { Alphabet } from './alphabet.ts';
import type { Program, Reader } from './program.ts';
import { Reach } from './reach.ts';
import { EDGE, type Side, sideOf } from './syntax.ts';

/** All that matters about the text so far: which readers took the last character, and whether a match ended before it. */
type State = { took: Uint32Array; before: Side; ended: boolean; next: (State | undefined)[] };

