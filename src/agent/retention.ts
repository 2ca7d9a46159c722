import { logLine } from '../domain/redaction/log-line.ts';
import { RETENTION_DAYS, removalDue } from '../domain/retention.ts';
import { type CredentialStores, findSettings } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectSettings } from '../store/settings.ts';
import { hasSchema } from './agent-schema.ts';
import { selectAgent } from './catalogue.ts';
import type { LiveRuns } from './live-runs.ts';
import { selectNewestArrival } from './result-rows.ts';
import type { Wait } from './test-generator.ts';
import { type Place, removeTexts, selectEndedBy, selectFirstEnd, updateTextsRemoved } from './text-removal.ts';
import { deleteTimer, replaceTimer, selectTimer } from './timers.ts';

/** How often an agent that holds texts of ended runs asks how long they are kept: a change is followed no later than that. */
const LOOK_MS = 24 * 3_600_000;
/** When D1 could not say it. */
const RETRY_MS = 3_600_000;
const D1_DEADLINE_MS = 5_000;
const PATIENCE_MS = 10_000;
/** Runs looked at in one step, until there is one to work on. */
const RUNS_AT_ONCE = 1_000;

export type RetentionDeps = {
  storage: DurableObjectStorage;
  stores: CredentialStores;
  runs: LiveRuns;
  /** Texts of a run are gone: whoever shows it shows it anew. */
  removed: (seq: number, now: number) => void;
};

/**
 * Removes the texts of results that are older than the workspace keeps them, run by run, from the alarm. A step can be repeated and broken
 * off anywhere: what is done is marked row by row. Open runs keep their texts. Results that wait for a person do not: a promise to delete
 * must not hang on a decision that nobody makes.
 *
 * One timer: when the first run is due, by what was known last. Besides, the alarm goes off once a day to ask again, which writes no row.
 */
export class Retention {
  readonly #deps: RetentionDeps;
  /** When to ask again; null after a wake, when it is not known whether that is overdue. */
  #nextLook: number | null = null;
  #reached: { seq: number; place: Place } | null = null;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  /** When the alarm has to go off for it (epoch ms); null where no ended run holds texts. */
  next(now: number): number | null {
    const due = selectTimer(this.#deps.storage.sql, 'retention', 0);
    return due === null ? null : Math.min(due, this.#nextLook ?? now + LOOK_MS);
  }

  isDue(now: number): boolean {
    const due = selectTimer(this.#deps.storage.sql, 'retention', 0);
    return due !== null && Math.min(due, this.#nextLook ?? now) <= now;
  }

  forget(): void {
    this.#nextLook = null;
    this.#reached = null;
  }

  /** Works on the run that is due first, as much as one step does. */
  async step(wait: Wait): Promise<void> {
    const { sql } = this.#deps.storage;
    const now = Date.now();
    const first = selectFirstEnd(sql);
    if (first === null) {
      deleteTimer(sql, 'retention', 0);
      return;
    }
    const soonest = removalDue(first, RETENTION_DAYS.least);
    if (soonest > now) {
      this.#askAgain(soonest, now);
      return;
    }
    const whose = selectAgent(sql);
    const days = await wait(this.#daysKept(whose.workspace_id, { first, now }), now + PATIENCE_MS);
    // Meanwhile the agent may have been deleted, and another one registered in its place.
    if (!hasSchema(sql) || selectAgent(sql).id !== whose.id) return;
    if (days === undefined) this.#askAgain(now + RETRY_MS, now);
    else if (this.#removeNext(days, now)) this.#nextLook = now;
    else this.#rest(days, now);
  }

  /**
   * The copy in KV says whether there is anything to do. Before something is deleted for good D1 is asked, the record: neither a copy that
   * is out of date nor what holds by default when nobody answers may delete anything. Undefined where D1 does not answer.
   */
  async #daysKept(workspaceId: string, { first, now }: { first: number; now: number }): Promise<number | undefined> {
    const { stores } = this.#deps;
    const { retentionDays } = await findSettings(stores, { workspaceId, now });
    if (removalDue(first, retentionDays) > now) return retentionDays;
    try {
      return (await withDeadline(selectSettings(stores.DB, workspaceId), D1_DEADLINE_MS))?.retentionDays;
    } catch (error) {
      console.warn(logLine({ level: 'warn', event: 'retention_waits', cause: String(error) }));
      return undefined;
    }
  }

  /** Whether there may be more to do. */
  #removeNext(days: number, now: number): boolean {
    const { storage, runs, removed } = this.#deps;
    const { sql } = storage;
    const seq = selectEndedBy(sql, removalDue(now, -days), RUNS_AT_ONCE).find((run) => this.#isAged(run, days, now));
    if (seq === undefined) return false;
    const after = this.#reached?.seq === seq ? this.#reached.place : null;
    const isClear = storage.transactionSync(() => {
      const place = removeTexts(sql, { seq, after, removal: { at: now, days } });
      this.#reached = place && { seq, place };
      if (place === null) updateTextsRemoved(sql, seq, now);
      return place === null;
    });
    if (isClear) {
      runs.put({ ...runs.get(seq), textsRemovedAt: now });
      removed(seq, now);
    }
    return true;
  }

  /** Results may come after the end of a run; their time counts from when they came. */
  #isAged(seq: number, days: number, now: number): boolean {
    if (this.#reached?.seq === seq) return true;
    return removalDue(selectNewestArrival(this.#deps.storage.sql, seq) ?? 0, days) <= now;
  }

  /** Nothing is due: the timer says when the first run will be. */
  #rest(days: number, now: number): void {
    const { sql } = this.#deps.storage;
    this.#nextLook = now + LOOK_MS;
    const first = selectFirstEnd(sql);
    if (first === null) deleteTimer(sql, 'retention', 0);
    else this.#setTimer(removalDue(first, days) > now ? removalDue(first, days) : this.#nextLook);
  }

  /** The timer stays as it stands, unless it is overdue. */
  #askAgain(at: number, now: number): void {
    this.#nextLook = at;
    if ((selectTimer(this.#deps.storage.sql, 'retention', 0) ?? at) <= now) this.#setTimer(at);
  }

  #setTimer(at: number): void {
    const { sql } = this.#deps.storage;
    if (selectTimer(sql, 'retention', 0) !== at) replaceTimer(sql, { kind: 'retention', key: 0, at });
  }
}
