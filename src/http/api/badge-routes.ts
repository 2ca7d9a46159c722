import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { badge } from '../../domain/badge.ts';
import { AGENT_NAME } from '../../domain/fields.ts';
import { agentObject, type Env } from '../../env.ts';
import { askAgent } from '../../tools/agent-access.ts';
import { isSameText } from '../same-text.ts';
import { RefusedRequest } from './refused-request.ts';
import { json, openRoute, ownRoute, type Route } from './route.ts';

/** A badge is an image in pages that send no key, so its address is a secret of its own. */

const MAC_CHARS = 32;
/** Proxies of images keep them as long as they are told. */
const CACHE = 'public, max-age=300';

export const BADGE_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ method: 'GET', path: '/v1/agents/{name}/badge', id: 'getBadge', tag: 'Gate and reports', access: 'read' },
    summary: 'Where the badge of an agent is: whoever knows the address sees its score',
    answers: [
      {
        ...{ status: 200, description: 'The address' },
        schema: z.object({ url: z.string(), markdown: z.string() }),
      },
    ],
    run: async ({ params }, context) => {
      const { env, caller, baseUrl } = context;
      const name = String(params.name);
      await askAgent(context, name, (agent) => agent.describe());
      const url = `${baseUrl}/badge/${caller.workspaceId}/${name}/${macOf(env, caller.workspaceId, name)}.svg`;
      return json({ url, markdown: `![${name}](${url})` });
    },
  }),
  openRoute({
    ...{ method: 'GET', path: '/badge/{workspace}/{name}/{file}', id: 'showBadge', access: 'open' },
    ...{ tag: 'Gate and reports', summary: 'The badge itself' },
    params: z.object({ workspace: z.string(), name: z.string(), file: z.string() }),
    answers: [{ status: 200, description: 'The image', type: 'image/svg+xml' }],
    run: async ({ params: { workspace, name, file } }, { env }) => {
      if (!AGENT_NAME.test(name) || !isSameText(file, `${macOf(env, workspace, name)}.svg`)) throw noBadge();
      const agent = await agentObject(env, workspace, name).describe();
      if (!agent.ok) throw noBadge();
      const headers = { 'Content-Type': 'image/svg+xml', 'Cache-Control': CACHE, 'X-Content-Type-Options': 'nosniff' };
      return new Response(badge(name, agent.value.score?.value ?? null), { headers });
    },
  }),
];

function macOf({ SESSION_SECRET }: Env, workspaceId: string, name: string): string {
  const mac = createHmac('sha256', SESSION_SECRET).update(`badge:${workspaceId}/${name}`).digest('base64url');
  return mac.slice(0, MAC_CHARS);
}

function noBadge(): RefusedRequest {
  return new RefusedRequest({ code: 'NOT_FOUND', text: 'There is no such badge.' });
}
