import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

/** All that is kept, as text by the name of its place. */
export async function dumpAll(): Promise<Map<string, string>> {
  return new Map([...(await dumpD1()), ...(await dumpObjects()), ...(await dumpKv())]);
}

async function dumpD1(): Promise<[string, string][]> {
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' LIMIT 100",
  ).all<{ name: string }>();
  return Promise.all(
    tables.results.map(async ({ name }): Promise<[string, string]> => {
      const { results } = await env.DB.prepare(`SELECT * FROM "${name}" LIMIT 100000`).all();
      return [`D1 ${name}`, textOf(results)];
    }),
  );
}

async function dumpObjects(): Promise<[string, string][]> {
  const ids = await listDurableObjectIds(env.AGENT);
  const dumped = ids.map((id) => runInDurableObject(env.AGENT.get(id), (_, state) => dumpObject(state)));
  const all = new Map<string, string>();
  for (const tables of await Promise.all(dumped)) {
    for (const [name, rows] of tables) all.set(`object ${name}`, `${all.get(`object ${name}`) ?? ''}${rows}`);
  }
  return [...all];
}

async function dumpObject({ storage }: DurableObjectState): Promise<[string, string][]> {
  const tables = storage.sql.exec<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' LIMIT 100",
  );
  const rows = [...tables].map(({ name }): [string, string] => [
    name,
    textOf(storage.sql.exec(`SELECT * FROM "${name}" LIMIT 100000`).toArray()),
  ]);
  return [...rows, ['storage', textOf([...(await storage.list())])]];
}

async function dumpKv(): Promise<[string, string][]> {
  const { keys } = await env.KV.list({ limit: 1000 });
  const values = await Promise.all(keys.map(async ({ name }) => [name, await env.KV.get(name)]));
  return [['KV', textOf(values)]];
}

/** Values are JSON more often than not; what was escaped in them is read as it was meant. */
function textOf(rows: unknown): string {
  return JSON.stringify(rows).replaceAll('\\', '');
}
