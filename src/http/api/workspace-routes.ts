import * as z from 'zod';
import { Role, Scope } from '../../domain/access.ts';
import { selectMembers } from '../../store/member-list.ts';
import { dashboard, usage } from '../../tools/overview.ts';
import { readD1 } from '../../tools/read-d1.ts';
import { json, ownRoute, type Route } from './route.ts';
import { toolRoute } from './tool-route.ts';

const Me = z
  .object({
    workspace_id: z.string(),
    workspace: z.string(),
    email: z.string(),
    key_id: z.string(),
    scopes: z.array(Scope),
  })
  .meta({ id: 'Me' });

const MOST_MEMBERS = 1_000;
const Member = z.object({ id: z.string(), email: z.string(), role: Role });

export const WORKSPACE_ROUTES: readonly Route[] = [
  ownRoute({
    method: 'GET',
    path: '/v1/me',
    id: 'getMe',
    tag: 'Workspace',
    access: 'read',
    summary: 'Whose key this is, and what it may do',
    answers: [{ status: 200, description: 'The key and its workspace', schema: Me }],
    run: async (_, { caller }) =>
      json({
        workspace_id: caller.workspaceId,
        workspace: caller.workspaceName,
        email: caller.email,
        key_id: caller.credentialId,
        scopes: caller.scopes,
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
  ownRoute({
    ...{ method: 'GET', path: '/v1/members', id: 'listMembers', tag: 'Workspace', access: 'read' },
    summary: 'Who belongs to the workspace, the first ones first',
    answers: [{ status: 200, description: 'The members', schema: z.object({ members: z.array(Member) }) }],
    run: async (_, { env, caller }) =>
      json({ members: await readD1(selectMembers(env.DB, caller.workspaceId, MOST_MEMBERS)) }),
  }),
];
