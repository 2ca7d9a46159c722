import type { ErrorCode, RefusalDetails } from '../../domain/errors.ts';

/** Refusals of the REST interface: problem details (RFC 9457) with our codes. */

const STATUS: Record<ErrorCode, number> = {
  AUTH_FAILED: 401,
  INVALID_BLUEPRINT: 422,
  GENERATION_IN_PROGRESS: 409,
  AGENT_NOT_FOUND: 404,
  INVALID_RESULTS: 422,
  SERVER_ERROR: 500,
  QUOTA_EXCEEDED: 403,
  RATE_LIMITED: 429,
  RETRY_LATER: 503,
  CONFLICT: 409,
  NOT_FOUND: 404,
  INVALID_ARGUMENT: 400,
  RUN_NOT_FINISHED: 503,
  GATE_FAILED: 422,
};

const TITLE: Record<ErrorCode, string> = {
  AUTH_FAILED: 'Not allowed',
  INVALID_BLUEPRINT: 'The blueprint is not valid',
  GENERATION_IN_PROGRESS: 'A generation is running',
  AGENT_NOT_FOUND: 'There is no such agent',
  INVALID_RESULTS: 'The results are not valid',
  SERVER_ERROR: 'The fault is ours',
  QUOTA_EXCEEDED: 'A limit of the plan is reached',
  RATE_LIMITED: 'Too many requests',
  RETRY_LATER: 'Not now',
  CONFLICT: 'That does not go together with what there is',
  NOT_FOUND: 'There is no such thing',
  INVALID_ARGUMENT: 'The request is not valid',
  RUN_NOT_FINISHED: 'The run is not over',
  GATE_FAILED: 'The gate is closed',
};

/** `text` is the sentence for people, with or without its `Error: `; `status` where another one than the code's fits better. */
export type Problem = { code: ErrorCode; text: string; details?: RefusalDetails; status?: number };

export function problem({ code, text, details = {}, status = STATUS[code] }: Problem): Response {
  const { retry_after } = details;
  const body = {
    type: 'about:blank',
    title: TITLE[code],
    status,
    detail: text.replace(/^Error: /, ''),
    code,
    ...details,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'private, no-store',
      ...(retry_after === undefined ? {} : { 'Retry-After': String(retry_after) }),
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="invarium"' } : {}),
    },
  });
}
