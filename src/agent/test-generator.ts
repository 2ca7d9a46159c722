import { parseBlueprint } from '../domain/blueprint/blueprint.ts';
import { echo, Refusal } from '../domain/errors.ts';
import type { GenerationRequest } from '../domain/generation/case-plan.ts';
import { type GenerationOrder, isLive, LOCK_MS, statusAt, titleFrom } from '../domain/generation-job.ts';
import { logLine } from '../domain/redaction/log-line.ts';
import { withoutSecrets } from '../domain/redaction/redaction.ts';
import type { CaseContent, Scenario } from '../domain/scenario.ts';
import { updateGeneration } from '../store/generations.ts';
import { hasSchema } from './agent-schema.ts';
import { selectAgent, selectMessages, selectScenario } from './catalogue.ts';
import { type CatalogueWriter, reachD1, WRITE_DEADLINE_MS } from './catalogue-writer.ts';
import { alreadyRunning, book, type Made } from './generation-booking.ts';
import {
  deleteGeneration,
  type End,
  type Generation,
  insertGeneration,
  selectDocument,
  selectGeneration,
  selectNewestGeneration,
  selectUntold,
  updateEnded,
  updateProduced,
  updateStarted,
  updateTold,
} from './generation-rows.ts';
import type { CaseSource, TestEngine } from './test-engine.ts';
import { deleteTimer, replaceTimer } from './timers.ts';

/** One step of a generation holds the alarm for so long at most. */
const STEP_MS = 25_000;
const RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;

export type GeneratorDeps = {
  storage: DurableObjectStorage;
  db: D1Database;
  catalogue: CatalogueWriter;
  engine: TestEngine;
  /** There is a step to be done. */
  due: () => void;
};

/** Waits for work while the object goes on with what is due; undefined when `until` (epoch ms) comes first. */
export type Wait = <T>(work: Promise<T>, until: number) => Promise<T | undefined>;

/**
 * Makes test cases, one generation at a time. The lock is a row, taken before anything is awaited; it lapses by the clock alone. The work
 * is done in steps from the alarm, so that a step that died is taken up again. The generation's id is the fencing token: whoever stores
 * looks first whether it still holds the lock and whether the cases before its own are all there.
 */
export class TestGenerator {
  readonly #deps: GeneratorDeps;
  #open: { id: string; source: CaseSource } | null = null;
  /** The generation that is being booked right now: it holds the lock, and no step touches it. */
  #starting: string | null = null;
  #failures = 0;

  constructor(deps: GeneratorDeps) {
    this.#deps = deps;
  }

  /** Takes the lock and starts. @throws Refusal GENERATION_IN_PROGRESS, RATE_LIMITED, QUOTA_EXCEEDED, AGENT_NOT_FOUND, RETRY_LATER */
  async start(order: GenerationOrder, made: Made): Promise<void> {
    const { storage, db } = this.#deps;
    const { sql } = storage;
    const { id, scenarioId, now } = made;
    const newest = selectNewestGeneration(sql);
    if (newest && isLive(newest, now)) throw alreadyRunning(selectAgent(sql).name);
    insertGeneration(sql, { id, status: 'pending', scenarioId, order, startedAt: now, expiresAt: now + LOCK_MS });
    this.#starting = id;
    try {
      const document = await book(db, selectAgent(sql), { order, made });
      if (!selectIfAny(sql, id)) throw new Refusal('AGENT_NOT_FOUND', 'Agent not found');
      updateStarted(sql, id, document);
    } catch (error) {
      this.#giveUp(id, error);
      throw error;
    } finally {
      if (this.#starting === id) this.#starting = null;
      if (hasSchema(sql)) {
        replaceTimer(sql, { kind: 'generation', key: 0, at: now });
        this.#deps.due();
      }
    }
  }

  /** A refusal leaves no trace; where nobody knows whether D1 booked it, D1 is told later that it failed, so that it costs nothing. */
  #giveUp(id: string, error: unknown): void {
    const { sql } = this.#deps.storage;
    if (!hasSchema(sql)) return;
    const isUnknown = !(error instanceof Refusal) || error.code === 'RETRY_LATER';
    if (isUnknown) updateEnded(sql, id, { status: 'failed', reason: 'the backend did not answer' });
    else deleteGeneration(sql, id);
  }

  /** The generation of that id; without one the live one, or null. @throws Refusal NOT_FOUND */
  find(id: string | null, now: number): (Generation & { now: number }) | null {
    const { sql } = this.#deps.storage;
    const found = id === null ? selectNewestGeneration(sql) : selectGeneration(sql, id);
    if (id !== null && !found) {
      throw new Refusal('NOT_FOUND', `Generation not found: ${echo(id)}`, 'Leave generation_id out to see all cases.');
    }
    if (!found || (id === null && !isLive(found, now))) return null;
    const status = statusAt(found, now);
    return { ...found, status, reason: status === 'timed_out' ? timedOut(found) : found.reason, now };
  }

  /** Nothing of a deleted agent may live on in memory. */
  forget(): void {
    this.#open = null;
    this.#starting = null;
  }

  /** After a wake nobody works on what has not ended: its next step is due at once. Answers whether there is something. */
  resume(): boolean {
    const { sql } = this.#deps.storage;
    const [first] = selectUntold(sql);
    if (first) replaceTimer(sql, { kind: 'generation', key: 0, at: first.startedAt });
    return first !== undefined;
  }

  /** Does as much as one step does. Never throws: what failed is tried again, a generation until its lock lapses. */
  async step(wait: Wait): Promise<void> {
    const { sql } = this.#deps.storage;
    replaceTimer(sql, { kind: 'generation', key: 0, at: Date.now() + STEP_MS + RETRY_MS });
    try {
      for (const job of this.#unfinished()) {
        if (isLive(job, Date.now()) && job.status === 'running') await this.#advance(job, wait);
        else await this.#close(job);
      }
      this.#failures = 0;
    } catch (error) {
      console.error(logLine({ level: 'error', event: 'generation_step_failed', cause: String(error) }));
      this.#open = null;
      this.#failures += 1;
    }
    if (hasSchema(sql)) this.#setTimer();
  }

  /** All that D1 does not know the end of, but for one that is only now being booked. */
  #unfinished(): Generation[] {
    const { sql } = this.#deps.storage;
    return hasSchema(sql) ? selectUntold(sql).filter(({ id }) => id !== this.#starting) : [];
  }

  #setTimer(): void {
    const { sql } = this.#deps.storage;
    const pause = this.#failures === 0 ? 0 : Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** (this.#failures - 1));
    const at = Math.round(Date.now() + pause * (0.5 + Math.random() / 2));
    if (this.#unfinished().length > 0) replaceTimer(sql, { kind: 'generation', key: 0, at });
    else if (this.#starting === null) deleteTimer(sql, 'generation', 0);
  }

  async #advance(job: Generation, wait: Wait): Promise<void> {
    const { storage } = this.#deps;
    const until = Math.min(Date.now() + STEP_MS, job.expiresAt);
    const stop = new AbortController();
    const cases = await wait(this.#next(job, stop.signal), until);
    if (cases === undefined) stop.abort();
    if (!hasSchema(storage.sql) || !this.#holds(job)) return;
    if (cases === undefined) this.#open = null;
    else if ('fault' in cases) this.#end(job, { status: 'failed', reason: cases.fault });
    else if (cases.made.length === 0) this.#end(job, emptyHanded(job));
    else await this.#store(job, cases.made);
  }

  async #next(job: Generation, signal: AbortSignal): Promise<{ made: CaseContent[] } | { fault: string }> {
    try {
      this.#open = this.#open?.id === job.id ? this.#open : { id: job.id, source: this.#source(job) };
      return { made: withoutSecrets(await this.#open.source.next(job.produced, signal)) };
    } catch (error) {
      console.error(logLine({ level: 'error', event: 'test_engine_failed', cause: String(error) }));
      return { fault: 'the test generator broke down on this blueprint' };
    }
  }

  #source(job: Generation): CaseSource {
    const { storage, engine } = this.#deps;
    const { testCases, ...order } = job.order;
    const request: GenerationRequest = {
      ...order,
      blueprint: parseBlueprint(selectDocument(storage.sql, job.id) ?? '').blueprint,
      count: testCases,
      seed: seedOf(job.id),
      existing: selectMessages(storage.sql),
      today: new Date(job.startedAt).toISOString().slice(0, 10),
    };
    return engine(request);
  }

  #holds(job: Generation): boolean {
    const current = selectGeneration(this.#deps.storage.sql, job.id);
    return current !== undefined && isLive(current, Date.now()) && current.produced === job.produced;
  }

  /** Whether a write that begins now ends before the lock lapses: after that a finisher changes nothing. */
  #holdsForAWrite(job: Generation): boolean {
    return this.#holds(job) && Date.now() + WRITE_DEADLINE_MS < job.expiresAt;
  }

  async #store(job: Generation, cases: CaseContent[]): Promise<void> {
    const { storage, catalogue } = this.#deps;
    const produced = job.produced + cases.length;
    const status = produced >= job.order.testCases ? 'completed' : 'running';
    await catalogue.growScenario({
      make: () => (this.#holdsForAWrite(job) ? this.#grown(job, cases) : null),
      also: (db) => [updateGeneration(db, { id: job.id, status, cases: produced })],
      commit: () => {
        updateProduced(storage.sql, job.id, produced);
        if (status === 'running') return;
        updateEnded(storage.sql, job.id, { status, reason: null });
        updateTold(storage.sql, job.id);
      },
    });
  }

  /** The scenario with the new cases behind those that are counted: one that D1 stored and did not confirm is written over. Null, and the end of the job, if somebody deleted it meanwhile. */
  #grown(job: Generation, cases: CaseContent[]): Scenario | null {
    const now = Date.now();
    const known = selectScenario(this.#deps.storage.sql, job.scenarioId);
    if (known) return { ...known, cases: [...known.cases.slice(0, job.produced), ...cases], updatedAt: now };
    if (job.produced === 0) return newScenario(job, cases, now);
    this.#end(job, { status: 'failed', reason: 'its scenario was deleted' });
    return null;
  }

  #end(job: Generation, end: End): void {
    updateEnded(this.#deps.storage.sql, job.id, end);
  }

  /** D1 hears how it ended, then there is nothing left to do. */
  async #close(job: Generation): Promise<void> {
    const { storage, db } = this.#deps;
    this.#end(job, job.status === 'pending' ? INTERRUPTED : { status: 'timed_out', reason: timedOut(job) });
    const { id, status, produced } = selectGeneration(storage.sql, job.id) ?? job;
    await reachD1(updateGeneration(db, { id, status, cases: produced }).run());
    if (hasSchema(storage.sql)) updateTold(storage.sql, id);
  }
}

/** Its holder died while D1 was asked. */
const INTERRUPTED: End = { status: 'failed', reason: 'it was interrupted before it began' };

function selectIfAny(sql: SqlStorage, id: string): Generation | undefined {
  return hasSchema(sql) ? selectGeneration(sql, id) : undefined;
}

function newScenario(job: Generation, cases: CaseContent[], now: number): Scenario {
  const { description, complexity } = job.order;
  const title = titleFrom(description);
  const more = { complexity, tags: [], origin: 'generated' as const, active: true, createdAt: now, updatedAt: now };
  return { id: job.scenarioId, title, description, cases, ...more };
}

/** An engine may know fewer cases than were asked for. */
function emptyHanded(job: Generation): End {
  if (job.produced > 0) return { status: 'completed', reason: null };
  return { status: 'failed', reason: 'no test case could be made from this blueprint' };
}

function timedOut({ produced, order }: Generation): string {
  const kept = produced === 0 ? '' : `; ${produced} of ${order.testCases} test cases were made and are kept`;
  return `it timed out after ${LOCK_MS / 1000} seconds${kept}`;
}

/** The same for a job however often it is taken up again. */
function seedOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16);
}
