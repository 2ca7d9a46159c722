const BAR_WIDTH = 30;
const PLAIN_LINES = 10;

/** A bar on a terminal; a line now and then where the output is a file or a log. */
export class Progress {
  readonly #total: number;
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  step(note: string): void {
    this.#done += 1;
    const line = `${String(this.#done).padStart(String(this.#total).length)}/${this.#total}  ${note}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${this.#bar()} ${line}`);
    else if (this.#isMilestone()) console.log(line);
    if (process.stdout.isTTY && this.#done === this.#total) process.stdout.write('\n');
  }

  #bar(): string {
    const filled = Math.round((BAR_WIDTH * this.#done) / this.#total);
    return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]`;
  }

  #isMilestone(): boolean {
    const lines = (done: number) => Math.floor((done * PLAIN_LINES) / this.#total);
    return lines(this.#done) > lines(this.#done - 1);
  }
}
