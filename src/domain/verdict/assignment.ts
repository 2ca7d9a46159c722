/** Which of `rows` goes with which of `columns`; index by index, undefined where a row got none. */
export type Assignment = (number | undefined)[];

/**
 * The largest set of pairs in which every row and every column is used once (Kuhn's augmenting paths, O(rows² · columns)); each pair is
 * asked about at most once, and earlier columns are preferred.
 */
export function largestMatching(
  rows: number,
  columns: number,
  fits: (row: number, column: number) => boolean,
): Assignment {
  const holder: Assignment = new Array(columns).fill(undefined);
  if (rows === 0 || columns === 0) return new Array(rows).fill(undefined);
  const options: number[][] = [];
  const optionsOf = (row: number) => {
    const known = options[row];
    if (known) return known;
    const fitting: number[] = [];
    for (let column = 0; column < columns; column++) if (fits(row, column)) fitting.push(column);
    options[row] = fitting;
    return fitting;
  };
  const place = (row: number, tried: Set<number>): boolean => {
    for (const column of optionsOf(row)) {
      if (tried.has(column)) continue;
      tried.add(column);
      const other = holder[column];
      if (other !== undefined && !place(other, tried)) continue;
      holder[column] = row;
      return true;
    }
    return false;
  };
  for (let row = 0; row < rows; row++) placeFree(row, optionsOf(row), holder) || place(row, new Set());
  return inverted(holder, rows);
}

/** The quick way, taken by nearly all: the first column that nobody holds. */
function placeFree(row: number, options: number[], holder: Assignment): boolean {
  const free = options.find((column) => holder[column] === undefined);
  if (free !== undefined) holder[free] = row;
  return free !== undefined;
}

function inverted(holder: Assignment, rows: number): Assignment {
  const assignment: Assignment = new Array(rows).fill(undefined);
  for (const [column, row] of holder.entries()) if (row !== undefined) assignment[row] = column;
  return assignment;
}

/** Pairs up rows and columns, the nearest first; a cost of infinity is no pair. For naming what went wrong, not for deciding it. */
export function nearestPairs(rows: number, columns: number, cost: (row: number, column: number) => number): Assignment {
  const assignment: Assignment = new Array(rows).fill(undefined);
  if (rows === 0 || columns === 0) return assignment;
  const pairs: { row: number; column: number; cost: number }[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const price = cost(row, column);
      if (price < Number.POSITIVE_INFINITY) pairs.push({ row, column, cost: price });
    }
  }
  pairs.sort((a, b) => a.cost - b.cost || a.row - b.row || a.column - b.column);
  const taken = new Set<number>();
  for (const { row, column } of pairs) {
    if (assignment[row] !== undefined || taken.has(column)) continue;
    assignment[row] = column;
    taken.add(column);
  }
  return assignment;
}
