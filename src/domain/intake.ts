import type * as z from 'zod';
import { echo, Refusal } from './errors.ts';
import { isDeeper } from './nesting.ts';
import { MAX_REQUEST_BYTES, MAX_RESULT_BYTES, MAX_RESULTS, MAX_TOOL_CALLS, RunResult } from './result.ts';

/** Turns what a runner sent into results, or says which one is wrong and how. */

const MAX_PROBLEMS = 10;
const MEGABYTE = 1024 * 1024;
/** Deeper than any real tool call; what walks a result may recurse. */
const MAX_DEPTH = 100;
const REQUIRED = ['scenario_id', 'user_message', 'agent_response'] as const;

/** A result that fits the schema, what was received (for its content hash), and that as one line of JSON. */
export type Received = { result: RunResult; raw: Record<string, unknown>; text: string };

type Problem = { index: number; words: string };

/** @throws Refusal INVALID_RESULTS naming the first bad index, further ones (at most 10) on lines of their own. */
export function parseResults(input: unknown): Received[] {
  const items = asArray(input);
  if (items.length > MAX_RESULTS) {
    const words = `Too many results (${items.length}). Maximum is ${MAX_RESULTS} per call`;
    throw new Refusal('INVALID_RESULTS', words, 'Split them over several calls with the same test_run_id.');
  }
  const problems: Problem[] = [];
  const received = items.map((item, index) => parseResult(item, index, problems));
  if (problems.length > 0) throw invalidResults(problems);
  assertSize((received as Received[]).reduce((sum, { text }) => sum + utf8Bytes(text), 0));
  return received as Received[];
}

/** One refusal for several bad results: `words` are whole sentences without the final stop. */
export function invalidResults(problems: readonly Problem[]): Refusal {
  const shown = problems.slice(0, MAX_PROBLEMS).map((problem) => problem.words);
  const [first = 'Result validation failed', ...further] = shown;
  const message = [first, ...further].join('.\n');
  return new Refusal('INVALID_RESULTS', message, undefined, { index: problems[0]?.index ?? 0, problems: shown });
}

function assertSize(bytes: number): void {
  if (bytes <= MAX_REQUEST_BYTES) return;
  const words = `Request is ${Math.ceil(bytes / MEGABYTE)} MB. Maximum is ${MAX_REQUEST_BYTES / MEGABYTE} MB`;
  throw new Refusal('INVALID_RESULTS', words, 'Split the results over several calls with the same test_run_id.');
}

function asArray(input: unknown): unknown[] {
  if (typeof input === 'string') assertSize(utf8Bytes(input));
  const value = typeof input === 'string' ? parseJson(input) : input;
  if (Array.isArray(value)) return value;
  const words = "Result validation failed. 'results' must be a JSON array";
  throw new Refusal('INVALID_RESULTS', words, 'Pass a JSON array of result objects as a string.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function parseResult(item: unknown, index: number, problems: Problem[]): Received | null {
  const text = printed(item);
  const fault = shapeFault(item, index) ?? sizeFault(item as Record<string, unknown>, text, index);
  const parsed = fault ? null : RunResult.safeParse(item, { reportInput: true });
  if (parsed?.success && text) return { result: parsed.data, raw: item as Record<string, unknown>, text };
  problems.push({ index, words: fault ?? wordIssue(parsed?.error?.issues[0], index) });
  return null;
}

/** Null where it is nested too deeply. */
function printed(item: unknown): string | null {
  return isDeeper(item, MAX_DEPTH) ? null : JSON.stringify(item);
}

function shapeFault(item: unknown, index: number): string | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return `Result validation failed. Result at index ${index} must be a JSON object`;
  }
  const fields = item as Record<string, unknown>;
  const missing = REQUIRED.find((field) => fields[field] == null || (field === 'scenario_id' && fields[field] === ''));
  return missing ? `Result validation failed. Required field '${missing}' is missing at index ${index}` : null;
}

function sizeFault(item: Record<string, unknown>, text: string | null, index: number): string | null {
  if (text === null) return `Result at index ${index} is nested more than ${MAX_DEPTH} levels deep`;
  const bytes = utf8Bytes(text);
  if (bytes > MAX_RESULT_BYTES) {
    return `Result at index ${index} is ${Math.ceil(bytes / 1024)} KB. Maximum is ${MAX_RESULT_BYTES / 1024} KB`;
  }
  const calls = Array.isArray(item.tools_called) ? item.tools_called.length : callsInTranscript(item.messages);
  return calls > MAX_TOOL_CALLS
    ? `Result at index ${index} has ${calls} tool calls. Maximum is ${MAX_TOOL_CALLS}`
    : null;
}

function callsInTranscript(messages: unknown): number {
  if (!Array.isArray(messages)) return 0;
  const counts = messages.map((message: { tool_calls?: unknown } | null) =>
    Array.isArray(message?.tool_calls) ? message.tool_calls.length : 0,
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Length in UTF-8 without encoding it. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

const TYPE_WORDS: Record<string, string> = {
  string: 'string',
  number: 'number',
  int: 'whole number',
  boolean: 'boolean',
  array: 'JSON array',
  object: 'JSON object',
  record: 'JSON object',
};

function wordIssue(issue: z.core.$ZodIssue | undefined, index: number): string {
  if (!issue) return `Result validation failed at index ${index}`;
  const field = fieldPath(issue.path);
  const missing = issue.code === 'invalid_type' && issue.input === undefined && issue.path.length > 1;
  if (missing) return `Result validation failed. Required field '${field}' is missing at index ${index}`;
  if (issue.code === 'invalid_type')
    return `Field '${field}' must be a ${TYPE_WORDS[issue.expected] ?? issue.expected} at index ${index}`;
  if (issue.code === 'invalid_union') return `Field '${field}' must be a string at index ${index}`;
  return `Field '${field}' must be ${boundWords(issue)} at index ${index}`;
}

function boundWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  if (issue.code === 'invalid_value') return `one of: ${issue.values.join(', ')}`;
  return 'a string of 1 to 128 visible ASCII characters';
}

function fieldPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return echo(text.replace(/^\./, ''));
}
