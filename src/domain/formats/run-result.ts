import type { ResultStatus } from '../fields.ts';
import type { RunResult } from '../result.ts';
import type { ReportedCase } from './reported-case.ts';

/**
 * A result object as `invarium_sync_results` takes it, and beside it what the report says of it, which decides where our rules do not.
 * `status` is null where the report says nothing. `answered` is false where the report carries no words of the agent: then the empty
 * `agent_response` is not what the agent said.
 */
export type IngestedResult = {
  result: RunResult;
  reported: { status: ResultStatus | null; flaky: boolean; answered: boolean };
};

/**
 * A reported case as a result of `scenarioId`, the id that the case was mapped to. The report's verdict is never put into `passed` or
 * `error_message`, which would overrule the rules; only a native result keeps its own, because there the runner itself speaks.
 */
export function runResultOf(reported: ReportedCase, scenarioId: string): IngestedResult {
  // Its fields were checked when it was read.
  if (reported.native) {
    const result = { ...reported.native, scenario_id: scenarioId } as RunResult;
    return { result, reported: { status: null, flaky: false, answered: true } };
  }
  const { verdict, flaky, userMessage, agentResponse, message } = reported;
  const known = {
    tools_called: reported.toolsCalled,
    messages: reported.messages,
    latency_ms: reported.latencyMs,
    notes: message,
    trial: reported.trial,
    attempt: reported.attempt,
    usage: reported.usage,
  };
  const carried = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null));
  const result = {
    scenario_id: scenarioId,
    user_message: userMessage ?? '',
    agent_response: agentResponse ?? '',
    ...carried,
  };
  return { result, reported: { status: verdict, flaky, answered: agentResponse !== null } };
}
