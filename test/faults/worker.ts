import { embeddedEngine, type TestEngine } from '../../src/agent/test-engine.ts';
import type { Env } from '../../src/env.ts';
import worker, { AgentObject as PlainAgentObject } from '../../src/worker.ts';
import type { Mood } from './model-server.ts';

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

/** What workspaces may use, as the variable PLAN says it; null for no plan. */
export const plan = { text: null as string | null };

/** How the fake model server behaves that objects made from now on are configured with; null for no model. */
export const model = { mood: null as Mood | null };

const wrapped = new WeakMap<Env, Env>();

/** A server that is started with D1_MODE has its database broken from the first request on. */
function withFaults(env: Env & { D1_MODE?: 'fail' | 'hang' }): Env {
  if (env.D1_MODE) d1.mode = env.D1_MODE;
  const known = wrapped.get(env) ?? configured({ ...env, DB: breakable(env.DB) });
  wrapped.set(env, known);
  return known;
}

function configured(env: Env): Env {
  const used = () => (model.mood === null ? undefined : 'model');
  return Object.defineProperties(env, {
    PLAN: { get: () => plan.text ?? undefined },
    MODEL_NAME: { get: used },
    MODEL_BASE_URL: { get: () => (model.mood === null ? undefined : `http://model.test/${model.mood}/v1`) },
    TEST_ENGINE: { get: used },
    JUDGE: { get: used },
  });
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

/** Test generation that takes its time: while it is held every step hangs until it is given a pass. */
export const engine = { isHeld: false, hangs: 0, passes: 0 };
/** What a description says to have a generation take a moment for every step, for tests that cannot reach in. */
const AT_LEISURE = 'at leisure';
const LEISURE_MS = 900;
const LOOK_MS = 5;

const holdableEngine: TestEngine = (request) => {
  const source = embeddedEngine(request);
  return {
    async next(from, signal) {
      if (engine.isHeld) engine.hangs += 1;
      while (engine.isHeld && engine.passes === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (engine.isHeld) engine.passes -= 1;
      if (request.description.includes(AT_LEISURE)) await new Promise((resolve) => setTimeout(resolve, LEISURE_MS));
      return source.next(from, signal);
    },
  };
};

export class AgentObject extends PlainAgentObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withFaults(env));
  }

  static override engineOf(env: Env): TestEngine {
    return model.mood === null ? holdableEngine : PlainAgentObject.engineOf(env);
  }
}

export default {
  fetch: (request: Request, env: Env, ctx: ExecutionContext) => worker.fetch(request, withFaults(env), ctx),
};
