/**
 * McNemar's test (1947) in its exact form: how likely changes at least as one-sided as these are when a pass is as easily lost as won.
 * Two-sided binomial with p = ½ on the pairs that changed; those that stayed the same say nothing. 1 where nothing changed.
 */
export function mcnemarExact(lost: number, won: number): number {
  const changed = lost + won;
  const fewer = Math.min(lost, won);
  let term = binomialAtHalf(changed, fewer);
  let tail = 0;
  // From the largest term down: C(n, i−1) = C(n, i)·i/(n−i+1).
  for (let i = fewer; i >= 0 && tail + term > tail; i--) {
    tail += term;
    term *= i / (changed - i + 1);
  }
  return Math.min(1, 2 * tail);
}

/** C(n, k)/2ⁿ, halving as it goes so that neither factor leaves the range of a number. */
function binomialAtHalf(n: number, k: number): number {
  let value = 1;
  let halvings = n;
  for (let i = 1; i <= k; i++) {
    value *= (n - k + i) / i;
    for (; value > 1 && halvings > 0; halvings--) value /= 2;
  }
  return value * 2 ** -halvings;
}
