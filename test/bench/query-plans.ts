/** How D1 goes about a statement, and whether it reads a whole table. */

/** Where the benchmark's Worker tells what its pages asked of D1. */
export const ASKED_PATH = '/asked-of-d1';

export type Plan = { sql: string; steps: string[]; scans: string[] };

export async function planOf(db: D1Database, sql: string): Promise<Plan> {
  const { results } = await explain(db, sql);
  const steps = results.map(({ detail }) => detail);
  const names = await tableNames(db, sql);
  const scans = steps.filter((step) => {
    const [, name] = /^SCAN (\w+)/.exec(step) ?? [];
    return name !== undefined && names.has(name) && !step.includes('VIRTUAL TABLE');
  });
  return { sql: sql.replace(/\s+/g, ' '), steps, scans };
}

/** A plan does not depend on values; each place gets one all the same. */
function explain(db: D1Database, sql: string): Promise<{ results: { detail: string }[] }> {
  const places = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, place]) => Number(place)));
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...Array.from({ length: places }, () => null))
    .all<{ detail: string }>();
}

/** What a statement calls the tables it names; subqueries and functions have names too, and to go through those is no harm. */
async function tableNames(db: D1Database, sql: string): Promise<Set<string>> {
  const { results } = await db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>();
  const tables = new Set(results.map(({ name }) => name));
  const named = [...sql.matchAll(/\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?/gi)];
  return new Set(named.flatMap(([, table = '', alias]) => (tables.has(table) ? [table, alias ?? table] : [])));
}
