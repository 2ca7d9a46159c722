import type { GenerationStatus } from '../domain/generation-job.ts';
import { spentSince } from './spent-usage.ts';

export type Booking = {
  id: string;
  agentId: string;
  workspaceId: string;
  /** Cases asked for; what was made replaces it at the end. */
  cases: number;
  now: number;
  /** Generations of the workspace since `hourAgo` (epoch ms), and its cases since `monthStart`, at most; null is no limit. */
  limits: { perHour: number; perMonth: number | null };
  hourAgo: number;
  monthStart: number;
};
/** `document` is the agent's newest blueprint. */
export type Booked = { booked: number; last_hour: number; this_month: number; document: string | null };

/** One that never began does not count. */
const LAST_HOUR =
  "SELECT count(*) FROM generations WHERE workspace_id = ?1 AND created_at > ?2 AND NOT (status = 'failed' AND cases = 0)";
const THIS_MONTH = `SELECT coalesce(sum(cases), 0) + ${spentSince('generations', '?3')} FROM generations
  WHERE workspace_id = ?1 AND created_at >= ?3`;

/** Books a generation if the limits leave room for it, and reads what it is made from: one transaction, one round trip. */
export async function insertGeneration(db: D1Database, booking: Booking): Promise<Booked> {
  const { id, agentId, workspaceId, cases, now, limits, hourAgo, monthStart } = booking;
  const [, facts] = await db.batch<Booked>([
    db
      .prepare(
        `INSERT INTO generations (workspace_id, id, agent_id, status, cases, created_at)
         SELECT ?1, ?4, a.id, 'running', ?6, ?7 FROM agents a
         WHERE a.id = ?5 AND (${LAST_HOUR}) < ?8 AND (?9 IS NULL OR (${THIS_MONTH}) + ?6 <= ?9)
         ON CONFLICT (id) DO NOTHING`,
      )
      .bind(...[workspaceId, hourAgo, monthStart, id, agentId, cases, now, limits.perHour, limits.perMonth]),
    db
      .prepare(
        `SELECT EXISTS (SELECT 1 FROM generations WHERE id = ?4) AS booked, (${LAST_HOUR}) AS last_hour, (${THIS_MONTH}) AS this_month,
           (SELECT b.document FROM agents a JOIN blueprints b ON b.agent_id = a.id AND b.version = a.blueprint_version WHERE a.id = ?5) AS document`,
      )
      .bind(workspaceId, hourAgo, monthStart, id, agentId),
  ]);
  return facts?.results[0] ?? { booked: 0, last_hour: 0, this_month: 0, document: null };
}

export type GenerationUpdate = { id: string; status: GenerationStatus; cases: number };

/** Where a generation stands, for a batch that stores its cases. One that has ended never runs again, however late this arrives. */
export function updateGeneration(db: D1Database, { id, status, cases }: GenerationUpdate): D1PreparedStatement {
  return db
    .prepare("UPDATE generations SET status = ?2, cases = ?3 WHERE id = ?1 AND (status = 'running' OR ?2 <> 'running')")
    .bind(id, status, cases);
}

/** The agent a generation belongs to, inside one workspace. */
export async function selectGenerationAgent(db: D1Database, workspaceId: string, id: string): Promise<string | null> {
  return db
    .prepare(
      'SELECT a.name FROM generations g JOIN agents a ON a.id = g.agent_id WHERE g.id = ?2 AND g.workspace_id = ?1 LIMIT 1',
    )
    .bind(workspaceId, id)
    .first<string>('name');
}
