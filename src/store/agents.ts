import type { AgentStatus } from '../domain/fields.ts';
import { insertSpentOfAgent } from './spent-usage.ts';

export type AgentWrite = {
  id: string;
  workspaceId: string;
  name: string;
  document: string;
  confidence: string;
  score: number;
  audit: string;
  now: number;
  /** Agents that the workspace may have; null is no limit. */
  limit: number | null;
};
/**
 * The agent's id, null where the limit left no room for it, and how many agents the workspace has. `isOpen`: nothing is taken into a
 * workspace that is being deleted.
 */
export type AgentWritten = { id: string | null; agents: number; isOpen: boolean };

const MINE = 'FROM agents a WHERE a.workspace_id = ?1 AND a.name = ?2';

/**
 * Registers an agent or brings it up to date, in one batch: agent, blueprint, audit. A document that equals the newest one makes no
 * new version, so the batch can be repeated. An agent that exists keeps its id, and is never over the limit.
 */
export async function upsertAgent(db: D1Database, write: AgentWrite): Promise<AgentWritten> {
  const { id, workspaceId, name, document, confidence, score, audit, now, limit } = write;
  const answers = await db.batch<{ id?: string; agents?: number; is_open?: number }>([
    db
      .prepare(
        `INSERT INTO agents (id, workspace_id, name, status, blueprint_version, created_at, updated_at)
         SELECT ?1, ?2, ?3, 'ACTIVE', 1, ?4, ?4 FROM workspaces w WHERE w.id = ?2 AND w.deleting_at IS NULL AND (?6 IS NULL
           OR (SELECT count(*) FROM agents WHERE workspace_id = ?2 AND name <> ?3) < ?6
           OR EXISTS (SELECT 1 FROM agents WHERE workspace_id = ?2 AND name = ?3))
         ON CONFLICT (workspace_id, name) DO UPDATE SET status = 'ACTIVE', updated_at = excluded.updated_at,
           blueprint_version = blueprint_version + coalesce((SELECT b.document <> ?5 FROM blueprints b
             WHERE b.agent_id = agents.id AND b.version = agents.blueprint_version), 1)
         RETURNING id`,
      )
      .bind(id, workspaceId, name, now, document, limit),
    db
      .prepare(
        `INSERT INTO blueprints (agent_id, version, document, confidence, created_at)
         SELECT a.id, a.blueprint_version, ?3, ?4, ?5 ${MINE} ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, name, document, confidence, now),
    db
      .prepare(
        `INSERT INTO audits (agent_id, blueprint_version, score, report, created_at)
         SELECT a.id, a.blueprint_version, ?3, ?4, ?5 ${MINE}
         ON CONFLICT (agent_id, blueprint_version) DO UPDATE SET score = excluded.score, report = excluded.report`,
      )
      .bind(workspaceId, name, score, audit, now),
    db
      .prepare(
        `SELECT count(*) AS agents, EXISTS (SELECT 1 FROM workspaces WHERE id = ?1 AND deleting_at IS NULL) AS is_open
         FROM agents WHERE workspace_id = ?1`,
      )
      .bind(workspaceId),
  ]);
  const { agents = 0, is_open } = answers[3]?.results[0] ?? {};
  return { id: answers[0]?.results[0]?.id ?? null, agents, isOpen: is_open === 1 };
}

export type AgentListing = {
  id: string;
  name: string;
  status: AgentStatus;
  aqs: number | null;
  previous_aqs: number | null;
  scenarios: number;
  last_run_at: number | null;
};

/** All agents of a workspace by name, with what a list shows of them. */
export async function selectAgents(db: D1Database, workspaceId: string): Promise<AgentListing[]> {
  const { results } = await db
    .prepare(
      `SELECT a.id, a.name, a.status, s.value AS aqs, s.previous AS previous_aqs,
         (SELECT count(*) FROM scenarios c WHERE c.agent_id = a.id) AS scenarios,
         (SELECT max(r.started_at) FROM runs r WHERE r.agent_id = a.id) AS last_run_at
       FROM agents a LEFT JOIN scores s ON s.agent_id = a.id
       WHERE a.workspace_id = ?1 ORDER BY a.name LIMIT 1000`,
    )
    .bind(workspaceId)
    .all<AgentListing>();
  return results;
}

/** The name of an agent by its id, inside one workspace. */
export async function selectAgentName(db: D1Database, workspaceId: string, id: string): Promise<string | null> {
  return db
    .prepare('SELECT name FROM agents WHERE workspace_id = ?1 AND id = ?2 LIMIT 1')
    .bind(workspaceId, id)
    .first<string>('name');
}

export type AgentDeletion = { id: string; workspaceId: string; name: string; actor: string; now: number };

/** Removes an agent and all that D1 holds of it but one line in the audit log and what it used. Repeating it changes nothing. */
export async function deleteAgent(db: D1Database, { id, workspaceId, name, actor, now }: AgentDeletion): Promise<void> {
  const ofAgent = (table: string) => db.prepare(`DELETE FROM ${table} WHERE agent_id = ?1`).bind(id);
  await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT ?1, ?2, ?3, 'agent.deleted', ?4 WHERE EXISTS (SELECT 1 FROM agents WHERE id = ?5) ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, now, actor, name, id),
    db
      .prepare('DELETE FROM test_cases WHERE scenario_id IN (SELECT s.id FROM scenarios s WHERE s.agent_id = ?1)')
      .bind(id),
    db.prepare('DELETE FROM report_shares WHERE workspace_id = ?1 AND agent_name = ?2').bind(workspaceId, name),
    insertSpentOfAgent(db, workspaceId, id),
    ...['scenarios', 'generations', 'runs', 'scores', 'audits', 'blueprints'].map(ofAgent),
    db.prepare('DELETE FROM agents WHERE id = ?1').bind(id),
  ]);
}
