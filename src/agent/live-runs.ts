import { type Run, selectDirtySeqs, selectRun } from './run-rows.ts';

const MAX_KEPT = 200;

/**
 * The runs this object works on, held in memory so that counting reads nothing. What is here is always what storage holds:
 * a changed run is put only after its transaction went through, and a wake starts empty.
 */
export class LiveRuns {
  readonly #sql: SqlStorage;
  readonly #runs = new Map<number, Run>();
  #dirty: Set<number> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(seq: number): Run {
    const known = this.#runs.get(seq);
    if (known) return known;
    const run = selectRun(this.#sql, seq);
    this.put(run);
    return run;
  }

  put(run: Run): void {
    this.#runs.delete(run.seq);
    this.#runs.set(run.seq, run);
    if (this.#runs.size > MAX_KEPT) this.#dropOne();
    if (run.dirty) this.#dirtySet().add(run.seq);
    else this.#dirtySet().delete(run.seq);
  }

  /** Only what can be read back without counting: runs that ended and that D1 has heard of. */
  #dropOne(): void {
    for (const [seq, run] of this.#runs) {
      if (run.end === null || run.dirty) continue;
      this.#runs.delete(seq);
      return;
    }
  }

  /** Runs whose newest header D1 has not seen, oldest first; read from storage once per wake. */
  dirty(): Run[] {
    return [...this.#dirtySet()].sort((a, b) => a - b).map((seq) => this.get(seq));
  }

  dirtyCount(): number {
    return this.#dirtySet().size;
  }

  clear(): void {
    this.#runs.clear();
    this.#dirty = null;
  }

  #dirtySet(): Set<number> {
    this.#dirty ??= new Set(selectDirtySeqs(this.#sql));
    return this.#dirty;
  }
}
