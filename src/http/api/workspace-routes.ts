import * as z from 'zod';
import { Scope } from '../../domain/access.ts';
import { dashboard, usage } from '../../tools/overview.ts';
import { workspaceName } from '../../tools/workspace-name.ts';
import { json, ownRoute, type Route } from './route.ts';
import { toolRoute } from './tool-route.ts';

const Me = z
  .object({
    workspace_id: z.string(),
    workspace: z.string(),
    email: z.string(),
    key_id: z.string(),
    scopes: z.array(Scope),
    agent_name: z.string().nullable().meta({ description: 'The only agent that the key is good for; null for all.' }),
  })
  .meta({ id: 'Me' });

export const WORKSPACE_ROUTES: readonly Route[] = [
  ownRoute({
    method: 'GET',
    path: '/v1/me',
    id: 'getMe',
    tag: 'Workspace',
    access: 'read',
    forOneAgent: true,
    summary: 'Whose key this is, and what it may do',
    answers: [{ status: 200, description: 'The key and its workspace', schema: Me }],
    run: async (_, { caller, env, now }) =>
      json({
        workspace_id: caller.workspaceId,
        workspace: await workspaceName(env, caller, now),
        email: caller.email,
        key_id: caller.credentialId,
        scopes: caller.scopes,
        agent_name: caller.agentName,
      }),
  }),
  toolRoute({
    ...{ method: 'GET', path: '/v1/usage', id: 'getUsage', tag: 'Workspace', access: 'read' },
    summary: 'Plan, and what was used of it this month',
    tool: usage,
  }),
  toolRoute({
    ...{ method: 'GET', path: '/v1/overview', id: 'getOverview', tag: 'Workspace', access: 'read' },
    summary: 'The workspace at a glance',
    tool: dashboard,
  }),
];
