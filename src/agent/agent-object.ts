import { DurableObject } from 'cloudflare:workers';
import { Refusal, type Result, refused } from '../domain/errors.ts';
import type { ResultView, RunHeader } from '../domain/run.ts';
import { LIVE_ROWS } from '../domain/run.ts';
import type { CaseView, NewScenario, ScenarioChange, ScenarioView } from '../domain/scenario.ts';
import type { Env } from '../env.ts';
import { type AgentDetail, countHoldings, describeAgent, type Holdings } from './agent-detail.ts';
import { hasSchema, upgradeSchema } from './agent-schema.ts';
import { AlarmClock } from './alarm-clock.ts';
import { purgeDeletedCases, selectAgent, selectScenario } from './catalogue.ts';
import {
  brief,
  type CasesPage,
  listCases,
  listScenarios,
  type ScenarioBrief,
  type ScenariosPage,
} from './catalogue-lists.ts';
import { CatalogueWriter, type NewAgent } from './catalogue-writer.ts';
import { type FlushDeps, flushToD1, openChanged, runsDue, type Told } from './flush.ts';
import { newId } from './ids.ts';
import { LiveRuns } from './live-runs.ts';
import { alarmAfterCall, FLUSH_DELAY_MS, nextAlarm } from './next-alarm.ts';
import { PinnedCases } from './pinned-cases.ts';
import { resultView, selectNewestResults } from './result-rows.ts';
import {
  checkStall,
  findRun,
  getRun,
  listRuns,
  type ResultsPage,
  type RunLogDeps,
  type RunPage,
  type RunsPage,
  syncRun,
} from './run-log.ts';
import { type Run, runHeader } from './run-rows.ts';
import { Scoreboard } from './scoreboard.ts';
import type { ItemVerdict, Streamed, SyncCall } from './streaming.ts';
import { selectDueTimers, selectNextTimer, selectOpenRunSeqs } from './timers.ts';
import { type Source, Watchers } from './watchers.ts';

export type SyncAnswer = Pick<Streamed, 'accepted' | 'duplicate' | 'replaced' | 'renumbered'> & {
  run: RunHeader;
  received: number;
  verdicts: ItemVerdict[];
};

/** One agent under test: its cases, its runs and results, its watchers. It wires storage, sockets and clock to the modules beside it. */
export class AgentObject extends DurableObject<Env> {
  readonly #runs: LiveRuns;
  readonly #cases: PinnedCases;
  readonly #scores: Scoreboard;
  readonly #catalogue: CatalogueWriter;
  readonly #watchers: Watchers;
  readonly #clock: AlarmClock;
  readonly #told: Told = new Map();
  #registered: boolean;
  #failures = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    if (hasSchema(sql)) upgradeSchema(ctx.storage);
    this.#registered = hasSchema(sql) && selectAgent(sql).deleted_by === null;
    this.#runs = new LiveRuns(sql);
    this.#cases = new PinnedCases(sql);
    this.#scores = new Scoreboard(sql, this.#runs);
    this.#catalogue = new CatalogueWriter(ctx.storage, env.DB, () => this.#cases.clear());
    this.#watchers = new Watchers(ctx, env);
    this.#clock = new AlarmClock(ctx.storage);
    ctx.blockConcurrencyWhile(() => this.#clock.wake());
  }

  /** Registers the agent, or replaces its blueprint and keeps its runs. */
  async register(agent: NewAgent): Promise<Result<{ id: string }>> {
    return answer(async () => {
      const id = await this.#catalogue.register(agent, { id: newId('ag'), now: Date.now() });
      if (!this.#registered) this.#forget();
      this.#registered = true;
      return { id };
    });
  }

  async addScenario(scenario: NewScenario): Promise<Result<{ id: string }>> {
    return this.#answer(async () => {
      const id = newId('sc');
      const now = Date.now();
      await this.#catalogue.addScenario({ ...scenario, id, active: true, createdAt: now, updatedAt: now });
      return { id };
    });
  }

  /** The scenario, or null; the same for those that change it. */
  async findScenario(id: string): Promise<Result<ScenarioBrief | null>> {
    return this.#answer(() => brief(selectScenario(this.ctx.storage.sql, id)));
  }

  async changeScenario(id: string, change: ScenarioChange): Promise<Result<ScenarioBrief | null>> {
    return this.#answer(async () => {
      return brief(await this.#catalogue.changeScenario(id, change, Date.now()));
    });
  }

  /** Takes a scenario and its cases out of the catalogue for good. Runs that are open keep judging by it. */
  async deleteScenario(id: string): Promise<Result<ScenarioBrief | null>> {
    return this.#answer(async () => {
      const scenario = await this.#catalogue.deleteScenario(id);
      this.#purge();
      return brief(scenario);
    });
  }

  /** What `remove` would take along. */
  async countHoldings(): Promise<Result<Holdings>> {
    return this.#answer(() => countHoldings(this.ctx.storage.sql));
  }

  /** Deletes the agent with all it holds. It is gone at once, also when D1 has to be told later. */
  async remove(actor: string): Promise<Result<null>> {
    return this.#answer(async () => {
      this.#registered = false;
      this.#watchers.closeAll();
      this.#clock.arm(Date.now() + FLUSH_DELAY_MS);
      await this.#catalogue.remove(actor, Date.now());
      this.#forget();
      return null;
    });
  }

  async describe(): Promise<Result<AgentDetail>> {
    return this.#answer(() => describeAgent(this.#runDeps(), this.#scores));
  }

  async listScenarios(page: ScenariosPage): Promise<Result<{ scenarios: ScenarioView[]; total: number }>> {
    return this.#answer(async () => {
      await this.#catalogue.reloadIfStale();
      return listScenarios(this.ctx.storage.sql, this.#scores, page);
    });
  }

  async listCases(page: CasesPage): Promise<Result<{ cases: CaseView[]; total: number }>> {
    return this.#answer(async () => {
      await this.#catalogue.reloadIfStale();
      return listCases(this.ctx.storage.sql, this.#scores, page);
    });
  }

  /** Takes results into a run, or makes one. What it answers is stored. */
  async sync(call: SyncCall): Promise<Result<SyncAnswer>> {
    return this.#answer(() => {
      const now = Date.now();
      const streamed = syncRun(this.#runDeps(), call, { id: newId('tr'), now });
      this.#tell(streamed, now);
      const { run, fresh: _, changed: __, ...counted } = streamed;
      return { ...counted, run: this.#header(run), received: call.createEmpty ? 0 : call.items.length };
    });
  }

  async listRuns(page: RunsPage): Promise<Result<{ runs: RunHeader[]; total: number }>> {
    return this.#answer(() => listRuns(this.#runDeps(), page));
  }

  async getRun(page: ResultsPage): Promise<Result<RunPage>> {
    return this.#answer(() => getRun(this.#runDeps(), page));
  }

  /** A run as its page shows it: the header and the newest results. */
  async viewRun(runId: string): Promise<Result<{ agentId: string; run: RunHeader; newest: ResultView[] }>> {
    return this.#answer(() => {
      const run = findRun(this.#runDeps(), runId);
      const { id: agentId } = selectAgent(this.ctx.storage.sql);
      return { agentId, run: this.#header(run), newest: this.#source(run.seq).newest() };
    });
  }

  /** A page's socket. The door has checked the session and says whose it is and which run it watches. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const watched = await this.#answer(() => findRun(this.#runDeps(), url.searchParams.get('run') ?? ''));
    if (!watched.ok) return new Response(watched.message, { status: 404 });
    const session = url.searchParams.get('session') ?? '';
    const { workspace_id: workspace } = selectAgent(this.ctx.storage.sql);
    const { seq } = watched.value;
    return this.#watchers.accept(seq, { session, workspace, now: Date.now(), source: this.#source(seq) });
  }

  /** Serves timers that are due, then tells D1 what changed. Never throws: what failed is tried again later. */
  override async alarm(): Promise<void> {
    this.#clock.rang();
    if (!hasSchema(this.ctx.storage.sql)) return;
    try {
      if (this.#registered) await this.#keepUp(Date.now());
      else await this.#catalogue.finishRemoval(Date.now());
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      console.error(
        JSON.stringify({ level: 'error', event: 'flush_failed', failures: this.#failures, cause: String(error) }),
      );
    } finally {
      this.#armNext(Date.now());
    }
  }

  async #keepUp(now: number): Promise<void> {
    this.#serveTimers(now);
    this.#purge();
    await this.#flush(now);
  }

  /** Nothing of a deleted agent may live on in memory: the same object may be registered again. */
  #forget(): void {
    this.#runs.clear();
    this.#cases.clear();
    this.#told.clear();
    this.#clock.rang();
  }

  /** Deleted cases go as soon as no open run can ask for them. */
  #purge(): void {
    const pins = selectOpenRunSeqs(this.ctx.storage.sql).map((seq) => this.#runs.get(seq).pinnedRev);
    purgeDeletedCases(this.ctx.storage.sql, Math.min(Number.MAX_SAFE_INTEGER, ...pins));
  }

  #serveTimers(now: number): void {
    for (const { key } of selectDueTimers(this.ctx.storage.sql, now)) {
      const ended = checkStall(this.#runDeps(), key, now);
      if (ended) this.#watchers.announce(key, { source: this.#source(key), fresh: () => [], now });
    }
  }

  async #flush(now: number): Promise<void> {
    const runs = runsDue(this.#flushDeps(), this.#told, now);
    if (runs.length === 0) return;
    await flushToD1(this.#flushDeps(), selectAgent(this.ctx.storage.sql), { runs, told: this.#told, now });
  }

  /** After a call: watchers see it, and D1 will hear of it. */
  #tell({ run, fresh, changed }: Streamed, now: number): void {
    if (!changed) return;
    this.#watchers.announce(run.seq, { source: this.#source(run.seq), fresh: () => fresh.map(resultView), now });
    const at = alarmAfterCall({ isNew: !this.#told.has(run.seq), dirty: run.dirty, failures: this.#failures, now });
    if (at !== null) this.#clock.arm(at);
  }

  #armNext(now: number): void {
    if (!hasSchema(this.ctx.storage.sql)) {
      this.#forget();
      return;
    }
    const at = nextAlarm({
      timer: selectNextTimer(this.ctx.storage.sql),
      failures: this.#failures,
      dirty: this.#runs.dirtyCount() > 0,
      openChanged: openChanged(this.#flushDeps(), this.#told).length > 0,
      now,
      random: Math.random(),
    });
    if (at !== null) this.#clock.arm(at);
  }

  #source(seq: number): Source {
    return {
      header: () => this.#header(this.#runs.get(seq)),
      newest: () => selectNewestResults(this.ctx.storage.sql, seq, LIVE_ROWS),
    };
  }

  #header(run: Run): RunHeader {
    return runHeader(run, selectAgent(this.ctx.storage.sql).name);
  }

  #runDeps(): RunLogDeps {
    return { storage: this.ctx.storage, runs: this.#runs, cases: this.#cases };
  }

  #flushDeps(): FlushDeps {
    return { storage: this.ctx.storage, db: this.env.DB, runs: this.#runs, scores: this.#scores };
  }

  /** Nothing but `register` works on an object that nobody registered, and nothing is written to it. */
  #answer<T>(work: () => T | Promise<T>): Promise<Result<T>> {
    return answer(() => {
      if (!this.#registered) throw new Refusal('AGENT_NOT_FOUND', 'Agent not found');
      return work();
    });
  }
}

/** A refusal crosses RPC as data; anything else thrown is a bug, and is thrown. */
async function answer<T>(work: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof Refusal) return refused(error);
    throw error;
  }
}
