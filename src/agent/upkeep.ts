import { logLine } from '../domain/redaction/log-line.ts';
import { hasSchema } from './agent-schema.ts';
import type { AlarmClock } from './alarm-clock.ts';
import type { BehaviorJudge } from './behavior-judge.ts';
import { purgeDeletedCases, selectAgent } from './catalogue.ts';
import type { CatalogueWriter } from './catalogue-writer.ts';
import { type FlushDeps, flushToD1, openChanged, runsDue, type Told } from './flush.ts';
import { alarmAfterCall, earliest, nextAlarm } from './next-alarm.ts';
import type { Retention } from './retention.ts';
import { selectRemovedRuns } from './run-removal.ts';
import type { TestGenerator, Wait } from './test-generator.ts';
import { selectDueTimers, selectNextStall, selectNextTimer, selectOpenRunSeqs, type Timer } from './timers.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** How long a step of slow work may go without a look at what else became due. */
const GLANCE_MS = 1_000;
const MAX_STEPS_AT_ONCE = 4;

export type UpkeepDeps = FlushDeps & {
  clock: AlarmClock;
  catalogue: CatalogueWriter;
  generator: TestGenerator;
  judge: BehaviorJudge;
  webhooks: WebhookSender;
  retention: Retention;
  isRegistered: () => boolean;
  /** A run's stall timer is due. */
  stalled: (seq: number, now: number) => void;
};

/** What an agent's object does on its own: it serves timers, works on a generation, and tells D1 what changed. One alarm drives it. */
export class Upkeep {
  readonly #deps: UpkeepDeps;
  readonly #told: Told = new Map();
  #failures = 0;
  #serving: Promise<void> | null = null;

  constructor(deps: UpkeepDeps) {
    this.#deps = deps;
  }

  /** The alarm went off. Never throws: what failed is tried again later. */
  async ring(): Promise<void> {
    const { storage, clock, isRegistered } = this.#deps;
    clock.rang();
    if (!hasSchema(storage.sql)) return;
    const due = selectDueTimers(storage.sql, Date.now());
    await this.#serve(due);
    if (isRegistered()) await this.#workOn(due);
    if (hasSchema(storage.sql)) this.#arm(isRegistered() ? this.#nextTimer() : null);
  }

  #nextTimer(): number | null {
    const { storage, retention } = this.#deps;
    return earliest(selectNextTimer(storage.sql), retention.next(Date.now()));
  }

  /** What waits for a model, a receiver or D1: a step of each, side by side. What is left over is due at once. */
  async #workOn(due: Timer[]): Promise<void> {
    const { generator, judge, webhooks, retention } = this.#deps;
    const wait: Wait = (work, until) => this.#waitFor(work, until);
    const slow = due.filter(({ kind }) => kind !== 'stall' && kind !== 'retention').slice(0, MAX_STEPS_AT_ONCE);
    const steps = slow.map(({ kind, key }) => {
      if (kind === 'generation') return generator.step(wait);
      return kind === 'webhook' ? webhooks.step(wait) : judge.step(key, wait);
    });
    if (retention.isDue(Date.now())) steps.push(retention.step(wait));
    for (const outcome of await Promise.allSettled(steps)) {
      if (outcome.status === 'fulfilled') continue;
      console.error(logLine({ level: 'error', event: 'step_failed', cause: String(outcome.reason) }));
    }
  }

  /** A call changed a run: D1 will hear of it. */
  changed(run: { seq: number; dirty: boolean }, now: number): void {
    const at = alarmAfterCall({ isNew: !this.#told.has(run.seq), dirty: run.dirty, failures: this.#failures, now });
    if (at !== null) this.#deps.clock.arm(at);
  }

  /** Nothing of a deleted agent may live on in memory. */
  forget(): void {
    this.#told.clear();
    this.#failures = 0;
    this.#deps.clock.rang();
  }

  /** Deleted cases go as soon as no open run can ask for them. */
  purge(): void {
    const { storage, runs } = this.#deps;
    const pins = selectOpenRunSeqs(storage.sql).map((seq) => runs.get(seq).pinnedRev);
    purgeDeletedCases(storage.sql, Math.min(Number.MAX_SAFE_INTEGER, ...pins));
  }

  /** One at a time: of several waiters only the first serves. */
  #serve(due: Timer[]): Promise<void> {
    this.#serving ??= this.#serveDue(due).finally(() => {
      this.#serving = null;
    });
    return this.#serving;
  }

  async #serveDue(due: Timer[]): Promise<void> {
    const { isRegistered, catalogue, stalled } = this.#deps;
    const now = Date.now();
    try {
      if (isRegistered()) {
        for (const { kind, key } of due) if (kind === 'stall') stalled(key, now);
        await this.#flush(now);
        this.purge();
      } else await catalogue.finishRemoval(now);
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      const cause = String(error);
      console.error(logLine({ level: 'error', event: 'flush_failed', failures: this.#failures, cause }));
    }
  }

  async #flush(now: number): Promise<void> {
    const runs = runsDue(this.#deps, this.#told, now);
    if (runs.length === 0 && !this.#hasRemoved()) return;
    await flushToD1(this.#deps, selectAgent(this.#deps.storage.sql), { runs, told: this.#told, now });
  }

  #hasRemoved(): boolean {
    return selectRemovedRuns(this.#deps.storage.sql).length > 0;
  }

  /** D1 hears of deleted runs now, behind a flush that is under way. What fails is tried again by the alarm. */
  async tellRemovals(): Promise<void> {
    for (let turns = 0; turns < 2 && this.#hasRemoved(); turns++) await this.#serve([]);
    if (this.#hasRemoved()) this.#arm(null);
  }

  /** A slow model holds the alarm, so what becomes due meanwhile is served from here: flush, stall and completion never wait for it. */
  async #waitFor<T>(work: Promise<T>, until: number): Promise<T | undefined> {
    const { storage, clock, isRegistered } = this.#deps;
    const done = work.then((value) => ({ value }));
    while (isRegistered() && Date.now() < until) {
      const due = Math.min(clock.at ?? until, until) - Date.now();
      const winner = await Promise.race([done, sleep(Math.max(0, Math.min(due, GLANCE_MS)))]);
      if (winner) return winner.value;
      if (clock.at === null || clock.at > Date.now() || !hasSchema(storage.sql)) continue;
      clock.rang();
      await this.#serve(selectDueTimers(storage.sql, Date.now()));
      // Slow work that falls due has to wait for this alarm to end: to arm for it would only turn this loop faster.
      if (hasSchema(storage.sql)) this.#arm(selectNextStall(storage.sql));
    }
    return undefined;
  }

  #arm(timer: number | null): void {
    const { clock, runs } = this.#deps;
    const at = nextAlarm({
      timer,
      failures: this.#failures,
      dirty: runs.dirtyCount() > 0 || this.#hasRemoved(),
      openChanged: openChanged(this.#deps, this.#told).length > 0,
      now: Date.now(),
      random: Math.random(),
    });
    if (at !== null) clock.arm(at);
  }
}

function sleep(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms);
  });
}
