/** Where things lie in a drawing of 100 by 100 that is stretched over whatever room there is. */

/** Fewer runs than this do not spread over the whole width: a bar stays a bar, and there is visible room for the next. */
const LEAST_SLOTS = 6;

/** Equal columns from left to right, one a run or a day, in percent of the width. */
export type Slots = { width: number; left: (index: number) => number; middle: (index: number) => number };

export function slots(count: number): Slots {
  const width = 100 / Math.max(count, LEAST_SLOTS);
  return { width, left: (index) => index * width, middle: (index) => (index + 0.5) * width };
}

/** Two decimals are finer than any screen, and weigh less. */
export function short(value: number): number {
  return Math.round(value * 100) / 100;
}

export function percentOf(value: number): string {
  return `${short(value)}%`;
}

/** Height from the top, for a share (0…100) that grows upwards. */
export function down(share: number): number {
  return short(100 - share);
}

/** A date needs this share of the width on a phone. */
const LABEL_SHARE = 24;

/** Columns whose label is written: the last, and from there back as many as have room. */
export function labelled(count: number, { width }: Slots): number[] {
  const stride = Math.ceil(LABEL_SHARE / width);
  return Array.from({ length: Math.ceil(count / stride) }, (_, index) => count - 1 - index * stride);
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Round figures from 0 to at least `highest`, three to six of them. */
export function roundTicks(highest: number): number[] {
  if (highest <= 0) return [0, 1];
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.max(1, Math.ceil(highest / step)) + 1 }, (_, index) => index * step);
}

/** Runs of consecutive values that are there; a null ends one. */
export function unbroken<T>(values: readonly (T | null)[]): T[][] {
  const parts: T[][] = [[]];
  for (const value of values) {
    if (value === null) parts.push([]);
    else parts.at(-1)?.push(value);
  }
  return parts.filter((part) => part.length > 0);
}

export type Spot = { x: number; y: number };

/** A line through points. */
export function linePath(spots: readonly Spot[]): string {
  return spots.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`).join('');
}

/** A mark at each point: lines of no length, whose round or square ends are all there is to see. */
export function markPath(spots: readonly Spot[]): string {
  return spots.map(({ x, y }) => `M${short(x)} ${short(y)}h0`).join('');
}

/** The area between an upper and a lower line. */
export function areaPath(upper: readonly Spot[], lower: readonly Spot[]): string {
  return `${linePath([...upper, ...lower.toReversed()])}Z`;
}
