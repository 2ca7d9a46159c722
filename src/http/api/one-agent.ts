import { refusalText } from '../../domain/errors.ts';
import { agentNotFound, mayKnow } from '../../tools/agent-access.ts';
import type { Caller } from '../../tools/define-tool.ts';
import { notForOne } from '../../tools/one-agent.ts';
import { RefusedRequest } from './refused-request.ts';
import type { Given, Route } from './route.ts';

/** Keys that are good for one agent alone: what of a route is there for them. */

/**
 * The address has to name that agent, in its path or with `?agent=`, which may be left out. Where neither can name one a tool decides itself,
 * and any other route is refused unless it says that it works. @throws Refusal AGENT_NOT_FOUND for another agent, RefusedRequest 403
 */
export function assertAgent(route: Route, { params, query }: Omit<Given, 'body'>, caller: Caller): void {
  const { agentName: only } = caller;
  if (only === null) return;
  const inPath = params.name ?? params.agent;
  const named = inPath ?? (takesAgent(route) ? query.agent : undefined);
  if (named !== undefined && !mayKnow(caller, named)) throw agentNotFound(named);
  if (inPath !== undefined || takesAgent(route) || route.tool || route.forOneAgent) return;
  throw new RefusedRequest({ code: 'AUTH_FAILED', text: refusalText(notForOne(only)), status: 403 });
}

/** With the agent named where the address left it out, so that nothing else is looked through. */
export function withAgent(route: Route, given: Given, { agentName: only }: Caller): Given {
  return only !== null && takesAgent(route) ? { ...given, query: { ...given.query, agent: only } } : given;
}

function takesAgent({ query }: Route): boolean {
  return Object.hasOwn(query.shape, 'agent');
}
