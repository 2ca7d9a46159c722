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
/** A shorter number is a count, whatever it is called. */
const SHORTEST_NUMBER = 1_000;
/** Every finding holds a digit, an at sign, a colon, an equals sign or a blank. */
const PLAIN_KEY = /^[\w-]{0,4}$|^[A-Za-z_-]*$/;

/**
 * A copy of a JSON value with what is secret replaced by `[REDACTED:{kind}]`. Strings and keys are searched; a text or number under a key
 * such as `password` or `api_key` goes as a whole. Parts without a finding are shared with the input, not copied.
 */
export function redact(value: unknown, options: RedactionOptions): Redacted<unknown> {
  const walk: Walk = { ...options, counts: {} };
  return { value: redactValue(value, walk, { depth: 0, key: '' }), counts: walk.counts };
}

/** The same for one text. */
export function redactText(text: string, options: RedactionOptions): Redacted<string> {
  const walk: Walk = { ...options, counts: {} };
  return { value: redactString(text, walk), counts: walk.counts };
}

/**
 * Any value without its keys, tokens and passwords: what may be kept of whatever comes in. Its shape stays, but for a number under a key such
 * as `password`, which becomes text.
 */
export function withoutSecrets<T>(value: T): T {
  return redact(value, { personalData: false }).value as T;
}

/** Where a value stands: how deep, and under which key; what is in a list stands under the list's. */
type Place = { depth: number; key: string };

function redactValue(value: unknown, walk: Walk, place: Place): unknown {
  if (typeof value === 'string') return redactField(place.key, value, walk);
  if (typeof value === 'number') return redactNumber(place.key, value, walk);
  if (typeof value !== 'object' || value === null) return value;
  if (place.depth >= MAX_DEPTH) return replacement('too_deep', walk);
  return Array.isArray(value) ? redactArray(value, walk, place) : redactObject(value, walk, place.depth + 1);
}

function redactArray(items: unknown[], walk: Walk, { depth, key }: Place): unknown[] {
  const place = { depth: depth + 1, key };
  let copy: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const redacted = redactValue(items[index], walk, place);
    if (redacted === items[index]) continue;
    copy ??= [...items];
    copy[index] = redacted;
  }
  return copy ?? items;
}

function redactObject(object: object, walk: Walk, depth: number): object {
  let copy: Record<string, unknown> | undefined;
  let isPlain = true;
  for (const key of Object.keys(object)) {
    if (!PLAIN_KEY.test(key)) isPlain = false;
    const item = (object as Record<string, unknown>)[key];
    const redacted = redactValue(item, walk, { depth, key });
    if (redacted === item) continue;
    copy ??= { ...object };
    copy[key] = redacted;
  }
  return isPlain ? (copy ?? object) : redactKeys(copy ?? object, walk);
}

/** Keys that become the same are numbered, so that no value is lost. */
function redactKeys(object: object, walk: Walk): object {
  const entries = Object.entries(object).map(([key, item]) => [redactString(key, walk), item] as const);
  if (Object.keys(object).every((key, index) => key === entries[index]?.[0])) return object;
  const renamed: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    let free = key;
    for (let number = 2; Object.hasOwn(renamed, free); number++) free = `${key} ${number}`;
    renamed[free] = item;
  }
  return renamed;
}

function redactField(key: string, text: string, walk: Walk): string {
  const kind = key && text && kindUnderKey(key, text, walk);
  return kind ? replacement(kind, walk) : redactString(text, walk);
}

function kindUnderKey(key: string, text: string, { personalData }: Walk): RedactedKind | undefined {
  return secretUnderKey(key, text) ?? (personalData ? personalDataUnderKey(key, text) : undefined);
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

/** Without its punctuation a number is recognised by its key; a card's by itself. */
function redactNumber(key: string, value: number, walk: Walk): unknown {
  if (value < SHORTEST_NUMBER) return value;
  const kind = key && kindUnderKey(key, String(value), walk);
  if (kind) return replacement(kind, walk);
  if (!walk.personalData || value < 1e12 || !Number.isSafeInteger(value)) return value;
  return isCard(String(value)) ? replacement('card', walk) : value;
}

function replacement(kind: RedactedKind | 'too_deep', { counts }: Walk): string {
  counts[kind] = (counts[kind] ?? 0) + 1;
  return `[REDACTED:${kind}]`;
}
