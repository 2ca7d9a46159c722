import type { Message } from '../result.ts';
import { isObject } from './equality.ts';

/** A tool call as a transcript shows it; `step` is the message that made it. */
export type TranscriptCall = { name: string; sent: unknown; step: number; result?: unknown; error?: unknown };
export type Utterance = { step: number; text: string };

const AGENT_ROLES = new Set(['assistant', 'ai', 'model', 'agent']);
const TOOL_ROLES = new Set(['tool', 'function']);

export function isAgent({ role }: Message): boolean {
  return AGENT_ROLES.has(role);
}

/** The text of a message, of its text parts where the content comes in parts. */
export function textOf({ content }: Message): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map(partText)
    .filter((text) => text !== '')
    .join('\n');
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  return isObject(part) && typeof part.text === 'string' ? part.text : '';
}

export function utterances(messages: readonly Message[]): Utterance[] {
  const said: Utterance[] = [];
  for (const [step, message] of messages.entries()) {
    const text = isAgent(message) ? textOf(message) : '';
    if (text !== '') said.push({ step, text });
  }
  return said;
}

/** A call before its answer is known, and an answer before its call is. */
type Asked = { id: string | undefined; call: TranscriptCall };
type Answer = { id: string | undefined; result: unknown; error?: unknown };

/**
 * All calls of a transcript with what they returned. An answer belongs to a call of the message before it, never to one further up that
 * has the same id: ids repeat in real transcripts. Within one message the id decides, and where it does not, the order.
 */
export function callsIn(messages: readonly Message[]): TranscriptCall[] {
  const calls: TranscriptCall[] = [];
  let asked: Asked[] = [];
  let answers: Answer[] = [];
  for (const [step, message] of messages.entries()) {
    const next = isAgent(message) ? askedIn(message, step) : [];
    if (isAgent(message)) {
      settle(asked, answers);
      calls.push(...next.map(({ call }) => call));
      asked = next;
      answers = [];
    } else answers.push(...answersIn(message));
  }
  settle(asked, answers);
  return calls;
}

function askedIn(message: Message, step: number): Asked[] {
  const asked: Asked[] = [];
  for (const {
    id,
    function: { name, arguments: sent },
  } of message.tool_calls ?? []) {
    asked.push({ id: id ?? undefined, call: { name, sent, step } });
  }
  for (const part of partsOf(message, 'tool_use')) {
    if (typeof part.name === 'string')
      asked.push({ id: idIn(part.id), call: { name: part.name, sent: part.input, step } });
  }
  return asked;
}

function answersIn(message: Message): Answer[] {
  if (TOOL_ROLES.has(message.role)) return [{ id: message.tool_call_id ?? undefined, result: message.content }];
  return partsOf(message, 'tool_result').map((part) => ({
    id: idIn(part.tool_use_id),
    result: part.content,
    error: part.is_error === true,
  }));
}

function partsOf({ content }: Message, type: string): Record<string, unknown>[] {
  return Array.isArray(content) ? content.filter(isObject).filter((part) => part.type === type) : [];
}

function idIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function settle(asked: Asked[], answers: Answer[]): void {
  const waiting = [...asked];
  const unclaimed: Answer[] = [];
  for (const answer of answers) {
    const at = answer.id === undefined ? -1 : waiting.findIndex(({ id }) => id === answer.id);
    const [found] = at < 0 ? [] : waiting.splice(at, 1);
    if (found) take(found, answer);
    else unclaimed.push(answer);
  }
  for (const [i, answer] of unclaimed.entries()) {
    const left = waiting[i];
    if (left) take(left, answer);
  }
}

function take({ call }: Asked, { result, error }: Answer): void {
  call.result = result;
  if (error === true) call.error = result ?? true;
}
