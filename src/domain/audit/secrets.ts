import { findSecrets } from '../redaction/secrets.ts';
import { mergeSpans, type RedactedKind, type Span } from '../redaction/span.ts';

const MIN_PASSWORD_CHARS = 6;
const MIN_TOKEN_CHARS = 16;
/** Letters and digits mixed, as in no word and no name of a field: close together, or in a long value with both cases. */
const RANDOM = /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{8}|^(?=.*\d)(?=.*[a-z])(?=.*[A-Z]).{32}|^xox[a-z]-/;
const TYPE_WORD = /^(?:u?int|float|string|str|char|varchar|bytes?|base|uuid|sha|md|utf|hex)[_-]?\d*\??$/i;
const VARIABLE_NAME = /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/;
/** Where the secret is kept, not the secret. */
const REFERENCE = /^(?:(?:env|vault|secrets?|ssm|arn|os\.environ|process\.env)\b|[a-z][\w+.-]{1,20}:\/\/)/i;
const PLACEHOLDER =
  /^(?:[<$%{*[]|your|change[_-]?me|example|placeholder|redacted|pass(?:word)?$|secret$)|x{4,}|\*{3,}|\.{3}/i;
/** What is left of a key whose end line is missing: its first line and lines of base64. */
const CUT_KEY = /^-----BEGIN [A-Z0-9 ]{0,40}-----(?:(?:\s|\\[rn])+[A-Za-z0-9+/=]{40,})*/;

/**
 * The secrets in a blueprint's text. A result's text is searched with suspicion; a blueprint describes passwords and tokens all
 * day (`password: string`, "sends a token: …"), so that here a value must look like one that was made up by a machine or a lock.
 */
export function secretsIn(text: string): Span[] {
  const spans = mergeSpans(findSecrets(text)).map((span) => withoutSurroundings(text, span));
  return spans.filter(({ kind, start, end }) => isMadeUp(kind, text.slice(start, end)));
}

/** The text with every secret replaced by `<REDACTED:kind>`: square brackets would make a YAML value a list. */
export function redactSecrets(text: string): string {
  let redacted = '';
  let from = 0;
  for (const { kind, start, end } of secretsIn(text)) {
    redacted += `${text.slice(from, start)}<REDACTED:${kind}>`;
    from = end;
  }
  return redacted + text.slice(from);
}

/** A bare value without the brackets that close around it; a private key without what stands behind it. */
function withoutSurroundings(text: string, { kind, start, end }: Span): Span {
  const value = text.slice(start, end);
  if (kind !== 'private_key') return { kind, start, end: start + value.replace(/[)\]}.,]{1,9}$/, '').length };
  const isWhole = value.includes('-----END');
  return { kind, start, end: isWhole ? end : start + (CUT_KEY.exec(value)?.[0].length ?? 0) };
}

function isMadeUp(kind: RedactedKind, value: string): boolean {
  if (kind === 'private_key') return true;
  if (/\s/.test(value) || [TYPE_WORD, VARIABLE_NAME, REFERENCE, PLACEHOLDER].some((form) => form.test(value)))
    return false;
  if (kind !== 'password') return value.length >= MIN_TOKEN_CHARS && RANDOM.test(value);
  if (value.length < MIN_PASSWORD_CHARS) return false;
  return /^\d+$/.test(value) || (/[a-z]/i.test(value) && /[\d!@#$%^&*]/.test(value));
}
