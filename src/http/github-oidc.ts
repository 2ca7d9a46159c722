import { createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { OidcClaims } from '../domain/trust-rule.ts';
import { distrust, type TokenFault, type Trust } from './ci-trust-faults.ts';
import { issuerKeys, type KeySource } from './github-oidc-keys.ts';

/** Tokens of GitHub Actions: docs.github.com/actions/reference/security/oidc. */

export const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';
const ALGORITHM = 'RS256';
/** Two machines' clocks may differ by this much. */
const SKEW_S = 30;
const MAX_TOKEN_CHARS = 16_384;
/** An issuer that does not answer is asked again after a minute. */
const RETRY_AFTER_S = 60;

export type TokenCheck = {
  token: string;
  /** Our own origin: what the token must have been asked for. */
  audience: string;
  source: KeySource;
  now: number;
};

/** Checks a token of the configured issuer, and answers what its job says of itself. No claim is looked at before the signature holds. */
export async function verifyJobToken(check: TokenCheck): Promise<Trust<OidcClaims>> {
  const { token, source, now } = check;
  if (token.length > MAX_TOKEN_CHARS) return distrust({ fault: 'token_malformed' });
  const keys = await issuerKeys(source, now);
  if (!keys) return distrust({ fault: 'issuer_unavailable', retryAfterS: RETRY_AFTER_S });
  const first = await verify(check, keys);
  if (first.ok || first.fault.fault !== 'token_key_unknown') return first;
  const { kid } = decodeProtectedHeader(token);
  const again = kid === undefined ? null : await issuerKeys(source, now, kid);
  return again && again !== keys ? verify(check, again) : first;
}

async function verify({ token, audience, source, now }: TokenCheck, keys: JSONWebKeySet): Promise<Trust<OidcClaims>> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      algorithms: [ALGORITHM],
      issuer: source.issuer,
      audience,
      clockTolerance: SKEW_S,
      currentDate: new Date(now),
      requiredClaims: ['exp', 'iat'],
    });
    return readClaims(payload, now);
  } catch (error) {
    return distrust(faultOf(error, audience));
  }
}

function readClaims(payload: JWTPayload, now: number): Trust<OidcClaims> {
  if ((payload.iat ?? 0) > now / 1000 + SKEW_S) return distrust({ fault: 'token_early' });
  const parsed = OidcClaims.safeParse(payload);
  if (parsed.success) return { ok: true, value: parsed.data };
  return distrust({ fault: 'token_claims', named: String(parsed.error.issues[0]?.path[0] ?? 'claims') });
}

function faultOf(error: unknown, expected: string): TokenFault {
  if (error instanceof errors.JWTExpired) return { fault: 'token_expired' };
  if (error instanceof errors.JWTClaimValidationFailed) return claimFault(error, expected);
  if (error instanceof errors.JOSEAlgNotAllowed) return { fault: 'token_algorithm' };
  if (error instanceof errors.JWSSignatureVerificationFailed) return { fault: 'token_signature' };
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return { fault: 'token_key_unknown' };
  return { fault: 'token_malformed' };
}

function claimFault({ claim, reason }: errors.JWTClaimValidationFailed, expected: string): TokenFault {
  if (claim === 'iss') return { fault: 'token_issuer' };
  if (claim === 'aud') return { fault: 'token_audience', expected };
  return claim === 'nbf' && reason === 'check_failed'
    ? { fault: 'token_early' }
    : { fault: 'token_claims', named: claim };
}
