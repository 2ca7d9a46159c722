import { Refusal, unwrap } from '../../domain/errors.ts';
import { AGENT_NAME } from '../../domain/fields.ts';
import { type AgentRpc, agentObject } from '../../env.ts';
import { selectRunAgent } from '../../store/runs.ts';
import { readD1 } from '../../tools/read-d1.ts';
import type { ApiContext } from './route.ts';

/** D1 may hear of a new run this much later. */
const KNOWN_AFTER_SECONDS = 5;

/** The agent of a run: named by the caller, else looked up. @throws Refusal NOT_FOUND, to be asked again, because D1 lags */
export async function agentOfRun({ env, caller }: ApiContext, runId: string, given?: string): Promise<string> {
  const name = given ?? (await readD1(selectRunAgent(env.DB, caller.workspaceId, runId)));
  if (name && AGENT_NAME.test(name)) return name;
  throw noRun();
}

/** The object that holds a run. */
export async function objectOfRun(context: ApiContext, runId: string, given?: string): Promise<AgentRpc> {
  const name = await agentOfRun(context, runId, given);
  return agentObject(context.env, context.caller.workspaceId, name);
}

/** What an object answered of a run; an agent that is not there has no run either. */
export function ofRun<T>(result: Parameters<typeof unwrap<T>>[0]): T {
  if (!result.ok && result.code === 'AGENT_NOT_FOUND') throw noRun();
  return unwrap(result);
}

/** The refusal for a run that is not there, or not yet. */
export function noRun(): Refusal {
  const hint = 'Name its agent with ?agent= to read a run that was just made.';
  return new Refusal('NOT_FOUND', 'There is no such test run', hint, { retry_after: KNOWN_AFTER_SECONDS });
}
