/** Comma-separated values, as spreadsheets and programs read them. */

export type Cell = string | number | null;

/** What a spreadsheet takes for the beginning of a formula, wide forms and what it skips before one included. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * Records as text under a line of their columns: RFC 4180, lines end in CR LF. A text that a spreadsheet would run as a formula gets an
 * apostrophe in front; numbers stay numbers, and what is not there is empty.
 */
export function csv<K extends string>(columns: readonly K[], records: readonly Record<K, Cell>[]): string {
  const rows = [columns, ...records.map((record) => columns.map((column) => record[column]))];
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
