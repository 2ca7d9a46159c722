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
const KEY_HEADER = '-----BEGIN [A-Z0-9 ]{0,40}-----';
/** Base64 and the lines that PEM puts before it; a name with a colon is the document's own again. */
const WHOLE_KEY = new RegExp(
  `${KEY_HEADER}(?:[A-Za-z0-9+/=\\s]|\\\\[rn\\s]|(?:Proc-Type|DEK-Info|Version|Comment):[^\\n\\\\"]{0,200}){0,20000}-----END [A-Z0-9 ]{0,40}-----`,
  'y',
);
/** What is left of a key whose end line is missing. */
const CUT_KEY = new RegExp(`${KEY_HEADER}(?:(?:\\s|\\\\[rn])+[A-Za-z0-9+/=]{40,})*`, 'y');

/**
 * The secrets in a blueprint's text. A result's text is searched with suspicion; a blueprint describes passwords and tokens all
 * day (`password: string`, "sends a token: …"), so that here a value must look like one that was made up by a machine or a lock.
 */
export function secretsIn(text: string): Span[] {
  // Judged one by one before they are merged: what is no secret may lie around one.
  return mergeSpans(findSecrets(text).flatMap((span) => madeUpIn(text, span)));
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

/** Where secrets stood before they were replaced. */
export function marksIn(text: string): { kind: string; start: number }[] {
  return [...text.matchAll(/<REDACTED:(api_key|token|private_key|password)>/g)].map(({ 1: kind = '', index }) => {
    return { kind, start: index };
  });
}

/** What of a finding is a secret here: a value without the brackets that close around it, a sentence's own secrets, each private key. */
function madeUpIn(text: string, { kind, start, end }: Span): Span[] {
  const value = text.slice(start, end);
  if (kind === 'private_key') return privateKeysIn(text, { kind, start, end });
  if (/\s/.test(value))
    return secretsIn(value).map((span) => ({ ...span, start: start + span.start, end: start + span.end }));
  const bare = value.replace(/[)\]}.,]{1,9}$/, '');
  return isMadeUp(kind, bare) ? [{ kind, start, end: start + bare.length }] : [];
}

/** A key whose end is missing was taken up to the end of another one, or of the text. */
function privateKeysIn(text: string, { kind, start, end }: Span): Span[] {
  const headers = text.slice(start, end).matchAll(/-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY/g);
  return [...headers].map(({ index }) => {
    const from = start + index;
    return { kind, start: from, end: from + (matchedAt(WHOLE_KEY, text, from) || matchedAt(CUT_KEY, text, from)) };
  });
}

function matchedAt(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0].length ?? 0;
}

function isMadeUp(kind: RedactedKind, value: string): boolean {
  if ([TYPE_WORD, VARIABLE_NAME, REFERENCE, PLACEHOLDER].some((form) => form.test(value))) return false;
  if (kind !== 'password') return value.length >= MIN_TOKEN_CHARS && RANDOM.test(value);
  if (value.length < MIN_PASSWORD_CHARS) return false;
  return /^\d+$/.test(value) || (/[a-z]/i.test(value) && /[\d!@#$%^&*]/.test(value));
}
