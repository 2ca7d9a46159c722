import * as z from 'zod';
import { Complexity, ScenarioStatus } from '../domain/fields.ts';
import { CaseContent, ORIGINS } from '../domain/scenario.ts';
import type { ScenarioFilter } from '../domain/scenario-filter.ts';

const Listed = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  complexity: Complexity,
  tags: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  origin: z.enum(ORIGINS),
  active: z.int().transform((value) => value === 1),
  status: ScenarioStatus,
  case_count: z.int(),
  created_at: z.int(),
  updated_at: z.int(),
});
export type ListedScenario = z.infer<typeof Listed>;

const COLUMNS = `s.id, s.title, s.description, s.complexity, s.tags, s.origin, s.active, s.status, s.created_at, s.updated_at,
  (SELECT count(*) FROM test_cases t WHERE t.scenario_id = s.id) AS case_count`;
/** Of an agent, inside one workspace. */
const MINE = `FROM agents a JOIN scenarios s ON s.agent_id = a.id WHERE a.workspace_id = ?1 AND a.id = ?2`;
const MATCHING = `(?3 IS NULL OR s.status = ?3) AND (?4 IS NULL OR s.active = ?4)
  AND (?5 IS NULL OR EXISTS (SELECT 1 FROM json_each(s.tags) WHERE value = ?5))`;

type OfAgent = { workspaceId: string; agentId: string };
export type ScenarioQuery = OfAgent & { filter: ScenarioFilter; limit: number };

/** A page of an agent's scenarios, newest first, of those that match; `total` counts all of these. */
export async function selectScenarioPage(
  db: D1Database,
  { workspaceId, agentId, filter, limit }: ScenarioQuery,
): Promise<{ scenarios: ListedScenario[]; total: number }> {
  const { status, active, tag, page } = filter;
  const bound = [workspaceId, agentId, status, active === null ? null : Number(active === 'yes'), tag];
  const [rows, count] = await db.batch<Record<string, unknown>>([
    db
      .prepare(`SELECT ${COLUMNS} ${MINE} AND ${MATCHING} ORDER BY s.created_at DESC, s.id LIMIT ?6 OFFSET ?7`)
      .bind(...bound, limit, (page - 1) * limit),
    db.prepare(`SELECT count(*) AS total ${MINE} AND ${MATCHING} LIMIT 1`).bind(...bound),
  ]);
  const total = z.int().parse(count?.results[0]?.total);
  return { scenarios: (rows?.results ?? []).map((row) => Listed.parse(row)), total };
}

/** A scenario of an agent with its cases, in the order of their numbers, or null. */
export async function selectScenarioWhole(
  db: D1Database,
  { workspaceId, agentId, id }: OfAgent & { id: string },
): Promise<(ListedScenario & { cases: CaseContent[] }) | null> {
  const [rows, cases] = await db.batch<Record<string, unknown>>([
    db.prepare(`SELECT ${COLUMNS} ${MINE} AND s.id = ?3 LIMIT 1`).bind(workspaceId, agentId, id),
    db
      .prepare(
        `SELECT t.content ${MINE.replace(' WHERE', ' JOIN test_cases t ON t.scenario_id = s.id WHERE')} AND s.id = ?3
         ORDER BY t.n LIMIT 1000`,
      )
      .bind(workspaceId, agentId, id),
  ]);
  const [row] = rows?.results ?? [];
  if (!row) return null;
  const contents = (cases?.results ?? []).map(({ content }) =>
    CaseContent.parse(JSON.parse(z.string().parse(content))),
  );
  return { ...Listed.parse(row), cases: contents };
}

const TAGS_OFFERED = 100;

/** The tags of an agent's scenarios, the most frequent first. */
export async function selectScenarioTags(db: D1Database, { workspaceId, agentId }: OfAgent): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT j.value AS tag ${MINE.replace(' WHERE', ' JOIN json_each(s.tags) j WHERE')}
       GROUP BY j.value ORDER BY count(*) DESC, j.value LIMIT ?3`,
    )
    .bind(workspaceId, agentId, TAGS_OFFERED)
    .all<{ tag: string }>();
  return results.map(({ tag }) => String(tag));
}
