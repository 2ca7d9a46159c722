import { type Frame, frameOf, isDenial } from './claim-frames.ts';
import type { ClaimVocabulary, Deed } from './claim-vocabulary.ts';
import { AFTERTHOUGHTS, CONDITIONS_AFTER, HEDGES, PREPOSITIONS, singular, TURNS } from './claim-words.ts';

/**
 * A statement that something was done. `byAgent`: the agent says it of itself ("I have cancelled"); else it could also tell what
 * was found ("has been cancelled"), and a `state` what came of another deed ("is now booked"). `object` is the first noun beside the verb that the tool knows.
 */
export type Claim = {
  verb: string;
  byAgent: boolean;
  state: boolean;
  quote: string;
  deeds: readonly Deed[];
  object: string | undefined;
};

const MAX_CLAIMS_READ = 100;
const REACH_BEFORE = 300;
const REACH_AFTER = 200;

/** The claims in a text, for English. What is asked, denied, planned, conditional, reported or quoted is none; in doubt, it is none. */
export function claimsIn(text: string, { deeds, forms }: ClaimVocabulary): Claim[] {
  const claims: Claim[] = [];
  let read = 0;
  for (const { 0: verb, index } of text.matchAll(forms)) {
    if (++read > MAX_CLAIMS_READ) break;
    const sentence = sentenceAround(text, index, index + verb.length);
    const claim = sentence && claimIn(sentence, deeds.get(verb) ?? []);
    if (claim) claims.push(claim);
  }
  return claims;
}

/** Words and marks on both sides of a verb, in lower case. */
export type Sentence = { before: string[]; verb: string; after: string[]; quote: string };

const QUOTED = /"[^"\n]*"|“[^”\n]*”/g;
const TOKEN = /[\p{L}\p{N}'_#\p{Sc}-]+|[,;:"“”]/gu;
const CLOSES = '.!?';
const FOLLOWS = ' \n\t*_")]';

/** Whether a sentence ends with this character; the point in `1.5` ends none. */
function isEnd(text: string, at: number): boolean {
  const sign = text[at] as string;
  if (sign === '\n') return true;
  return CLOSES.includes(sign) && (at + 1 === text.length || FOLLOWS.includes(text[at + 1] as string));
}

function sentenceAround(text: string, start: number, end: number): Sentence | undefined {
  let from = start;
  while (from > 0 && start - from < REACH_BEFORE && !isEnd(text, from - 1)) from--;
  let to = end;
  while (to < text.length && to - end < REACH_AFTER && !isEnd(text, to)) to++;
  const head = text.slice(from, start);
  if (text[to] === '?' || QUOTING.test(head)) return undefined;
  const before = tokens(head);
  // Between quotation marks, somebody else speaks.
  if (before.includes('"') || before.includes('“')) return undefined;
  const after = tokens(text.slice(end, to));
  return { before, verb: text.slice(start, end), after, quote: text.slice(from, to).trim() };
}

/** A line of a quoted message. */
const QUOTING = /^\s{0,4}>/;

function tokens(text: string): string[] {
  return text.replaceAll('’', "'").replace(QUOTED, ' ').toLowerCase().match(TOKEN) ?? [];
}

function claimIn(sentence: Sentence, deeds: readonly Deed[]): Claim | undefined {
  const frame = frameOf(sentence);
  if (!frame || (frame.simple && deeds.some(({ alike }) => alike.includes(sentence.verb)))) return undefined;
  const { byAgent, subject } = frame;
  if (isHedged(subject)) return undefined;
  const rest = clauseAfter(sentence.after);
  if (isTakenBack(rest, frame)) return undefined;
  const beside = byAgent ? upTo(rest, PREPOSITIONS) : subject.slice(-MAX_OBJECT_WORDS);
  const { verb, quote } = sentence;
  const meant = meantBy(beside.map(nounOf), deeds);
  return meant && { verb, byAgent, state: frame.state ?? false, quote, ...meant };
}

/** A condition behind the verb; of what was found, also that it is long past or another's doing. */
function isTakenBack(rest: readonly string[], { byAgent, recent }: Frame): boolean {
  if (byAgent) return rest.some((word) => CONDITIONS_AFTER.has(word));
  if (rest.some((word) => AFTERTHOUGHTS.has(word) && !(recent && word === 'ago'))) return true;
  return rest.some((word, i) => word === 'by' && DETERMINERS.has(rest[i + 1] ?? ''));
}

const DETERMINERS = new Set(['the', 'a', 'an', 'our', 'your', 'their', 'its', 'his', 'her']);
const MAX_OBJECT_WORDS = 10;
const LIGHT_WORDS = 4;

/** `$500` is an amount. */
function nounOf(word: string): string {
  return /^\p{Sc}/u.test(word) ? 'amount' : singular(word);
}

/** The deeds that a verb can mean beside these words: the first noun that any of them knows decides. */
function meantBy(beside: readonly string[], deeds: readonly Deed[]): Pick<Claim, 'deeds' | 'object'> | undefined {
  const at = beside.findIndex((word) => deeds.some(({ objects, own }) => objects?.has(word) || own.has(word)));
  const object = beside[at];
  const isNear = at < LIGHT_WORDS && !VAGUE_NOUNS.has(beside[at + 1] ?? '') && !beside.slice(0, at).includes('to');
  const meant = deeds.filter(
    ({ objects, light }) => !objects || (object !== undefined && objects.has(object) && (isNear || !light)),
  );
  return meant.length > 0 ? { deeds: meant, object } : undefined;
}

/** "your refund request" is not your refund. */
const VAGUE_NOUNS = new Set(
  'request detail information policy option status number id form page inquiry question note'.split(' '),
);

function isHedged(subject: string[]): boolean {
  const clause = subject.slice(subject.findLastIndex((word) => TURNS.has(word)) + 1);
  const isHedge = (word: string, i: number) =>
    isDenial(word) || (HEDGES.has(word) && !(word === 'can' && clause[i + 1] === 'confirm'));
  return subject.some((word) => CONDITIONS.has(word)) || clause.some(isHedge);
}

/** These reach over a comma: "If you agree, I …". */
const CONDITIONS = new Set('if once when whenever after before until unless example policy according'.split(' '));

function clauseAfter(words: string[]): readonly string[] {
  return upTo(words, TURNS).slice(0, MAX_OBJECT_WORDS);
}

function upTo(words: readonly string[], marks: ReadonlySet<string>): readonly string[] {
  const end = words.findIndex((word) => marks.has(word));
  return end < 0 ? words : words.slice(0, end);
}
