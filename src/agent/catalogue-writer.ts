import { Refusal } from '../domain/errors.ts';
import type { Plan } from '../domain/quota.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import { changed, type Scenario, type ScenarioChange } from '../domain/scenario.ts';
import type { Tool } from '../domain/tool.ts';
import { deleteAgent, upsertAgent } from '../store/agents.ts';
import { withDeadline } from '../store/deadline.ts';
import { deleteScenario as deleteStoredScenario, selectScenarios, upsertScenario } from '../store/scenarios.ts';
import { hasSchema, upgradeSchema } from './agent-schema.ts';
import {
  replaceAgent,
  replaceScenario,
  selectAgent,
  selectScenarios as selectListed,
  selectScenario,
  updateDeletedBy,
  updateScenarioDeleted,
  updateStale,
} from './catalogue.ts';

/** How long a write to D1 may take before its outcome counts as unknown. */
export const WRITE_DEADLINE_MS = 8_000;
const RELOAD_DEADLINE_MS = 4_000;
const LONGEST_QUEUE_MS = 10_000;
const RETRY_SECONDS = 30;

/** A blueprint on its way in. `document` is what is kept, already without secrets. */
export type NewAgent = {
  workspaceId: string;
  name: string;
  description: string | null;
  constraints: string[];
  tools: Tool[];
  document: string;
  confidence: string;
  score: number;
  audit: string;
  plan: Plan;
};

/** A job's write: what D1 and this object have to store together with the scenario. */
export type Growth = {
  make: () => Scenario | null;
  also: (db: D1Database, scenario: Scenario) => D1PreparedStatement[];
  commit: (scenario: Scenario) => void;
};

/**
 * The one writer of an agent's catalogue. D1, the record, is written first, then the object's copy; writes queue so that both see one
 * order. When D1's answer is unknown the copy is stale, and read again before its next use.
 */
export class CatalogueWriter {
  readonly #storage: DurableObjectStorage;
  readonly #db: D1Database;
  readonly #changed: () => void;
  #queue: Promise<unknown> = Promise.resolve();

  /** `changed` is told whenever the object's copy changed. */
  constructor(storage: DurableObjectStorage, db: D1Database, changed: () => void) {
    this.#storage = storage;
    this.#db = db;
    this.#changed = changed;
  }

  /** Registers the agent or brings it up to date; earlier runs stay. Answers with its id. @throws Refusal QUOTA_EXCEEDED */
  register(agent: NewAgent, fresh: { id: string; now: number }): Promise<string> {
    return this.#inTurn(async () => {
      await this.#finishRemoval(fresh.now);
      const { plan } = agent;
      const written = await reachD1(upsertAgent(this.#db, { ...agent, ...fresh, limit: plan.limits.agents }));
      const { id } = written;
      if (!written.isOpen) throw new Refusal('AUTH_FAILED', 'Authentication failed', 'Check your INVARIUM_API_KEY.');
      if (id === null) throw limitReached(written.agents, plan);
      upgradeSchema(this.#storage);
      this.#storage.transactionSync(() => {
        const { workspaceId, name, description, tools } = agent;
        const constraints = JSON.stringify(agent.constraints);
        replaceAgent(
          this.#storage.sql,
          { id, workspace_id: workspaceId, name, status: 'ACTIVE', description, constraints },
          tools,
        );
      });
      return id;
    });
  }

  /** Deletes the agent: gone at once for everyone, then from D1, then from here. What fails half-way is finished by the alarm. */
  remove(actor: string, now: number): Promise<void> {
    return this.#inTurn(() => {
      updateDeletedBy(this.#storage.sql, actor);
      return this.#finishRemoval(now);
    });
  }

  finishRemoval(now: number): Promise<void> {
    return this.#inTurn(() => this.#finishRemoval(now));
  }

  async #finishRemoval(now: number): Promise<void> {
    if (!hasSchema(this.#storage.sql)) return;
    const { id, workspace_id: workspaceId, name, deleted_by: actor } = selectAgent(this.#storage.sql);
    if (actor === null) return;
    await reachD1(deleteAgent(this.#db, { id, workspaceId, name, actor, now }), NOT_DELETED_YET);
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
  }

  addScenario(scenario: Scenario): Promise<void> {
    return this.#inTurn(async () => {
      await this.#reload();
      await this.#store(scenario);
    });
  }

  /** The scenario after the change; null for one that does not exist (any more). */
  changeScenario(id: string, change: ScenarioChange, now: number): Promise<Scenario | null> {
    return this.#inTurn(async () => {
      await this.#reload();
      const known = selectScenario(this.#storage.sql, id);
      if (!known) return null;
      const scenario = changed(known, change, now);
      await this.#store(scenario);
      return scenario;
    });
  }

  /** The scenario that was deleted; null for one that does not exist (any more). */
  deleteScenario(id: string): Promise<Scenario | null> {
    return this.#inTurn(async () => {
      await this.#reload();
      const known = selectScenario(this.#storage.sql, id);
      if (!known) return null;
      await this.#staleUnless(deleteStoredScenario(this.#db, id));
      this.#storage.transactionSync(() => updateScenarioDeleted(this.#storage.sql, id));
      return known;
    });
  }

  /**
   * Stores a scenario that a job works on. `make` looks, when the turn has come, whether the job may still write, and makes the scenario
   * from what there is; null writes nothing. Answers whether anything was written.
   */
  growScenario(growth: Growth): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#reload();
      const scenario = growth.make();
      if (!scenario) return false;
      await this.#store(scenario, growth);
      return true;
    });
  }

  async #store(scenario: Scenario, more?: Growth): Promise<void> {
    const also = more?.also(this.#db, scenario) ?? [];
    await this.#staleUnless(upsertScenario(this.#db, selectAgent(this.#storage.sql).id, { scenario, also }));
    this.#storage.transactionSync(() => {
      replaceScenario(this.#storage.sql, scenario);
      more?.commit(scenario);
    });
  }

  /** Whatever D1 did with a write that failed, the object's copy no longer knows. */
  async #staleUnless(write: Promise<void>): Promise<void> {
    try {
      await reachD1(write);
    } catch (error) {
      updateStale(this.#storage.sql, true);
      throw error;
    }
  }

  /** Brings a stale copy up to date if D1 answers; a run may start without it, because what was not confirmed was not handed out. */
  async reloadIfStale(): Promise<void> {
    if (!selectAgent(this.#storage.sql).stale) return;
    await this.#inTurn(() => this.#reload()).catch(() => undefined);
  }

  async #reload(): Promise<void> {
    const { sql } = this.#storage;
    const agent = selectAgent(sql);
    if (!agent.stale) return;
    const stored = await reachD1(withDeadline(selectScenarios(this.#db, agent.id), RELOAD_DEADLINE_MS));
    this.#storage.transactionSync(() => {
      for (const scenario of stored) {
        if (selectScenario(sql, scenario.id)?.updatedAt !== scenario.updatedAt) replaceScenario(sql, scenario);
      }
      const kept = new Set(stored.map(({ id }) => id));
      for (const { scenario_id } of selectListed(sql))
        if (!kept.has(scenario_id)) updateScenarioDeleted(sql, scenario_id);
      updateStale(sql, false);
    });
  }

  /** A turn that comes too late for its caller writes nothing: the caller has given up and will ask again. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const queuedAt = Date.now();
    const turn = this.#queue.then(() => {
      if (Date.now() - queuedAt > LONGEST_QUEUE_MS) throw unreachable(UNREACHABLE);
      return work().finally(this.#changed);
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

function limitReached(used: number, { name, limits }: Plan): Refusal {
  const message = `Agent limit reached (${used}/${limits.agents}) on the ${name} plan`;
  return new Refusal('QUOTA_EXCEEDED', message, 'Delete an agent or upgrade.');
}

type Words = { message: string; hint: string };
const UNREACHABLE: Words = {
  message: 'Could not reach the Invarium backend',
  hint: `Retry in ${RETRY_SECONDS} seconds.`,
};
const NOT_DELETED_YET: Words = {
  message: 'Failed to delete agent',
  hint: 'The backend did not answer. The agent is closed, and its deletion is finished as soon as it answers.',
};

/** @throws Refusal RETRY_LATER when D1 fails or does not answer in time; whether it wrote is then unknown. */
export async function reachD1<T>(work: Promise<T>, words = UNREACHABLE): Promise<T> {
  try {
    return await withDeadline(work, WRITE_DEADLINE_MS);
  } catch (cause) {
    console.error(logLine({ level: 'error', event: 'd1_write_failed', cause: String(cause) }));
    throw unreachable(words);
  }
}

function unreachable({ message, hint }: Words): Refusal {
  return new Refusal('RETRY_LATER', message, hint, { retry_after: RETRY_SECONDS });
}
