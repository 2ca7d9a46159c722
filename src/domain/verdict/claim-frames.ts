import { ADVERBS, TURNS } from './claim-words.ts';
import type { Sentence } from './claims.ts';

/** Who says what of whom: what stands before the helping verb. */
export type Frame = { byAgent: boolean; subject: string[]; simple?: boolean; recent?: boolean; state?: boolean };

const SPEAKERS = new Set(['i', 'we']);
const HAVE = new Set(['have']);
const SPEAKERS_HAVE = new Set(["i've", "we've"]);

export function frameOf({ before, verb, after }: Pick<Sentence, 'before' | 'verb' | 'after'>): Frame | undefined {
  const [rest, adverbs] = splitAdverbs(before);
  const last = rest.at(-1) ?? '';
  const active = activeFrame(rest, last, rest.at(-2) ?? '') ?? joinedFrame(rest, last, verb);
  if (active) return active;
  // "Has already been" tells what was found.
  const [helping, between] = last === 'been' ? splitAdverbs(rest.slice(0, -1)) : [rest, adverbs];
  if (adverbs.has('already') || between.has('already')) return undefined;
  if (last === 'been') return passiveFrame(helping, ['has', 'have', "it's", "you've"]);
  const succeeded = adverbs.has('successfully') || after[0] === 'successfully';
  const present = succeeded || adverbs.has('now') ? passiveFrame(rest, ['is', 'are', "you're", "it's"]) : undefined;
  if (present) return { ...present, state: true };
  const recent = RECENTLY.test(after.slice(0, RECENT_WORDS).join(' '));
  const past = succeeded || recent || adverbs.has('just') ? passiveFrame(rest, ['was', 'were']) : undefined;
  if (past) return { ...past, recent };
  return succeeded && rest.every((word) => !WORD.test(word)) ? { byAgent: true, subject: [] } : undefined;
}

const WORD = /^[\p{L}']+$/u;
const RECENTLY = /\b(?:an? (?:moment|minute|second) ago|moments ago|just now|right now|today)\b/;
const RECENT_WORDS = 10;

/** `I have`, `I've`, and the simple past; `I have gone ahead and`. */
function activeFrame(rest: string[], last: string, second: string): Frame | undefined {
  if (last === 'and' && second === 'ahead') {
    const [led] = splitAdverbs(rest.slice(0, -3));
    const frame = activeFrame(led, led.at(-1) ?? '', led.at(-2) ?? '');
    // "I went ahead and reset it": the form alone would not tell that it is past.
    return frame && { ...frame, simple: false };
  }
  if (SPEAKERS_HAVE.has(last)) return { byAgent: true, subject: rest.slice(0, -1) };
  if (HAVE.has(last) && SPEAKERS.has(second)) return { byAgent: true, subject: rest.slice(0, -2) };
  return SPEAKERS.has(last) ? { byAgent: true, subject: rest.slice(0, -1), simple: true } : undefined;
}

const OTHERS = new Set('you they he she it who which that to will would can could'.split(' '));

/** `I've found your order and refunded it`: the helping verb stands further up, with nobody else speaking in between. */
function joinedFrame(rest: string[], last: string, verb: string): Frame | undefined {
  if (last !== 'and') return undefined;
  const at = rest.findLastIndex(
    (word, i) => SPEAKERS_HAVE.has(word) || (HAVE.has(word) && SPEAKERS.has(rest[i - 1] ?? '')),
  );
  const between = rest.slice(at + 1);
  if (at < 0 || between.some((word) => OTHERS.has(word) || isDenial(word)) || verb === last) return undefined;
  return { byAgent: true, subject: rest.slice(0, SPEAKERS_HAVE.has(rest[at] ?? '') ? at : at - 1) };
}

function passiveFrame(rest: string[], helpers: string[]): Frame | undefined {
  const last = rest.at(-1) ?? '';
  if (!helpers.includes(last)) return undefined;
  const subject = /'/.test(last) ? rest : rest.slice(0, -1);
  const clause = subject.slice(subject.findLastIndex((word) => TURNS.has(word)) + 1);
  // "Orders that have been shipped": a kind of order, not this one.
  if (clause.length === 0 || ['that', 'there'].includes(clause.at(-1) ?? '')) return undefined;
  return { byAgent: false, subject };
}

/** Words, and the adverbs at their end. */
function splitAdverbs(words: string[]): [rest: string[], adverbs: ReadonlySet<string>] {
  let end = words.length;
  while (end > 0 && ADVERBS.has(words[end - 1] ?? '')) end--;
  return [words.slice(0, end), new Set(words.slice(end))];
}

export function isDenial(word: string): boolean {
  return word.endsWith("n't");
}
