import type { Context } from 'hono';
import { AGENT_NAME } from '../domain/fields.ts';
import { type AgentRpc, agentObject } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import { selectRunAgent } from '../store/runs.ts';
import type { App } from './app.ts';

const D1_DEADLINE_MS = 5_000;

/** The object that holds a run: named by the link, or looked up in D1 for a link that does not name it. */
export async function findRun(c: Context<App>, workspaceId: string): Promise<{ object: AgentRpc } | null> {
  const given = c.req.query('agent');
  const id = c.req.param('id') ?? '';
  const name = given ?? (await withDeadline(selectRunAgent(c.env.DB, workspaceId, id), D1_DEADLINE_MS));
  return name && AGENT_NAME.test(name) ? { object: agentObject(c.env, workspaceId, name) } : null;
}
