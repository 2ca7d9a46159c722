/** Averages of plain numbers. Those of nothing are NaN, so callers ask whether there is anything first. */

export function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

export function mean(values: readonly number[]): number {
  return sum(values, (value) => value) / values.length;
}

/** The middle value; of an even number of values, half way between the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
