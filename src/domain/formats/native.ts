import { RunResult } from '../result.ts';
import { isObject } from '../verdict/equality.ts';
import type { JsonDialect, Reading } from './dialect.ts';
import { ItemFault } from './fault.ts';
import { scalarText } from './loose-values.ts';
import { readTranscript } from './message-lists.ts';
import { type ReportedCase, reportedCase } from './reported-case.ts';

/** Without an id a result is unmapped, not wrong. */
const Result = RunResult.partial({ scenario_id: true });

/** Result objects as `invarium_sync_results` takes them. An object with nothing but a transcript among them is read as one. */
export function native(_reading: Reading): JsonDialect {
  return { item: readResult };
}

function readResult(value: unknown): ReportedCase {
  if (!isObject(value)) throw new ItemFault('The result is not a JSON object');
  const isTranscript = Array.isArray(value.messages) && value.user_message == null && value.agent_response == null;
  if (isTranscript) return readTranscript(value);
  const parsed = Result.safeParse(value);
  if (!parsed.success) throw new ItemFault(wordsOf(parsed.error.issues[0]?.path ?? []));
  const { data } = parsed;
  return reportedCase({
    name: scalarText(value.title ?? value.name) ?? data.scenario_id ?? '',
    scenarioId: data.scenario_id || null,
    verdict: data.passed === true ? 'passed' : data.passed === false ? 'failed' : data.error_message ? 'error' : null,
    message: data.error_message ?? data.notes ?? null,
    latencyMs: data.latency_ms ?? null,
    attempt: data.attempt ?? null,
    trial: data.trial ?? null,
    userMessage: data.user_message,
    agentResponse: data.agent_response,
    toolsCalled: data.tools_called ?? null,
    messages: data.messages ?? null,
    usage: data.usage ?? null,
    native: value,
  });
}

function wordsOf(path: readonly PropertyKey[]): string {
  const names = Object.keys(RunResult.shape);
  const field = names.includes(String(path[0])) ? String(path[0]) : 'a field';
  return `The field '${field}' is missing or not of its type`;
}
