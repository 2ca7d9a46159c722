import { DurableObject } from 'cloudflare:workers';
import type { Result } from '../domain/errors.ts';
import type { GenerationOrder } from '../domain/generation-job.ts';
import type { GenerationLimits } from '../domain/quota.ts';
import type { AgentBehaviour, RunComparison, RunHeader, RunView } from '../domain/run.ts';
import type { CaseView, NewScenario, ScenarioChange, ScenarioView } from '../domain/scenario.ts';
import type { Env } from '../env.ts';
import { AgentCore } from './agent-core.ts';
import { type AgentDetail, countHoldings, describeAgent, type Holdings } from './agent-detail.ts';
import { answer } from './answer.ts';
import { selectAgent, selectScenario } from './catalogue.ts';
import {
  brief,
  type CasesPage,
  listCases,
  listScenarios,
  type ScenarioBrief,
  type ScenariosPage,
} from './catalogue-lists.ts';
import type { NewAgent } from './catalogue-writer.ts';
import type { Generation } from './generation-rows.ts';
import { newId } from './ids.ts';
import { modelOf } from './model.ts';
import { modelEngine } from './model-engine.ts';
import { FLUSH_DELAY_MS } from './next-alarm.ts';
import { logReview, type ReviewCall, reviewResult } from './reviews.ts';
import { findRun, getRun, listRuns, type ResultsPage, type RunPage, type RunsPage, syncRun } from './run-log.ts';
import type { Run } from './run-rows.ts';
import { selectCaseResults, settled, viewBehaviour, viewComparison } from './run-views.ts';
import type { ItemVerdict, Streamed, SyncCall } from './streaming.ts';
import { embeddedEngine, type TestEngine } from './test-engine.ts';

export type SyncAnswer = Pick<Streamed, 'accepted' | 'duplicate' | 'replaced' | 'renumbered'> & {
  run: RunHeader;
  received: number;
  verdicts: ItemVerdict[];
};

export type CasesQuery = Omit<CasesPage, 'scenarioId'> & { generationId: string | null };
export type CasesAnswer = {
  generation: (Generation & { now: number }) | null;
  cases: CaseView[];
  total: number;
};

/** One agent under test: its cases, its runs and results, its watchers. These methods are all that can be asked of it. */
export class AgentObject extends DurableObject<Env> {
  readonly #core: AgentCore;

  /** What writes test cases. */
  static engineOf(env: Env): TestEngine {
    const model = env.TEST_ENGINE === 'model' ? modelOf(env) : null;
    return model ? modelEngine(model) : embeddedEngine;
  }

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#core = new AgentCore(ctx, env, new.target.engineOf(env));
  }

  override alarm(): Promise<void> {
    return this.#core.alarm();
  }

  /** Registers the agent, or replaces its blueprint and keeps its runs. */
  async register(agent: NewAgent): Promise<Result<{ id: string }>> {
    return answer(async () => {
      const id = await this.#core.catalogue.register(agent, { id: newId('ag'), now: Date.now() });
      if (!this.#core.registered) this.#core.forget();
      this.#core.registered = true;
      return { id };
    });
  }

  async addScenario(scenario: NewScenario): Promise<Result<{ id: string }>> {
    return this.#core.answer(async () => {
      const id = newId('sc');
      const now = Date.now();
      await this.#core.catalogue.addScenario({ ...scenario, id, active: true, createdAt: now, updatedAt: now });
      return { id };
    });
  }

  /** The scenario, or null; the same for those that change it. */
  async findScenario(id: string): Promise<Result<ScenarioBrief | null>> {
    return this.#core.answer(() => brief(selectScenario(this.#core.sql, id)));
  }

  async changeScenario(id: string, change: ScenarioChange): Promise<Result<ScenarioBrief | null>> {
    return this.#core.answer(async () => {
      return brief(await this.#core.catalogue.changeScenario(id, change, Date.now()));
    });
  }

  /** Takes a scenario and its cases out of the catalogue for good. Runs that are open keep judging by it. */
  async deleteScenario(id: string): Promise<Result<ScenarioBrief | null>> {
    return this.#core.answer(async () => {
      const scenario = await this.#core.catalogue.deleteScenario(id);
      this.#core.upkeep.purge();
      return brief(scenario);
    });
  }

  /** What `remove` would take along. */
  async countHoldings(): Promise<Result<Holdings>> {
    return this.#core.answer(() => countHoldings(this.#core.sql));
  }

  /** Deletes the agent with all it holds. It is gone at once, also when D1 has to be told later. */
  async remove(actor: string): Promise<Result<null>> {
    return this.#core.answer(async () => {
      this.#core.registered = false;
      this.#core.watchers.closeAll();
      this.#core.clock.arm(Date.now() + FLUSH_DELAY_MS);
      await this.#core.catalogue.remove(actor, Date.now());
      this.#core.forget();
      return null;
    });
  }

  async describe(): Promise<Result<AgentDetail>> {
    return this.#core.answer(() => describeAgent(this.#core.runDeps(), this.#core.scores));
  }

  async listScenarios(page: ScenariosPage): Promise<Result<{ scenarios: ScenarioView[]; total: number }>> {
    return this.#core.answer(async () => {
      await this.#core.catalogue.reloadIfStale();
      return listScenarios(this.#core.sql, this.#core.scores, page);
    });
  }

  /** Starts to make test cases; what comes of it is read with `listCases`. */
  async generate(order: GenerationOrder, limits: GenerationLimits): Promise<Result<{ id: string }>> {
    return this.#core.answer(async () => {
      const made = { id: newId('gen'), scenarioId: newId('sc'), now: Date.now(), limits };
      await this.#core.generator.start(order, made);
      return { id: made.id };
    });
  }

  /** The cases of a generation, or of all active scenarios; with the generation that was asked for, or that is under way. */
  async listCases({ generationId, ...page }: CasesQuery): Promise<Result<CasesAnswer>> {
    return this.#core.answer(async () => {
      await this.#core.catalogue.reloadIfStale();
      const generation = this.#core.generator.find(generationId, Date.now());
      const scenarioId = generationId === null ? null : (generation?.scenarioId ?? null);
      return { generation, ...listCases(this.#core.sql, this.#core.scores, { ...page, scenarioId }) };
    });
  }

  /** Takes results into a run, or makes one. What it answers is stored. */
  async sync(call: SyncCall): Promise<Result<SyncAnswer>> {
    return this.#core.answer(() => {
      const now = Date.now();
      const streamed = syncRun(this.#core.runDeps(), call, { id: newId('tr'), now });
      this.#core.tell(streamed, now);
      if (streamed.verdicts.some(({ verdict }) => verdict.rule === 'judge_due')) this.#core.clock.arm(now);
      const { run, fresh: _, changed: __, ...counted } = streamed;
      return { ...counted, run: this.#core.header(run), received: call.createEmpty ? 0 : call.items.length };
    });
  }

  async listRuns(page: RunsPage): Promise<Result<{ runs: RunHeader[]; total: number }>> {
    return this.#core.answer(() => listRuns(this.#core.runDeps(), page));
  }

  async getRun(page: ResultsPage): Promise<Result<RunPage>> {
    return this.#core.answer(() => {
      const read = getRun(this.#core.runDeps(), page);
      const { mark } = settled(this.#core, findRun(this.#core.runDeps(), read.run.id));
      return { ...read, run: { ...read.run, ...mark } };
    });
  }

  /** A run as its page shows it: the header and the newest results. */
  async viewRun(runId: string): Promise<Result<RunView>> {
    return this.#core.answer(() => {
      const run = findRun(this.#core.runDeps(), runId);
      const { id: agentId } = selectAgent(this.#core.sql);
      const { mark, previous } = settled(this.#core, run);
      const previousId = previous === null ? null : this.#core.runs.get(previous).id;
      const newest = this.#core.source(run.seq).newest();
      return { agentId, run: { ...this.#core.header(run), ...mark }, newest, previousId };
    });
  }

  /** What stands of one case in a run, trial by trial. */
  async viewCase(query: { runId: string; caseId: string; limit: number }): Promise<Result<RunPage>> {
    return this.#core.answer(() => {
      const run = findRun(this.#core.runDeps(), query.runId);
      return { run: this.#core.header(run), ...selectCaseResults(this.#core.sql, { ...query, runSeq: run.seq }) };
    });
  }

  /** What is different in the run `after`. The two may be named in either order of time, and whatever became of them. */
  async compareRuns(before: string, after: string): Promise<Result<RunComparison>> {
    return this.#core.answer(() => {
      const [one, other] = [before, after].map((id) => findRun(this.#core.runDeps(), id)) as [Run, Run];
      return viewComparison(this.#core, { before: one, after: other, header: (run) => this.#core.header(run) });
    });
  }

  /** How the agent goes about its cases, and whether its newest run that counts is unlike those before. Null before the first one. */
  async readBehaviour(): Promise<Result<AgentBehaviour | null>> {
    return this.#core.answer(() => {
      const { runs } = this.#core;
      return viewBehaviour(this.#core, { find: (seq) => runs.get(seq), header: (run) => this.#core.header(run) });
    });
  }

  /** Takes a person's verdict on a result. It stands, and pages show it, whether or not D1 can be told who decided what when. */
  async reviewResult(call: ReviewCall): Promise<Result<RunHeader>> {
    return this.#core.answer(async () => {
      const now = Date.now();
      const { run, before } = reviewResult(this.#core.runDeps(), call);
      this.#core.revised(run, now);
      const { workspace_id: workspaceId } = selectAgent(this.#core.sql);
      await logReview(this.env.DB, call, { workspaceId, runId: run.id, before, now });
      return this.#core.header(run);
    });
  }

  /** A page's socket. The door has checked the session and says whose it is and which run it watches. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const watched = await this.#core.answer(() => findRun(this.#core.runDeps(), url.searchParams.get('run') ?? ''));
    if (!watched.ok) return new Response(watched.message, { status: 404 });
    const session = url.searchParams.get('session') ?? '';
    const { workspace_id: workspace } = selectAgent(this.#core.sql);
    const { seq } = watched.value;
    return this.#core.watchers.accept(seq, { session, workspace, now: Date.now(), source: this.#core.source(seq) });
  }
}
