import { findPersonalData, isCard, personalDataUnderKey } from './personal.ts';
import { findSecrets, secretUnderKey } from './secrets.ts';
import { mergeSpans, type RedactedKind } from './span.ts';

/** Keys, tokens and passwords always go; `personalData` says whether e-mail, phone, card, SSN and IP go too. */
export type RedactionOptions = { personalData: boolean };

/** The redacted value, and how often each kind was replaced. Nothing found: the very same value and no counts. */
export type Redacted<T> = { value: T; counts: Record<string, number> };

type Counts = Partial<Record<RedactedKind | 'too_deep', number>>;
type Walk = RedactionOptions & { counts: Counts };

/** No agent nests data this deep; hostile JSON does, to overflow the stack of whoever walks it. */
const MAX_DEPTH = 500;
/** Nothing shorter can match: `pwd=x` is the shortest that does. */
const SHORTEST_FINDING = 5;

/**
 * A copy of a JSON value with what is secret replaced by `[REDACTED:{kind}]`. Strings are searched; a string under a key such as
 * `password` or `api_key` goes as a whole; keys stay. Parts without a finding are shared with the input, not copied.
 */
export function redact(value: unknown, options: RedactionOptions): Redacted<unknown> {
  const walk: Walk = { ...options, counts: {} };
  return { value: redactValue(value, walk, 0), counts: walk.counts };
}

/** The same for one text. */
export function redactText(text: string, options: RedactionOptions): Redacted<string> {
  const walk: Walk = { ...options, counts: {} };
  return { value: redactString(text, walk), counts: walk.counts };
}

function redactValue(value: unknown, walk: Walk, depth: number): unknown {
  if (typeof value === 'string') return redactString(value, walk);
  if (typeof value === 'number') return redactNumber(value, walk);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return replacement('too_deep', walk);
  return Array.isArray(value) ? redactArray(value, walk, depth) : redactObject(value, walk, depth);
}

function redactArray(items: unknown[], walk: Walk, depth: number): unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const redacted = redactValue(items[index], walk, depth + 1);
    if (redacted === items[index]) continue;
    copy ??= [...items];
    copy[index] = redacted;
  }
  return copy ?? items;
}

function redactObject(object: object, walk: Walk, depth: number): object {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    const item = (object as Record<string, unknown>)[key];
    const redacted = typeof item === 'string' ? redactField(key, item, walk) : redactValue(item, walk, depth + 1);
    if (redacted === item) continue;
    copy ??= { ...object };
    copy[key] = redacted;
  }
  return copy ?? object;
}

function redactField(key: string, text: string, walk: Walk): string {
  const kind = text && (secretUnderKey(key, text) ?? (walk.personalData ? personalDataUnderKey(key, text) : undefined));
  return kind ? replacement(kind, walk) : redactString(text, walk);
}

function redactString(text: string, walk: Walk): string {
  if (text.length < SHORTEST_FINDING) return text;
  const found = findSecrets(text);
  if (walk.personalData) found.push(...findPersonalData(text));
  if (found.length === 0) return text;
  let redacted = '';
  let from = 0;
  for (const { start, end, kind } of mergeSpans(found)) {
    redacted += text.slice(from, start) + replacement(kind, walk);
    from = end;
  }
  return redacted + text.slice(from);
}

/** The only personal number that stays recognisable without its punctuation is a card's. */
function redactNumber(value: number, walk: Walk): unknown {
  if (!walk.personalData || value < 1e12 || !Number.isSafeInteger(value)) return value;
  return isCard(String(value)) ? replacement('card', walk) : value;
}

function replacement(kind: RedactedKind | 'too_deep', { counts }: Walk): string {
  counts[kind] = (counts[kind] ?? 0) + 1;
  return `[REDACTED:${kind}]`;
}
