// @ts-check
// SPDX-License-Identifier: MIT
/**
 * Invarium tracer: streams what your agent did, case by case, into a test run.
 *
 *     import { Tracer } from './.invarium/invarium-trace.mjs'; // the first import, before the agent's
 *     import { Agent } from './my-agent.mjs';
 *
 *     const tracer = Tracer.fromConfig({ agentName: 'shop-agent', runId: 'tr_...' });
 *     for (const testCase of testCases) { // from invarium_get_tests(output_format="json")
 *       await tracer.case(testCase, (c) => new Agent().reply(c.userMessage));
 *     }
 *     console.log(await tracer.close());
 *
 * Importing this file wraps `globalThis.fetch`, through which the JavaScript clients of models talk. While a case runs, requests to
 * OpenAI (chat completions, responses), Anthropic, Google and whatever speaks their formats are read along, streams included: tool
 * calls, what they returned, model calls with tokens, messages. So are tool calls to MCP servers over HTTP. Outside a case, and in
 * every other request, nothing is looked at. Why fetch and not the methods of each client: one place sees all clients in all their
 * versions, and what it sees is the provider's own format, which changes less than code does.
 *
 * An exception of the agent inside a case is not thrown on: it becomes the case's `error_message`, is named on stderr, and the next
 * case runs (`rethrow: true` changes that). The tracer itself never stops the agent: what cannot be delivered waits in
 * .invarium/pending_results.jsonl for the next start. Keys, tokens and passwords are removed before anything leaves this machine;
 * `personalData: true` removes e-mail addresses, phone, card and social security numbers and IP addresses too.
 * One file, no dependencies. Node 20.3 or newer, Bun, Deno.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

export const VERSION = '0.2.0';

const MAX_BATCH_RESULTS = 100;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** The server takes 256 KB. */
const MAX_RESULT_BYTES = 250 * 1024;
const MAX_TOOL_CALLS = 200;
/** More than any answer of a model; what follows is passed on unread. */
const MAX_ANSWER_CHARS = 16_000_000;
const SECOND_MS = 1000;
const MAX_PAUSE_MS = 120 * SECOND_MS;
/** No real data nests or spreads this far; a client object with its sockets does. */
const MAX_DEPTH = 30;
const MAX_NODES = 20_000;
const MAX_ITEMS = 1000;
const LEFT_OUT = '[left out by the tracer]';

// --- Plain data -------------------------------------------------------------------------------------------------------
// Documents come from outside: whatever is not as expected is empty.

/** @typedef {Record<string, unknown>} Fields */
/** @param {unknown} value @returns {value is Fields} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @returns {Fields} */ const fieldsOf = (value) => (isObject(value) ? value : {});
/** @param {unknown} value @returns {Fields[]} */
const listOf = (value) => (Array.isArray(value) ? value.map(fieldsOf) : []);
/** @param {unknown} value @returns {string | undefined} */
const wordOf = (value) => (typeof value === 'string' && value !== '' ? value : undefined);
/** @param {unknown} value @returns {value is (...given: any[]) => any} */
const isFunction = (value) => typeof value === 'function';
/** What stands at `choices.0.delta`. @param {unknown} value @param {string} place @returns {unknown} */
const dig = (value, place) => place.split('.').reduce((/** @type {any} */ inner, key) => inner?.[key], value);
/** @param {unknown} error */
const errorText = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : textOf(error));
/** @param {unknown} value */ const bytesOf = (value) => new TextEncoder().encode(JSON.stringify(value)).length;

/** @template T @param {() => T} run @param {T} otherwise @returns {T} */
function tried(run, otherwise) {
  try {
    return run();
  } catch {
    return otherwise;
  }
}
/** @param {unknown} text @returns {unknown} */
const parsed = (text) => tried(() => JSON.parse(String(text)), undefined);

/** A JSON copy of any value, taken now: the agent may change its objects later. @param {unknown} value @returns {unknown} */
function plain(value) {
  /** @type {unknown[]} */ const above = [];
  let left = MAX_NODES;
  /** @this {Fields} @param {string} key @param {unknown} item */
  function copied(key, item) {
    while (above.length > 0 && above.at(-1) !== this) above.pop();
    left -= 1;
    if (left < -1) return undefined;
    if (above.includes(item) || above.length > MAX_DEPTH || left < 0) return LEFT_OUT;
    const own = this[key];
    if (own instanceof Error) return errorText(own);
    if (ArrayBuffer.isView(own)) return `<${own.byteLength} bytes>`;
    let it = own instanceof Map ? Object.fromEntries(own) : own instanceof Set ? [...own] : item;
    if (Array.isArray(it) && it.length > MAX_ITEMS) it = [...it.slice(0, MAX_ITEMS), LEFT_OUT];
    if (typeof it === 'object') above.push(it);
    return typeof it === 'bigint' || (typeof it === 'number' && !Number.isFinite(it)) ? String(it) : it;
  }
  return tried(() => fieldsOf(parsed(JSON.stringify({ value }, copied))).value, LEFT_OUT);
}

/** @param {unknown} value @returns {string} */
function textOf(value) {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : (JSON.stringify(plain(value)) ?? '');
}

/** The text of a message, whose content is text or parts. @param {unknown} content @returns {string} */
function contentText(content) {
  if (!Array.isArray(content)) return textOf(fieldsOf(content).text ?? content);
  return content.flatMap((part) => wordOf(part) ?? wordOf(fieldsOf(part).text) ?? []).join('\n');
}

/** The same text for the same JSON value, whatever the order of its keys. @param {unknown} value @returns {string} */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${key}:${canonical(value[key])}`)}}`;
}

/** Arguments as an object, in whatever form they were sent. @param {unknown} sent @returns {Fields} */
function argumentsOf(sent) {
  const value = typeof sent === 'string' ? (parsed(sent) ?? sent) : plain(sent);
  return isObject(value) ? value : (value ?? '') === '' ? {} : { value };
}

/** @param {unknown} value @param {number} limit @returns {unknown} */
function shorten(value, limit) {
  const cut = (/** @type {string} */ text) => `${text.slice(0, limit)}… [cut by the tracer: ${text.length} characters]`;
  return parsed(JSON.stringify(value, (_, it) => (typeof it === 'string' && it.length > limit ? cut(it) : it)));
}

/** A refused result would be missing in the run, so it is cut, visibly, until the server takes it. @param {Fields} result */
function fitted(result) {
  let fitting = result;
  for (const cut of [20_000, 4000, 500, 'trace', 'messages', 50]) {
    if (bytesOf(fitting) <= MAX_RESULT_BYTES) break;
    const leftOut = { notes: `${textOf(fitting.notes)} [${cut} left out by the tracer]`.trim(), [cut]: undefined };
    fitting = typeof cut === 'number' ? fieldsOf(shorten(fitting, cut)) : { ...fitting, ...leftOut };
  }
  return fitting;
}

// --- Redaction --------------------------------------------------------------------------------------------------------
// Kinds, marks and rules are the server's.

/** @param {string} value */ const isMixed = (value) => /\d/.test(value) && /[A-Za-z]/.test(value);
/** @param {string} value */ const isToken = (value) =>
  value.length >= 8 && !/[\s([]/.test(value) && !/^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(value) && isMixed(value);

/**
 * Kind, pattern, and what the finding must look like. A finding is the match, or its group `value`, which ends it.
 * @type {[kind: string, pattern: RegExp, accept?: (value: string) => boolean][]}
 */
const SECRETS = [
  ['api_key', /(?<![A-Za-z0-9])(?:inv|sk|sk_live|sk_test|rk_live|gh[opsru]|github_pat)[_-][\w-]{16,}/g, isMixed],
  ['api_key', /(?<![A-Za-z0-9])(?:(?:glpat|xox[abeprs]|whsec|hf|npm)[_-]|A(?:Iza|KIA|SIA))[\w-]{16,}/g, isMixed],
  ['api_key', /(?<![\w-])SG\.[\w-]{16,64}\.[\w-]{16,64}/g],
  ['token', /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g],
  ['token', /\bBearer\s{1,3}(?<value>[\w.~+/=-]{8,})/gi, isToken],
  ['token', /\bauthorization\W{1,6}basic\s{1,3}(?<value>[\w+/=-]{6,})/gi],
  ['password', /:\/\/[^\s:@/]{1,100}:(?<value>[^\s@/]{1,200})(?=@)/g],
  ['private_key', /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END[^-]*-----|$)/g],
];
const SECRET_NAME =
  'password|passwd|passphrase|pwd|api[-_ ]?key|access[-_]?key|private[-_]?key|secret|token|authorization';
const QUOTE = `\\\\{0,3}["']`;
const SCHEME = '(?:(?:bearer|basic)[ \\t]{1,3})?';
/** `password: x`, `API_KEY=x`, `"token": "x"`, also inside JSON that is itself a string (`\"token\": \"x\"`). */
const NOTATION = new RegExp(
  `[:=](?<=(?<name>${SECRET_NAME})(?:${QUOTE})?[ \\t]{0,3}[:=])[ \\t]{0,3}` +
    `(?:${QUOTE}${SCHEME}(?<quoted>[^"'\\\\\\n]+)|${SCHEME}(?<bare>[^\\s"'\\\\,;&<>(){}[\\]][^\\s"'\\\\,;&<>]*))`,
  'gi',
);
const SECRET_KEY = new RegExp(`(${SECRET_NAME})(?:[-_ ]?confirm(?:ation)?|\\d)?$`, 'i');
/** What follows "password:" in a form, a schema or a sentence, and is not a password. */
const ORDINARY_WORDS = new Set(
  `a an and any are at be boolean can cannot changed contains do does enter expired false field for has hidden if in
  incorrect invalid is it may minimum missing must n no none not null number of ok one optional or please policy
  protected required reset see set should string that the this to too true undefined unknown updated valid was we weak
  will wrong yes you your`.split(/\s+/),
);
/** What stands for a secret that is kept elsewhere: a mark, a variable, a place to look it up. */
const PLACEHOLDER =
  /^(?:\[REDACTED|\$\{|\{\{|<|%\w+%|[*•.x_-]+$|(?:your|my|change)[-_]|process\.env|os\.|env[.(]|getenv|secrets?[./]|vault[:/]|arn:)/i;

const PHONE_NAME = '(?<!REDACTED:)(?:phone|mobile|fax|whatsapp|(?<![a-z])tel)(?:[-_ ]?(?:number|no))?';
const SSN_NAME = '(?<!REDACTED:)(?:(?<![a-z])ssn|social[-_ ]?security(?:[-_ ]?(?:number|no))?)';
const [PHONE_KEY, SSN_KEY] = [new RegExp(`${PHONE_NAME}$`, 'i'), new RegExp(`${SSN_NAME}$`, 'i')];
const UP_TO_NUMBER = '\\W{0,6}(?:is\\W{1,2})?';
const NAMED_PHONE = new RegExp(`(?<=${PHONE_NAME}${UP_TO_NUMBER})(?<![+(\\d])\\+?\\(?\\d[\\d ().-]{5,18}\\d`, 'gi');
const NAMED_SSN = new RegExp(`(?<=${SSN_NAME}${UP_TO_NUMBER})(?<!\\d)\\d{3}[ -]?\\d\\d[ -]?\\d{4}(?!\\d)`, 'gi');
/** Not behind a product's name (`Chrome/120.0.0.0`) or the word version. */
const IPV4 =
  /(?<![\w.]|\w\/|\bversion:? |\bver\.? |\brelease |\bsection )(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\D)|(?!\w|\.\d))){4}(?<!\.)/gi;

/** @type {typeof SECRETS} */ const PERSONAL = [
  ['email', /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu],
  ['ip', /(?<![\w:.])[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi, isIpv6],
  [
    'card',
    /(?<![\w.+-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}|\d{4}([ -])\d{6}\2\d{4,5})(?!\w|\.\d|-(?!\d{1,3}(?![\w-])))/g,
    isCard,
  ],
  ['ssn', /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-]|\.\d)/g],
  ['phone', /(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])\d{3}[ .-]\d{4}(?![\w-]|\.\d)/g],
  ['phone', /(?<!\w)\+(?:1[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}|[2-9](?:(?:[ .-]|\) ?| ?\()?\d){7,14})(?!\d)/g],
  ['ip', IPV4],
  ['ssn', NAMED_SSN],
];

/** Eight groups, or `::` in their place behind a first group of four. @param {string} text */
function isIpv6(text) {
  const [first = '', ...others] = text.split('::');
  if (others.length === 0) return !text.endsWith(':') && text.split(':').length === 8;
  return others.length === 1 && /^[0-9a-f]{4}(?::|$)/i.test(first) && /\d/.test(text);
}

/** First digits of a card scheme and a right check digit (Luhn, ISO/IEC 7812-1). @param {string} text */
function isCard(text) {
  const digits = text.replace(/\D/g, '');
  const isScheme = /^(?:[3-6]|(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$)/.test(digits);
  const doubled = Array.from(digits, (digit, index) => Number(digit) * ((digits.length - index) % 2 === 0 ? 2 : 1));
  const sum = doubled.reduce((all, amount) => all + (amount > 9 ? amount - 9 : amount), 0);
  return isScheme && digits.length >= 13 && digits.length <= 19 && sum % 10 === 0;
}

/** @param {string} text */
function isPhone(text) {
  const { length } = text.replace(/\D/g, '');
  return length >= 7 && length <= 15 && !/^(?:\d{4}-\d\d-\d\d|\d\d[.-]\d\d[.-]\d{4})/.test(text);
}

/** @param {string} name @param {string} value @returns {string | undefined} */
function secretKind(name, value) {
  if (PLACEHOLDER.test(value)) return undefined;
  if (!/^pass|^pwd$/i.test(name)) return isToken(value) ? (/key$/i.test(name) ? 'api_key' : 'token') : undefined;
  // A password may be any word, so only what is plainly something else is let through. `PWD=/home` is a directory.
  const first = /^[^\s.,!?:/]*/.exec(value.trim().toLowerCase())?.[0] ?? '';
  const isElse = ORDINARY_WORDS.has(first) || (/^pwd$/i.test(name) && /^[/~]/.test(value));
  return /[\p{L}\p{N}]/u.test(value) && !isElse ? 'password' : undefined;
}

/** @param {string} text @returns {string} */
function redactNotations(text) {
  return text.replace(NOTATION, (whole, ...more) => {
    const { name = '', quoted, bare = '' } = more.at(-1);
    const kind = secretKind(name, quoted ?? bare);
    if (!kind && !quoted) return whole;
    // What was quoted may be a sentence with a notation of its own.
    return whole.slice(0, -(quoted ?? bare).length) + (kind ? `[REDACTED:${kind}]` : redactNotations(quoted));
  });
}

/**
 * The text with keys, tokens and passwords, and by option personal data, replaced by [REDACTED:{kind}].
 * @param {string} text @param {boolean} [personalData]
 */
export function redactText(text, personalData = false) {
  let redacted = text;
  for (const [kind, pattern, accept] of personalData ? [...SECRETS, ...PERSONAL] : SECRETS) {
    redacted = redacted.replace(pattern, (whole, ...more) => {
      const value = wordOf(dig(more.at(-1), 'value')) ?? whole;
      return accept && !accept(value) ? whole : `${whole.slice(0, -value.length)}[REDACTED:${kind}]`;
    });
  }
  if (!personalData) return redactNotations(redacted);
  // The groups of digits up to the tenth digit: what follows may be another number.
  return redactNotations(redacted).replace(NAMED_PHONE, (run) => {
    const [phone = run] = /^(?:\D*\d){10}\d*/.exec(run) ?? [];
    return isPhone(phone) ? `[REDACTED:phone]${run.slice(phone.length)}` : run;
  });
}

/**
 * The same for every string in a JSON value; a string under a key such as `password` goes as a whole, keys stay.
 * @param {unknown} value @param {boolean} [personalData] @returns {unknown}
 */
export function redact(value, personalData = false) {
  if (typeof value === 'string') return redactText(value, personalData);
  if (Array.isArray(value)) return value.map((item) => redact(item, personalData));
  if (!isObject(value)) return personalData && isCard(String(value)) ? '[REDACTED:card]' : value;
  const fields = Object.entries(value).map(([key, item]) => {
    const kind = typeof item === 'string' && item ? kindUnderKey(key, item, personalData) : undefined;
    return [key, kind ? `[REDACTED:${kind}]` : redact(item, personalData)];
  });
  return Object.fromEntries(fields);
}

/** @param {string} key @param {string} value @param {boolean} personalData @returns {string | undefined} */
function kindUnderKey(key, value, personalData) {
  const name = SECRET_KEY.exec(key)?.[1];
  const withScheme = name && /^(?:bearer|basic)\s+(\S{6,})$/i.exec(value)?.[1];
  if (withScheme && !PLACEHOLDER.test(withScheme)) return 'token';
  const secret = name && secretKind(name, value);
  if (secret || !personalData) return secret;
  if (SSN_KEY.test(key) && /^\d{3}[ -]?\d\d[ -]?\d{4}$/.test(value)) return 'ssn';
  return PHONE_KEY.test(key) && /^\+?[\d ().-]{7,24}$/.test(value) && isPhone(value) ? 'phone' : undefined;
}

/** @type {Set<string>} */ const said = new Set();

/** One line on stderr, once: the same trouble with every result is one trouble. @param {string} text */
function say(text) {
  const line = redactText(text).slice(0, 500);
  if (!said.has(line)) process.stderr.write(`invarium: ${line}\n`);
  said.add(line);
}

// --- The formats of model APIs ----------------------------------------------------------------------------------------
// OpenAI's chat completions (and all that call themselves compatible), its responses, Anthropic's messages and Google's
// generateContent. Their shapes do not collide, so one reader knows them all.

const MODEL_API =
  /\/(?:chat\/completions|responses|messages)$|:(?:generateContent|(?:stream)?(?:GenerateContent|rawPredict))$/;

/**
 * In the form of OpenAI's chat API, save that arguments are parsed.
 * @typedef {{ id: string | undefined, type: 'function', function: { name: string, arguments: Fields } }} AskedCall
 * @typedef {object} Message
 * @property {string} role
 * @property {string} content
 * @property {AskedCall[]} [tool_calls]
 * @property {string} [tool_call_id]
 * @property {boolean} [failed] of a tool's answer
 * @property {string} [reasoning] of a model
 *
 * What a request holds. `forced`: the one tool that may be called. `kept`: earlier messages lie with the provider under these ids.
 * @typedef {{ model: string, messages: Message[], tools: string[], forced: string, kept: string[] }} ModelRequest
 */

/** @param {Fields} body @param {string} url @returns {ModelRequest} */
function readRequest(body, url) {
  const said = body.messages ?? body.contents ?? body.input;
  const entries = typeof said === 'string' ? [{ content: said }] : listOf([said].flat());
  /** @type {Message[]} */ const messages = [];
  for (const message of entries.flatMap((entry) => messagesIn(entry, 'user'))) {
    const last = message.role === 'assistant' && messages.at(-1)?.role === 'assistant' ? messages.splice(-1) : [];
    messages.push(...joined([...last, message]));
  }
  const described = listOf(body.tools).flatMap(
    (tool) => tool.functionDeclarations ?? tool.function ?? tool.custom ?? tool,
  );
  const tools = listOf(described).map(({ name, type }) => textOf(name ?? type));
  const choice = textOf(body.tool_choice ?? dig(body, 'toolConfig.functionCallingConfig'));
  const kept = [body.previous_response_id, dig(body, 'conversation.id') ?? body.conversation];
  return {
    model: wordOf(body.model) ?? /models\/([^/:]+)/.exec(url)?.[1] ?? '',
    messages: messages.filter(({ role }) => role !== 'system' && role !== 'developer'),
    tools,
    forced: tools.length === 1 && choice.includes(`"${tools[0]}"`) ? (tools[0] ?? '') : '',
    kept: kept.filter(wordOf).map(textOf),
  };
}

/** What one entry of a conversation, or one part of an entry, says. @param {Fields} entry @param {string} by @returns {Message[]} */
function messagesIn(entry, by) {
  const { id, call_id = id, name, content, output, error, functionCall, functionResponse } = entry;
  const [type, sent] = [textOf(entry.type), entry.arguments ?? entry.input];
  const role = entry.role === 'model' ? 'assistant' : (wordOf(entry.role) ?? by);
  if (role === 'tool') return [toolMessage(content, entry.tool_call_id)];
  if (/tool_result$/.test(type)) return [toolMessage(content, entry.tool_use_id, entry.is_error === true)];
  if (/call_output$/.test(type)) return [toolMessage(output, call_id)];
  if (isObject(functionResponse)) {
    // Google's clients put what a function returned under `output` or `result`.
    const { output, result = output, ...others } = fieldsOf(functionResponse.response);
    const isWrapped = result !== undefined && Object.keys(others).length === 0;
    return [toolMessage(isWrapped ? result : functionResponse.response, functionResponse.id)];
  }
  if (isObject(functionCall)) return [callMessage(functionCall.id, functionCall.name, functionCall.args)];
  // A tool of a remote server, which the provider itself has called.
  if (type === 'mcp_call') return [callMessage(id, name, sent), toolMessage(error ?? output, id, Boolean(error))];
  if (/^function_call$|tool_call$|tool_use$/.test(type)) return [callMessage(call_id, name, sent)];
  const calls = listOf(entry.tool_calls).map((call) => {
    const { name, arguments: sent, input } = fieldsOf(call.function ?? call.custom);
    return callMessage(call.id, name, sent ?? input);
  });
  const {
    thinking = entry.thought ? entry.text : undefined,
    reasoning_content = thinking,
    summary = reasoning_content,
  } = entry;
  const text = entry.thought ? '' : textOf(entry.text ?? entry.refusal ?? (Array.isArray(content) ? '' : content));
  const parts = [...listOf(content), ...listOf(entry.parts)].flatMap((part) => messagesIn(part, role));
  return joined([{ role, content: text, reasoning: contentText(summary) }, ...parts, ...calls]);
}

/** @param {unknown} content @param {unknown} id @param {boolean} [failed] @returns {Message} */
function toolMessage(content, id, failed = false) {
  const text = contentText(content) || textOf(content);
  return { role: 'tool', content: text, failed, ...(wordOf(id) ? { tool_call_id: textOf(id) } : {}) };
}

/** @param {unknown} id @param {unknown} name @param {unknown} sent @returns {Message & { tool_calls: [AskedCall] }} */
function callMessage(id, name, sent) {
  const call = { name: textOf(name), arguments: argumentsOf(sent) };
  return { role: 'assistant', content: '', tool_calls: [{ id: wordOf(id), type: 'function', function: call }] };
}

/** What one side says without a pause is one message. @param {Message[]} messages @returns {Message[]} */
function joined(messages) {
  /** @type {Message[]} */ const all = [];
  for (const message of messages) {
    const { role, content, tool_calls = [], reasoning = '' } = message;
    const last = all.at(-1);
    if (role === 'tool' || (last?.role !== role && (content || reasoning || tool_calls.length > 0))) all.push(message);
    else if (last?.role === role) {
      last.content += content;
      last.reasoning = (last.reasoning ?? '') + reasoning;
      if (tool_calls.length > 0) last.tool_calls = [...(last.tool_calls ?? []), ...tool_calls];
    }
  }
  return all;
}

const CACHED_TOKENS = ['cache_read_input_tokens', 'cache_creation_input_tokens'];
const INPUT_TOKENS = ['prompt_tokens', 'input_tokens', 'promptTokenCount', ...CACHED_TOKENS];
const OUTPUT_TOKENS = ['completion_tokens', 'output_tokens', 'candidatesTokenCount', 'thoughtsTokenCount'];

/** What a model answers, put together from one document or from the events of a stream. */
class ModelAnswer {
  facts = { id: '', model: '', stop: '', error: '' };
  tokens = { input: 0, output: 0 };
  /** @type {Message[]} */ #whole = [];
  #text = '';
  #reasoning = '';
  /** @type {Map<unknown, { id: unknown, name: string, sent: string }>} */ #pieces = new Map();

  /** @param {Fields} event a document, or an event of a stream */
  take(event) {
    const document = fieldsOf(event.response ?? (event.type === 'message_start' ? event.message : event));
    // Further choices are other answers to the same question, of which an agent takes one.
    const choice = fieldsOf(listOf(document.choices).find(({ index }) => !index));
    const candidate = fieldsOf(listOf(document.candidates)[0]);
    const stop = choice.finish_reason ?? candidate.finishReason ?? document.stop_reason ?? document.status;
    this.note({ id: document.id, model: document.model ?? document.modelVersion, error: document.error });
    this.note({ stop: stop ?? dig(event, 'delta.stop_reason') });
    const usage = fieldsOf(document.usage ?? document.usageMetadata);
    const sum = (/** @type {string[]} */ names) => names.reduce((all, name) => all + (Number(usage[name]) || 0), 0);
    this.tokens.input = sum(INPUT_TOKENS) || this.tokens.input;
    this.tokens.output = sum(OUTPUT_TOKENS) || this.tokens.output;
    const item = event.type === 'response.output_item.done' ? event.item : undefined;
    const wholes = [choice.message, candidate.content, item, event.type === 'message' ? event : undefined];
    const said = listOf([...wholes, ...listOf(event.output)]).flatMap((whole) => messagesIn(whole, 'assistant'));
    this.#whole.push(...said);
    this.#takePieces(event, fieldsOf(choice.delta));
  }

  /** @param {Fields} event @param {Fields} delta of chat completions */
  #takePieces({ type, index, content_block, ...event }, delta) {
    for (const [order, { index = order, id, ...call }] of listOf(delta.tool_calls).entries()) {
      const { name, arguments: sent, input } = fieldsOf(call.function ?? call.custom);
      this.#piece(index, { id, name, sent: sent ?? input });
    }
    const { text, thinking, partial_json } = fieldsOf(event.delta);
    this.#text += contentText(delta.content ?? delta.refusal ?? text);
    this.#reasoning += textOf(delta.reasoning_content ?? delta.reasoning ?? thinking);
    if (partial_json) this.#piece(index, { sent: partial_json });
    if (type !== 'content_block_start') return;
    const block = fieldsOf(content_block);
    if (/tool_use$/.test(textOf(block.type))) this.#piece(index, block);
    else this.#whole.push(...messagesIn(block, 'assistant'));
  }

  /** @param {unknown} key that the pieces of a call share @param {Fields} piece */
  #piece(key, { id, name, sent }) {
    const call = this.#pieces.get(key) ?? { id, name: '', sent: '' };
    this.#pieces.set(key, { id: call.id ?? id, name: call.name + textOf(name), sent: call.sent + textOf(sent) });
  }

  /** @param {Fields} news */
  note(news) {
    for (const [key, word] of Object.entries(news)) if (word) Object.assign(this.facts, { [key]: textOf(word) });
  }

  /** @returns {Message[]} */
  messages() {
    const calls = [...this.#pieces.values()].map(({ id, name, sent }) => callMessage(id, name, sent));
    const spoken = { role: 'assistant', content: this.#text, reasoning: this.#reasoning };
    return joined([spoken, ...calls, ...this.#whole]);
  }
}

/** US dollars for a million tokens in and out, by list prices; the option `prices` adds to them. An estimate. */
const PRICES = new Map(
  `gpt-5 1.25 10, gpt-5-mini .25 2, gpt-5-nano .05 .4, gpt-4.1 2 8, gpt-4.1-mini .4 1.6, gpt-4.1-nano .1 .4, gpt-4o 2.5 10,
  gpt-4o-mini .15 .6, o3 2 8, o4-mini 1.1 4.4, claude-opus-4-5 5 25, claude-opus-4-1 15 75, claude-sonnet-4-5 3 15,
  claude-sonnet-4 3 15, claude-haiku-4-5 1 5, claude-3-5-haiku .8 4, gemini-2.5-pro 1.25 10, gemini-2.5-flash .3 2.5,
  gemini-2.5-flash-lite .1 .4`
    .split(',')
    .map((line) => line.trim().split(' '))
    .map(([model = '', input, output]) => [model, [Number(input), Number(output)]]),
);

// --- Reading along ----------------------------------------------------------------------------------------------------

/** The case that the code at hand works for; null inside `tracer.ignore`. @type {AsyncLocalStorage<Case | null>} */
const active = new AsyncLocalStorage();
/** @type {Set<Case>} */ const openCases = new Set();
/** Functions and objects that are watched already. @type {WeakSet<object>} */
const watched = new WeakSet();
/** Milliseconds since 1970, never running backwards. */
const clock = () => performance.timeOrigin + performance.now();
/** @param {number} at */ const stamp = (at) => new Date(at).toISOString();

/** @returns {Case | undefined} */
function currentCase() {
  const found = active.getStore();
  if (found !== undefined) return found ?? undefined;
  // The callback of a pool or an emitter may have lost its context; with one case open there is no doubt whose it is.
  const [only, another] = openCases;
  return another ? undefined : only;
}

/** A mistake in here must not become the agent's. @param {string} what @param {() => void} record */
function attempt(what, record) {
  try {
    record();
  } catch (mistake) {
    say(`${what} could not be recorded: ${errorText(mistake)}`);
  }
}

/** @typedef {(input: string | URL | Request, init?: RequestInit) => Promise<Response>} Fetch */
const realFetch = globalThis.fetch;
globalThis.fetch = observing(realFetch);

/** @param {Fetch} fetch @returns {Fetch} */
function observing(fetch) {
  if (watched.has(fetch)) return fetch;
  /** @type {Fetch} */ const observed = async (input, init) => {
    const seen = currentCase();
    const exchange = seen && (await exchangeOf(seen, input, init).catch(() => undefined));
    if (!exchange) return fetch(input, init);
    try {
      return readAlong(await fetch(input, init), exchange);
    } catch (error) {
      exchange.end(errorText(error));
      throw error;
    }
  };
  watched.add(observed);
  return observed;
}

/** @param {Case} seen @param {string | URL | Request} input @param {RequestInit} [init] */
async function exchangeOf(seen, input, init = {}) {
  const request = input instanceof Request ? input : undefined;
  if ((init.method ?? request?.method ?? 'GET').toUpperCase() !== 'POST') return undefined;
  const url = new URL(request?.url ?? String(input)).pathname;
  const body = init.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : init.body;
  const text = body ?? (await request?.clone().text());
  if (typeof text !== 'string' || !(MODEL_API.test(url) || text.includes('"tools/call"'))) return undefined;
  const sent = fieldsOf(parsed(text));
  if (MODEL_API.test(url)) {
    const answer = new ModelAnswer();
    const asked = seen.asked(readRequest(sent, url), answer);
    return exchangeWith(
      seen,
      (event) => answer.take(event),
      (error) => {
        answer.note({ error });
        seen.answered(asked);
      },
    );
  }
  if (sent.method !== 'tools/call') return undefined;
  const run = seen.begin('mcp http', { name: dig(sent, 'params.name'), sent: dig(sent, 'params.arguments') ?? {} });
  /** @type {unknown} */ let answer;
  const take = (/** @type {Fields} */ { id, result, error }) => {
    if (id === sent.id) answer = result ?? { isError: true, content: dig(error, 'message') };
  };
  return exchangeWith(seen, take, (error) => seen.end(run, error ? { error } : mcpOutcome(answer)));
}

/** @param {unknown} answer of an MCP server to a tool call @returns {Outcome} */
function mcpOutcome(answer) {
  const { isError, content, structuredContent } = fieldsOf(answer);
  if (isError === true) return { error: contentText(content) || 'failed' };
  return { result: structuredContent ?? contentText(content) };
}

/** The JSON document of one server-sent event. @param {string} block */
const eventData = (block) => parsed([...block.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join('\n'));

/**
 * One request and its answer, which is one JSON document or a stream of server-sent events.
 * @typedef {{ isStream: boolean, feed: (text: string) => void, end: (error?: string) => void }} Exchange
 * @param {Case} seen @param {(event: Fields) => void} take @param {(error: string) => void} done @returns {Exchange}
 */
function exchangeWith(seen, take, done) {
  let unread = '';
  const read = (/** @type {unknown} */ document) => isObject(document) && attempt('An answer', () => take(document));
  const exchange = {
    isStream: false,
    feed(/** @type {string} */ text) {
      if (unread.length < MAX_ANSWER_CHARS) unread += text;
      if (!exchange.isStream) return;
      const blocks = unread.split(/\r?\n\r?\n/);
      unread = blocks.pop() ?? '';
      for (const block of blocks) read(eventData(block));
    },
    /** When the agent has read all that it wants, or the case is over. */
    end(error = '') {
      if (!seen.exchanges.delete(exchange)) return;
      const document = parsed(unread);
      exchange.isStream = document === undefined;
      exchange.feed('\n\n');
      for (const one of [document].flat()) read(one);
      attempt('A request', () => done(error));
    },
  };
  seen.exchanges.add(exchange);
  return exchange;
}

/**
 * The same response, whose body is read along as the agent reads it: not faster, so that nothing piles up, and not further, so that
 * an agent that stops early stops the model too.
 * @param {Response} response @param {Exchange} exchange
 */
function readAlong(response, exchange) {
  if (!response.ok || !response.body) {
    exchange.end(response.ok ? '' : `HTTP ${response.status}`);
    return response;
  }
  exchange.isStream = (response.headers.get('content-type') ?? '').includes('event-stream');
  const decoder = new TextDecoder();
  const along = new TransformStream({
    transform(chunk, out) {
      exchange.feed(decoder.decode(chunk, { stream: true }));
      out.enqueue(chunk);
    },
    // Before the agent can act on the end.
    flush: () => exchange.end(),
  });
  const copy = new Response(response.body.pipeThrough(along), response);
  for (const name of ['url', 'redirected', 'type'])
    Object.defineProperty(copy, name, { value: Reflect.get(response, name) });
  return copy;
}

// --- Recording --------------------------------------------------------------------------------------------------------

/**
 * One call of a tool, as a model `asked` for it, as something saw it run, or both. `outcome` is empty while nothing is known; `forced`:
 * the model had no choice; `seenBy`: wrappers, clients and frameworks; `running`: how many of those have not seen it end.
 * @typedef {{ result?: unknown, error?: unknown, status?: 'ok' | 'failed' }} Outcome
 * @typedef {{ name: string, id?: string | undefined, parameters?: Fields | undefined }} Known
 * @typedef {{ started: number, duration?: number, outcome: Outcome, seenBy: Set<string>, running: number }} Watched
 * @typedef {Known & Watched & { asked: boolean, forced: boolean }} ToolRun
 *
 * A model call. `thread` is the conversation as the model sees it.
 * @typedef {{ answer: ModelAnswer, thread: Message[], chosen: AskedCall[], started: number, ended: number }} Answered
 * @typedef {ModelRequest & Answered} ModelCall
 */

/** `findOrder`, `find_order` and `shop__find_order` are names of one tool. @param {string} one @param {string} other */
function isSameName(one, other) {
  const [a, b] = [one, other].map((name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));
  return a === b || one.endsWith(`_${other}`) || other.endsWith(`_${one}`);
}

/** @param {Fields | undefined} one @param {Fields | undefined} other */
const isSame = (one, other) => !one || !other || canonical(one) === canonical(other);
/** @param {ToolRun} run */ const isSettled = ({ outcome }) => Object.keys(outcome).length > 0;

/** One test case while the agent works on it. `userMessage` is what to give the agent. */
export class Case {
  /** What is being read along. @type {Set<Exchange>} */ exchanges = new Set();
  /** @type {ToolRun[]} */ #runs = [];
  /** @type {ModelCall[]} */ #models = [];
  /** What providers keep on their side. @type {Map<string, Message[]>} */ #kept = new Map();
  /** Messages by hand, and calls, in their order. @type {(Fields | ToolRun)[]} */ #log = [];
  /** @type {Fields | undefined} */ #finish;
  #started = clock();
  #ended = 0;

  /** @param {unknown} testCase of invarium_get_tests, or its id @param {{ trial?: number, attempt?: number }} [which] */
  constructor(testCase, which = {}) {
    this.testCase = isObject(testCase) ? testCase : { id: testCase };
    this.id = textOf(this.testCase.id ?? this.testCase.scenario_id);
    this.userMessage = textOf(this.testCase.user_message);
    this.which = which;
  }

  /**
   * A call that the agent made, with what it returned. An `error` says that it had no effect.
   * @param {string} name @param {unknown} [sent] @param {Outcome & { durationMs?: number }} [outcome]
   */
  tool(name, sent = {}, { durationMs, ...outcome } = {}) {
    const run = this.begin('hand', { name, sent });
    this.end(run, outcome);
    if (durationMs !== undefined) run.duration = durationMs;
  }

  /** A message of the conversation, as in OpenAI's chat API. @param {string} role @param {unknown} content @param {Fields} [more] */
  message(role, content, more) {
    this.#log.push(fieldsOf(plain({ role, content, ...more })));
  }

  /**
   * The agent's last answer. Leave `passed` out unless your own check decided; `notes` says why it did.
   * @param {unknown} response
   * @param {{ passed?: boolean, notes?: string, messages?: unknown[], stopReason?: string, usage?: Fields }} [more]
   */
  finish(response, { stopReason, messages, ...more } = {}) {
    this.#ended = clock();
    if (messages) this.#log = listOf(plain(messages));
    this.#finish = { ...fieldsOf(plain(more)), agent_response: textOf(response), stop_reason: stopReason };
  }

  /** What `play` returned is the answer, where it did not call `finish`. @param {unknown} response */
  returned(response) {
    if (response !== undefined && !this.#finish) this.finish(response);
  }

  /**
   * Something runs a tool. A call is often seen twice: a model asks for it, and a framework and a wrapper run it.
   * @param {string} by @param {{ name: unknown, sent?: unknown, id?: unknown }} call @returns {ToolRun}
   */
  begin(by, call) {
    const [name, id] = [textOf(call.name), wordOf(call.id)];
    const parameters = call.sent === undefined ? undefined : argumentsOf(call.sent);
    const named = this.#runs.filter((run) => isSameName(run.name, name));
    const waiting = named.filter((run) => run.asked && run.seenBy.size === 0 && !isSettled(run));
    const run =
      named.find((one) => one.running > 0 && !one.seenBy.has(by) && isSame(one.parameters, parameters)) ??
      waiting.find((one) => id !== undefined && one.id === id) ??
      waiting.find((one) => isSame(one.parameters, parameters)) ??
      (waiting[0] || this.#add({ name, id, parameters }));
    run.parameters ??= parameters;
    if (run.seenBy.size === 0) run.started = clock();
    run.seenBy.add(by);
    run.running += 1;
    return run;
  }

  /** @param {ToolRun} run @param {Outcome} outcome */
  end(run, { result, error }) {
    run.running -= 1;
    run.duration = clock() - run.started;
    // The innermost saw what really came back; whoever saw an error is right.
    if (error !== undefined) run.outcome = { error: plain(error), status: 'failed' };
    else if (!isSettled(run)) run.outcome = { result: plain(result) ?? null, status: 'ok' };
  }

  /** @param {Known} known @returns {ToolRun} */
  #add(known) {
    const run = { ...known, started: clock(), outcome: {}, asked: false, forced: false, seenBy: new Set(), running: 0 };
    this.#runs.push(run);
    this.#log.push(run);
    return run;
  }

  /** A model is asked. @param {ModelRequest} request @param {ModelAnswer} answer @returns {ModelCall} */
  asked(request, answer) {
    this.#learn(request.messages);
    const thread = [...request.kept.flatMap((id) => this.#kept.get(id) ?? []), ...request.messages];
    return { ...request, answer, thread, chosen: [], started: clock(), ended: 0 };
  }

  /** A model has answered. @param {ModelCall} call */
  answered(call) {
    const { answer, thread, kept, forced, started } = call;
    const messages = answer.messages();
    const chosen = messages.flatMap(({ tool_calls = [] }) => tool_calls);
    this.#models.push(Object.assign(call, { ended: clock(), chosen, model: answer.facts.model || call.model }));
    thread.push(...messages);
    for (const id of [answer.facts.id, ...kept]) this.#kept.set(id, thread);
    for (const { id, function: asked } of chosen) {
      const { name, arguments: parameters } = asked;
      // A framework may run a call before the stream of the answer has ended.
      const early = this.#runs.filter((run) => !run.asked && run.started >= started && isSameName(run.name, name));
      const run = early.find((one) => (one.id ? one.id === id : isSame(one.parameters, parameters)));
      Object.assign(run ?? this.#add({ name }), { name, id, parameters, asked: true, forced: forced === name });
    }
    this.#learn(messages);
  }

  /** What messages say that tools returned is the outcome of earlier calls. @param {Message[]} messages */
  #learn(messages) {
    /** @type {Set<ToolRun | undefined>} */ const met = new Set();
    // From the end, because ids repeat and histories lose their beginning.
    for (const { id, called, content, failed } of pairsIn(messages).reverse()) {
      const open = this.#runs.filter((run) => run.asked && !met.has(run));
      const isIt = (/** @type {ToolRun} */ run) =>
        called?.name === run.name && isSame(called.arguments, run.parameters);
      const run =
        open.findLast((one) => one.id === id && (!called || isIt(one))) ??
        open.findLast((one) => !isSettled(one) && (isIt(one) || (id !== undefined && one.id === id)));
      met.add(run);
      if (!run || isSettled(run)) continue;
      run.outcome = failed ? { error: content, status: 'failed' } : { result: content };
      run.duration ??= clock() - run.started;
    }
  }

  /** The case as the server takes it. @param {{ failure: unknown, agentName: string, hasTools: boolean }} end */
  result({ failure, agentName, hasTools }) {
    for (const exchange of this.exchanges) exchange.end();
    // A forced call that nobody answers was a form to fill in.
    const runs = this.#runs.filter((run) => !run.forced || isSettled(run));
    const messages = this.#transcript(runs);
    const [answer, question] = ['assistant', 'user'].map((who) =>
      contentText(messages.findLast(({ role, content }) => role === who && content)?.content),
    );
    const finish = this.#finish ?? { agent_response: answer };
    const isSilent = !this.#finish && !answer && failure === undefined;
    const error = isSilent ? 'The case ended without an answer: finish(response) was not called' : errorText(failure);
    // Nothing known is not the same as no call; without `tools_called` the server takes the calls from the messages.
    const isBlind = runs.length === 0 && this.#models.length === 0 && !hasTools;
    if (isBlind && messages.length === 0) {
      say('No request to a model was seen, so nobody knows what was called. Import the tracer before the agent');
    }
    const cut = runs.length > MAX_TOOL_CALLS ? `[the first ${MAX_TOOL_CALLS} of ${runs.length} tool calls]` : '';
    const duration = Math.round((this.#ended || clock()) - this.#started);
    const usage = this.#usage();
    const events = this.#events(runs, { response: finish.agent_response, error: error || undefined, usage });
    const trace = { trace_id: crypto.randomUUID(), timestamp: stamp(this.#started), duration_ms: duration, events };
    return {
      ...{ usage, scenario_id: this.id, user_message: this.userMessage || question, ...finish, ...this.which },
      ...{ notes: `${textOf(finish.notes)} ${cut}`.trim() || undefined, latency_ms: duration },
      ...{ tools_called: isBlind ? undefined : runs.slice(0, MAX_TOOL_CALLS).map(reported) },
      ...{ messages: messages.length > 0 ? messages : undefined, error_message: error.slice(0, 2000) || undefined },
      trace: { scenario_id: this.id, agent_name: agentName, ...trace },
    };
  }

  /**
   * As given by hand, with the calls between; else as the model saw the conversation that begins with the case's message.
   * @param {ToolRun[]} runs @returns {Fields[]}
   */
  #transcript(runs) {
    const spoken = this.#log.flatMap((entry) => ('seenBy' in entry ? [] : [entry]));
    if (spoken.some(({ role, tool_calls }) => role === 'tool' || tool_calls)) return spoken;
    if (spoken.length > 0) {
      return this.#log.flatMap((entry, at) => {
        const run = runs.find((one) => one === entry);
        return run ? runMessages(run, at) : 'seenBy' in entry ? [] : [entry];
      });
    }
    const [question, response] = [this.userMessage.trim(), textOf(this.#finish?.agent_response).trim()];
    const scored = this.#models.map(({ thread }) => {
      const texts = thread.filter(({ role }) => role === 'user').map(({ content }) => content.trim());
      const isAnswer = response !== '' && thread.at(-1)?.content.trim() === response;
      const score = (isAnswer ? 1e6 : 0) + (texts.includes(question) ? 1e5 : 0) + thread.length;
      return { thread, score: texts.some((text) => text.includes(question)) ? score : 0 };
    });
    const [best] = scored.filter(({ score }) => score > 0).sort((one, other) => other.score - one.score);
    return (best?.thread ?? []).map(({ failed: _failed, reasoning: _reasoning, ...message }) => message);
  }

  #usage() {
    const used = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };
    for (const { answer, model } of this.#models) {
      const { tokens } = answer;
      used.input_tokens += tokens.input;
      used.output_tokens += tokens.output;
      // `openai/gpt-4o-2024-08-06` is a gpt-4o, gpt-4o-audio-preview is not.
      const name = model.replace(/^.*\//, '').replace(/(?:-\d{4}-?\d\d-?\d\d|-latest|-\d{3}|@.*)$/, '');
      const [input = Number.NaN, output = 0] = PRICES.get(model) ?? PRICES.get(name) ?? [];
      used.cost_usd += (tokens.input * input + tokens.output * output) / 1e6;
    }
    if (used.input_tokens + used.output_tokens === 0) return undefined;
    // A sum that leaves out a model would look like the cost.
    return { ...used, cost_usd: Number.isNaN(used.cost_usd) ? undefined : Number(used.cost_usd.toFixed(6)) };
  }

  /** @param {ToolRun[]} runs @param {Fields} end @returns {Fields[]} */
  #events(runs, { response, error, usage }) {
    /** @type {[type: string, at: number, data: Fields][]} */
    const events = [['user_input', this.#started, { text: this.userMessage }]];
    let offered = '';
    for (const { model, tools, answer, thread, chosen, started, ended } of this.#models) {
      const { facts, tokens } = answer;
      const { error: fault, stop: stop_reason } = facts;
      const data = { model, stop_reason, error: fault || undefined, duration_ms: Math.round(ended - started) };
      // Named again only where they differ from those of the call before.
      const tools_offered = offered === tools.join() ? undefined : tools;
      offered = tools.join();
      const choice = { tools_offered, tools_chosen: chosen.map((one) => one.function.name) };
      const { input: input_tokens, output: output_tokens } = tokens;
      events.push(['llm_call', started, { ...data, input_tokens, output_tokens, ...choice }]);
      const { content = '', reasoning = '' } = thread.at(-1) ?? {};
      const thought = reasoning || (chosen.length > 0 && content);
      if (thought) events.push(['agent_reasoning', ended, { text: shorten(thought, 4000) }]);
    }
    for (const run of runs.slice(0, MAX_TOOL_CALLS)) {
      const data = fieldsOf(shorten(reported(run), 1000));
      events.push(['tool_call', run.started, data]);
      const failed = { name: run.name, error: data.error };
      if (data.error) events.push(['tool_error', run.started + (run.duration ?? 0), failed]);
    }
    events.sort(([, one], [, other]) => one - other);
    const models = [...new Set(this.#models.map(({ model }) => model))];
    const available = [...new Set(this.#models.flatMap(({ tools }) => tools))];
    const actual = runs.map(({ name }) => name);
    const metadata = {
      ...{ tracer: `javascript ${VERSION}`, model_calls: this.#models.length, models, ...fieldsOf(usage) },
      ...{ tools_available: available, tools_unused: available.filter((name) => !actual.includes(name)) },
      ...{ expected_tools: this.testCase.expected_tools, actual_tools: actual },
    };
    const end = this.#ended || clock();
    events.push(['agent_response', end, { text: response, error }], ['metadata', end, metadata]);
    return events.map(([type, at, data]) => ({ type, timestamp: stamp(at), data }));
  }
}

/** What tools returned, by the calls that asked for it. @param {Message[]} messages */
function pairsIn(messages) {
  /** @type {AskedCall[]} */ let open = [];
  return messages.flatMap(({ role, content, tool_calls, tool_call_id, failed }) => {
    if (tool_calls) open = [...tool_calls];
    if (role !== 'tool') return [];
    // Ids repeat in real transcripts, and Google has none: what is answered is not asked any more.
    const index = open.findIndex(({ id }) => id === tool_call_id);
    const [call] = open.splice(Math.max(0, index), 1);
    return [{ id: tool_call_id ?? call?.id, called: call?.function, content, failed }];
  });
}

/** A call in the form of `tools_called`. @param {ToolRun} run @returns {Fields} */
function reported({ name, parameters = {}, outcome, started, duration = 0 }) {
  return { name, parameters, ...outcome, started_at: stamp(started), duration_ms: Math.round(duration * 10) / 10 };
}

/** A call in the form of a transcript. @param {ToolRun} run @param {number} at @returns {Fields[]} */
function runMessages({ id, name, parameters, outcome }, at) {
  const asked = callMessage(id ?? `${name}_${at}`, name, parameters);
  const content = textOf(outcome.error ?? outcome.result);
  return [asked, { role: 'tool', content, tool_call_id: asked.tool_calls[0].id }];
}

// --- Frameworks and wrappers ------------------------------------------------------------------------------------------

/** What runs, by what a framework calls it. @type {Map<unknown, { seen: Case, run: ToolRun }>} */
const underWay = new Map();

/** @param {string} by @param {unknown} key @param {{ name: unknown, sent?: unknown, id?: unknown }} call */
function beginRun(by, key, call) {
  const seen = currentCase();
  if (seen) attempt('A call', () => underWay.set(key, { seen, run: seen.begin(by, call) }));
}

/** @param {unknown} key @param {Outcome} outcome */
function endRun(key, outcome) {
  const { seen, run } = underWay.get(key) ?? {};
  if (seen && run) attempt('A call', () => seen.end(run, outcome));
  underWay.delete(key);
}

/**
 * Runs a tool and records it. @param {{ by: string, name: string, sent: unknown }} call @param {() => unknown} run
 * @param {(answer: unknown) => Outcome} [outcomeOf]
 */
function traced({ by, ...call }, run, outcomeOf = (result) => ({ result })) {
  const key = {};
  beginRun(by, key, call);
  const ended = (/** @type {unknown} */ answer) => endRun(key, outcomeOf(answer));
  const failed = (/** @type {unknown} */ error) => endRun(key, { error: error ?? 'failed' });
  try {
    const answer = run();
    if (answer instanceof Promise) answer.then(ended, failed);
    else ended(answer);
    return answer;
  } catch (error) {
    failed(error);
    throw error;
  }
}

/** Arguments by the names in the function's own source; where those cannot be told, by position. @param {Function} fn @param {unknown[]} given */
function namedArguments(fn, given) {
  if (isObject(given[0]) && (given.length === 1 || fn.length < 2)) return given[0];
  const source = String(fn).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const list = /^(?:async\s+)?(?:function\b)?[\s*\w$]*\(([^(){}[\]]*)\)|^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  const names = (list?.[1] ?? list?.[2] ?? '').split(',').map((name) => name.replace(/=.*/s, '').trim());
  const isKnown = names.length >= given.length && names.every((name) => /^[\w$]+$/.test(name));
  if (isKnown) return Object.fromEntries(given.map((value, at) => [names[at], value]));
  return given.length > 0 ? { arguments: given } : {};
}

// Vercel's AI SDK (version 6) tells everyone in this list of tools that begin and end.
const aiSdk = /** @type {{ AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] }} */ (globalThis);
aiSdk.AI_SDK_TELEMETRY_INTEGRATIONS ??= [];
aiSdk.AI_SDK_TELEMETRY_INTEGRATIONS.push({
  /** @param {{ toolCall: Fields }} event */
  onToolCallStart({ toolCall }) {
    beginRun('ai sdk', toolCall, { name: toolCall.toolName, sent: toolCall.input, id: toolCall.toolCallId });
  },
  /** @param {{ toolCall: unknown, success: boolean, output: unknown, error: unknown }} event */
  onToolCallFinish({ toolCall, success, output, error }) {
    endRun(toolCall, success ? { result: output } : { error: error ?? 'failed' });
  },
});

/** @typedef {{ spanData: Fields, error: unknown }} AgentSpan */ const agentsProcessor = {
  ...{ onTraceStart: async () => {}, onTraceEnd: async () => {}, forceFlush: async () => {}, shutdown: async () => {} },
  /** @param {AgentSpan} span */
  async onSpanStart(span) {
    if (span.spanData.type === 'function') beginRun('agents sdk', span, { name: span.spanData.name });
  },
  /** @param {AgentSpan} span */
  async onSpanEnd(span) {
    const error = dig(span.error, 'data.error') ?? dig(span.error, 'message');
    endRun(span, error ? { error } : { result: span.spanData.output });
  },
};

/** OpenAI's Agents SDK keeps in the global scope what tells of its tool calls. */
function watchAgents() {
  const provider = Reflect.get(globalThis, Symbol.for('openai.agents.core.traceProvider'));
  if (!provider || watched.has(provider)) return;
  watched.add(provider);
  provider.registerProcessor(agentsProcessor);
  // A program that sets its own processors would remove this one.
  const setProcessors = provider.setProcessors.bind(provider);
  provider.setProcessors = (/** @type {unknown[]} */ others) => setProcessors([...others, agentsProcessor]);
}

// --- Delivery ---------------------------------------------------------------------------------------------------------

/**
 * @typedef {{ agent_name: string, run_id: string, mcp_url: string, result: Fields }} Sendable
 * @typedef {Sendable & { reason?: string, code?: string | null, retry?: boolean }} Delivery
 * @typedef {{ retry?: boolean, reason?: string, code?: string, pauseMs?: number, facts?: Fields }} Answer `facts` where all went well
 */

const RETRY_CODES = ['RETRY_LATER', 'SERVER_ERROR', 'RATE_LIMITED'];
/** The others of the batch may be good. */
const ITEM_CODES = ['INVALID_RESULTS', 'CONFLICT', '413'];
/** How a proxy in between words that it has had enough calls for now. */
const SAYS_BUSY = /rate.?limit|too many|quota|throttl|try again|retry|exceed/i;
const MIME = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
const HEADERS = { ...MIME, 'MCP-Protocol-Version': '2025-06-18', 'User-Agent': `invarium-trace-js/${VERSION}` };
/** @param {string} agent @param {string} run */
const runPath = (agent, run) => `/v1/agents/${encodeURIComponent(agent)}/runs/${encodeURIComponent(run)}`;

/** What could not be delivered, a JSON line each: shared with parallel processes and the Python tracer. @param {string} file */
function readSpool(file) {
  const lines = tried(() => readFileSync(file, 'utf8'), '')
    .split('\n')
    .map(parsed);
  return /** @type {Delivery[]} */ (lines.filter((line) => dig(line, 'run_id') && dig(line, 'result.result_id')));
}

/**
 * Takes out what was settled and puts in what was given up, in one step that a crash cannot tear.
 * @param {string} file @param {Delivery[]} settled @param {Delivery[]} [added]
 */
function updateSpool(file, settled, added = []) {
  const gone = new Set([...settled, ...added].map(({ result }) => result.result_id));
  mkdirSync(path.dirname(file), { recursive: true });
  const locked = () => writeFileSync(`${file}.lock`, '', { flag: 'wx' }) === undefined;
  // Waits a moment for another process, and no longer: a lock may be left behind by one that was killed.
  const patience = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 50 && !tried(locked, false); tries++) Atomics.wait(patience, 0, 0, 20);
  try {
    const kept = [...readSpool(file).filter(({ result }) => !gone.has(result.result_id)), ...added];
    writeFileSync(`${file}.new`, kept.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    if (kept.length === 0) rmSync(file);
  } finally {
    rmSync(`${file}.lock`, { force: true });
  }
}

/** Sends in the background. A result goes at once; what queues behind a call in flight goes as one batch afterwards. */
class Sender {
  summary = { delivered: 0, kept: 0, refused: 0 };
  /** What the server last said of a run. @type {Fields} */ facts = {};
  /** @type {Delivery[]} */ #queue = [];
  /** @type {Delivery[]} */ #flying = [];
  /** Not delivered, and tried again when the server is back. @type {Delivery[]} */ #waiting = [];
  /** @type {Promise<void> | undefined} */ #working;
  #outOfTime = new AbortController();
  #isClosed = false;
  #isAway = false;
  #calls = 0;
  #nextCall = 0;

  /** @param {Required<SenderOptions>} options */
  constructor(options) {
    this.options = options;
    for (const old of readSpool(options.spoolPath)) if (old.retry && old.mcp_url === options.mcpUrl) this.put(old);
  }

  /** @param {Delivery} delivery */
  put(delivery) {
    if (this.#isClosed) return this.#keep([delivery], 'A case ended after the tracer was closed');
    this.#queue.push(delivery);
    this.#working ??= this.#work();
  }

  /** Waits until everything is delivered or kept; after `timeoutMs` what is left is kept, not tried. @param {number} timeoutMs */
  async close(timeoutMs) {
    const timer = setTimeout(() => this.#outOfTime.abort(), timeoutMs);
    await this.#working;
    this.#again();
    await this.#working;
    this.#isClosed = true;
    clearTimeout(timer);
  }

  /** At the very end of the process, when nothing can be sent any more. */
  keepRest() {
    const rest = [...this.#flying, ...this.#queue.splice(0)];
    if (rest.length > 0) this.#keep(rest, 'The process ended');
  }

  #again() {
    this.summary.kept -= this.#waiting.length;
    for (const delivery of this.#waiting.splice(0)) this.put(delivery);
  }

  async #work() {
    // Not in the time of the case that has just ended.
    await sleep(0);
    while (this.#queue.length > 0) {
      // Before taking the batch, so that it grows meanwhile.
      await this.#pause(this.#nextCall - clock());
      this.#flying = this.#take();
      await this.#deliver(this.#flying).catch((mistake) => this.#keep(this.#flying, `Mistake: ${errorText(mistake)}`));
      this.#flying = [];
    }
    this.#working = undefined;
  }

  /** @param {number} ms */
  async #pause(ms) {
    const { signal } = this.#outOfTime;
    // Cut short by the end of the time to close.
    if (ms > 0 && !signal.aborted) await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  #take() {
    const [first] = this.#queue;
    let bytes = 0;
    const end = this.#queue.findIndex(({ run_id, agent_name, result }, index) => {
      bytes += bytesOf(result);
      const isOfAnother = run_id !== first?.run_id || agent_name !== first.agent_name;
      return isOfAnother || index >= MAX_BATCH_RESULTS || (index > 0 && bytes > MAX_BATCH_BYTES);
    });
    return this.#queue.splice(0, end < 0 ? this.#queue.length : end);
  }

  /** @param {Delivery[]} batch @returns {Promise<void>} */
  async #deliver(batch) {
    const { maxAttempts, retryMs, spoolPath } = this.options;
    // One long wait is enough: the next batch only knocks.
    const attempts = this.#isAway ? 1 : maxAttempts;
    /** @type {Answer} */ let answer = { reason: 'The tracer was closed' };
    for (let attempt = 1; attempt <= attempts && !this.#outOfTime.signal.aborted; attempt++) {
      answer = await this.#call(batch);
      const wasAway = this.#isAway;
      this.#isAway = answer.retry === true;
      if (answer.facts) {
        this.summary.delivered += batch.length;
        this.facts = { ...answer.facts, run_id: batch[0]?.run_id };
        if (batch.some(({ reason }) => reason)) updateSpool(spoolPath, batch);
        return wasAway ? this.#again() : undefined;
      }
      if (!answer.retry) return this.#refused(batch, answer);
      const pauseMs = Math.min(30 * SECOND_MS, retryMs * 2 ** (attempt - 1)) * (0.5 + Math.random());
      if (attempt < attempts) await this.#pause(Math.min(MAX_PAUSE_MS, Math.max(pauseMs, answer.pauseMs ?? 0)));
    }
    this.#keep(batch, answer.reason);
  }

  /** A call is stored whole or not at all: one bad result must not cost the others. @param {Delivery[]} batch @param {Answer} answer */
  async #refused(batch, { reason, code = 'REFUSED' }) {
    if (batch.length === 1 || !ITEM_CODES.includes(code)) return this.#keep(batch, reason, code);
    const half = Math.floor(batch.length / 2);
    await this.#deliver(batch.slice(0, half));
    await this.#deliver(batch.slice(half));
  }

  /**
   * A refusal (with a `code`) is not tried again, unless it was the key's fault: the next start may have a better one.
   * @param {Delivery[]} batch @param {string} [reason] @param {string | null} [code]
   */
  #keep(batch, reason = '', code = null) {
    const { spoolPath } = this.options;
    this.summary[code ? 'refused' : 'kept'] += batch.length;
    say(`${reason.replace(/\.$/, '')}. Kept in ${spoolPath}`);
    const why = { reason: redactText(reason), code, retry: !code || code === 'AUTH_FAILED' };
    const kept = batch.map((delivery) => ({ ...delivery, ...why }));
    if (!code) this.#waiting.push(...kept);
    attempt(`What lies in ${spoolPath}`, () => updateSpool(spoolPath, [], kept));
  }

  /** @param {Delivery[]} batch @returns {Promise<Answer>} */
  async #call(batch) {
    await this.#pause(this.#nextCall - clock());
    const { maxCallsPerMinute, transport } = this.options;
    // Two in a hundred more than it must be: a call may travel faster than the one before it.
    this.#nextCall = maxCallsPerMinute ? clock() + (61.2 * SECOND_MS) / maxCallsPerMinute : 0;
    const { agent_name = '', run_id = '' } = batch[0] ?? {};
    const results = batch.map(({ result }) => result);
    if (transport === 'rest') return this.post(`${runPath(agent_name, run_id)}/results`, results);
    const input = { agent_name, test_run_id: run_id, results: JSON.stringify(results) };
    const params = { name: 'invarium_sync_results', arguments: input };
    this.#calls += 1;
    return this.post('/mcp', { jsonrpc: '2.0', id: this.#calls, method: 'tools/call', params });
  }

  /** @param {string} where @param {unknown} body @returns {Promise<Answer>} */
  async post(where, body) {
    const { apiKey, mcpUrl, timeoutMs } = this.options;
    const headers = { ...HEADERS, Authorization: `Bearer ${apiKey}` };
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#outOfTime.signal]);
    try {
      // A redirect would carry the key to another address.
      const init = /** @type {const} */ ({ method: 'POST', headers, redirect: 'manual', signal });
      const response = await realFetch(mcpUrl + where, { ...init, body: JSON.stringify(body) });
      return readAnswer(response, await response.text(), where === '/mcp');
    } catch (error) {
      const cause = error instanceof Error && error.cause ? error.cause : error;
      return { retry: true, reason: `Could not reach ${mcpUrl} (${errorText(cause)})` };
    }
  }
}

/** @param {Response} response @param {string} text @param {boolean} isMcp @returns {Answer} */
function readAnswer({ ok, status, headers }, text, isMcp) {
  const documents = [parsed(text), ...text.split(/\r?\n\r?\n/).map(eventData)].filter(isObject);
  if (!ok) {
    const { code, detail } = fieldsOf(documents[0]);
    const after = headers.get('retry-after') ?? '';
    const pauseMs = (/^\d/.test(after) ? Number(after) * SECOND_MS : Date.parse(after) - Date.now()) || 0;
    const reason = `HTTP ${status} ${textOf(detail) || text.slice(0, 300)}`.trim();
    const retry = status === 408 || status === 429 || status >= 500;
    return { retry, reason, code: status === 401 ? 'AUTH_FAILED' : (wordOf(code) ?? `${status}`), pauseMs };
  }
  const document = documents.find(({ result, error }) => !isMcp || result || error);
  if (!document) return { retry: true, reason: "The server's answer holds no result" };
  if (!isMcp) return { facts: document };
  const failed = { isError: true, content: dig(document, 'error.message') };
  const { isError, content, structuredContent, _meta } = fieldsOf(document.result ?? failed);
  if (isError !== true) return { facts: fieldsOf(structuredContent) };
  const { code, retry_after } = fieldsOf(fieldsOf(_meta)['invarium/error']);
  const reason = contentText(content);
  const retry = code ? RETRY_CODES.includes(textOf(code)) : SAYS_BUSY.test(reason);
  return { retry, reason, code: wordOf(code) ?? 'REFUSED', pauseMs: (Number(retry_after) || 0) * SECOND_MS };
}

// --- The tracer -------------------------------------------------------------------------------------------------------

/** Cannot start: the sentence says what is missing. */
export class TracerConfigError extends Error {}

/**
 * @typedef {object} SenderOptions
 * @property {string} apiKey
 * @property {string} mcpUrl the server's address, with or without /mcp
 * @property {'rest' | 'mcp'} [transport] `mcp` calls the tool invarium_sync_results; the default where calls are limited
 * @property {number} [maxCallsPerMinute] for a proxy that limits calls: results gather into fewer calls; 0 is no limit
 * @property {string} [spoolPath] where results wait that could not be delivered
 * @property {number} [maxAttempts] @property {number} [retryMs] @property {number} [timeoutMs] of one call
 *
 * @typedef {object} RunOptions
 * @property {string} agentName as in the blueprint
 * @property {string} runId from invarium_sync_results with create_empty
 * @property {boolean} [personalData] remove e-mail addresses, phone, card, social security numbers and IP addresses too
 * @property {boolean} [rethrow] throw on what an agent threw in a case, after it was recorded
 * @property {Record<string, [number, number]>} [prices] US dollars for a million tokens in and out, by model
 */

/** Records cases and streams their results into one run. */
export class Tracer {
  #sender;
  #options;
  /** Whether something tells of tools, so that silence means that none was called. */
  #hasTools = false;

  /** @param {RunOptions & SenderOptions} options */
  constructor({ apiKey, mcpUrl, agentName, runId, personalData = false, rethrow = false, prices = {}, ...sending }) {
    const url = String(mcpUrl ?? '').replace(/(?:\/mcp)?\/*$/, '');
    const needed = { agentName, 'runId (from invarium_sync_results with create_empty)': runId };
    const missing = Object.entries(needed).flatMap(([what, value]) => (value ? [] : [what]));
    if (!/^https?:\/\//.test(url)) missing.push('mcp_url (http:// or https://)');
    if (!/^[!-~]+$/.test(apiKey ?? '')) missing.push('API key (INVARIUM_API_KEY, or api_key in the configuration)');
    if (missing.length > 0) throw new TracerConfigError(`Missing: ${missing.join('; ')}`);
    for (const [model, price] of Object.entries(prices)) PRICES.set(model, price);
    this.#options = { agentName, runId, personalData, rethrow };
    const { transport = sending.maxCallsPerMinute ? 'mcp' : 'rest' } = sending;
    const pace = { maxCallsPerMinute: 0, maxAttempts: 8, retryMs: 500, timeoutMs: 30 * SECOND_MS };
    const spoolPath = '.invarium/pending_results.jsonl';
    this.#sender = new Sender({ spoolPath, ...pace, ...sending, transport, apiKey, mcpUrl: url });
    process.once('beforeExit', this.close).once('exit', this.#keepRest);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, this.#keepRest);
  }

  /**
   * From the file that invarium_connect's commands wrote; INVARIUM_API_KEY in the environment beats its key.
   * @param {RunOptions & Partial<SenderOptions> & { configPath?: string }} options
   */
  static fromConfig({ configPath = '.invarium/config.json', ...options }) {
    const text = tried(() => readFileSync(configPath, 'utf8').replace(/^\uFEFF/, ''), '');
    const config = parsed(text);
    if (!isObject(config)) {
      const fault = text ? 'is not a JSON object' : 'cannot be read';
      throw new TracerConfigError(`${configPath} ${fault}. Run the commands of invarium_connect first`);
    }
    const spoolPath = path.join(path.dirname(configPath), 'pending_results.jsonl');
    const apiKey = process.env.INVARIUM_API_KEY || textOf(config.api_key);
    return new Tracer({ spoolPath, apiKey, mcpUrl: textOf(config.mcp_url), ...options });
  }

  /**
   * Plays one case: `testCase` is an item of invarium_get_tests, or its id. What `play` returns is the agent's answer, unless it
   * called `c.finish`.
   * @param {unknown} testCase @param {(c: Case) => unknown} play @param {{ trial?: number, attempt?: number }} [which]
   */
  async case(testCase, play, which) {
    const c = new Case(testCase, which);
    attempt('The Agents SDK', watchAgents);
    openCases.add(c);
    /** @type {unknown} */ let failure;
    try {
      c.returned(await active.run(c, async () => play(c)));
    } catch (error) {
      failure = error ?? 'The case failed';
    }
    openCases.delete(c);
    attempt(`Case ${c.id}`, () => this.#send(c, failure));
    if (failure === undefined) return;
    say(`Case ${c.id} ended with ${errorText(failure)}`);
    if (this.#options.rethrow) throw failure;
  }

  /** @param {Case} c @param {unknown} failure */
  #send(c, failure) {
    const { agentName, runId, personalData } = this.#options;
    const result = c.result({ failure, agentName, hasTools: this.#hasTools });
    // The server counts an id once, so a result may be sent again whenever its answer got lost.
    const id = { result_id: crypto.randomUUID().replaceAll('-', '') };
    const clean = { ...fitted(fieldsOf(redact(result, personalData))), ...id };
    this.#sender.put({ agent_name: agentName, run_id: runId, mcp_url: this.#sender.options.mcpUrl, result: clean });
  }

  /**
   * The same function, whose calls are recorded into the case that is under way: arguments, result or error, duration.
   * @template {(...given: any[]) => unknown} F
   * @param {F} fn @param {string} [name] where the model knows it by another one @returns {F}
   */
  tool(fn, name = fn.name || 'tool') {
    this.#hasTools = true;
    if (watched.has(fn)) return fn;
    /** @this {unknown} @param {unknown[]} given */
    function recorded(...given) {
      return traced({ by: 'tool', name, sent: namedArguments(fn, given) }, () => fn.apply(this, given));
    }
    watched.add(recorded);
    return /** @type {F} */ (Object.defineProperty(recorded, 'name', { value: fn.name }));
  }

  /**
   * Wraps every tool of a table in place, by its key: functions, and objects with `execute`, `invoke`, `func`, `handler` or `run`.
   * @template {object} T @param {T} table @returns {T}
   */
  tools(table) {
    const tools = /** @type {Record<string, any>} */ (table);
    for (const [key, tool] of Object.entries(tools)) {
      const method = ['execute', 'invoke', 'func', 'handler', 'run'].find((one) => isFunction(tool?.[one]));
      if (isFunction(tool)) tools[key] = this.tool(tool, key);
      else if (method) tool[method] = this.tool(tool[method], wordOf(tool.name) ?? key);
    }
    return table;
  }

  /**
   * Watches what the global fetch does not show: an MCP client, or its class, that talks over stdio, and a model's client that was
   * made before the tracer was imported.
   * @template {object} T @param {T} target @returns {T}
   */
  instrument(target) {
    const owner = /** @type {Record<string, any>} */ ('prototype' in target ? target.prototype : target);
    const { fetch, callTool } = owner;
    if (isFunction(fetch)) owner.fetch = observing(fetch);
    if (!isFunction(callTool) || watched.has(callTool)) return target;
    this.#hasTools = true;
    owner.callTool = function (/** @type {Fields} */ call, /** @type {unknown[]} */ ...more) {
      const { name, arguments: sent = {} } = call;
      return traced({ by: 'mcp', name: textOf(name), sent }, () => callTool.call(this, call, ...more), mcpOutcome);
    };
    watched.add(owner.callTool);
    return target;
  }

  /** For LangChain and LangGraph: how long a tool ran and what it threw. `{ callbacks: [tracer.langchainHandler()] }` */
  langchainHandler() {
    this.#hasTools = true;
    return {
      awaitHandlers: true,
      /** @param {unknown} tool @param {string} sent @param {string} run @param {unknown[]} more */
      handleToolStart(tool, sent, run, ...more) {
        const [, , , runName, id] = more;
        beginRun('langchain', run, { name: runName ?? dig(tool, 'name') ?? 'tool', sent, id });
      },
      /** @param {unknown} output @param {string} run */
      handleToolEnd(output, run) {
        const { status, content = output } = fieldsOf(output);
        endRun(run, status === 'error' ? { error: contentText(content) } : { result: content });
      },
      /** @param {unknown} error @param {string} run */
      handleToolError: (error, run) => endRun(run, { error }),
    };
  }

  /** Runs, unseen, what is no part of the agent, such as a model that plays the user. @template T @param {() => T} run @returns {T} */
  ignore(run) {
    return active.run(null, run);
  }

  /**
   * Delivers what is left, and ends the run unless it ends by itself with its last expected result. Answers how many results were
   * delivered, kept for the next start, and refused.
   */
  close = async ({ timeoutMs = 120 * SECOND_MS } = {}) => {
    await this.#sender.close(timeoutMs);
    process.off('beforeExit', this.close).off('exit', this.#keepRest);
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, this.#keepRest);
    const { facts, summary } = this.#sender;
    const { agentName, runId } = this.#options;
    if (facts.run_id === runId && facts.expected_total === null && facts.status !== 'completed' && summary.kept === 0) {
      this.#sender.facts = {};
      const answer = await this.#sender.post(`${runPath(agentName, runId)}/finish`, {});
      if (!answer.facts) say(`${answer.reason}. The run ends when nothing more has arrived for a while`);
    }
    return { ...summary };
  };

  #keepRest = (/** @type {unknown} */ signal) => {
    this.#sender.keepRest();
    // Nobody else listens: what the signal does by itself.
    if (typeof signal === 'string' && process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
}
