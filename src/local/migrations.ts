import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './worker-bundle.ts';

export const MIGRATIONS = path.join(ROOT, 'src/store/migrations');

/** wrangler's own table, so that either of the two can go on where the other stopped. */
const APPLIED_TABLE =
  'CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, ' +
  'applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)';

/** Applies what is not yet applied, in order of the names; each file in one transaction with its own entry. */
export async function applyMigrations(db: D1Database, folder = MIGRATIONS): Promise<string[]> {
  await db.prepare(APPLIED_TABLE).run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const due = migrationFiles(folder).filter((name) => !applied.has(name));
  for (const name of due) {
    // D1 takes several statements at once, but not a comment after the last one.
    const sql = `${readFileSync(path.join(folder, name), 'utf8')}\nSELECT 1`;
    await db.batch([db.prepare(sql), db.prepare('INSERT INTO d1_migrations (name) VALUES (?1)').bind(name)]);
  }
  return due;
}

function migrationFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}
