import { isObject } from './equality.ts';
import { saysFailure } from './failure-text.ts';
import { clip, inWords } from './wording.ts';

/** What is known of how a call went, as the runner or the transcript tells it. */
export type Outcome = { error?: unknown; status?: 'ok' | 'failed' | null | undefined; result?: unknown };

const MAX_SHOWN_CHARS = 200;

/**
 * What shows that a call failed, in a form that can be quoted; undefined when nothing does. A call of which nothing is known counts as
 * succeeded. `sent` are its arguments: a state that the agent asked for (`status: "failed"`) is no failure when it comes back.
 */
export function failureShown({ error, status, result }: Outcome, sent: () => unknown): string | undefined {
  if (isRaised(error)) return shown(error);
  const reported = failureIn(result, sent, 0);
  if (reported !== undefined) return shown(reported);
  return status === 'failed' ? shown(result ?? 'failed') : undefined;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? clip(value.trim(), MAX_SHOWN_CHARS) : inWords(value, MAX_SHOWN_CHARS);
}

const NOTHING = new Set(['', 'none', 'null', 'false', 'undefined', 'no error', '0']);

/** An `error` that says something: not null, false, 0, blank or an empty list. */
function isRaised(error: unknown): boolean {
  if (typeof error === 'string') return !NOTHING.has(error.trim().toLowerCase());
  if (Array.isArray(error)) return error.length > 0;
  if (isObject(error)) return Object.keys(error).length > 0;
  return error === true || (typeof error === 'number' && Number.isInteger(error) && error !== 0);
}

/** Wrappers in wrappers: `{result: {content: [{text}]}}`. */
const MAX_DEPTH = 4;

function failureIn(result: unknown, sent: () => unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof result === 'string') return failureInText(result, sent, depth);
  if (Array.isArray(result)) return failureInParts(result, sent, depth);
  return isObject(result) ? failureInObject(result, sent, depth) : undefined;
}

const MAY_BE_JSON = /^\s{0,100}["[{]/;
const BEGINS_WITH_QUOTE = /^\s{0,100}"/;
/**
 * A JSON object or list shows no failure, and need not be parsed, without one of these behind a quotation mark or one of those anywhere. A
 * state is told by its value; a status only where it is a number of HTTP's.
 */
const TELLING = new RegExp(
  '["\'](?:is_?|has_?|http_?)?(?:err|fail|exception|fault|success|ok["\']|status(?:_?code)?\\\\*["\']\\s*:\\s*[45]|message|msg|detail' +
    '|traceback|fatal|time|unauth|forbid|not_found|reject|declin|denied|refus|abort)',
  'i',
);

function isTelling(text: string): boolean {
  return TELLING.test(text) || text.includes('rror') || text.includes('ailed') || text.includes('xception');
}

function failureInText(text: string, sent: () => unknown, depth: number): unknown {
  if (!MAY_BE_JSON.test(text)) return saysFailure(text) ? text : undefined;
  if (!BEGINS_WITH_QUOTE.test(text) && !isTelling(text)) return undefined;
  try {
    return failureIn(JSON.parse(text), sent, depth + 1);
  } catch {
    return PYTHON_FAILURE.test(text.slice(0, MAX_SHOWN_CHARS)) || saysFailure(text) ? text : undefined;
  }
}

/** A Python dictionary as `str()` prints it. */
const PYTHON_FAILURE = /^\s{0,100}\{'(?:error|error_message|exception)': (?!None|''|False)|'(?:success|ok)': False\b/;

/** Content parts, `[{type: "text", text}]`; a list of anything else is data. */
function failureInParts(parts: unknown[], sent: () => unknown, depth: number): unknown {
  for (const part of parts.slice(0, MAX_PARTS)) {
    if (!isObject(part) || part.type !== 'text') return undefined;
    const found = failureIn(part.text, sent, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

const MAX_PARTS = 20;
const ERROR_KEYS = ['error', 'errors', 'exception', 'error_message', 'errorMessage', 'err', 'fault'];
const GOOD_KEYS = ['success', 'succeeded', 'ok', 'successful'];
const BAD_KEYS = ['isError', 'is_error', 'failed', 'failure', 'hasError'];
const STATE_KEYS = ['status', 'state', 'outcome', 'result'];
const CODE_KEYS = ['status', 'statusCode', 'status_code', 'http_status', 'httpStatus'];
const WRAPPER_KEYS = ['result', 'output', 'content', 'response', 'body'];
const SENTENCE_KEYS = ['message', 'detail', 'msg'];

/** A record carries a state of its own; an answer that is only an outcome has few fields. */
const MAX_ENVELOPE_KEYS = 6;
const MAX_SENTENCE_KEYS = 3;

function failureInObject(result: Record<string, unknown>, sent: () => unknown, depth: number): unknown {
  const has = (key: string) => Object.hasOwn(result, key);
  if (BAD_KEYS.some((key) => has(key) && result[key] === true)) return result;
  if (GOOD_KEYS.some((key) => has(key) && isNo(result[key]))) return result;
  if (GOOD_KEYS.some((key) => has(key) && result[key] === true)) return undefined;
  const raised = ERROR_KEYS.find((key) => has(key) && isRaised(result[key]) && !isCount(key, result[key]));
  if (raised) return result[raised];
  const size = Object.keys(result).length;
  if (size <= MAX_ENVELOPE_KEYS && STATE_KEYS.some((key) => has(key) && isFailedState(result[key], sent)))
    return result;
  if (CODE_KEYS.some((key) => has(key) && isHttpFailure(result[key]))) return result;
  return failureInside(result, sent, depth);
}

/** `errors: 2` counts something; `error: 2` is a code. */
function isCount(key: string, value: unknown): boolean {
  return key === 'errors' && typeof value === 'number';
}

function isNo(value: unknown): boolean {
  return value === false || (typeof value === 'string' && value.toLowerCase() === 'false');
}

const FAILED_STATE =
  /^(?:error|errored|failed|fail|failure|exception|fatal|timeout|timed_out|unauthorized|forbidden|not_found|rejected|declined|denied|refused|aborted)$/i;

function isFailedState(value: unknown, sent: () => unknown): boolean {
  return typeof value === 'string' && FAILED_STATE.test(value) && !mentions(sent(), value, 0);
}

/** Whether the call itself sent this word: then it is the state that was asked for. */
function mentions(sent: unknown, word: string, depth: number): boolean {
  if (typeof sent === 'string') return isSameWord(sent.toLowerCase(), word.toLowerCase());
  if (depth > MAX_DEPTH || typeof sent !== 'object' || sent === null) return false;
  return Object.values(sent).some((value) => mentions(value, word, depth + 1));
}

/** `reject` and "rejected", `deny` and "denied" too. */
function isSameWord(sent: string, word: string): boolean {
  return sent === word || (sent.length > 3 && word.startsWith(sent.slice(0, -1)) && word.length <= sent.length + 2);
}

function isHttpFailure(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599;
}

/** What a wrapper holds, or the sentence in an answer that is little else, as `{"message": "Internal server error"}`. */
function failureInside(result: Record<string, unknown>, sent: () => unknown, depth: number): unknown {
  for (const key of WRAPPER_KEYS) {
    const inner = Object.hasOwn(result, key) ? failureIn(result[key], sent, depth + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  if (Object.keys(result).length > MAX_SENTENCE_KEYS) return undefined;
  return SENTENCE_KEYS.map((key) => (Object.hasOwn(result, key) ? result[key] : undefined)).find(
    (value) => typeof value === 'string' && saysFailure(value) && !mentions(sent(), value, 0),
  );
}
