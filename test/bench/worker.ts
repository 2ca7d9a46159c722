import type { Env } from '../../src/env.ts';
import worker, { AgentObject as ProductObject } from '../../src/worker.ts';
import { ASKED_PATH } from './query-plans.ts';

/** The product's Worker, which also tells what its pages asked of D1 since it was asked last. */

const asked = new Set<string>();
const noting = new WeakMap<Env, Env>();

function withNotes(env: Env): Env {
  const known = noting.get(env) ?? { ...env, DB: noted(env.DB) };
  noting.set(env, known);
  return known;
}

function noted(db: D1Database): D1Database {
  const prepare = (sql: string) => {
    asked.add(sql);
    return db.prepare(sql);
  };
  return { prepare, batch: (statements: D1PreparedStatement[]) => db.batch(statements) } as unknown as D1Database;
}

/** Objects keep the real database: what they flush is no page's. */
export class AgentObject extends ProductObject {}

export default {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> {
    if (new URL(request.url).pathname !== ASKED_PATH) return worker.fetch(request, withNotes(env), ctx);
    const statements = [...asked];
    asked.clear();
    return Response.json(statements);
  },
};
