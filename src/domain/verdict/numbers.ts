import { decimalValue } from './decimal.ts';

/** Digit groups with the marks between them, as they stand in a text: `1,000.50` is ['1', '000', '50'] and [',', '.']. */
export type DigitChain = { groups: string[]; marks: string[] };

/** A number by its value, and how many digit groups it took. */
type Taken = { values: string[]; next: number };

export const JOINING_MARKS: ReadonlySet<string> = new Set([':', '/', '-', '.']);

/**
 * The numbers in a chain of digits: `1,000.50` is one (1000.5), `1,2` two. What is joined as in `2024-05-20`, `10:30`, `1.2.3` is one
 * token, so that the 10 of a time of day is not found as a number.
 */
export function numbersIn(chain: DigitChain): string[] {
  const tokens: string[] = [];
  let joined = '';
  for (let at = 0; at < chain.groups.length; ) {
    const { values, next } = takeNumber(chain, at);
    for (const value of values) {
      tokens.push(joined + value);
      joined = '';
    }
    const mark = chain.marks[next - 1] ?? '';
    if (JOINING_MARKS.has(mark)) joined = (tokens.pop() ?? '') + mark;
    at = next;
  }
  return tokens;
}

function takeNumber(chain: DigitChain, at: number): Taken {
  const { groups, marks } = chain;
  const mark = marks[at];
  if (mark !== ',' && mark !== "'" && mark !== '.') return withFraction(chain, at, at + 1);
  let end = at + 1;
  while (marks[end - 1] === mark && end < groups.length) end++;
  if (mark === '.') return dotted(chain, at, end);
  if (isGrouped(groups, at, end)) return withFraction(chain, at, end);
  // A list: only its last number can have a fraction.
  const last = withFraction(chain, end - 1, end);
  return {
    values: [...groups.slice(at, end - 1).map((group) => decimalValue(group)), ...last.values],
    next: last.next,
  };
}

/** `1.234.567,89`, where points are the thousands separators, is told by the comma that follows; else the point is the decimal one. */
function dotted({ groups, marks }: DigitChain, at: number, end: number): Taken {
  const cents = groups[end];
  if (marks[end - 1] === ',' && cents !== undefined && cents.length <= 2 && isGrouped(groups, at, end)) {
    return { values: [decimalValue(groups.slice(at, end).join(''), cents)], next: end + 1 };
  }
  if (end === at + 2) return { values: [decimalValue(groups[at] ?? '', groups[at + 1])], next: end };
  return {
    values: [
      groups
        .slice(at, end)
        .map((group) => decimalValue(group))
        .join('.'),
    ],
    next: end,
  };
}

/** Thousands in threes, or after the first group in twos as in 1,00,000. */
function isGrouped(groups: string[], at: number, end: number): boolean {
  const first = groups[at]?.length ?? 0;
  const last = groups[end - 1]?.length;
  const inner = groups.slice(at + 1, end - 1);
  return end > at + 1 && first <= 3 && last === 3 && inner.every(({ length }) => length === 2 || length === 3);
}

function withFraction({ groups, marks }: DigitChain, at: number, end: number): Taken {
  const whole = groups.slice(at, end).join('');
  const hasFraction = marks[end - 1] === '.' && groups[end] !== undefined && marks[end] !== '.';
  return hasFraction
    ? { values: [decimalValue(whole, groups[end])], next: end + 1 }
    : { values: [decimalValue(whole)], next: end };
}
