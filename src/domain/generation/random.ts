/** Chance that is none: the same key gives the same draws, on every machine. */
export class Random {
  #state: number;

  constructor(key: string) {
    this.#state = hashOf(key);
  }

  /** At least 0, below 1. Mulberry32, public domain, by Tommy Ettinger. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Both ends included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return itemAt(items, Math.floor(this.next() * items.length));
  }

  shuffled<T>(items: readonly T[]): T[] {
    const cards = items.map((item) => ({ item, at: this.next() }));
    return cards.sort((one, other) => one.at - other.at).map(({ item }) => item);
  }
}

/** Deals `items` like cards, in an order of the key's own: no item comes again before each has come once. */
export function dealt<T>(items: readonly T[], key: string, position: number): T {
  return itemAt(new Random(key).shuffled(items), position % items.length);
}

function itemAt<T>(items: readonly T[], at: number): T {
  if (!Object.hasOwn(items, at)) throw new RangeError('Nothing to pick from');
  // `undefined` may be an item, so its type cannot tell whether there was one.
  return items[at] as T;
}

/** FNV-1a over UTF-16 code units, then mixed once more, because it leaves similar keys with similar high bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
