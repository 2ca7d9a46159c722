import { type ErrorCode, echo } from '../domain/errors.ts';
import type { PolicyFault } from '../domain/trust-rule.ts';

/** Why a CI job that brings no API key is not believed. A closed list: each has one status and one sentence. */

/** What is wrong with a signed delivery. `named` is the header, or the caller's own token, cut to a length that is safe to repeat. */
export type SignatureFault =
  | { fault: 'no_proof' }
  | { fault: 'header_missing'; named: string }
  | { fault: 'header_malformed'; named: string }
  | { fault: 'timestamp_stale' }
  | { fault: 'timestamp_future' }
  | { fault: 'signature_mismatch' };

/** What is wrong with an OIDC token itself. */
export type TokenFault =
  | { fault: 'token_malformed' }
  | { fault: 'token_algorithm' }
  | { fault: 'token_issuer' }
  | { fault: 'token_audience'; expected: string }
  | { fault: 'token_expired' }
  | { fault: 'token_early' }
  | { fault: 'token_key_unknown' }
  | { fault: 'token_signature' }
  | { fault: 'token_claims'; named: string }
  | { fault: 'issuer_unavailable'; retryAfterS: number };

/** A job that is who it says, and is not covered. `named` is the caller's own claim. */
export type CoverageFault = { fault: 'not_covered'; because: PolicyFault; named: string };

export type DeliveryFault =
  | { fault: 'delivery_other_body'; named: string }
  | { fault: 'delivery_under_way'; named: string; retryAfterS: number };

export type EventFault = { fault: 'event_malformed' } | { fault: 'event_stale' };

export type TrustFault = SignatureFault | TokenFault | CoverageFault | DeliveryFault | EventFault;
export type Trust<T> = { ok: true; value: T } | { ok: false; fault: TrustFault };

export function distrust(fault: TrustFault): { ok: false; fault: TrustFault } {
  return { ok: false, fault };
}

/** How a fault is answered. `message` is without "Error: " and the closing full stop, as in `Refusal`. */
export type TrustRefusal = {
  status: 400 | 401 | 403 | 409 | 503;
  code: ErrorCode;
  message: string;
  hint?: string;
  retryAfterS?: number;
};

const STALE = 'The signature is older than five minutes';
const CLOCK = 'Check the clock of the sender.';

export function trustRefusal(fault: TrustFault): TrustRefusal {
  switch (fault.fault) {
    case 'no_proof':
      return refuse(
        'Authentication failed',
        'Send an API key, a Standard Webhooks signature or a GitHub Actions OIDC token.',
      );
    case 'header_missing':
      return refuse(`The header ${fault.named} is missing`);
    case 'header_malformed':
      return refuse(`The header ${fault.named} is malformed`);
    case 'timestamp_stale':
      return refuse(STALE, CLOCK);
    case 'timestamp_future':
      return refuse('The signature is from the future', CLOCK);
    case 'signature_mismatch':
      return refuse(
        'The signature does not match',
        'Sign the bytes of the body as they are sent, with the secret of a trust rule of this workspace.',
      );
    case 'not_covered':
      return { status: 403, code: 'AUTH_FAILED', ...NOT_COVERED[fault.because](echo(fault.named)) };
    case 'delivery_other_body':
      return {
        status: 409,
        code: 'CONFLICT',
        message: `Delivery ${echo(fault.named)} was received before with another body`,
        hint: 'A new delivery needs a new id.',
      };
    case 'delivery_under_way':
      return {
        status: 409,
        code: 'RETRY_LATER',
        message: `Delivery ${echo(fault.named)} is being worked on`,
        retryAfterS: fault.retryAfterS,
      };
    case 'event_malformed':
      return {
        status: 400,
        code: 'INVALID_ARGUMENT',
        message: 'The body is not an event of a GitHub webhook',
        hint: "Set the webhook's content type to application/json.",
      };
    case 'event_stale':
      return { status: 400, code: 'INVALID_ARGUMENT', message: 'The event is older than three days' };
    default:
      return tokenRefusal(fault);
  }
}

function tokenRefusal(fault: TokenFault): TrustRefusal {
  switch (fault.fault) {
    case 'token_malformed':
      return refuse('The token is not a JSON Web Token');
    case 'token_algorithm':
      return refuse('The token is not signed with RS256');
    case 'token_issuer':
      return refuse('The token is from an issuer that is not trusted');
    case 'token_audience':
      return refuse('The token is for another audience', `Ask for one with audience=${fault.expected}`);
    case 'token_expired':
      return refuse('The token has expired', 'Ask for a new one in the step that uploads.');
    case 'token_early':
      return refuse('The token is not valid yet', CLOCK);
    case 'token_key_unknown':
      return refuse('The token is signed with a key that the issuer does not list');
    case 'token_signature':
      return refuse('The signature of the token does not match');
    case 'token_claims':
      return refuse(`The token has no usable ${fault.named}`);
    case 'issuer_unavailable':
      return {
        status: 503,
        code: 'RETRY_LATER',
        message: "The issuer's keys could not be read",
        retryAfterS: fault.retryAfterS,
      };
  }
}

function refuse(message: string, hint?: string): TrustRefusal {
  return { status: 401, code: 'AUTH_FAILED', message, ...(hint ? { hint } : {}) };
}

const NOT_COVERED: Record<PolicyFault, (named: string) => { message: string; hint?: string }> = {
  repository: (named) => ({
    message: `No trust rule covers repository ${named}`,
    hint: 'Its ids decide, not its name.',
  }),
  fork: (named) => ({
    message: `The event ${named} may run the code of a fork`,
    hint: 'The trust rule does not allow forks.',
  }),
  ref: (named) => ({ message: `The trust rule does not cover ref ${named}` }),
  environment: (named) => ({ message: `The trust rule does not cover environment ${named}` }),
  job_workflow_ref: (named) => ({ message: `The trust rule does not cover workflow ${named}` }),
};
