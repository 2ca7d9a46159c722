import { Refusal, type Result } from '../domain/errors.ts';
import type { Fingerprint } from '../domain/fingerprint.ts';
import type { RunHeader } from '../domain/run.ts';
import { LIVE_ROWS } from '../domain/run.ts';
import type { UsedTools } from '../domain/tool-use.ts';
import type { Env } from '../env.ts';
import { hasSchema, upgradeSchema } from './agent-schema.ts';
import { AlarmClock } from './alarm-clock.ts';
import { answer } from './answer.ts';
import { BehaviorJudge } from './behavior-judge.ts';
import { selectAgent } from './catalogue.ts';
import { CatalogueWriter } from './catalogue-writer.ts';
import { HeldReadings } from './held-readings.ts';
import { LiveRuns } from './live-runs.ts';
import { modelOf } from './model.ts';
import { PinnedCases } from './pinned-cases.ts';
import { resultView, selectNewestResults } from './result-rows.ts';
import { Retention } from './retention.ts';
import { checkStall, type RunLogDeps } from './run-log.ts';
import { charsOfPaths, readFingerprint } from './run-readings.ts';
import { type Run, runHeader } from './run-rows.ts';
import { Scoreboard } from './scoreboard.ts';
import type { Streamed } from './streaming.ts';
import type { TestEngine } from './test-engine.ts';
import { TestGenerator } from './test-generator.ts';
import { deleteTimer, replaceTimer } from './timers.ts';
import { charsOfUse, readUsedTools } from './tool-usage.ts';
import { Upkeep } from './upkeep.ts';
import { type Source, Watchers } from './watchers.ts';
import { WebhookSender } from './webhook-sender.ts';

/** What an agent's object is made of: storage, sockets and clock wired to the modules beside it. Nothing here can be called from outside. */
export class AgentCore {
  readonly #ctx: DurableObjectState;
  readonly runs: LiveRuns;
  readonly cases: PinnedCases;
  readonly scores: Scoreboard;
  readonly catalogue: CatalogueWriter;
  readonly watchers: Watchers;
  readonly clock: AlarmClock;
  readonly generator: TestGenerator;
  readonly upkeep: Upkeep;
  readonly judge: BehaviorJudge;
  readonly webhooks: WebhookSender;
  readonly retention: Retention;
  readonly usedTools: HeldReadings<UsedTools>;
  readonly fingerprints: HeldReadings<Fingerprint>;
  registered: boolean;

  constructor(ctx: DurableObjectState, env: Env, engine: TestEngine) {
    this.#ctx = ctx;
    const { sql } = ctx.storage;
    if (hasSchema(sql)) upgradeSchema(ctx.storage);
    this.registered = hasSchema(sql) && selectAgent(sql).deleted_by === null;
    this.runs = new LiveRuns(sql);
    this.cases = new PinnedCases(sql);
    this.scores = new Scoreboard(sql, this.runs);
    const { runs } = this;
    this.usedTools = new HeldReadings({ runs, read: (seq) => readUsedTools(sql, seq), charsOf: charsOfUse });
    this.fingerprints = new HeldReadings({ runs, read: (seq) => readFingerprint(sql, seq), charsOf: charsOfPaths });
    this.catalogue = new CatalogueWriter(ctx.storage, env.DB, () => this.cases.clear());
    this.watchers = new Watchers(ctx, env);
    this.clock = new AlarmClock(ctx.storage);
    const shared = { storage: ctx.storage, db: env.DB, catalogue: this.catalogue };
    this.generator = new TestGenerator({ ...shared, engine, due: () => this.clock.arm(Date.now()) });
    this.judge = new BehaviorJudge({
      ...{ storage: ctx.storage, runs: this.runs, cases: this.cases, hasJudge: true },
      model: env.JUDGE === 'model' ? modelOf(env) : null,
      revised: (run, now) => this.revised(run, now),
    });
    this.webhooks = new WebhookSender({
      ...{ storage: ctx.storage, db: env.DB, sessionSecret: env.SESSION_SECRET },
      outbound: (url, init) => (env.OUTBOUND ? env.OUTBOUND.fetch(url, init) : fetch(url, init)),
      rearm: (at) =>
        at === null ? deleteTimer(sql, 'webhook', 0) : replaceTimer(sql, { kind: 'webhook', key: 0, at }),
    });
    this.retention = new Retention({
      ...{ storage: ctx.storage, stores: env, runs: this.runs },
      removed: (seq, now) => this.#showAnew(seq, now),
    });
    this.upkeep = new Upkeep({
      ...{
        ...shared,
        runs: this.runs,
        scores: this.scores,
        clock: this.clock,
        generator: this.generator,
        judge: this.judge,
        webhooks: this.webhooks,
        retention: this.retention,
      },
      isRegistered: () => this.registered,
      stalled: (seq, now) => this.#checkStall(seq, now),
    });
    ctx.blockConcurrencyWhile(() => this.#wake());
  }

  get sql(): SqlStorage {
    return this.#ctx.storage.sql;
  }

  async #wake(): Promise<void> {
    await this.clock.wake();
    if (!this.registered) return;
    if (this.generator.resume()) this.clock.arm(Date.now());
    // An object that slept through the update that brought retention has no alarm.
    const look = this.clock.at === null ? this.retention.next(Date.now()) : null;
    if (look !== null) this.clock.arm(look);
  }

  /** Serves timers that are due, works on a generation, then tells D1 what changed. */
  async alarm(): Promise<void> {
    await this.upkeep.ring();
    if (!hasSchema(this.sql)) this.forget();
  }

  /** Nothing of a deleted agent may live on in memory: the same object may be registered again. */
  forget(): void {
    this.runs.clear();
    this.cases.clear();
    this.usedTools.clear();
    this.fingerprints.clear();
    this.upkeep.forget();
    this.generator.forget();
    this.retention.forget();
  }

  #checkStall(seq: number, now: number): void {
    const ended = checkStall(this.runDeps(), seq, now);
    if (ended) this.watchers.announce(seq, { source: this.source(seq), fresh: () => [], now });
  }

  /** After a call: watchers see it, and D1 will hear of it. */
  tell({ run, fresh, changed }: Pick<Streamed, 'run' | 'fresh' | 'changed'>, now: number): void {
    if (!changed) return;
    this.watchers.announce(run.seq, { source: this.source(run.seq), fresh: () => fresh.map(resultView), now });
    this.upkeep.changed(run, now);
  }

  /** A stored verdict changed: pages get all rows anew, newest last, because the one that changed may be among those they hold. */
  revised(run: Run, now: number): void {
    this.#showAnew(run.seq, now);
    this.upkeep.changed(run, now);
  }

  #showAnew(seq: number, now: number): void {
    const source = this.source(seq);
    this.watchers.announce(seq, { source, fresh: () => source.newest().reverse(), now });
  }

  source(seq: number): Source {
    return {
      header: () => this.header(this.runs.get(seq)),
      newest: () => selectNewestResults(this.sql, seq, LIVE_ROWS),
    };
  }

  header(run: Run): RunHeader {
    return runHeader(run, selectAgent(this.sql).name);
  }

  runDeps(): RunLogDeps {
    return { storage: this.#ctx.storage, runs: this.runs, cases: this.cases, hasJudge: this.judge.isOn };
  }

  /** Nothing but `register` works on an object that nobody registered, and nothing is written to it. */
  answer<T>(work: () => T | Promise<T>): Promise<Result<T>> {
    return answer(() => {
      if (!this.registered) throw new Refusal('AGENT_NOT_FOUND', 'Agent not found');
      return work();
    });
  }
}
