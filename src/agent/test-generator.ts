import { parseBlueprint } from '../domain/blueprint/blueprint.ts';
import { echo, Refusal } from '../domain/errors.ts';
import type { GenerationRequest } from '../domain/generation/case-plan.ts';
import { type GenerationOrder, isLive, LOCK_MS, statusAt, titleFrom } from '../domain/generation-job.ts';
import { type GenerationLimits, monthStart, resetDate } from '../domain/quota.ts';
import type { CaseContent, Scenario } from '../domain/scenario.ts';
import { type Booked, insertGeneration as insertBooking, updateGeneration } from '../store/generations.ts';
import { hasSchema } from './agent-schema.ts';
import { selectAgent, selectMessages, selectScenario } from './catalogue.ts';
import { type CatalogueWriter, reachD1 } from './catalogue-writer.ts';
import {
  deleteGeneration,
  type End,
  type Generation,
  insertGeneration,
  selectDocument,
  selectGeneration,
  selectNewestGeneration,
  updateEnded,
  updateProduced,
  updateStarted,
} from './generation-rows.ts';
import type { CaseSource, TestEngine } from './test-engine.ts';
import { deleteTimer, replaceTimer } from './timers.ts';

/** One step of a generation holds the alarm for so long at most. */
const STEP_MS = 25_000;
const RETRY_MS = 5_000;
const HOUR_MS = 3_600_000;

export type GeneratorDeps = {
  storage: DurableObjectStorage;
  db: D1Database;
  catalogue: CatalogueWriter;
  engine: TestEngine;
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

  constructor(deps: GeneratorDeps) {
    this.#deps = deps;
  }

  /** Takes the lock and starts. @throws Refusal GENERATION_IN_PROGRESS, RATE_LIMITED, QUOTA_EXCEEDED, AGENT_NOT_FOUND, RETRY_LATER */
  async start(
    order: GenerationOrder,
    made: { id: string; scenarioId: string; now: number; limits: GenerationLimits },
  ): Promise<void> {
    const { sql } = this.#deps.storage;
    const { id, scenarioId, now } = made;
    const newest = selectNewestGeneration(sql);
    if (newest && isLive(newest, now)) throw alreadyRunning(selectAgent(sql).name);
    const expiresAt = now + LOCK_MS;
    insertGeneration(sql, { id, status: 'pending', scenarioId, order, startedAt: now, expiresAt });
    try {
      const document = admitted(await this.#book(order, made), order, made);
      if (!hasSchema(sql)) return;
      updateStarted(sql, id, document);
      replaceTimer(sql, { kind: 'generation', key: 0, at: now });
    } catch (error) {
      if (hasSchema(sql)) deleteGeneration(sql, id);
      throw error;
    }
  }

  #book(order: GenerationOrder, made: { id: string; now: number; limits: GenerationLimits }): Promise<Booked> {
    const { id: agentId, workspace_id: workspaceId } = selectAgent(this.#deps.storage.sql);
    const window = { hourAgo: made.now - HOUR_MS, monthStart: monthStart(made.now) };
    return reachD1(insertBooking(this.#deps.db, { ...made, ...window, agentId, workspaceId, cases: order.testCases }));
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

  /** After a wake nobody works on a generation that has not ended: its next step is due at once. Answers whether there is one. */
  resume(): boolean {
    const { sql } = this.#deps.storage;
    const newest = selectNewestGeneration(sql);
    if (newest?.status !== 'pending' && newest?.status !== 'running') return false;
    replaceTimer(sql, { kind: 'generation', key: 0, at: newest.startedAt });
    return true;
  }

  /** Does as much as one step does. Never throws: what failed is tried again until the lock lapses. */
  async step(wait: Wait): Promise<void> {
    const { sql } = this.#deps.storage;
    const job = selectNewestGeneration(sql);
    const now = Date.now();
    replaceTimer(sql, { kind: 'generation', key: 0, at: now + STEP_MS + RETRY_MS });
    try {
      if (job && isLive(job, now)) await this.#advance(job, wait);
      else await this.#close(job);
      return;
    } catch (error) {
      console.error(JSON.stringify({ level: 'error', event: 'generation_step_failed', cause: String(error) }));
      this.#open = null;
    }
    if (hasSchema(sql)) replaceTimer(sql, { kind: 'generation', key: 0, at: Date.now() + RETRY_MS });
  }

  async #advance(job: Generation, wait: Wait): Promise<void> {
    const { storage } = this.#deps;
    if (job.status === 'pending')
      return this.#end(job, { status: 'failed', reason: 'it was interrupted before it began' });
    const until = Math.min(Date.now() + STEP_MS, job.expiresAt);
    const stop = new AbortController();
    const cases = await wait(this.#next(job, stop.signal), until);
    if (cases === undefined) stop.abort();
    if (!hasSchema(storage.sql) || !this.#holds(job)) return;
    if (cases === undefined) this.#open = null;
    else if ('fault' in cases) this.#end(job, { status: 'failed', reason: cases.fault });
    else if (cases.made.length === 0) this.#end(job, emptyHanded(job));
    else await this.#store(job, cases.made);
    if (hasSchema(storage.sql)) replaceTimer(storage.sql, { kind: 'generation', key: 0, at: Date.now() });
  }

  async #next(job: Generation, signal: AbortSignal): Promise<{ made: CaseContent[] } | { fault: string }> {
    try {
      this.#open = this.#open?.id === job.id ? this.#open : { id: job.id, source: this.#source(job) };
      return { made: await this.#open.source.next(job.produced, signal) };
    } catch (error) {
      console.error(JSON.stringify({ level: 'error', event: 'test_engine_failed', cause: String(error) }));
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

  async #store(job: Generation, cases: CaseContent[]): Promise<void> {
    const { storage, catalogue } = this.#deps;
    const produced = job.produced + cases.length;
    const status = produced >= job.order.testCases ? 'completed' : 'running';
    await catalogue.growScenario({
      make: () => (this.#holds(job) ? this.#grown(job, cases) : null),
      also: (db) => [updateGeneration(db, { id: job.id, status, cases: produced })],
      commit: () => {
        updateProduced(storage.sql, job.id, produced);
        if (status === 'completed') updateEnded(storage.sql, job.id, { status, reason: null });
      },
    });
  }

  /** The scenario with the new cases behind the others; null, and the end of the job, if somebody deleted it meanwhile. */
  #grown(job: Generation, cases: CaseContent[]): Scenario | null {
    const now = Date.now();
    const known = selectScenario(this.#deps.storage.sql, job.scenarioId);
    if (known) return { ...known, cases: [...known.cases, ...cases], updatedAt: now };
    if (job.produced === 0) return newScenario(job, cases, now);
    this.#end(job, { status: 'failed', reason: 'its scenario was deleted' });
    return null;
  }

  #end(job: Generation, end: End): void {
    updateEnded(this.#deps.storage.sql, job.id, end);
  }

  /** D1 hears how it ended, then there is nothing left to do. */
  async #close(job: Generation | undefined): Promise<void> {
    const { storage, db } = this.#deps;
    this.#open = null;
    if (job) {
      this.#end(job, { status: 'timed_out', reason: timedOut(job) });
      const { id, status, produced } = selectGeneration(storage.sql, job.id) ?? job;
      await reachD1(updateGeneration(db, { id, status, cases: produced }).run());
    }
    if (hasSchema(storage.sql)) deleteTimer(storage.sql, 'generation', 0);
  }
}

function alreadyRunning(name: string): Refusal {
  const hint = 'Wait for it to complete or check invarium_get_tests.';
  return new Refusal('GENERATION_IN_PROGRESS', `A test generation is already running for ${name}`, hint);
}

/** The blueprint to work from. @throws Refusal where a limit stands in the way */
function admitted(booked: Booked, order: GenerationOrder, made: { now: number; limits: GenerationLimits }): string {
  const { perHour, perMonth } = made.limits;
  if (booked.document === null) throw new Refusal('AGENT_NOT_FOUND', 'Agent not found');
  if (booked.booked) return booked.document;
  if (booked.last_hour >= perHour) {
    throw new Refusal('RATE_LIMITED', `Rate limit exceeded: ${perHour} generations per hour`);
  }
  const left = Math.max(0, (perMonth ?? 0) - booked.this_month);
  const ask = left > 0 ? ` ${left} of the ${order.testCases} test cases asked for are left.` : '';
  throw new Refusal(
    'QUOTA_EXCEEDED',
    `Test case generation limit reached (${booked.this_month}/${perMonth})`,
    `Resets ${resetDate(made.now)}.${ask}`,
  );
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
