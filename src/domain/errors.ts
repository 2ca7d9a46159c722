import { withoutSecrets } from './redaction/redaction.ts';

/** Every code a refusal can carry; the published contract names the first six, the rest are ours. */
export type ErrorCode =
  | 'AUTH_FAILED'
  | 'INVALID_BLUEPRINT'
  | 'GENERATION_IN_PROGRESS'
  | 'AGENT_NOT_FOUND'
  | 'INVALID_RESULTS'
  | 'SERVER_ERROR'
  | 'QUOTA_EXCEEDED'
  | 'RATE_LIMITED'
  | 'RETRY_LATER'
  | 'CONFLICT'
  | 'NOT_FOUND'
  | 'INVALID_ARGUMENT'
  | 'RUN_NOT_FINISHED'
  | 'GATE_FAILED';

/** What a program can read beside the sentence. `index` and `offset` (bytes) are 0-based, `line` 1-based, `retry_after` is in seconds. */
export type RefusalDetails = {
  index?: number;
  problems?: string[];
  retry_after?: number;
  line?: number;
  offset?: number;
};

/**
 * An answer that says no, with a reason for the caller. Everything else that is thrown is a bug.
 * `message` holds the published words without "Error: " and without the closing full stop; `hint` is the remedy.
 */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: RefusalDetails;

  constructor(code: ErrorCode, message: string, hint?: string, details: RefusalDetails = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

/** The sentence a caller reads: `Error: {words}.` and the remedy where there is one. */
export function refusalText({ message, hint }: { message: string; hint?: string | undefined }): string {
  const stop = /[.!?]$/.test(message) ? '' : '.';
  return `Error: ${message}${stop}${hint ? ` ${hint}` : ''}`;
}

/** A refusal as plain data: classes lose their fields across RPC, so object methods answer with this. */
export type Refused = { ok: false; code: ErrorCode; message: string; hint?: string; details: RefusalDetails };
export type Result<T> = { ok: true; value: T } | Refused;

export function refused(refusal: Refusal): Refused {
  const { code, message, hint, details } = refusal;
  return { ok: false, code, message, details, ...(hint ? { hint } : {}) };
}

/** The value of a result, or its refusal thrown again on this side of the RPC. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Refusal(result.code, result.message, result.hint, result.details);
}

const MAX_ECHO = 64;
const MARK = '[REDACTED]';
/** Too short or too plain to be one for certain: where it is only repeated, doubt is enough. */
const SECRET = /\b(?:inv_|sk-|ghp_|gho_|xox[abp]-|AKIA|Bearer\s+)[\w./+=-]{6,}/gi;

/** At most 64 characters of the caller's own token, without control characters or secrets: all of it that a refusal may repeat. */
export function echo(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const clean = withoutSecrets(text.replace(SECRET, MARK))
    .replace(/\[REDACTED:\w+\]/g, MARK)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  return [...clean].slice(0, MAX_ECHO).join('');
}
