import { DurableObject } from 'cloudflare:workers';
import type { CaseDetail, PendingResults } from '../domain/case-detail.ts';
import type { Result } from '../domain/errors.ts';
import type { RunReport } from '../domain/report.ts';
import type { AgentBehaviour, ResultKey, RunComparison, RunHeader, RunView } from '../domain/run.ts';
import type { CaseView, Scenario, ScenarioView } from '../domain/scenario.ts';
import type { ToolUsage } from '../domain/tool-use.ts';
import type { AgentTrend } from '../domain/trend.ts';
import type { DeliveryView } from '../domain/webhook-delivery.ts';
import type { Env } from '../env.ts';
import { AgentCore } from './agent-core.ts';
import { type AgentDetail, countHoldings, describeAgent, type Holdings } from './agent-detail.ts';
import { type ExportPage, type ExportPlace, exportPage } from './agent-export.ts';
import { viewCaseResult } from './case-results.ts';
import { selectAgent, selectScenario } from './catalogue.ts';
import {
  brief,
  type CasesPage,
  listCases,
  listScenarios,
  type ScenarioBrief,
  type ScenariosPage,
} from './catalogue-lists.ts';
import { type GateQuery, type GateView, viewGate } from './gate-view.ts';
import type { Generation } from './generation-rows.ts';
import { listPending } from './pending-results.ts';
import { type RefusedUpload, selectRefusedUploads } from './refused-uploads.ts';
import { factsOf } from './run-facts.ts';
import { findRun, getRun, listRuns, type ResultsPage, type RunPage, type RunsPage } from './run-log.ts';
import { readReport } from './run-report.ts';
import type { Run } from './run-rows.ts';
import { selectCaseResults, settled, viewBehaviour, viewComparison } from './run-views.ts';
import { readSuite } from './suite.ts';
import type { TestEngine } from './test-engine.ts';
import { viewToolUsage } from './tool-usage.ts';
import { viewTrend } from './trend-view.ts';
import { type DeliveriesPage, selectDeliveries } from './webhook-outbox.ts';

export type CasesQuery = Omit<CasesPage, 'scenarioId'> & { generationId: string | null };
export type CasesAnswer = {
  generation: (Generation & { now: number }) | null;
  cases: CaseView[];
  total: number;
};

/** What can be read of an agent under test. Nothing here changes what is stored. */
export abstract class AgentReader extends DurableObject<Env> {
  protected readonly core: AgentCore;

  constructor(ctx: DurableObjectState, env: Env, engine: TestEngine) {
    super(ctx, env);
    this.core = new AgentCore(ctx, env, engine);
  }

  async describe(): Promise<Result<AgentDetail>> {
    return this.core.answer(() => describeAgent(this.core.runDeps(), this.core.scores));
  }

  async listScenarios(page: ScenariosPage): Promise<Result<{ scenarios: ScenarioView[]; total: number }>> {
    return this.core.answer(async () => {
      await this.core.catalogue.reloadIfStale();
      return listScenarios(this.core.sql, this.core.scores, page);
    });
  }

  /** What `remove` would take along. */
  async countHoldings(): Promise<Result<Holdings>> {
    return this.core.answer(() => countHoldings(this.core.sql));
  }

  /** The scenario, or null. */
  async findScenario(id: string): Promise<Result<ScenarioBrief | null>> {
    return this.core.answer(() => brief(selectScenario(this.core.sql, id)));
  }

  /** The cases of a generation, or of all active scenarios; with the generation that was asked for, or that is under way. */
  async listCases({ generationId, ...page }: CasesQuery): Promise<Result<CasesAnswer>> {
    return this.core.answer(async () => {
      await this.core.catalogue.reloadIfStale();
      const generation = this.core.generator.find(generationId, Date.now());
      const scenarioId = generationId === null ? null : (generation?.scenarioId ?? null);
      return { generation, ...listCases(this.core.sql, this.core.scores, { ...page, scenarioId }) };
    });
  }

  async listRuns(page: RunsPage): Promise<Result<{ runs: RunHeader[]; total: number }>> {
    return this.core.answer(() => listRuns(this.core.runDeps(), page));
  }

  async getRun(page: ResultsPage): Promise<Result<RunPage>> {
    return this.core.answer(() => {
      const read = getRun(this.core.runDeps(), page);
      const { mark } = settled(this.core, findRun(this.core.runDeps(), read.run.id));
      return { ...read, run: { ...read.run, ...mark } };
    });
  }

  /** A run as its page shows it: the header and the newest results. */
  async viewRun(runId: string): Promise<Result<RunView>> {
    return this.core.answer(() => {
      const run = findRun(this.core.runDeps(), runId);
      const { id: agentId } = selectAgent(this.core.sql);
      const { mark, previous } = settled(this.core, run);
      const previousId = previous === null ? null : this.core.runs.get(previous).id;
      const newest = this.core.source(run.seq).newest();
      return { agentId, run: { ...this.core.header(run), ...mark }, newest, previousId, ...factsOf(this.core, run) };
    });
  }

  /** What stands of one case in a run, trial by trial. */
  async viewCase(query: { runId: string; caseId: string; limit: number }): Promise<Result<RunPage>> {
    return this.core.answer(() => {
      const run = findRun(this.core.runDeps(), query.runId);
      return { run: this.core.header(run), ...selectCaseResults(this.core.sql, { ...query, runSeq: run.seq }) };
    });
  }

  /** What is different in the run `after`. The two may be named in either order of time, and whatever became of them. */
  async compareRuns(before: string, after: string): Promise<Result<RunComparison>> {
    return this.core.answer(() => {
      const [one, other] = [before, after].map((id) => findRun(this.core.runDeps(), id)) as [Run, Run];
      return viewComparison(this.core, { before: one, after: other, header: (run) => this.core.header(run) });
    });
  }

  /** How the agent goes about its cases, and whether its newest run that counts is unlike those before. Null before the first one. */
  async readBehaviour(): Promise<Result<AgentBehaviour | null>> {
    return this.core.answer(() => {
      const { runs } = this.core;
      return viewBehaviour(this.core, { find: (seq) => runs.get(seq), header: (run) => this.core.header(run) });
    });
  }

  /** Completed runs, oldest first, each with the score after it. */
  async viewTrend(): Promise<Result<AgentTrend>> {
    return this.core.answer(() => viewTrend(this.core));
  }

  /** How the newest runs that count used the tools. */
  async viewToolUsage(): Promise<Result<ToolUsage>> {
    return this.core.answer(() => viewToolUsage(this.core, this.core.usedTools));
  }

  /** One standing result with all that is known of it. NOT_FOUND for a run, a case or a trial that is not there. */
  async viewCaseResult({ runId, ...key }: ResultKey & { runId: string }): Promise<Result<CaseDetail>> {
    return this.core.answer(() => viewCaseResult(this.core, findRun(this.core.runDeps(), runId), key));
  }

  /** Results that wait for a person, those of the newest runs first. */
  async listPending({ limit }: { limit: number }): Promise<Result<PendingResults>> {
    return this.core.answer(() => listPending(this.core, limit));
  }

  /** All that a report on a run is made of. */
  async readReport(runId: string): Promise<Result<RunReport>> {
    return this.core.answer(() => readReport(this.core, findRun(this.core.runDeps(), runId)));
  }

  /** What a gate decides by. */
  async viewGate(query: GateQuery): Promise<Result<GateView>> {
    return this.core.answer(() => {
      const deps = { sql: this.core.sql, scores: this.core.scores, log: this.core.runDeps() };
      return viewGate({ ...deps, header: (run) => this.core.header(run) }, query);
    });
  }

  /** Uploads that were turned away, newest first. */
  async listRefusedUploads(): Promise<Result<RefusedUpload[]>> {
    return this.core.answer(() => selectRefusedUploads(this.core.sql));
  }

  /** What addresses were told of this agent's runs, and how that went, newest first. */
  async listDeliveries(page: DeliveriesPage): Promise<Result<DeliveryView[]>> {
    return this.core.answer(() => selectDeliveries(this.core.sql, page));
  }

  /** All scenarios whole, oldest first. */
  async readSuite(): Promise<Result<Scenario[]>> {
    return this.core.answer(async () => {
      await this.core.catalogue.reloadIfStale();
      return readSuite(this.core.sql);
    });
  }

  /** A page of an export: all that is held of runs and of the cases they were judged by. */
  async exportPage(from: ExportPlace | null): Promise<Result<ExportPage>> {
    return this.core.answer(() => exportPage(this.core, from));
  }
}
