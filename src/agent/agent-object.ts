import { Refusal, type Result } from '../domain/errors.ts';
import type { GenerationOrder } from '../domain/generation-job.ts';
import type { GenerationLimits } from '../domain/quota.ts';
import type { RunHeader } from '../domain/run.ts';
import type { CaseView, NewScenario, ScenarioChange } from '../domain/scenario.ts';
import type { Env } from '../env.ts';
import { AgentReader } from './agent-reader.ts';
import { answer } from './answer.ts';
import { selectAgent } from './catalogue.ts';
import { brief, listCases, type ScenarioBrief } from './catalogue-lists.ts';
import type { NewAgent } from './catalogue-writer.ts';
import { assertOfJob, cancelRun, finishRun, type IngestCall, type Ingested, ingest, runOfKey } from './ci-intake.ts';
import { newId } from './ids.ts';
import { modelOf } from './model.ts';
import { modelEngine } from './model-engine.ts';
import { FLUSH_DELAY_MS } from './next-alarm.ts';
import { insertRefusedUpload, type RefusedUpload } from './refused-uploads.ts';
import { type ReplyKey, reserveReply, settleReply } from './replies.ts';
import { logReview, type ReviewCall, reviewResult } from './reviews.ts';
import { findRun, syncRun } from './run-log.ts';
import { removeRun } from './run-removal.ts';
import type { ItemVerdict, Streamed, SyncCall } from './streaming.ts';
import { type SuiteCall, type SuiteStored, storeSuite } from './suite.ts';
import { embeddedEngine, type TestEngine } from './test-engine.ts';
import { replaceTimer } from './timers.ts';
import { updateDeliveryAgain } from './webhook-outbox.ts';

export type SyncAnswer = Pick<Streamed, 'accepted' | 'duplicate' | 'replaced' | 'renumbered'> & {
  run: RunHeader;
  received: number;
  verdicts: ItemVerdict[];
};

export type IngestAnswer = Pick<Ingested, 'accepted' | 'duplicate' | 'replaced' | 'unmapped' | 'rejected'> & {
  run: RunHeader;
};
/** `job`: the CI job that asks, where it may end its own runs only. */
export type EndCall = { how: 'finish' | 'cancel'; job?: string | null } & (
  | { runId: string; externalKey?: undefined }
  | { runId?: undefined; externalKey: string }
);

/** One agent under test: its cases, its runs and results, its watchers. These methods, and the readings, are all that can be asked of it. */
export class AgentObject extends AgentReader {
  /** What writes test cases. */
  static engineOf(env: Env): TestEngine {
    const model = env.TEST_ENGINE === 'model' ? modelOf(env) : null;
    return model ? modelEngine(model) : embeddedEngine;
  }

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, new.target.engineOf(env));
  }

  override alarm(): Promise<void> {
    return this.core.alarm();
  }

  /** Registers the agent, or replaces its blueprint and keeps its runs. */
  async register(agent: NewAgent): Promise<Result<{ id: string }>> {
    return answer(async () => {
      const id = await this.core.catalogue.register(agent, { id: newId('ag'), now: Date.now() });
      if (!this.core.registered) this.core.forget();
      this.core.registered = true;
      return { id };
    });
  }

  async addScenario(scenario: NewScenario): Promise<Result<{ id: string }>> {
    return this.core.answer(async () => {
      const id = newId('sc');
      const now = Date.now();
      await this.core.catalogue.addScenario({ ...scenario, id, active: true, createdAt: now, updatedAt: now });
      return { id };
    });
  }

  /** The scenario as it is now, or null where there is none; the same for `deleteScenario`. */
  async changeScenario(id: string, change: ScenarioChange): Promise<Result<ScenarioBrief | null>> {
    return this.core.answer(async () => {
      return brief(await this.core.catalogue.changeScenario(id, change, Date.now()));
    });
  }

  /** Takes a scenario and its cases out of the catalogue for good. Runs that are open keep judging by it. */
  async deleteScenario(id: string): Promise<Result<ScenarioBrief | null>> {
    return this.core.answer(async () => {
      const scenario = await this.core.catalogue.deleteScenario(id);
      this.core.upkeep.purge();
      return brief(scenario);
    });
  }

  /** Deletes the agent with all it holds. It is gone at once, also when D1 has to be told later. */
  async remove(actor: string): Promise<Result<null>> {
    return this.core.answer(async () => {
      this.core.registered = false;
      this.core.watchers.closeAll();
      this.core.clock.arm(Date.now() + FLUSH_DELAY_MS);
      await this.core.catalogue.remove(actor, Date.now());
      this.core.forget();
      return null;
    });
  }

  /** Starts to make test cases; what comes of it is read with `listCases`. */
  async generate(order: GenerationOrder, limits: GenerationLimits): Promise<Result<{ id: string }>> {
    return this.core.answer(async () => {
      const made = { id: newId('gen'), scenarioId: newId('sc'), now: Date.now(), limits };
      await this.core.generator.start(order, made);
      return { id: made.id };
    });
  }

  /** Takes results into a run, or makes one. What it answers is stored. */
  async sync(call: SyncCall): Promise<Result<SyncAnswer>> {
    return this.core.answer(() => {
      const now = Date.now();
      const streamed = syncRun(this.core.runDeps(), call, { id: newId('tr'), now });
      this.core.tell(streamed, now);
      if (streamed.verdicts.some(({ verdict }) => verdict.rule === 'judge_due')) this.core.clock.arm(now);
      const { run, fresh: _, changed: __, ...counted } = streamed;
      return { ...counted, run: this.core.header(run), received: call.createEmpty ? 0 : call.items.length };
    });
  }

  /** Takes a person's verdict on a result. It stands, and pages show it, whether or not D1 can be told who decided what when. */
  async reviewResult(call: ReviewCall): Promise<Result<RunHeader>> {
    return this.core.answer(async () => {
      const now = Date.now();
      const { run, before } = reviewResult(this.core.runDeps(), call);
      this.core.revised(run, now);
      const { workspace_id: workspaceId } = selectAgent(this.core.sql);
      await logReview(this.env.DB, call, { workspaceId, runId: run.id, before, now });
      return this.core.header(run);
    });
  }

  /** A page's socket. The door has checked the session and says whose it is and which run it watches. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const watched = await this.core.answer(() => findRun(this.core.runDeps(), url.searchParams.get('run') ?? ''));
    if (!watched.ok) return new Response(watched.message, { status: 404 });
    const session = url.searchParams.get('session') ?? '';
    const { workspace_id: workspace } = selectAgent(this.core.sql);
    const { seq } = watched.value;
    return this.core.watchers.accept(seq, { session, workspace, now: Date.now(), source: this.core.source(seq) });
  }

  /** Takes a part of a CI upload into its run, or makes that. What it answers is stored. */
  async ingest(call: IngestCall): Promise<Result<IngestAnswer>> {
    return this.core.answer(() => {
      const now = Date.now();
      const ingested = ingest(this.core.runDeps(), call, { id: newId('tr'), now });
      this.core.tell(ingested, now);
      const { run, accepted, duplicate, replaced, unmapped, rejected } = ingested;
      return { run: this.core.header(run), accepted, duplicate, replaced, unmapped, rejected };
    });
  }

  /** Ends a run by hand, named by its id or by the key of its CI job. */
  async endRun({ how, ...named }: EndCall): Promise<Result<RunHeader>> {
    return this.core.answer(() => {
      const now = Date.now();
      const deps = this.core.runDeps();
      const runId = named.runId ?? runOfKey(deps, named.externalKey).id;
      const before = findRun(deps, runId);
      assertOfJob(before, named.job ?? null);
      const run = how === 'cancel' ? cancelRun(deps, runId, now) : finishRun(deps, runId, now);
      this.core.tell({ run, fresh: [], changed: run !== before }, now);
      return this.core.header(run);
    });
  }

  /** Deletes a run with its results, for good. */
  async removeRun(call: { runId: string; actor: string }): Promise<Result<{ id: string }>> {
    return this.core.answer(async () => {
      const now = Date.now();
      const id = removeRun(this.core.runDeps(), { ...call, now });
      await this.core.upkeep.tellRemovals();
      return { id };
    });
  }

  /** The first answer to a request with this idempotency key, or null, which reserves the key for the caller. */
  async reserveReply({ now, ...key }: ReplyKey & { now: number }): Promise<Result<string | null>> {
    return this.core.answer(() => reserveReply(this.ctx.storage, key, now));
  }

  async settleReply(reply: { key: string; answer: string | null; now: number }): Promise<Result<null>> {
    return this.core.answer(() => {
      settleReply(this.core.sql, reply);
      return null;
    });
  }

  async noteRefusedUpload(upload: RefusedUpload): Promise<Result<null>> {
    return this.core.answer(() => {
      insertRefusedUpload(this.ctx.storage, upload);
      return null;
    });
  }

  /** Sends a delivery again, at once, whatever became of it. NOT_FOUND where there is none. */
  async redeliver(named: { messageId: string; webhookId: string }): Promise<Result<null>> {
    return this.core.answer(() => {
      const now = Date.now();
      if (!updateDeliveryAgain(this.core.sql, { ...named, now })) throw new Refusal('NOT_FOUND', 'Delivery not found');
      replaceTimer(this.core.sql, { kind: 'webhook', key: 0, at: now });
      this.core.clock.arm(now);
      return null;
    });
  }

  /** Brings the scenarios to what a suite says. */
  async storeSuite(call: SuiteCall): Promise<Result<SuiteStored>> {
    return this.core.answer(async () => {
      const stored = await storeSuite({ sql: this.core.sql, catalogue: this.core.catalogue }, call, Date.now());
      if (stored.deleted > 0) this.core.upkeep.purge();
      return stored;
    });
  }

  /** The case as it is now, or null. */
  async changeCase(scenarioId: string, change: ScenarioChange & { kind: 'case' }): Promise<Result<CaseView | null>> {
    return this.core.answer(async () => {
      const scenario = await this.core.catalogue.changeScenario(scenarioId, change, Date.now());
      if (!scenario) return null;
      const page = { scenarioId, offset: change.n - 1, limit: 1 };
      return listCases(this.core.sql, this.core.scores, page).cases[0] ?? null;
    });
  }
}
