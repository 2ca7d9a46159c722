/** How values and calls are written in reasons and evidence: JSON for people, bounded in length and depth. */

const SHORT_VALUE_CHARS = 80;
const MAX_DEPTH = 6;
/** What a key, a token, a number or an address is made of. */
const PART = /[\w.+@=:/-]/;
const HALF = /[\w.+@=:/-]{1,100}$/;

/**
 * A text of at most so many characters, with an ellipsis where it was longer. A word that would be cut in two and holds a digit or an at
 * sign is left out: half of a key is no longer recognised as one where the verdict is redacted, and is still half of a key.
 */
export function clip(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const cut = text.slice(0, maxChars - 1).replace(/[\ud800-\udbff]$/, '');
  const [half = ''] = PART.test(text.charAt(cut.length)) ? (HALF.exec(cut) ?? []) : [];
  return `${/[\d@]/.test(half) ? cut.slice(0, -half.length) : cut}…`;
}

/** A value as JSON text, cut at `maxChars`; never reads much more of a large value than it shows. */
export function inWords(value: unknown, maxChars = SHORT_VALUE_CHARS): string {
  return clip(write(value, maxChars, 0), maxChars);
}

function write(value: unknown, budget: number, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(clip(value, budget + 1));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value);
  if (depth >= MAX_DEPTH) return '…';
  return Array.isArray(value)
    ? `[${joined(value, budget, (item, left) => write(item, left, depth + 1))}]`
    : writeObject(value, budget, depth);
}

function writeObject(value: object, budget: number, depth: number): string {
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record).sort();
  return `{${joined(keys, budget, (key, left) => `${JSON.stringify(key)}: ${write(record[key], left, depth + 1)}`)}}`;
}

function joined<T>(items: readonly T[], budget: number, text: (item: T, left: number) => string): string {
  const parts: string[] = [];
  let left = budget;
  for (const item of items) {
    if (left < 0) break;
    const part = text(item, left);
    parts.push(part);
    left -= part.length + 2;
  }
  return parts.join(', ');
}

const EVIDENCE_CHARS = 500;

/** A value as evidence keeps it: itself when it is small, else the beginning of its JSON text. */
export function asEvidence(value: unknown): unknown {
  if (typeof value === 'string') return clip(value, EVIDENCE_CHARS);
  return left(value, EVIDENCE_CHARS, 0) > 0 ? value : inWords(value, EVIDENCE_CHARS);
}

/** What is left of a budget of characters once a value is written; 0 or less where it does not fit or lies too deep. */
function left(value: unknown, budget: number, depth: number): number {
  if (typeof value === 'string') return budget - value.length - 2;
  if (typeof value !== 'object' || value === null) return budget - SCALAR_CHARS;
  if (depth >= MAX_DEPTH) return 0;
  let rest = budget - 2;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && rest > 0; i++) rest = left(value[i], rest - 2, depth + 1);
    return rest;
  }
  for (const key of Object.keys(value)) {
    if (rest <= 0) return 0;
    rest = left((value as Record<string, unknown>)[key], rest - key.length - SCALAR_CHARS, depth + 1);
  }
  return rest;
}

/** About as long as a number, or the marks around a name. */
const SCALAR_CHARS = 6;

const LISTED_CHARS = 200;
const LISTED_ITEMS = 4;
const LISTED_LIST_CHARS = 40;

/** `line "L1", plan "S"`: the arguments of a call in a sentence, what fits on a line before what does not. */
export function listArguments(values: Record<string, unknown>): string {
  const isLong = (key: string) => typeof values[key] === 'object' && values[key] !== null;
  const names = Object.keys(values).sort((a, b) => Number(isLong(a)) - Number(isLong(b)) || (a < b ? -1 : 1));
  const listed = names.slice(0, LISTED_ITEMS).map((name) => {
    const chars = isLong(name) ? LISTED_LIST_CHARS : SHORT_VALUE_CHARS;
    return `${clip(name, SHORT_VALUE_CHARS)} ${inWords(values[name], chars)}`;
  });
  return clip(listed.join(', '), LISTED_CHARS) + (names.length > LISTED_ITEMS ? ' and more' : '');
}

/** Calls are counted from 1 for readers. */
export function callNumber(index: number): string {
  return `call ${index + 1}`;
}

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

const NAME_CHARS = 100;

/** A tool's name in a sentence. */
export function toolName(name: string): string {
  return clip(name, NAME_CHARS);
}
