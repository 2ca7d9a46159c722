const DUPLICATE_EVERY = 10;

/** The same order for the same seed, on every machine (mulberry32). */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const next = randomFrom(seed);
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

/** Every tenth item twice, all in any order, dealt to the shards like cards. */
export function dealToShards<T>(items: readonly T[], { seed, shards }: { seed: number; shards: number }): T[][] {
  const twice = items.filter((_, index) => index % DUPLICATE_EVERY === DUPLICATE_EVERY - 1);
  const calls = shuffled([...items, ...twice], seed);
  return Array.from({ length: shards }, (_, shard) => calls.filter((_, index) => index % shards === shard));
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
