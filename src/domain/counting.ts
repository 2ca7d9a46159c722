/** Where an incoming result goes among those already held for its key (test case, trial). */

export type Held = { attempt: number; hash: string; result_id: string | null };
export type Incoming = { attempt: number; hash: string; result_id: string | null };

export type Placement =
  /** A key nobody had sent: counted. */
  | { outcome: 'accepted'; attempt: number }
  /** Content that was seen before for this key: nothing is written. `attempt` is the one it was stored as. */
  | { outcome: 'repeated'; attempt: number }
  /** An earlier attempt that arrived late: kept as history, what stands does not change. */
  | { outcome: 'history'; attempt: number }
  /** A later attempt, which stands from now on. `unnumbered` says that the sender gave it no number of its own. */
  | { outcome: 'replaced'; attempt: number; unnumbered: boolean }
  /** The sender's own id again, with other content. */
  | { outcome: 'conflict' };

/** Decides by content first, so that the order of arrival and the number of deliveries never matter. */
export function place(held: readonly Held[], incoming: Incoming): Placement {
  if (held.length === 0) return { outcome: 'accepted', attempt: incoming.attempt };
  const same = held.find((row) => row.hash === incoming.hash);
  if (same) return { outcome: 'repeated', attempt: same.attempt };
  if (incoming.result_id !== null && held.some((row) => row.result_id === incoming.result_id))
    return { outcome: 'conflict' };
  const highest = Math.max(...held.map((row) => row.attempt));
  if (incoming.attempt > highest) return { outcome: 'replaced', attempt: incoming.attempt, unnumbered: false };
  const taken = held.some((row) => row.attempt === incoming.attempt);
  if (taken) return { outcome: 'replaced', attempt: highest + 1, unnumbered: true };
  return { outcome: 'history', attempt: incoming.attempt };
}
