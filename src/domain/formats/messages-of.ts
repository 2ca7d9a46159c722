import type { Message } from '../result.ts';
import { isObject } from '../verdict/equality.ts';
import { isAgent, textOf } from '../verdict/transcript.ts';
import { ItemFault } from './fault.ts';
import { printed } from './loose-values.ts';

type Raw = Record<string, unknown>;
type RawCall = NonNullable<Message['tool_calls']>[number];

/** Roles by the names that other libraries give them. */
const ROLE_NAMES: Record<string, string> = { human: 'user', ai: 'assistant', model: 'assistant' };
const CALL_PARTS = new Set(['tool_call', 'tool_use', 'tool-call', 'function_call']);
const ANSWER_PARTS = new Set(['tool_call_response', 'tool_result', 'tool-result', 'function_call_output']);

/**
 * A transcript in OpenAI's form. Calls and their answers may stand in `tool_calls` and messages of their own, or as parts of the content
 * (Anthropic, Vercel's AI SDK, OpenTelemetry's `parts`). @throws ItemFault for what is no message, with its place.
 */
export function messagesOf(list: readonly unknown[]): Message[] {
  return list.flatMap((item, at) => messagesIn(item, at));
}

/** What was asked first, and the agent's last words. */
export function conversation(messages: readonly Message[]): {
  userMessage: string | null;
  agentResponse: string | null;
} {
  const asked = messages.find(({ role }) => role === 'user');
  const answered = messages.findLast((message) => isAgent(message) && textOf(message) !== '');
  const isThere = messages.some(isAgent);
  return {
    userMessage: asked ? textOf(asked) : null,
    agentResponse: answered ? textOf(answered) : isThere ? '' : null,
  };
}

function messagesIn(item: unknown, at: number): Message[] {
  if (!isObject(item)) throw new ItemFault(`Message ${at} is not an object`);
  const role = roleOf(item);
  if (role === null) throw new ItemFault(`Message ${at} has no role`);
  const parts = Array.isArray(item.parts) ? item.parts : Array.isArray(item.content) ? item.content : null;
  const content = parts ? contentOf(parts) : contentText(item.content);
  const calls = [...callsOf(item), ...(parts ?? []).filter(isCallPart).map(callOfPart)];
  const answers = (parts ?? []).filter(isAnswerPart).map(answerOf);
  const isOnlyAnswers = answers.length > 0 && calls.length === 0 && content === null;
  if (isOnlyAnswers) return answers;
  const own: Message = {
    role,
    content,
    ...(typeof item.name === 'string' ? { name: item.name } : {}),
    ...(typeof item.tool_call_id === 'string' ? { tool_call_id: item.tool_call_id } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  return [...answers, own];
}

function roleOf({ role, type }: Raw): string | null {
  const name = role ?? type;
  if (typeof name !== 'string' || name === '') return null;
  return ROLE_NAMES[name] ?? name;
}

function contentText(content: unknown): string | null {
  return content === null || content === undefined ? null : printed(content);
}

/** One text where all that is left are texts, otherwise the parts as they came. */
function contentOf(parts: readonly unknown[]): Message['content'] {
  const rest = parts.filter((part) => !isCallPart(part) && !isAnswerPart(part));
  if (rest.length === 0) return null;
  const texts = rest.map((part) =>
    typeof part === 'string' ? part : isObject(part) ? (part.text ?? part.content) : null,
  );
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : rest;
}

function isCallPart(part: unknown): part is Raw {
  return isObject(part) && CALL_PARTS.has(String(part.type));
}

function isAnswerPart(part: unknown): part is Raw {
  return isObject(part) && ANSWER_PARTS.has(String(part.type));
}

function callsOf(item: Raw): RawCall[] {
  const listed = Array.isArray(item.tool_calls) ? item.tool_calls.filter(isObject) : [];
  const single = isObject(item.function_call) ? [item.function_call] : [];
  return [...listed, ...single].map(callOfPart);
}

function callOfPart(call: Raw): RawCall {
  const { name, sent } = isObject(call.function)
    ? { name: call.function.name, sent: call.function.arguments }
    : { name: call.name ?? call.toolName, sent: call.arguments ?? call.args ?? call.input };
  if (typeof name !== 'string') throw new ItemFault('A tool call has no name');
  const id = call.id ?? call.toolCallId ?? call.call_id;
  return { ...(typeof id === 'string' ? { id } : {}), type: 'function', function: { name, arguments: sent } };
}

function answerOf(part: Raw): Message {
  const id = part.id ?? part.tool_use_id ?? part.toolCallId ?? part.call_id;
  const said = part.response ?? part.result ?? part.output ?? part.content;
  return { role: 'tool', ...(typeof id === 'string' ? { tool_call_id: id } : {}), content: printed(said) };
}
