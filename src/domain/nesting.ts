/** Whether a JSON value is nested deeper than so many levels: what walks it may recurse, and SQLite's JSON functions give up at 1,000. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
