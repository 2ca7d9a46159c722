import type { LiveRuns } from './live-runs.ts';
import { runRev } from './run-rows.ts';

type Reader<T> = {
  runs: LiveRuns;
  /** Reads all results of a run, by its number. */
  read: (seq: number) => T;
  /** Characters of the longest texts in what was read. */
  charsOf: (value: T) => number;
};

/** Names come from outside; what a run of ordinary ones shows takes some 10 KB. */
const MAX_CHARS = 500_000;

/** What was read out of whole runs, some 40 µs a result: held in memory until the run changes, for the few runs that were asked for last. */
export class HeldReadings<T> {
  readonly #reader: Reader<T>;
  #held = new Map<number, { rev: number; value: T }>();

  constructor(reader: Reader<T>) {
    this.#reader = reader;
  }

  /** In the order asked for. */
  of(seqs: readonly number[]): T[] {
    const { runs, read, charsOf } = this.#reader;
    const found = seqs.map((seq) => {
      const rev = runRev(runs.get(seq));
      const held = this.#held.get(seq);
      return { seq, rev, value: held?.rev === rev ? held.value : read(seq) };
    });
    const small = found.filter(({ value }) => charsOf(value) <= MAX_CHARS);
    this.#held = new Map(small.map(({ seq, rev, value }) => [seq, { rev, value }]));
    return found.map(({ value }) => value);
  }

  clear(): void {
    this.#held.clear();
  }
}
