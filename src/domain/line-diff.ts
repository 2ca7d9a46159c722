/**
 * What is different between two texts, line by line: the shortest list of lines to take out and to put in (E. Myers, "An O(ND)
 * Difference Algorithm and Its Variations", 1986), after what both begin and end with is set aside.
 */

export type DiffKind = 'same' | 'added' | 'removed';
/** Lines in a row that share a fate. `before` and `after` are the 1-based numbers of the first of them in either text; one that is not in a text has the number of the line it would stand before. */
export type DiffPart = { kind: DiffKind; before: number; after: number; lines: string[] };

/** Lines out and in that are looked for. Beyond it the texts have so little in common that their middles are told as one exchange. */
const MAX_EDITS = 1_000;
/** Lines that are compared on the way, for texts that repeat themselves without end. */
const MAX_COMPARED = 10_000_000;

/** So many lines that share a fate. */
type Stretch = { kind: DiffKind; count: number };

/** The parts of both texts in order, none empty. Work and memory are bounded whatever the texts. */
export function diffLines(before: string, after: string): DiffPart[] {
  const [old, fresh] = [splitLines(before), splitLines(after)];
  const shorter = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < shorter && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  const changed = middle(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail));
  return parts([{ kind: 'same', count: head }, ...changed, { kind: 'same', count: tail }], old, fresh);
}

/** A text that ends in a line break has no empty line behind it. */
function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function middle(a: readonly string[], b: readonly string[]): Stretch[] {
  const rounds = a.length > 0 && b.length > 0 ? search(a, b) : null;
  if (rounds) return walkBack(rounds, a.length, b.length);
  return [
    { kind: 'removed', count: a.length },
    { kind: 'added', count: b.length },
  ];
}

/** How far each diagonal k = x − y (at index k + d) was reached with d edits, d = 0, 1, …; null where the end is too far away. */
function search(a: readonly string[], b: readonly string[]): Int32Array[] | null {
  const rounds: Int32Array[] = [];
  let compared = 0;
  for (let d = 0; d <= MAX_EDITS && compared < MAX_COMPARED; d++) {
    const reached = new Int32Array(2 * d + 1);
    rounds.push(reached);
    for (let k = -d; k <= d; k += 2) {
      const entered = d === 0 ? 0 : enter(rounds[d - 1], d, k);
      let x = entered;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      compared += x - entered;
      reached[k + d] = x;
      if (x >= a.length && x - k >= b.length) return rounds;
    }
  }
  return null;
}

/** Where edit d enters diagonal k: by a line put in, from the diagonal above, or by one taken out, from the one below. */
function enter(known: Int32Array | undefined, d: number, k: number): number {
  return isInsertion(known, d, k) ? at(known, d - 1, k + 1) : at(known, d - 1, k - 1) + 1;
}

function isInsertion(known: Int32Array | undefined, d: number, k: number): boolean {
  return k === -d || (k !== d && at(known, d - 1, k - 1) < at(known, d - 1, k + 1));
}

function at(reached: Int32Array | undefined, d: number, k: number): number {
  return reached?.[k + d] ?? 0;
}

function walkBack(rounds: Int32Array[], length: number, other: number): Stretch[] {
  const found: Stretch[] = [];
  let x = length;
  let k = length - other;
  for (let d = rounds.length - 1; d > 0; d--) {
    const known = rounds[d - 1];
    const entered = enter(known, d, k);
    const inserted = isInsertion(known, d, k);
    found.push({ kind: 'same', count: x - entered }, { kind: inserted ? 'added' : 'removed', count: 1 });
    x = inserted ? entered : entered - 1;
    k += inserted ? 1 : -1;
  }
  return [...found, { kind: 'same' as const, count: x }].reverse();
}

/** Within a stretch of changes all removed lines come first: so people read an exchange. */
function parts(stretches: readonly Stretch[], old: readonly string[], fresh: readonly string[]): DiffPart[] {
  const found: DiffPart[] = [];
  const counts = { same: 0, removed: 0, added: 0 };
  let [x, y] = [0, 0];
  const flush = (kind: DiffKind) => {
    const count = counts[kind];
    counts[kind] = 0;
    if (count === 0) return;
    const lines = kind === 'added' ? fresh.slice(y, y + count) : old.slice(x, x + count);
    found.push({ kind, before: x + 1, after: y + 1, lines });
    if (kind !== 'added') x += count;
    if (kind !== 'removed') y += count;
  };
  for (const { kind, count } of stretches) {
    if (count === 0) continue;
    if (kind === 'same') (['removed', 'added'] as const).forEach(flush);
    else flush('same');
    counts[kind] += count;
  }
  (['same', 'removed', 'added'] as const).forEach(flush);
  return found;
}
