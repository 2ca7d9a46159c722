import type { Message } from '../result.ts';
import { isObject } from '../verdict/equality.ts';
import { ItemFault } from './fault.ts';
import { jsonOf, printed } from './loose-values.ts';
import { conversation, messagesOf } from './messages-of.ts';
import { type Attributes, attributesOf, firstOf, listUnder } from './otel-attributes.ts';

/** What was said, from the attributes and events of one span, in the conventions of GenAI, OpenInference, Traceloop and Vercel's AI SDK. */

const INPUT_LISTS = ['gen_ai.input.messages', 'ai.prompt.messages', 'ai.prompt'];
const INPUT_FAMILIES = ['llm.input_messages', 'gen_ai.prompt'];
const OUTPUT_LISTS = ['gen_ai.output.messages'];
const OUTPUT_FAMILIES = ['llm.output_messages', 'gen_ai.completion'];
const INPUT_TEXTS = ['input.value', 'traceloop.entity.input', 'ai.prompt', 'gen_ai.prompt', 'prompt'];
const OUTPUT_TEXTS = [
  'output.value',
  'traceloop.entity.output',
  'ai.response.text',
  'gen_ai.completion',
  'final_result',
];
/** Events that carry attributes which newer conventions put on the span. */
const DETAIL_EVENT = /^gen_ai\.(?:client\.inference\.operation\.details|content\.(?:prompt|completion))$/;
const MESSAGE_EVENT = /^gen_ai\.(system|user|assistant|tool)\.message$/;

export type Said = { messages: Message[]; userMessage: string | null; agentResponse: string | null };

/** The attributes of a span with those of its events that belong to it. */
export function withDetails(attributes: Attributes, events: readonly Record<string, unknown>[]): Attributes {
  const details = events.filter(({ name }) => DETAIL_EVENT.test(String(name)));
  return new Map([...details.flatMap((event) => [...attributesOf(event.attributes)]), ...attributes]);
}

/** @throws ItemFault for messages that are none. */
export function saidIn(attributes: Attributes, events: readonly Record<string, unknown>[]): Said {
  const input = messagesUnder(attributes, INPUT_LISTS, INPUT_FAMILIES) ?? messagesOf(eventMessages(events, false));
  const output = messagesUnder(attributes, OUTPUT_LISTS, OUTPUT_FAMILIES) ?? messagesOf(eventMessages(events, true));
  const messages = [...input, ...output];
  const said = conversation(messages);
  return {
    messages,
    userMessage: said.userMessage ?? plainText(firstOf(attributes, INPUT_TEXTS)),
    agentResponse:
      conversation(output).agentResponse || plainText(firstOf(attributes, OUTPUT_TEXTS)) || said.agentResponse,
  };
}

function messagesUnder(attributes: Attributes, lists: string[], families: string[]): Message[] | null {
  for (const key of lists) {
    const value = jsonOf(attributes.get(key));
    const list = isObject(value) ? value.messages : value;
    if (Array.isArray(list)) return messagesOf(list);
  }
  for (const family of families) {
    const list = listUnder(attributes, family).map(unwrapped);
    if (list.length > 0) return messagesOf(list);
  }
  return null;
}

/** OpenInference wraps each message and each call in an object of its own. */
function unwrapped(entry: unknown): unknown {
  const message = isObject(entry) && isObject(entry.message) ? entry.message : entry;
  if (!isObject(message)) throw new ItemFault('A message is not an object');
  const calls = Object.values(isObject(message.tool_calls) ? message.tool_calls : {});
  const parts = Object.values(isObject(message.contents) ? message.contents : {});
  return {
    ...message,
    tool_calls: calls.map((call) => (isObject(call) && isObject(call.tool_call) ? call.tool_call : call)),
    ...(parts.length > 0
      ? { content: parts.map((part) => (isObject(part) ? (part.message_content ?? part) : part)) }
      : {}),
  };
}

/** Messages as events, one each, as the conventions had them before 2025-08; `gen_ai.choice` is what the model answered. */
function eventMessages(events: readonly Record<string, unknown>[], answered: boolean): unknown[] {
  return events.flatMap((event) => {
    const name = String(event.name);
    const role = answered ? (name === 'gen_ai.choice' ? 'assistant' : undefined) : MESSAGE_EVENT.exec(name)?.[1];
    if (!role) return [];
    const fields = Object.fromEntries(attributesOf(event.attributes));
    const message = jsonOf(fields.message);
    const body = isObject(message) ? message : fields;
    const calls = jsonOf(body.tool_calls);
    return [{ role, content: body.content ?? null, tool_calls: calls, ...(body.id ? { tool_call_id: body.id } : {}) }];
  });
}

const TEXT_KEYS = [
  'content',
  'text',
  'input',
  'output',
  'prompt',
  'question',
  'query',
  'message',
  'answer',
  'response',
];

/** What a person wrote or read, out of a value that may be JSON around it. */
function plainText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const decoded = jsonOf(value);
  if (!isObject(decoded)) return printed(decoded);
  const inner = isObject(decoded.inputs) ? decoded.inputs : isObject(decoded.kwargs) ? decoded.kwargs : decoded;
  const key = TEXT_KEYS.find((name) => typeof inner[name] === 'string');
  return key ? String(inner[key]) : printed(inner);
}
