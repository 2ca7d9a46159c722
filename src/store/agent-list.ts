import type { AgentHealth, AgentSort, ListedAgent } from '../domain/agent-list.ts';
import { SCORES_OF } from '../domain/fleet.ts';
import type { Place } from '../domain/query.ts';

const MAX_AGENTS = 1000;

/** The names of a workspace's agents, in order. */
export async function selectAgentNames(db: D1Database, workspaceId: string): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT name FROM agents WHERE workspace_id = ?1 ORDER BY name LIMIT ?2')
    .bind(workspaceId, MAX_AGENTS)
    .all<{ name: string }>();
  return results.map(({ name }) => name);
}

const LAST_RUN = '(SELECT max(r.started_at) FROM runs r WHERE r.agent_id = a.id)';
/** What each order begins with the highest of; agents are ordered by name within it. */
const RANKS: Record<AgentSort, string> = {
  name: '0',
  score: 'coalesce(s.value, -1)',
  last_run: `coalesce(${LAST_RUN}, -1)`,
};

export type SortedAgents = {
  workspaceId: string;
  sort: AgentSort;
  health: AgentHealth | null;
  after: Place | null;
  limit: number;
};
export type AgentPage = { agents: ListedAgent[]; next: Place | null };

/** A page of a workspace's agents. What a card shows is looked up for those of the page alone. */
export async function selectAgentPage(db: D1Database, query: SortedAgents): Promise<AgentPage> {
  const { workspaceId, sort, health, after, limit } = query;
  const [from, below] = health === null ? [-1, 101] : SCORES_OF[health];
  const { results } = await db
    .prepare(
      `WITH ranked AS (SELECT a.id, a.name, s.value AS aqs, s.previous AS previous_aqs, ${RANKS[sort]} AS rank
           FROM agents a LEFT JOIN scores s ON s.agent_id = a.id
           WHERE a.workspace_id = ?1 AND coalesce(s.value, -1) >= ?5 AND coalesce(s.value, -1) < ?6),
         page AS (SELECT * FROM ranked WHERE ?2 IS NULL OR rank < ?2 OR (rank = ?2 AND name > ?3)
           ORDER BY rank DESC, name LIMIT ?4)
       SELECT a.id, a.name, a.status, a.updated_at, a.blueprint_version, p.aqs, p.previous_aqs, p.rank,
         (SELECT u.score FROM audits u WHERE u.agent_id = a.id ORDER BY u.blueprint_version DESC LIMIT 1) AS ars,
         (SELECT count(*) FROM scenarios c WHERE c.agent_id = a.id) AS scenarios, ${LAST_RUN} AS last_run_at
       FROM page p JOIN agents a ON a.id = p.id ORDER BY p.rank DESC, p.name LIMIT ?4`,
    )
    .bind(workspaceId, after?.rank ?? null, after?.tie ?? '', limit + 1, from, below)
    .all<ListedAgent & { rank: number }>();
  const shown = results.slice(0, limit);
  const end = results.length > limit ? shown.at(-1) : undefined;
  const agents = shown.map(({ rank: _, ...agent }) => agent);
  return { agents, next: end ? { rank: end.rank, tie: end.name } : null };
}

export type BlueprintText = { agent_id: string; document: string };

/** The newest blueprints of some agents of a workspace, as they were uploaded. */
export async function selectBlueprintTexts(
  db: D1Database,
  workspaceId: string,
  agentIds: readonly string[],
): Promise<BlueprintText[]> {
  const { results } = await db
    .prepare(
      `SELECT a.id AS agent_id, b.document FROM json_each(?2) j JOIN agents a ON a.id = j.value
         JOIN blueprints b ON b.agent_id = a.id AND b.version = a.blueprint_version
       WHERE a.workspace_id = ?1 ORDER BY a.id LIMIT ?3`,
    )
    .bind(workspaceId, JSON.stringify(agentIds), agentIds.length)
    .all<BlueprintText>();
  return results;
}
