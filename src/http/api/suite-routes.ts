import * as z from 'zod';
import { Refusal } from '../../domain/errors.ts';
import { Expectations } from '../../domain/expectations.ts';
import { SCENARIO_STATUSES } from '../../domain/fields.ts';
import { asSent } from '../../domain/redaction/as-sent.ts';
import { CaseView, parseCaseId } from '../../domain/scenario.ts';
import { parseSuite, suiteYaml } from '../../domain/suite.ts';
import { selectScenarioAgent } from '../../store/scenarios.ts';
import { askAgent, mayKnow } from '../../tools/agent-access.ts';
import { manageScenario } from '../../tools/manage-scenario.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { json, ownRoute, type Route } from './route.ts';
import { toolRoute } from './tool-route.ts';

/** Test cases one by one, and all of an agent's scenarios as a file. */

const YAML = 'application/yaml';
const names = { id: 'scenario_id' };
const AgentName = z.object({ name: z.string().meta({ description: 'Exact name of the agent.' }) });
const Stored = z
  .object({ created: z.int(), updated: z.int(), unchanged: z.int(), deleted: z.int() })
  .meta({ id: 'SuiteStored' });
const Page = z.object({
  tag: z.string().max(300).optional().meta({ description: 'Only cases of scenarios with this tag.' }),
  status: z
    .enum(SCENARIO_STATUSES)
    .optional()
    .meta({ description: 'Only cases of scenarios whose last results say this.' }),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

const CaseChange = z
  .strictObject({
    title: z.string().trim().min(1).max(300).optional(),
    user_message: z.string().regex(/\S/).max(20_000).optional(),
    expectations: Expectations.optional(),
  })
  .meta({ id: 'CaseChange' });

export const SUITE_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ method: 'GET', path: '/v1/agents/{name}/tests', id: 'listTests', tag: 'Tests', access: ['read', 'ingest'] },
    summary: 'Test cases of the active scenarios',
    description: 'With `status=failed` those to run again.',
    params: AgentName,
    query: Page,
    answers: [
      {
        ...{ status: 200, description: 'A page of cases' },
        schema: z.object({ test_cases: z.array(CaseView), total: z.int(), next_cursor: z.string().nullable() }),
      },
    ],
    run: async ({ params, query }, context) => {
      const { tag = null, status = null, limit } = query;
      const offset = Number(query.cursor ?? 0);
      const { cases, total } = await askAgent(context, params.name, (agent) =>
        agent.listCases({ generationId: null, offset, limit, tag, status }),
      );
      const next = offset + cases.length;
      return json({ test_cases: cases, total, next_cursor: next < total ? String(next) : null });
    },
  }),
  ownRoute({
    ...{ method: 'GET', path: '/v1/agents/{name}/suite.yaml', id: 'getSuite', tag: 'Tests', access: 'read' },
    summary: 'All scenarios as one YAML file',
    params: AgentName,
    answers: [{ status: 200, description: 'The file', type: YAML }],
    run: async ({ params }, context) => {
      const scenarios = await askAgent(context, params.name, (agent) => agent.readSuite());
      const headers = {
        'Content-Type': `${YAML}; charset=utf-8`,
        'Content-Disposition': 'inline; filename="suite.yaml"',
      };
      return new Response(suiteYaml(params.name, scenarios), { headers });
    },
  }),
  ownRoute({
    ...{ method: 'PUT', path: '/v1/agents/{name}/suite.yaml', id: 'putSuite', tag: 'Tests', access: 'write' },
    summary: 'Bring the scenarios to what a file says',
    description:
      'A scenario is known by its id, without one by its title. What the file does not name stays, unless prune=true.',
    params: AgentName,
    query: z.object({ prune: z.stringbool().default(false) }),
    body: asSent(z.unknown()),
    bodyTypes: [YAML, 'text/yaml', 'text/plain'],
    answers: [{ status: 200, description: 'What was done', schema: Stored }],
    run: async ({ params, query, body }, context) => {
      const { scenarios } = parseSuite(typeof body === 'string' ? body : JSON.stringify(body));
      const call = { scenarios, prune: query.prune };
      return json(await askAgent(context, params.name, (agent) => agent.storeSuite(call)));
    },
  }),
  toolRoute({
    ...{ method: 'PATCH', path: '/v1/scenarios/{id}', id: 'updateScenario', tag: 'Tests', access: 'write' },
    summary: 'Change a scenario',
    ...{ tool: manageScenario, names, fixed: { action: 'update' }, hidden: ['confirm'] },
    plain: { tags: z.array(z.string()).optional() },
  }),
  toolRoute({
    ...{ method: 'DELETE', path: '/v1/scenarios/{id}', id: 'deleteScenario', tag: 'Tests', access: 'write' },
    summary: 'Delete a scenario with its cases',
    ...{ tool: manageScenario, names, fixed: { action: 'delete', confirm: true } },
    hidden: ['name', 'description', 'expected_behavior', 'tags'],
  }),
  toolRoute({
    ...{ method: 'POST', path: '/v1/scenarios/{id}/toggle', id: 'toggleScenario', tag: 'Tests', access: 'write' },
    summary: 'Switch a scenario off, or on again',
    ...{ tool: manageScenario, names, fixed: { action: 'toggle' } },
    hidden: ['name', 'description', 'expected_behavior', 'tags', 'confirm'],
  }),
  ownRoute({
    ...{ method: 'PATCH', path: '/v1/cases/{id}', id: 'updateCase', tag: 'Tests', access: 'write', forOneAgent: true },
    summary: 'Change a test case',
    description: 'Runs that are open go on judging by the case as it was when they began.',
    body: CaseChange,
    answers: [{ status: 200, description: 'The case as it is now', schema: CaseView }],
    run: async ({ params, body }, context) => {
      const id = parseCaseId(String(params.id));
      const fields = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      if (Object.keys(fields).length === 0)
        throw new Refusal('INVALID_ARGUMENT', 'Nothing to change', 'Give title, user_message or expectations.');
      const { env, caller } = context;
      const agent = id && (await readD1(selectScenarioAgent(env.DB, caller.workspaceId, id.scenarioId)));
      if (!agent || !mayKnow(caller, agent) || id.n === null) throw noCase();
      const change = { kind: 'case' as const, n: id.n, fields };
      const found = await askAgent(context, agent, (object) => object.changeCase(id.scenarioId, change));
      if (!found) throw noCase();
      return json(found);
    },
  }),
];

function noCase(): Refusal {
  return new Refusal('NOT_FOUND', 'There is no such test case', 'List them with GET /v1/agents/{name}/tests.');
}
