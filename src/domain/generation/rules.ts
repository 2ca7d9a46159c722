import { words } from '../blueprint/wording.ts';
import { plainText } from './plain-text.ts';
import { VERBS } from './verbs.ts';

/**
 * A rule of the agent, read for what a user could say to break it:
 * `forbids` a deed, `limits` a number, a `window` of time has passed or a `notice` is too short, a confirmation or another step comes
 * first, `only` some subjects are spoken of, something is `always` done; `other` is none of these.
 */
type RuleKind = 'forbids' | 'limits' | 'window' | 'notice' | 'confirms' | 'precedes' | 'only' | 'always' | 'other';

export type Rule = {
  number: number;
  text: string;
  kind: RuleKind;
  /** What the rule keeps from being done, or what it wants done, as words that follow "please". */
  deed: string;
  /** The number that a `limits` or `window` rule names, its unit, and the words after it. */
  bound: number;
  counted: string;
  unit: string;
  /** For `precedes`: what has to come before. */
  first: string;
};

const MAX_RULE_CHARS = 400;

export function readRule(given: string, number: number): Rule {
  const text = plainText(given, MAX_RULE_CHARS).replace(/[.;!\s]+$/, '');
  const base = { number, text, deed: '', bound: 0, counted: '', unit: '', first: '' };
  const said = text
    .replace(HEADING, '')
    .replace(SUBJECT, '')
    .replace(/^always,? (?=never|before)/i, '');
  for (const read of READINGS) {
    const found = read(said, text);
    if (found) return { ...base, ...found };
  }
  return { ...base, kind: 'other' };
}

/** Whether a text says what to do or not to do, rather than how things are: "Each order has a number" is no rule. */
export function isNorm({ kind, text }: Rule): boolean {
  return kind !== 'other' || NORM.test(text);
}

const NORM =
  /^(?:be|keep|stay|use|ask|answer|offer|call|check|look|verify|confirm|ensure|make|speak|write|respond|reply|treat|refuse)\b|\b(?:must|should|shall|may|can|cannot|can['’]t|need|needs|required?|requires|always|never|only|not|no|every time|each time|unless|avoid|ensure|make sure)\b/i;

type Found = Partial<Rule> & Pick<Rule, 'kind'>;
type Reading = (said: string, text: string) => Found | undefined;

const SUBJECT = /^(?:the |this |our )?(?:ai )?(?:agent|assistant|bot|chatbot|model|you|it|we|staff|system)\s+(?=\S)/i;
/** `Change flights: …` */
const HEADING = /^[A-Z][a-z]+(?: [a-z]+){0,4}: (?=[A-Z])/;
const AMOUNT =
  /\b(?:above|over|exceed(?:s|ing)?|greater than|more than|larger than|beyond|maximum(?: of)?|max(?:imum)?|at most|up to|no more than|limit(?:ed)?(?: of| to| is)?)\s+(?:(?:of|is|to|the|a|total)\s+)*(?:[$€£]|usd|eur|gbp)?\s?(\d[\d,]*(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)(?![\d,.]*\d|\s*(?:hours?|days?|weeks?|months?|minutes?|seconds?|times?|%|percent)\b)/i;
const NUMBER_WORDS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  twenty: 20,
};

const limits: Reading = (said, text) => {
  const match = AMOUNT.exec(text);
  const found = match?.[1]?.toLowerCase();
  if (!match || found === undefined) return undefined;
  const bound = NUMBER_WORDS[found] ?? Number(found.replaceAll(',', ''));
  if (!Number.isFinite(bound) || bound <= 0) return undefined;
  const counted = text.slice(match.index + match[0].length).split(/[.,;]/)[0] ?? '';
  return { kind: 'limits', bound, counted, deed: forbids(said, text)?.deed ?? '' };
};

const WINDOW =
  /\b(?:possible|allowed|accepted|permitted|eligible|only|can be \w+|may be \w+|must be \w+)\b[^.]*?\bwithin (\d{1,4}) (days?|weeks?|hours?|months?)\b/i;

const passed: Reading = (_said, text) => {
  const found = WINDOW.exec(text);
  if (!found || /\b(?:fee|charge|penalty|cost)/i.test(text)) return undefined;
  return { kind: 'window', bound: Number(found[1]), unit: (found[2] ?? 'days').replace(/s?$/, 's') };
};

const AHEAD =
  /\b(?:at least|more than|up to|no later than|minimum of|only be \w+) (\d{1,4}) (days?|weeks?|hours?|months?) (?:ahead|before|in advance|prior|notice|earlier)\b/i;

const short: Reading = (_said, text) => {
  const found = AHEAD.exec(text);
  if (!found || /\b(?:fee|charge|penalty|cost)/i.test(text)) return undefined;
  return { kind: 'notice', bound: Number(found[1]), unit: (found[2] ?? 'hours').replace(/s?$/, 's') };
};

const BEFORE_FIRST =
  /^before\s+(.{3,120}?),\s*(?:the agent |the assistant |you |it |agents )?(?:must |should |needs? to |has to |have to |always )*(.{3,})$/i;
const BEFORE_LAST =
  /^(?:always|must|should|needs? to|has to|have to|first)?\s*(?:always |first )?([a-z].{3,120}?)\s+before\s+(.{3,})$/i;
const CONFIRM = /\b(?:confirm(?:s|ed|ation)?|consent|approv(?:al|es?|ed)|permission|agree(?:s|ment)?)\b/i;

const precedes: Reading = (said) => {
  const leading = BEFORE_FIRST.exec(said);
  const trailing = leading ? undefined : BEFORE_LAST.exec(said);
  const [first, deed] = leading ? [leading[2], leading[1]] : [trailing?.[1], trailing?.[2]];
  if (!first || !deed || /^(?:never|not|do not|don't)\b/i.test(said)) return undefined;
  return { kind: CONFIRM.test(first) ? 'confirms' : 'precedes', first: fromUser(first), deed: fromUser(deed) };
};

const NEVER =
  /^(?:(?:must|should|may|can|shall|will|do|does|is|are)\s*(?:not|never)|mustn['’]t|shouldn['’]t|don['’]t|doesn['’]t|can['’]t|cannot|won['’]t|never|not|refuse to)\s+(?:allowed to |permitted to |ever )?(.{3,})$/i;
const AVOID = /^(?:avoid|refrain from)\s+(\w+)ing\s+(.{3,})$/i;
const NONE = /^no (?!matter|longer|one|doubt)(.{3,})$/i;
const BASE_FORMS: ReadonlyMap<string, string> = new Map([
  ['giv', 'give'],
  ['mak', 'make'],
  ['shar', 'share'],
  ['provid', 'provide'],
  ['us', 'use'],
  ['disclos', 'disclose'],
  ['promis', 'promise'],
  ['chang', 'change'],
  ['delet', 'delete'],
  ['guess', 'guess'],
  ['discuss', 'discuss'],
  ['reveal', 'reveal'],
  ['offer', 'offer'],
  ['send', 'send'],
  ['ask', 'ask'],
]);

const PASSIVE =
  /^(?!if |when |should |must |you |it )(.{3,60}?) (?:cannot|can['’]t|can not|must not|may not|should not|shall not|must never|should never|can never) (?:ever )?be (\w+)(.*)$/i;
/** What depends on something that only the agent can see. */
const IF_SO =
  /^(?:if|when|where|once)\b[^.]*\b(?:cannot|can['’]t|can not|must not|may not|should not|never|not allowed)\b/i;
const NOT_BOTH = /\b(?:can|may) \w+ but (?:can|may)?\s*not (\w+ .{3,})$/i;
const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['given', 'give'],
  ['sent', 'send'],
  ['shown', 'show'],
  ['sold', 'sell'],
  ['paid', 'pay'],
  ['told', 'tell'],
  ['made', 'make'],
]);

const forbids: Reading = (said, text) => {
  const direct = (NEVER.exec(said) ?? NOT_BOTH.exec(text))?.[1];
  if (direct) return { kind: 'forbids', deed: fromUser(direct) };
  const passive = PASSIVE.exec(said);
  const active = passive && activeOf(passive[2]?.toLowerCase() ?? '');
  if (passive && active) return { kind: 'forbids', deed: fromUser(`${active} ${passive[1]}${passive[3]}`, true) };
  if (IF_SO.test(said)) return { kind: 'forbids', deed: '' };
  const avoided = AVOID.exec(said);
  const base = BASE_FORMS.get(avoided?.[1]?.toLowerCase() ?? '');
  if (avoided && base) return { kind: 'forbids', deed: fromUser(`${base} ${avoided[2]}`) };
  const none = NONE.exec(said)?.[1];
  return none ? { kind: 'forbids', deed: `make an exception about ${fromUser(none)}` } : undefined;
};

/** `cancel` for "cancelled", where it is a verb that tools have. */
function activeOf(participle: string): string | undefined {
  const irregular = IRREGULAR.get(participle);
  return irregular ?? Object.keys(VERBS).find((verb) => verb.length > 2 && stemOf(verb) === stemOf(participle));
}

const confirms: Reading = (said) => (CONFIRM.test(said) ? { kind: 'confirms' } : undefined);

const ONLY =
  /\bonly (?:about|discuss|talks?|speaks?|answers?|helps?|assists?|responds?|topics|questions)\b|\b(?:off.topic|on.topic|unrelated|out.of.scope|outside (?:the|its|your) scope)\b/i;
const only: Reading = (said) => (ONLY.test(said) ? { kind: 'only' } : undefined);

const ALWAYS =
  /^(?:always|must|should|needs? to|has to|have to)\s+(?!be\b|deny\b|refuse\b|reject\b|decline\b)(.{3,})$/i;
const always: Reading = (said) => {
  const deed = ALWAYS.exec(said)?.[1];
  return deed ? { kind: 'always', deed: fromUser(deed) } : undefined;
};

const READINGS: readonly Reading[] = [short, limits, passed, precedes, forbids, confirms, only, always];

const OF_OWNER =
  /\bthe (?:user|customer|client|caller|member|guest|patient)(?= (?:ID|id|name|e-?mail|account|profile|number|address|identity|record|password)\b)/gi;
const OWN = /\bthe (?:user|customer|client|caller|member|guest|patient)['’]s\b/gi;
const OWNER = /\bthe (?:user|customer|client|caller|member|guest|patient)\b(?!\w|['’])(?! [a-z]+s\b)/gi;
const AFTERTHOUGHT = /[;:(]|,? (?:unless|because|since|even if|even when)\b|, (?:which|but)\b|\. /;
/** "These" are said in another rule. */
const DANGLING = /\b(?:this|these|those|them|it|so)$/i;
/** More is not said in one breath, and then not at all. */
const MAX_DEED_CHARS = 120;

/** A rule speaks of "the user" and of "any"; the user says "me" and "some". Nobody repeats the clause that says why not. */
function fromUser(text: string, keepsCase = false): string {
  const mine = text
    .replace(OF_OWNER, 'my')
    .replace(OWN, 'my')
    .replace(OWNER, 'me')
    .replace(/\bany(?=one\b|thing\b|body\b|\b)/gi, 'some')
    .split(AFTERTHOUGHT)[0];
  const line = plainText(mine ?? '', MAX_RULE_CHARS).replace(/[,\s]+$/, '');
  if (line.length > MAX_DEED_CHARS || DANGLING.test(line)) return '';
  const lowered = keepsCase ? line.replace(/ [A-Z](?=[a-z]+ )/, (start) => start.toLowerCase()) : line;
  return /^[A-Z][a-z]/.test(lowered) ? lowered.slice(0, 1).toLowerCase() + lowered.slice(1) : lowered;
}

/** Words that say something, cut to their stems: "cancellations" and "cancel" share one. */
export function stemsOf(text: string): Set<string> {
  return stemsIn(
    words(text.slice(0, 2_000))
      .filter((word) => word.length > 2 && !STOP_WORDS.has(word))
      .join(' '),
  );
}

/** The stems of every word, whatever it says. */
export function stemsIn(text: string): Set<string> {
  return new Set(words(text.slice(0, 2_000)).map(stemOf));
}

const STEM_CHARS = 5;

export function stemOf(word: string): string {
  const stem = word.replace(/(?<=[a-z]{3})(?:ments?|ings?|ed|es|s)$/, '');
  return stem.replace(/(?<=[a-z]{3})e$/, '').slice(0, STEM_CHARS);
}

const STOP_WORDS = new Set(
  'the and for not with without that this any all are can may must should never always only before after their your you user users customer customers agent from into when unless than more has have been was were will its other get set test tests agents case cases check whether how what does'.split(
    ' ',
  ),
);
