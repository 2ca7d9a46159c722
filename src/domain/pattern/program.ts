import { CharSet } from './characters.ts';
import { MAX_MOVES, Moves } from './moves.ts';
import { PatternError, type Place, type Syntax, unwrapped } from './syntax.ts';

/** `bit` is its number, from 1. */
export type Reader = { kind: 'read'; bit: number; set: CharSet; next: Step };
type Fork = { kind: 'fork'; ways: Step[] };
type Check = { kind: 'check'; holds: Place; next: Step };

/** Takes a character, goes several ways, asks about the place it is at, or is the end of a match. */
export type Step = Reader | Fork | Check | { kind: 'end' };

/** `start` takes nothing: to have taken it is to be at the beginning. */
export type Program = { direction: Direction; start: Reader; readers: Reader[]; asksPlaces: boolean };
export type Direction = 'forward' | 'backward';

/** With repetitions written out. */
const MAX_STEPS = 2500;
/** Words looked at for one character: it bounds the time for a text. 64 KB against the worst pattern take well under 100 ms. */
const MAX_COST = 80;
const NO_CHARS = new CharSet(() => false, false);

/** Thompson's construction (https://swtch.com/~rsc/regexp/regexp1.html); backwards it takes the reversed text. */
export function compile(syntax: Syntax, direction: Direction): Program {
  const compiler = new Compiler(direction);
  const start = compiler.reader(NO_CHARS, compiler.before({ kind: 'end' }, syntax));
  const { readers, asksPlaces } = compiler;
  const { cost, count } = new Moves(readers);
  if (count > MAX_MOVES || cost > MAX_COST) throw new PatternError('too many ways to go on after one character');
  return { direction, start, readers, asksPlaces };
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

  #repeated(next: Step, syntax: Extract<Syntax, { kind: 'repeat' }>): Step {
    const { body, min, max } = flattened(syntax);
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

type Repeat = Extract<Syntax, { kind: 'repeat' }>;

/** `(?:a?){9}` is `a{0,9}`, which knows far fewer ways. */
function flattened(syntax: Repeat): Repeat {
  const body = unwrapped(syntax.body);
  if (body.kind !== 'repeat' || body.min > 0) return { ...syntax, body };
  const max = syntax.max === 0 || body.max === 0 ? 0 : syntax.max * body.max;
  return flattened({ kind: 'repeat', body: body.body, min: 0, max });
}
