import type { RunResult } from '../../domain/result.ts';
import { callsIn } from '../../domain/verdict/transcript.ts';
import type { CorpusEpisode } from '../corpus.ts';

/** How much of a conversation the judge is shown, the most first. */
export const SETTINGS = ['full', 'calls', 'answer'] as const;
export type Setting = (typeof SETTINGS)[number];

export const SETTING_TITLES: Record<Setting, string> = {
  full: 'full: transcript, calls with outcomes',
  calls: 'calls without outcomes: the published schema',
  answer: 'answer text only',
};

/** The result that a runner would send which knows only so much. */
export function resultIn(setting: Setting, { taskId, result }: CorpusEpisode): RunResult {
  const whole = { ...result, scenario_id: taskId };
  if (setting === 'full') return whole;
  const { scenario_id, user_message, agent_response } = whole;
  const answer = { scenario_id, user_message, agent_response };
  return setting === 'answer' ? answer : { ...answer, tools_called: reportedCalls(result) };
}

/** Name and parameters, which is all that the published schema of a call holds. */
function reportedCalls({ messages }: CorpusEpisode['result']): NonNullable<RunResult['tools_called']> {
  return callsIn(messages ?? []).map(({ name, sent }) => ({ name, parameters: parametersIn(sent) }));
}

function parametersIn(sent: unknown): Record<string, unknown> {
  const value = typeof sent === 'string' ? parsed(sent) : sent;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
