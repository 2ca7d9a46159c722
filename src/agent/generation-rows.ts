import type { GenerationOrder, GenerationStatus } from '../domain/generation-job.ts';

/** Generations of tests, as the object keeps them. The newest is the one that can hold the lock. */

export type Generation = {
  id: string;
  status: GenerationStatus;
  scenarioId: string;
  order: GenerationOrder;
  reason: string | null;
  startedAt: number;
  expiresAt: number;
  produced: number;
};

type Row = {
  generation_id: string;
  status: GenerationStatus;
  scenario_id: string;
  request: string;
  reason: string | null;
  started_at: number;
  expires_at: number;
  produced: number;
};

const COLUMNS = 'generation_id, status, scenario_id, request, reason, started_at, expires_at, produced';

export function insertGeneration(sql: SqlStorage, generation: Omit<Generation, 'reason' | 'produced'>): void {
  const { id, status, scenarioId, order, startedAt, expiresAt } = generation;
  sql.exec(
    `INSERT INTO generations (generation_id, status, scenario_id, request, started_at, expires_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
    ...[id, status, scenarioId, JSON.stringify(order), startedAt, expiresAt],
  );
}

export function deleteGeneration(sql: SqlStorage, id: string): void {
  sql.exec('DELETE FROM generations WHERE generation_id = ?1', id);
}

export function selectGeneration(sql: SqlStorage, id: string): Generation | undefined {
  const rows = sql.exec<Row>(`SELECT ${COLUMNS} FROM generations WHERE generation_id = ?1 LIMIT 1`, id).toArray();
  return rows.map(toGeneration)[0];
}

export function selectNewestGeneration(sql: SqlStorage): Generation | undefined {
  const rows = sql
    .exec<Row>(`SELECT ${COLUMNS} FROM generations ORDER BY started_at DESC, generation_id LIMIT 1`)
    .toArray();
  return rows.map(toGeneration)[0];
}

/** Generations of which D1 does not know how they ended, the oldest first. */
export function selectUntold(sql: SqlStorage): Generation[] {
  const rows = sql.exec<Row>(
    `SELECT ${COLUMNS} FROM generations WHERE told = 0 ORDER BY started_at, generation_id LIMIT 100`,
  );
  return [...rows].map(toGeneration);
}

/** The blueprint that a running generation works from. */
export function selectDocument(sql: SqlStorage, id: string): string | null {
  return sql
    .exec<{ document: string | null }>('SELECT document FROM generations WHERE generation_id = ?1 LIMIT 1', id)
    .one().document;
}

export function updateStarted(sql: SqlStorage, id: string, document: string): void {
  sql.exec(
    "UPDATE generations SET status = 'running', document = ?2 WHERE generation_id = ?1 AND status = 'pending'",
    ...[id, document],
  );
}

/** D1 knows how it ended. */
export function updateTold(sql: SqlStorage, id: string): void {
  sql.exec('UPDATE generations SET told = 1 WHERE generation_id = ?1', id);
}

export function updateProduced(sql: SqlStorage, id: string, produced: number): void {
  sql.exec('UPDATE generations SET produced = ?2 WHERE generation_id = ?1', id, produced);
}

export type End = { status: 'completed' | 'failed' | 'timed_out'; reason: string | null };

/** Ends a generation that has not ended; its blueprint is no longer needed. */
export function updateEnded(sql: SqlStorage, id: string, { status, reason }: End): void {
  sql.exec(
    `UPDATE generations SET status = ?2, reason = ?3, document = NULL
     WHERE generation_id = ?1 AND status IN ('pending', 'running')`,
    ...[id, status, reason],
  );
}

function toGeneration(row: Row): Generation {
  return {
    id: row.generation_id,
    status: row.status,
    scenarioId: row.scenario_id,
    // Written by this object; parsing it again could refuse an old row and with it the whole object.
    order: JSON.parse(row.request) as GenerationOrder,
    reason: row.reason,
    startedAt: row.started_at,
    expiresAt: row.expires_at,
    produced: row.produced,
  };
}
