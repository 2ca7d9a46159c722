import { echo, Refusal, type Result, unwrap } from '../domain/errors.ts';
import { AGENT_NAME } from '../domain/fields.ts';
import { type AgentRpc, agentObject } from '../env.ts';
import type { Caller, ToolContext } from './define-tool.ts';

/**
 * One call to an agent's object. A name that no agent can have never reaches an object, and the object itself knows whether it was
 * registered: "does not exist" and "is not yours" are one answer.
 */
export async function askAgent<T>(
  context: ToolContext,
  name: string,
  call: (agent: AgentRpc) => Promise<Result<T>>,
): Promise<T> {
  if (!AGENT_NAME.test(name) || !mayKnow(context.caller, name)) throw agentNotFound(name);
  const result = await call(agentObject(context.env, context.caller.workspaceId, name));
  if (!result.ok && result.code === 'AGENT_NOT_FOUND') throw agentNotFound(name);
  return unwrap(result);
}

/** False for the agents that a credential is not good for. */
export function mayKnow({ agentName }: Caller, name: string): boolean {
  return agentName === null || agentName === name;
}

export function agentNotFound(name: string): Refusal {
  return new Refusal('AGENT_NOT_FOUND', `Agent not found: ${echo(name)}`, 'Upload a blueprint first.');
}

export function runUrl(baseUrl: string, runId: string, agentName: string): string {
  return `${baseUrl}/runs/${runId}?agent=${agentName}`;
}

export function agentUrl(baseUrl: string, agentId: string): string {
  return `${baseUrl}/agent/${agentId}`;
}
