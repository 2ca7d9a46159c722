import type { Message } from '../../../domain/result.ts';
import type { Call } from '../../../domain/verdict/calls.ts';
import { callsIn, isAgent, textOf } from '../../../domain/verdict/transcript.ts';

export type Said = { kind: 'said'; role: string; text: string };
/** A call with what it returned. `failed` where the transcript itself marks the answer as an error. */
export type Called = {
  kind: 'called';
  name: string;
  arguments: Record<string, unknown>;
  result: unknown;
  failed: boolean;
};
/** A conversation as a flat list: a message that speaks and calls is two turns, parallel calls come one after the other. */
export type Turn = Said | Called;

/** `calls` are the calls of the same messages, read by the product. */
export function turnsOf(messages: readonly Message[], calls: readonly Call[]): Turn[] {
  const shown = callsIn(messages);
  return messages.flatMap((message, step): Turn[] => {
    const text = isTool(message) ? '' : textOf(message);
    const spoken: Turn[] = text === '' ? [] : [{ kind: 'said', role: message.role, text }];
    const made = calls.filter((call) => call.step === step).map((call) => calledBy(call, shown[call.index]?.error));
    return isAgent(message) ? [...spoken, ...made] : spoken;
  });
}

function isTool({ role }: Message): boolean {
  return role === 'tool' || role === 'function';
}

function calledBy({ name, arguments: args, result }: Call, error: unknown): Called {
  return { kind: 'called', name, arguments: args, result, failed: error !== undefined && error !== false };
}

/** The turns as OpenAI-style messages, one call a message. */
export function messagesOf(turns: readonly Turn[]): Message[] {
  return turns.flatMap((turn, i) => (turn.kind === 'said' ? [spoken(turn)] : called(turn, `call_${i}`)));
}

function spoken({ role, text }: Said): Message {
  return { role, content: text };
}

function called({ name, arguments: args, result, failed }: Called, id: string): Message[] {
  const asked = { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
  const asking: Message = { role: 'assistant', content: null, tool_calls: [asked] };
  if (result === undefined || result === null) return [asking];
  const content = typeof result === 'string' ? result : JSON.stringify(result);
  if (!failed) return [asking, { role: 'tool', tool_call_id: id, name, content }];
  // Only Anthropic's form of an answer can say that it is an error.
  const part = { type: 'tool_result', tool_use_id: id, is_error: true, content };
  return [asking, { role: 'user', content: [part] }];
}

export function isAgentTurn(turn: Turn | undefined): turn is Said {
  return turn?.kind === 'said' && isAgent({ role: turn.role });
}

export function isUserTurn(turn: Turn | undefined): turn is Said {
  return turn?.kind === 'said' && turn.role === 'user';
}
