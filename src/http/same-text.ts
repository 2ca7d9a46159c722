import { timingSafeEqual } from 'node:crypto';

/** Compares what was given with a secret in a time that says nothing of it but its length (test/bench/secret-timing.ts). */
export function isSameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
