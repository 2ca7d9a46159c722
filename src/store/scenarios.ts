import * as z from 'zod';
import { Complexity } from '../domain/fields.ts';
import { CaseContent, ORIGINS, type Scenario } from '../domain/scenario.ts';

/**
 * Stores a scenario as it is now, with its cases, and `also` in one transaction. Absolute, so that a repeat changes nothing; and only of an
 * agent that is there, so that a late arrival brings nothing of a deleted one back.
 */
export async function upsertScenario(
  db: D1Database,
  agentId: string,
  { scenario, also }: { scenario: Scenario; also: D1PreparedStatement[] },
): Promise<void> {
  const cases = scenario.cases.map((content, index) => ({ n: index + 1, content: JSON.stringify(content) }));
  await db.batch([
    db
      .prepare(
        `INSERT INTO scenarios (id, agent_id, title, description, complexity, tags, origin, active, created_at, updated_at)
         SELECT ?1, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM agents WHERE id = ?2
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, description = excluded.description,
           complexity = excluded.complexity, tags = excluded.tags, active = excluded.active, updated_at = excluded.updated_at`,
      )
      .bind(
        ...[scenario.id, agentId, scenario.title, scenario.description, scenario.complexity],
        ...[
          JSON.stringify(scenario.tags),
          scenario.origin,
          Number(scenario.active),
          scenario.createdAt,
          scenario.updatedAt,
        ],
      ),
    db
      .prepare(
        `INSERT INTO test_cases (scenario_id, n, content) SELECT ?1, value ->> 'n', value ->> 'content' FROM json_each(?2)
         WHERE EXISTS (SELECT 1 FROM scenarios WHERE id = ?1)
         ON CONFLICT (scenario_id, n) DO UPDATE SET content = excluded.content WHERE content <> excluded.content`,
      )
      .bind(scenario.id, JSON.stringify(cases)),
    ...also,
  ]);
}

export async function deleteScenario(db: D1Database, scenarioId: string): Promise<void> {
  await db.batch([
    db.prepare('DELETE FROM test_cases WHERE scenario_id = ?1').bind(scenarioId),
    db.prepare('DELETE FROM scenarios WHERE id = ?1').bind(scenarioId),
  ]);
}

/** The agent a scenario belongs to, inside one workspace. */
export async function selectScenarioAgent(
  db: D1Database,
  workspaceId: string,
  scenarioId: string,
): Promise<string | null> {
  return db
    .prepare(
      'SELECT a.name FROM scenarios s JOIN agents a ON a.id = s.agent_id WHERE s.id = ?2 AND a.workspace_id = ?1 LIMIT 1',
    )
    .bind(workspaceId, scenarioId)
    .first<string>('name');
}

const Stored = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  complexity: Complexity,
  tags: z.string(),
  origin: z.enum(ORIGINS),
  active: z.int(),
  created_at: z.int(),
  updated_at: z.int(),
  cases: z.string(),
});

/** Every scenario of an agent, oldest first: what an object reads back when it is not sure of its own copy. */
export async function selectScenarios(db: D1Database, agentId: string): Promise<Scenario[]> {
  const { results } = await db
    .prepare(
      `SELECT s.id, s.title, s.description, s.complexity, s.tags, s.origin, s.active, s.created_at, s.updated_at,
         (SELECT json_group_array(json(c.content)) FROM
            (SELECT t.content FROM test_cases t WHERE t.scenario_id = s.id ORDER BY t.n) c) AS cases
       FROM scenarios s WHERE s.agent_id = ?1 ORDER BY s.created_at, s.id LIMIT 100000`,
    )
    .bind(agentId)
    .all();
  return results.map((row) => toScenario(Stored.parse(row)));
}

function toScenario({ created_at, updated_at, active, tags, cases, ...rest }: z.infer<typeof Stored>): Scenario {
  return {
    ...rest,
    active: active === 1,
    tags: z.array(z.string()).parse(JSON.parse(tags)),
    cases: z.array(CaseContent).parse(JSON.parse(cases)),
    createdAt: created_at,
    updatedAt: updated_at,
  };
}
