const MAX_WARNINGS = 20;

type Noted = { count: number; first: number | null };

/** Sentences about slips in a report, each kept once with how often and where first; no more than 20 different ones. */
export class Warnings {
  readonly #noted = new Map<string, Noted>();
  #more = 0;

  /** `words` is a whole sentence without its final stop; `index` is the item it is about. */
  note(words: string, index: number | null = null): void {
    const known = this.#noted.get(words);
    if (known) known.count += 1;
    else if (this.#noted.size < MAX_WARNINGS) this.#noted.set(words, { count: 1, first: index });
    else this.#more += 1;
  }

  sentences(): string[] {
    const lines = [...this.#noted].map(([words, { count, first }]) => {
      const where =
        first === null ? '' : count === 1 ? ` (index ${first})` : ` (${count} times, first at index ${first})`;
      return `${words}${where}.`;
    });
    return this.#more > 0 ? [...lines, `${this.#more} further warnings are not shown.`] : lines;
  }
}
