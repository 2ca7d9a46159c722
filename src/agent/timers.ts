/** Times at which something is due, for the one alarm an object has. `key` is a run's sequence number, 0 for what there is one of. */

export type Timer = { kind: 'stall' | 'generation' | 'judge' | 'webhook' | 'retention'; key: number; at: number };

export function replaceTimer(sql: SqlStorage, timer: Timer): void {
  sql.exec(
    'INSERT INTO timers (kind, key, at) VALUES (?1, ?2, ?3) ON CONFLICT (kind, key) DO UPDATE SET at = excluded.at',
    ...[timer.kind, timer.key, timer.at],
  );
}

/** Sets a timer that is not set yet; the first time stays. */
export function insertTimer(sql: SqlStorage, { kind, key, at }: Timer): void {
  sql.exec('INSERT INTO timers (kind, key, at) VALUES (?1, ?2, ?3) ON CONFLICT (kind, key) DO NOTHING', kind, key, at);
}

export function deleteTimer(sql: SqlStorage, kind: Timer['kind'], key: number): void {
  sql.exec('DELETE FROM timers WHERE kind = ?1 AND key = ?2', kind, key);
}

/** A run is over: its stall timer goes on as the agent's one `retention`, unless there is that already. One row either way. */
export function turnStallTimer(sql: SqlStorage, seq: number, at: number): void {
  const turn = "UPDATE OR IGNORE timers SET kind = 'retention', key = 0, at = ?2 WHERE kind = 'stall' AND key = ?1";
  sql.exec(turn, seq, at);
  deleteTimer(sql, 'stall', seq);
}

/** When a timer is due (epoch ms), or null where it is not set. */
export function selectTimer(sql: SqlStorage, kind: Timer['kind'], key: number): number | null {
  const rows = sql.exec<{ at: number }>('SELECT at FROM timers WHERE kind = ?1 AND key = ?2 LIMIT 1', kind, key);
  return [...rows][0]?.at ?? null;
}

export function selectDueTimers(sql: SqlStorage, now: number): Timer[] {
  return sql
    .exec<Timer>('SELECT kind, key, at FROM timers WHERE at <= ?1 ORDER BY at, kind, key LIMIT 1000', now)
    .toArray();
}

export function selectOpenRunSeqs(sql: SqlStorage): number[] {
  return [...sql.exec<{ key: number }>("SELECT key FROM timers WHERE kind = 'stall' ORDER BY key LIMIT 10000")].map(
    (row) => row.key,
  );
}

/** When the next timer is due (epoch ms), or null. */
export function selectNextTimer(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>('SELECT min(at) AS at FROM timers').one().at;
}

/** The same of those that are served while slow work goes on. */
export function selectNextStall(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM timers WHERE kind = 'stall'").one().at;
}
