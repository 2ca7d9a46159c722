import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Env } from '../../src/env.ts';
import { rest } from './ci-client.ts';
import { BLUEPRINT, newWorkspace, type Workspace } from './client.ts';
import { visit } from './dashboard-visitor.ts';
import { clearKv, expectGone, removeWhole } from './workspace-removal-scene.ts';

type Fault = 'before' | 'after' | 'hang';

/** D1 with one call that goes wrong, the one of this number. */
function faulty(db: D1Database, at: number, how: Fault): { db: D1Database; hasFailed: () => boolean } {
  let calls = 0;
  const gate = async <T>(work: () => Promise<T>): Promise<T> => {
    if (calls++ !== at) return work();
    if (how === 'hang') return new Promise<T>(() => undefined);
    if (how === 'after') await work();
    throw new Error('D1_ERROR: the test broke it');
  };
  const statement = (real: D1PreparedStatement): D1PreparedStatement =>
    Object.assign(Object.create(real) as D1PreparedStatement, {
      real,
      bind: (...values: unknown[]) => statement(real.bind(...values)),
      run: () => gate(() => real.run()),
      all: () => gate(() => real.all()),
      first: (column?: string) => gate(() => (column === undefined ? real.first() : real.first(column))),
    });
  const batch = (statements: { real: D1PreparedStatement }[]) =>
    gate(() => db.batch(statements.map(({ real }) => real)));
  const broken = { prepare: (sql: string) => statement(db.prepare(sql)), batch };
  return { db: broken as unknown as D1Database, hasFailed: () => calls > at };
}

/** Little enough to be deleted some dozens of times. */
async function small(): Promise<{ workspace: Workspace; held: string[] }> {
  const workspace = await newWorkspace();
  await rest(workspace, 'POST /v1/agents', { blueprint: BLUEPRINT });
  await visit(workspace);
  return { workspace, held: [workspace.id, workspace.memberId, workspace.keyHash] };
}

for (const how of ['before', 'after', 'hang'] as const)
  test(`wherever D1 fails (${how}), asking again until it is done comes to the same end`, async () => {
    let at = 0;
    for (let hasFailed = true; hasFailed; at++) {
      const { workspace, held } = await small();
      const fault = faulty(env.DB, at, how);
      const broken = { ...env, DB: fault.db } as unknown as Env;
      await removeWhole(broken, workspace).catch(() => removeWhole(broken, workspace));
      await expectGone(workspace, held);
      await clearKv();
      hasFailed = fault.hasFailed();
    }
    expect(at).toBeGreaterThan(15);
  }, 120_000);

test('wherever KV fails, asking again until it is done comes to the same end', async () => {
  let at = 0;
  for (let hasFailed = true; hasFailed; at++) {
    const { workspace, held } = await small();
    let writes = 0;
    const put = (...args: Parameters<KVNamespace['put']>) => {
      if (writes++ === at) return Promise.reject(new Error('KV PUT failed: 500'));
      return env.KV.put(...args);
    };
    const KV = new Proxy(env.KV, {
      get: (kv, name) => (name === 'put' ? put : (Reflect.get(kv, name) as () => unknown).bind(kv)),
    });
    const broken = { ...env, KV } as unknown as Env;
    await removeWhole(broken, workspace).catch(() => removeWhole(broken, workspace));
    await expectGone(workspace, held);
    await clearKv();
    hasFailed = writes > at;
  }
  expect(at).toBeGreaterThan(5);
}, 60_000);
