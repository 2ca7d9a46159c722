/** The one alarm an object has. It is only ever moved forward, because setting it costs a write. */
export class AlarmClock {
  readonly #storage: DurableObjectStorage;
  #at: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** When it goes off (epoch ms), or null. */
  get at(): number | null {
    return this.#at;
  }

  /** Learns what was set before the object slept. */
  async wake(): Promise<void> {
    this.#at = await this.#storage.getAlarm();
  }

  /** It went off, or was taken away with the storage. */
  rang(): void {
    this.#at = null;
  }

  /** Sets the alarm to `at` (epoch ms) unless it goes off earlier anyway. */
  arm(at: number): void {
    if (this.#at !== null && this.#at <= at) return;
    this.#at = at;
    void this.#storage.setAlarm(at);
  }
}
