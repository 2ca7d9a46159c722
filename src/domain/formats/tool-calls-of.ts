import type { ToolCall } from '../result.ts';
import { isObject } from '../verdict/equality.ts';
import { jsonOf } from './loose-values.ts';

type Call = Record<string, unknown>;

/** Tool calls in any of the shapes that providers and runners write; null where the value is no list of calls. */
export function toolCallsOf(value: unknown): ToolCall[] | null {
  const list = isObject(value) && !nameOf(value) ? (value.tool_calls ?? value.toolCalls ?? value.content) : value;
  const items = isObject(list) ? [list] : list;
  if (!Array.isArray(items)) return null;
  const calls = items.filter(isObject).flatMap((item) => callOf(item) ?? []);
  return calls.length > 0 || items.length === 0 ? calls : null;
}

function nameOf(call: Call): string | null {
  const nested = isObject(call.function) ? call.function.name : call.function;
  const name = nested ?? call.toolName ?? call.tool_name ?? call.tool ?? call.name;
  return typeof name === 'string' && name !== '' ? name : null;
}

function callOf(call: Call): ToolCall | null {
  const name = nameOf(call);
  if (!name) return null;
  const sent =
    (isObject(call.function) ? call.function.arguments : undefined) ??
    call.parameters ??
    call.arguments ??
    call.args ??
    call.input;
  const result = call.result ?? call.output ?? call.response;
  const failed = call.status === 'failed' || call.status === 'error' || call.is_error === true;
  return {
    name,
    ...(sent == null ? {} : { parameters: argumentsOf(sent) }),
    ...(result === undefined ? {} : { result }),
    ...(call.error == null ? {} : { error: call.error }),
    ...(failed ? { status: 'failed' as const } : call.status === 'ok' ? { status: 'ok' as const } : {}),
  };
}

/** Arguments as named values; ones that have no names are put under `input`. */
export function argumentsOf(sent: unknown): Record<string, unknown> {
  const value = jsonOf(sent);
  return isObject(value) ? value : value === '' ? {} : { input: value };
}
