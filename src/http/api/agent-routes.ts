import * as z from 'zod';
import { Refusal } from '../../domain/errors.ts';
import { Expectations } from '../../domain/expectations.ts';
import { selectGenerationAgent } from '../../store/generations.ts';
import { getAgent, listAgents, uploadBlueprint } from '../../tools/agents.ts';
import { getAudit } from '../../tools/blueprints.ts';
import { deleteAgent } from '../../tools/delete-agent.ts';
import { generateTests, getTests } from '../../tools/generations.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { createScenario, listScenarios } from '../../tools/scenarios.ts';
import type { Route } from './route.ts';
import { toolRoute } from './tool-route.ts';

const names = { name: 'agent_name', id: 'generation_id' };
const YAML = ['application/yaml', 'text/yaml', 'text/plain'];

export const AGENT_ROUTES: readonly Route[] = [
  toolRoute({
    ...{ method: 'GET', path: '/v1/agents', id: 'listAgents', tag: 'Agents', access: 'read', tool: listAgents },
    summary: 'Agents of the workspace with their scores',
  }),
  toolRoute({
    ...{ method: 'POST', path: '/v1/agents', id: 'uploadBlueprint', tag: 'Agents', access: 'write' },
    summary: 'Register an agent from its blueprint, or replace the blueprint of the agent of that name',
    description: 'The blueprint is text in the JSON body, or the body itself as YAML.',
    ...{ tool: uploadBlueprint, status: 201, bodyTypes: YAML, read: (blueprint: string) => ({ blueprint }) },
  }),
  toolRoute({
    ...{
      method: 'GET',
      path: '/v1/agents/{name}',
      id: 'getAgent',
      tag: 'Agents',
      access: 'read',
      tool: getAgent,
      names,
    },
    summary: 'One agent: score, tools, constraints, runs',
  }),
  toolRoute({
    ...{ method: 'DELETE', path: '/v1/agents/{name}', id: 'deleteAgent', tag: 'Agents', access: 'write' },
    summary: 'Delete an agent with all it holds',
    ...{ tool: deleteAgent, names, fixed: { confirm: true } },
  }),
  toolRoute({
    ...{ method: 'GET', path: '/v1/agents/{name}/audit', id: 'getAudit', tag: 'Agents', access: 'read' },
    summary: 'The newest audit, with its findings and fixes',
    ...{ tool: getAudit, names },
  }),
  toolRoute({
    ...{ method: 'POST', path: '/v1/agents/{name}/tests/generate', id: 'generateTests', tag: 'Tests', access: 'write' },
    summary: 'Start to make test cases',
    ...{ tool: generateTests, names, status: 202, idempotent: true },
  }),
  toolRoute({
    ...{ method: 'GET', path: '/v1/generations/{id}', id: 'getGeneration', tag: 'Tests', access: 'read' },
    summary: 'How a generation stands, with the cases it has made so far',
    ...{ tool: getTests, names, hidden: ['agent_name'], fixed: { output_format: 'json', output_file: null } },
    asked: {
      agent: z.string().optional().meta({ description: 'Name of the agent; without it the generation is looked up.' }),
    },
    lookUp: async ({ params, query }, { env, caller }) => {
      const { id = '' } = params;
      const agent = query.agent ?? (await readD1(selectGenerationAgent(env.DB, caller.workspaceId, id)));
      if (!agent) throw new Refusal('NOT_FOUND', 'There is no such generation', undefined, { retry_after: 5 });
      return { agent_name: agent };
    },
  }),
  toolRoute({
    ...{ method: 'GET', path: '/v1/agents/{name}/scenarios', id: 'listScenarios', tag: 'Tests', access: 'read' },
    summary: 'Scenarios, newest first, with the status of their last results',
    ...{ tool: listScenarios, names },
  }),
  toolRoute({
    ...{ method: 'POST', path: '/v1/agents/{name}/scenarios', id: 'createScenario', tag: 'Tests', access: 'write' },
    summary: 'Make a scenario with one test case',
    ...{ tool: createScenario, names, status: 201, idempotent: true },
    plain: {
      expected_tools: z.array(z.string()).optional(),
      tags: z.array(z.string()).optional(),
      expectations: Expectations.optional(),
    },
  }),
];
