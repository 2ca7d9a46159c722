import type { Env } from '../../src/env.ts';
import worker, { AgentObject as PlainAgentObject } from '../../src/worker.ts';

/** The product's Worker with a D1 that can be broken, counted, and a clock that can be moved: what a test cannot do from outside. */

export const d1 = { mode: 'ok' as 'ok' | 'fail' | 'hang', queries: 0, rowsWritten: 0 };

const clock = { offsetMs: 0 };
const realNow = Date.now.bind(Date);
Date.now = () => realNow() + clock.offsetMs;

/** Moves the clock of Worker and objects forward. */
export function passTime(ms: number): void {
  clock.offsetMs += ms;
}

/** Deadlines of the product are seconds; a test need not sit through them. Frames and other short waits keep their length. */
const LONG_WAIT_MS = 1_000;
const HASTE = 100;
const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = ((work: () => void, ms = 0) =>
  realTimeout(work, ms >= LONG_WAIT_MS ? ms / HASTE : ms)) as typeof setTimeout;

const wrapped = new WeakMap<Env, Env>();

/** A server that is started with D1_MODE has its database broken from the first request on. */
function withFaults(env: Env & { D1_MODE?: 'fail' | 'hang' }): Env {
  if (env.D1_MODE) d1.mode = env.D1_MODE;
  const known = wrapped.get(env) ?? { ...env, DB: breakable(env.DB) };
  wrapped.set(env, known);
  return known;
}

const RAW = Symbol('the real statement');
type Statement = D1PreparedStatement & { [RAW]: D1PreparedStatement };

function breakable(db: D1Database): D1Database {
  return {
    prepare: (sql: string) => statement(db.prepare(sql)),
    batch: (statements: Statement[]) => gate(() => db.batch(statements.map((entry) => entry[RAW]))),
  } as unknown as D1Database;
}

function statement(real: D1PreparedStatement): Statement {
  return {
    [RAW]: real,
    bind: (...values: unknown[]) => statement(real.bind(...values)),
    run: () => gate(() => real.run()),
    all: () => gate(() => real.all()),
    first: (column?: string) => gate(() => (column === undefined ? real.first() : real.first(column))),
  } as unknown as Statement;
}

async function gate<T>(work: () => Promise<T>): Promise<T> {
  d1.queries += 1;
  if (d1.mode === 'fail') throw new Error('D1_ERROR: the test broke it');
  if (d1.mode === 'hang') return new Promise<T>(() => undefined);
  const answer = await work();
  for (const part of Array.isArray(answer) ? answer : [answer]) d1.rowsWritten += part?.meta?.rows_written ?? 0;
  return answer;
}

export class AgentObject extends PlainAgentObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withFaults(env));
  }
}

export default {
  fetch: (request: Request, env: Env, ctx: ExecutionContext) => worker.fetch(request, withFaults(env), ctx),
};
