/** How often each of some things was seen. */
export type Tallies = ReadonlyMap<string, number>;

/**
 * Jensen-Shannon distance of two distributions given as counts: the square root of the divergence in bits (Lin 1991), which is a metric
 * (Endres and Schindelin 2003). 0 for equal shares, 1 for nothing in common. Both must hold something.
 */
export function jensenShannon(one: Tallies, other: Tallies): number {
  const ones = total(one);
  const others = total(other);
  let divergence = 0;
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    const p = (one.get(key) ?? 0) / ones;
    const q = (other.get(key) ?? 0) / others;
    divergence += (surprise(p, q) + surprise(q, p)) / 2;
  }
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

/** One term of the relative entropy of p to the middle of p and q. */
function surprise(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log2((2 * p) / (p + q));
}

function total(tallies: Tallies): number {
  let count = 0;
  for (const value of tallies.values()) count += value;
  return count;
}
