import type { AgentStatus } from '../domain/fields.ts';
import { SCORES_OF } from '../domain/fleet.ts';

/** An agent somebody should look at; a score that is null was never made. */
export type NeedyAgent = {
  id: string;
  name: string;
  status: AgentStatus;
  aqs: number | null;
  previous_aqs: number | null;
};

/** A fall of the score that is worth a look, whatever the score. */
const FALL = 5;

/** Agents that are in use and not healthy, fell, or were never tested: the lowest score first, those without one last. */
export async function selectNeedyAgents(db: D1Database, workspaceId: string, limit: number): Promise<NeedyAgent[]> {
  const { results } = await db
    .prepare(
      `SELECT a.id, a.name, a.status, s.value AS aqs, s.previous AS previous_aqs
       FROM agents a LEFT JOIN scores s ON s.agent_id = a.id
       WHERE a.workspace_id = ?1 AND a.status <> 'INACTIVE'
         AND (s.value IS NULL OR s.value < ?2 OR s.value <= s.previous - ?3)
       ORDER BY s.value IS NULL, s.value, a.name LIMIT ?4`,
    )
    .bind(workspaceId, SCORES_OF.healthy[0], FALL, limit)
    .all<NeedyAgent>();
  return results;
}
