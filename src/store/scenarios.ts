import * as z from 'zod';
import { CaseContent, type NewScenario } from '../domain/scenario.ts';

/** Stores a scenario with its cases, once however often it is repeated. */
export async function insertScenario(db: D1Database, agentId: string, scenario: NewScenario): Promise<void> {
  const cases = scenario.cases.map((content, index) => ({ ...content, n: index + 1, expectations: JSON.stringify(content.expectations) }));
  await db.batch([
    db
      .prepare(
        `INSERT INTO scenarios (id, agent_id, title, description, complexity, tags, origin, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT DO NOTHING`,
      )
      .bind(
        ...[scenario.id, agentId, scenario.title, scenario.description, scenario.complexity],
        ...[JSON.stringify(scenario.tags), scenario.origin, scenario.createdAt],
      ),
    db
      .prepare(
        `INSERT INTO test_cases (scenario_id, n, title, user_message, expectations, failure_category, failure_type, persona)
         SELECT ?1, value ->> 'n', value ->> 'title', value ->> 'user_message', value ->> 'expectations', value ->> 'failure_category',
           value ->> 'failure_type', value ->> 'persona' FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING`,
      )
      .bind(scenario.id, JSON.stringify(cases)),
  ]);
}

const StoredScenario = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  complexity: z.string(),
  tags: z.string(),
  origin: z.string(),
  created_at: z.int(),
  cases: z.string(),
});

/** Every scenario of an agent, oldest first, with its cases in order: what an object reads back when it is not sure of its own copy. */
export async function selectScenarios(db: D1Database, agentId: string): Promise<NewScenario[]> {
  const { results } = await db
    .prepare(
      `SELECT s.id, s.title, s.description, s.complexity, s.tags, s.origin, s.created_at,
         (SELECT json_group_array(json_object('title', c.title, 'user_message', c.user_message, 'expectations', json(c.expectations),
            'failure_category', c.failure_category, 'failure_type', c.failure_type, 'persona', c.persona))
          FROM (SELECT * FROM test_cases t WHERE t.scenario_id = s.id ORDER BY t.n) c) AS cases
       FROM scenarios s WHERE s.agent_id = ?1 ORDER BY s.created_at, s.id LIMIT 100000`,
    )
    .bind(agentId)
    .all();
  return results.map((row) => toScenario(StoredScenario.parse(row)));
}

function toScenario(row: z.infer<typeof StoredScenario>): NewScenario {
  const cases = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(row.cases));
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    complexity: row.complexity as NewScenario['complexity'],
    tags: JSON.parse(row.tags) as string[],
    origin: row.origin as NewScenario['origin'],
    createdAt: row.created_at,
    cases: cases.map((content) => CaseContent.parse(Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null)))),
  };
}
