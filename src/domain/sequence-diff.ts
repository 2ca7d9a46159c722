/** How an expected and an actual sequence lie beside each other. */

/** `moved` is there, but not at its place. Numbers are positions in the two sequences, from 0. */
export type DiffRow =
  | { kind: 'matched' | 'moved'; expected: number; actual: number }
  | { kind: 'missing'; expected: number }
  | { kind: 'extra'; actual: number };

export type Sequences = {
  expected: number;
  actual: number;
  /** 0 for two that have nothing to do with each other, 1 for two that agree, between them for the same thing done otherwise. */
  likeness: (expected: number, actual: number) => number;
  /** Whether an expected step has to stand after the one before it. */
  isOrdered: (expected: number) => boolean;
};

/**
 * Pairs the steps of two sequences of these lengths: a longest common subsequence first, weighted so that steps that agree count more than
 * any number of those that are merely alike; what is left over is paired wherever it stands. Rows come in the order of the actual steps, a
 * missing one before the next that was expected. Takes time and memory in proportion to the product of the lengths.
 */
export function alignSequences(sequences: Sequences): DiffRow[] {
  const { expected, actual, isOrdered } = sequences;
  const partner = commonSubsequence(sequences);
  const moved = pairTheRest(sequences, partner);
  const byActual = new Map([...partner].map(([e, a]) => [a, e]));
  const rows = Array.from({ length: actual }, (_, a): DiffRow => {
    const e = byActual.get(a);
    if (e === undefined) return { kind: 'extra', actual: a };
    return { kind: moved.has(e) && isOrdered(e) ? 'moved' : 'matched', expected: e, actual: a };
  });
  for (let e = 0; e < expected; e++) if (!partner.has(e)) insertMissing(rows, e);
  return rows;
}

/** By dynamic programming over suffixes (Wagner and Fischer 1974): which actual step each expected one is paired with. */
function commonSubsequence({ expected, actual, likeness }: Sequences): Map<number, number> {
  const width = actual + 1;
  const best = new Float64Array((expected + 1) * width);
  const worth = new Float64Array(expected * actual);
  const at = (e: number, a: number) => best[e * width + a] ?? 0;
  for (let e = expected - 1; e >= 0; e--) {
    for (let a = actual - 1; a >= 0; a--) {
      const alike = likeness(e, a);
      const gain = alike < 1 ? alike / (expected + actual + 1) : 1;
      worth[e * actual + a] = gain;
      best[e * width + a] = Math.max(at(e + 1, a), at(e, a + 1), gain > 0 ? gain + at(e + 1, a + 1) : 0);
    }
  }
  const pairs = new Map<number, number>();
  for (let e = 0, a = 0; e < expected && a < actual; ) {
    const gain = worth[e * actual + a] ?? 0;
    if (gain > 0 && at(e, a) === gain + at(e + 1, a + 1)) pairs.set(e++, a++);
    else if (at(e, a) === at(e + 1, a)) e++;
    else a++;
  }
  return pairs;
}

/** Adds to `partner` what the subsequence left over, those that agree before those that are alike; answers with the expected ones it paired. */
function pairTheRest({ expected, actual, likeness }: Sequences, partner: Map<number, number>): Set<number> {
  const taken = new Set(partner.values());
  const candidates: { e: number; a: number; alike: number }[] = [];
  for (let e = 0; e < expected; e++) {
    for (let a = 0; a < actual && !partner.has(e); a++) {
      const alike = taken.has(a) ? 0 : likeness(e, a);
      if (alike > 0) candidates.push({ e, a, alike });
    }
  }
  const moved = new Set<number>();
  for (const { e, a } of candidates.sort((one, other) => other.alike - one.alike)) {
    if (partner.has(e) || taken.has(a)) continue;
    partner.set(e, a);
    taken.add(a);
    moved.add(e);
  }
  return moved;
}

function insertMissing(rows: DiffRow[], expected: number): void {
  const next = rows.findIndex((row) => row.kind !== 'extra' && row.kind !== 'moved' && row.expected > expected);
  rows.splice(next < 0 ? rows.length : next, 0, { kind: 'missing', expected });
}
