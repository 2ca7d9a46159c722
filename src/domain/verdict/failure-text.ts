/**
 * Whether a text that a tool returned says that the call failed: it begins like an error, or is one short sentence about a failure.
 * Text that only mentions errors further on is data. Every pattern is anchored and reads a bounded beginning.
 */
export function saysFailure(text: string): boolean {
  const head = beginning(text);
  if (BEGINS_WITH_ERROR.test(head) || BEGINS_WITH_EXCEPTION.test(head) || BEGINS_WITH_REFUSAL.test(head)) return true;
  return head.length <= SHORT_CHARS && SHORT_FAILURES.some((pattern) => pattern.test(head));
}

/** Whether a text is the last thing a crashed program prints: a stack trace, an uncaught exception. */
export function isCrash(text: string): boolean {
  const head = beginning(text);
  if (!MAY_BE_CRASH.test(head)) return false;
  return CRASHES.some((pattern) => pattern.test(head));
}

export function saysTimeout(text: string): boolean {
  return /\btimed?[ -]?out\b|\bdeadline exceeded\b|ETIMEDOUT/i.test(text);
}

const UNREACHABLE = new RegExp(
  '\\b(?:ECONN(?:REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|connection (?:refused|reset|aborted|error)' +
    '|network (?:error|is unreachable)|name resolution|service unavailable|temporarily unavailable|bad gateway|gateway time-?out' +
    '|too many requests|rate limit|quota exceeded|(?:http|status|code):? ?(?:429|50[234]))\\b',
  'i',
);

/** Whether a text blames what lies outside of the agent: a network, a provider, a service that is down. */
export function isUnreachable(text: string): boolean {
  return UNREACHABLE.test(text);
}

/** Whether a tool's answer says that the tool is broken, and not that it was asked for the wrong thing. */
export function isBrokenTool(text: string): boolean {
  return isUnreachable(text) || saysTimeout(text) || /\binternal (?:server )?error\b/i.test(text);
}

const ADMISSION = new RegExp(
  "\\b(?:unable|(?:(?:could|can|did|does|was|is|has) ?n[o']t|can't)(?! be (?:undone|reversed|changed|recovered|taken back))|fail(?:ed|ure|s)?|error|unfortunately|(?:an? |the |some )(?:problem|issue)" +
    '|went wrong|try again|trying again|unsuccessful|declined|insufficient)\\b',
  'i',
);

/** Whether the agent lets on that something did not work; its wording is otherwise free. */
export function admitsFailure(text: string): boolean {
  return ADMISSION.test(text.replaceAll('\u2019', "'"));
}

const HEAD_CHARS = 400;
const SHORT_CHARS = 160;

function beginning(text: string): string {
  return text
    .slice(0, HEAD_CHARS)
    .trim()
    .replace(/^[^\p{L}\p{N}<]{1,8}/u, '');
}

/** `Error: …`, `ERROR 500`, `Error while booking`; not `Error rate: 3 %` and not `Errors: 0`. */
const BEGINS_WITH_ERROR = new RegExp(
  '^(?:an? )?(?:(?:unexpected|internal|unknown|fatal|tool|server|api|system|http|runtime|validation|network|database) )?' +
    '(?:error|exception|failure|err)' +
    '(?:\\s*(?:[:!.([\\]–—-]|\\n|$|\\d)|' +
    ' (?:code|while|when|in|during|calling|executing|running|invoking|processing|occurred|has occurred|from|at|cannot|could|unable)\\b)',
  'i',
);

/** `requests.exceptions.HTTPError: 404`, `Traceback (most recent call last)`, `<tool_use_error>`. */
const BEGINS_WITH_EXCEPTION =
  /^(?:Traceback \(most recent call last\)|<[a-zA-Z_]{0,40}error[a-zA-Z_]{0,40}>|(?:[a-z_]\w{0,40}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception|Timeout|Fault)(?:\s*[:(]|$))/;

const BEGINS_WITH_REFUSAL = new RegExp(
  "^(?:(?:failed|unable) to |failed[:!]|could not |couldn't |cannot |can't |invalid |missing required|unknown tool|no such |not found" +
    '|permission denied|access (?:is )?denied|(?:unauthori[sz]ed|forbidden|timeout|timed out)\\s*(?:$|[:.!-])|bad request' +
    '|(?:request|operation|connection) (?:timed out|refused|reset)|connection error|internal server error|service unavailable' +
    '|bad gateway|gateway timeout|too many requests|rate limit (?:exceeded|reached)' +
    '|(?:http(?: status)? ?)?[45]\\d\\d (?:bad request|unauthori[sz]ed|forbidden|not found|conflict|gone|unprocessable|too many' +
    '|internal server|bad gateway|service unavailable|gateway|error))',
  'i',
);

/** Whole answers such as `Order 12 not found.`, `The card does not exist`, `Booking failed: no seats`. */
const SHORT_FAILURES = [
  /^[^.!?\n]{1,100} (?:not found|does not exist|doesn't exist|is invalid|(?:cannot|could not|can't|couldn't) be \w{1,20})\b/i,
  /^[^.!?\n]{1,100} (?:is|are|was|were) not (?:found|valid|allowed|permitted|supported|available|sufficient|enough)\b/i,
  /^(?:[\w'-]{1,30} ){1,5}(?:has |have )?failed(?:$|[.!:;,]| because| due to| with )/i,
];

const MAY_BE_CRASH = /rror|RROR|xception|raceback|anic|ault|ejection|romise/;
const CRASHES = [
  /^traceback \(most recent call last\)/i,
  /^(?:unhandled|uncaught) (?:\w{1,40} )?(?:exception|error|rejection|promise)/i,
  /^uncaught \w{0,40}(?:error|exception)\b/i,
  /^(?:panic: |segmentation fault|fatal (?:error|exception)\b|exception in thread )/i,
  /^[a-z_][\w.]{0,120}(?:error|exception):[^\n]{0,300}\n\s{1,8}at /i,
  /^thread '[^'\n]{0,60}' panicked at /i,
];
