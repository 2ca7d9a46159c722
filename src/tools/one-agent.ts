import * as z from 'zod';
import { Refusal } from '../domain/errors.ts';
import { agentNotFound } from './agent-access.ts';
import type { Caller } from './define-tool.ts';

/** Keys that are good for one agent alone: for them every other agent is as if it did not exist. */

type Narrowed<I extends z.ZodType> = { input: I; needsKey: boolean; forOneAgent?: true };

/**
 * What a tool is given by such a caller: the same where it names the agent, the agent where it leaves the name out.
 * @throws Refusal AGENT_NOT_FOUND for another agent, AUTH_FAILED for a tool that names none
 */
export function withinAgent<I extends z.ZodType>(
  { input, needsKey, forOneAgent }: Narrowed<I>,
  given: z.output<I>,
  caller: Caller | null,
): z.output<I> {
  const only = caller?.agentName ?? null;
  if (only === null || forOneAgent || !needsKey) return given;
  if (!(input instanceof z.ZodObject) || !('agent_name' in input.shape)) throw notForOne(only);
  const { agent_name: named } = given as { agent_name?: string | null };
  if (named && named.trim() !== '' && named.trim() !== only) throw agentNotFound(named);
  return { ...(given as object), agent_name: only } as z.output<I>;
}

/** The refusal of what concerns more than the one agent. */
export function notForOne(agentName: string): Refusal {
  const hint = `It is good for the agent '${agentName}' alone. Use another key, or make one without that limit.`;
  return new Refusal('AUTH_FAILED', 'This API key is not allowed to do that', hint);
}
