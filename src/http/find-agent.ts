import type { Context } from 'hono';
import type { AgentDetail } from '../agent/agent-detail.ts';
import type { FramedAgent } from '../dashboard/agent-frame.tsx';
import { type AgentRpc, agentObject } from '../env.ts';
import { selectAgentName } from '../store/agents.ts';
import { withDeadline } from '../store/deadline.ts';
import type { App } from './app.ts';

const D1_DEADLINE_MS = 5_000;
export const NO_AGENT = 'There is no such agent in this workspace.';

/** An agent with the object that holds it; `detail` is what the object says of it right now. */
export type FoundAgent = { object: AgentRpc; agent: FramedAgent; detail: AgentDetail };

/** The agent whose id is in the path; null where the workspace has none, and where it is being deleted. */
export async function findAgent(c: Context<App>, workspaceId: string): Promise<FoundAgent | null> {
  const id = c.req.param('id') ?? '';
  const name = await withDeadline(selectAgentName(c.env.DB, workspaceId, id), D1_DEADLINE_MS);
  if (name === null) return null;
  const object = agentObject(c.env, workspaceId, name);
  const described = await object.describe();
  if (!described.ok || described.value.id !== id) return null;
  const { value } = described;
  return { object, agent: { id, name: value.name, status: value.status }, detail: value };
}
