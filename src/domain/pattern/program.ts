import { CharSet } from './characters.ts';
import { PatternError, type Place, type Syntax } from './syntax.ts';

/** `bit` is its number, from 1. */
export type Reader = { kind: 'read'; bit: number; set: CharSet; next: Step };
type Fork = { kind: 'fork'; ways: Step[] };
type Check = { kind: 'check'; holds: Place; next: Step };

/** Takes a character, goes several ways, asks about the place it is at, or is the end of a match. */
export type Step = Reader | Fork | Check | { kind: 'end' };

/** `start` takes nothing: to have taken it is to be at the beginning. */
export type Program = { direction: Direction; start: Reader; readers: Reader[]; asksPlaces: boolean };
export type Direction = 'forward' | 'backward';

/** With repetitions written out. It bounds the time for a character. */
const MAX_STEPS = 2500;
const NO_CHARS = new CharSet(() => false, false);

/** Thompson's construction (https://swtch.com/~rsc/regexp/regexp1.html); backwards it takes the reversed text. */
export function compile(syntax: Syntax, direction: Direction): Program {
  const compiler = new Compiler(direction);
  const start = compiler.reader(NO_CHARS, compiler.before({ kind: 'end' }, syntax));
  return { direction, start, readers: compiler.readers, asksPlaces: compiler.asksPlaces };
}

class Compiler {
  readonly readers: Reader[] = [];
  asksPlaces = false;
  readonly #backward: boolean;
  #size = 0;

  constructor(direction: Direction) {
    this.#backward = direction === 'backward';
  }

  /** The step that begins a syntax with `next` behind it. */
  before(next: Step, syntax: Syntax): Step {
    switch (syntax.kind) {
      case 'chars':
        return this.reader(syntax.set, next);
      case 'place':
        return this.#check(syntax.holds, next);
      case 'sequence':
        return (this.#backward ? syntax.parts : syntax.parts.toReversed()).reduce(
          (then: Step, part) => this.before(then, part),
          next,
        );
      case 'choice':
        return this.#fork(syntax.options.map((option) => this.before(next, option)));
      case 'repeat':
        return this.#repeated(next, syntax);
    }
  }

  #repeated(next: Step, { body, min, max }: Extract<Syntax, { kind: 'repeat' }>): Step {
    const again = (then: Step) => this.before(then, body);
    if (max !== Number.POSITIVE_INFINITY) {
      const optional = times(max - min, next, (then) => this.#fork([again(then), next]));
      return times(min, optional, again);
    }
    const fork = this.#fork([next]);
    const first = again(fork);
    fork.ways.push(first);
    return min === 0 ? fork : times(min - 1, first, again);
  }

  reader(set: CharSet, next: Step): Reader {
    this.#grow();
    const reader: Reader = { kind: 'read', bit: this.readers.length + 1, set, next };
    this.readers.push(reader);
    return reader;
  }

  #check(holds: Place, next: Step): Check {
    this.#grow();
    this.asksPlaces = true;
    return { kind: 'check', holds: this.#backward ? (before, after) => holds(after, before) : holds, next };
  }

  #fork(ways: Step[]): Fork {
    this.#grow();
    return { kind: 'fork', ways };
  }

  #grow(): void {
    if (++this.#size > MAX_STEPS) throw new PatternError(`over ${MAX_STEPS} steps with its repetitions written out`);
  }
}

/** What begins `count` copies. Copies of nothing are none: nested, they would take forever to write out. */
function times(count: number, end: Step, before: (then: Step) => Step): Step {
  let entry = end;
  for (let i = 0; i < count; i++) {
    const step = before(entry);
    if (step === entry) break;
    entry = step;
  }
  return entry;
}
