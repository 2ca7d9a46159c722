import type { DayStyle } from '../calendar.ts';
import { argumentOf, type PlannedCall } from '../case-plan.ts';
import type { Parameter } from '../parameter.ts';
import { hashOf, type Random } from '../random.ts';
import { stemsIn } from '../rules.ts';
import type { ToolFacts } from '../tool-facts.ts';
import { inline, type Saying, sentence } from './argument-words.ts';
import { currencyOf, isPlural, joined, valueInWords, withArticle } from './value-words.ts';

/**
 * A request in words: `doing` follows "please" or "could you", `asking` is the same as a question without its mark where there is one, and
 * `details` are the sentences with what did not fit in.
 */
export type Request = { doing: string; asking: string | undefined; details: string[] };

export type Wording = {
  random: Random;
  /** One message writes all its dates in one way. */
  dayStyle: DayStyle;
  /** Words to use for one argument in place of its value. */
  instead?: { parameter: string; words: string };
  /** Arguments that are not mentioned. */
  unsaid?: readonly string[];
  /** Arguments that an earlier part of the message has named already. */
  known?: Set<string>;
};

const MOST_INLINE = 4;
/** To "transfer funds" is to transfer the amount. */
const MONEY_ITSELF = /^(?:funds|money|cash|amount|payment amount)$/;

const PLAYED = /^(?:song|track|album|artist|playlist)$/;
const CODE = /^(?:command|SQL|script|code|statement)$/;

/** What is run is run somewhere, but not on the thing that runs it. */
function isEmptied(noun: string): boolean {
  return noun === '' || /^(?:shell|command|commands|SQL|script|code|query|terminal)$/.test(noun);
}

export function requestInWords(tool: ToolFacts, call: PlannedCall, wording: Wording): Request {
  const sayings = sayingsOf(tool, call, wording);
  const anchor = MONEY_ITSELF.test(tool.noun)
    ? sayings.find(({ parameter: { role } }) => role === 'money')
    : anchorOf(tool, sayings);
  const others = sayings.filter((saying) => saying !== anchor);
  const placed = others.map((saying) => ({ saying, words: inline(saying, tool) }));
  const kept = withoutRepeats(placed.filter(({ words }) => words !== undefined).toSorted(byPlace));
  const left = others.filter((saying) => !kept.some((one) => one.saying === saying));
  const object = objectOf(tool, anchor, wording.random);
  const following = kept.map(({ words }) => words).join(' ');
  const verb = anchor && CODE.test(anchor.parameter.label) ? 'run' : wording.random.pick(verbsFor(tool, object));
  const doing = [verb, object, tool.tail, following]
    .filter((part) => part !== '')
    .join(' ')
    .replaceAll(' ,', ',');
  return { doing, asking: question(tool, { object, anchor, following }), details: detailsOf(left, wording.random) };
}

/** The arguments alone, each in a sentence: for a call that is due without being asked for. */
export function factsInWords(tool: ToolFacts, call: PlannedCall, wording: Wording): string[] {
  return sayingsOf(tool, call, wording).map((saying) => sentence(saying, hashOf(saying.words) % 2));
}

function sayingsOf(tool: ToolFacts, call: PlannedCall, wording: Wording): Saying[] {
  const { dayStyle, instead, known } = wording;
  const sayings: Saying[] = [];
  const currency = currencyOf(tool, call);
  for (const parameter of tool.parameters.filter((one) => isTold(one, tool, { call, wording }))) {
    const value = argumentOf(call, parameter.name);
    const renamed = instead?.parameter === parameter.name;
    const words = renamed ? instead.words : valueInWords(parameter, value, { dayStyle, currency: currency?.code });
    const key = `${parameter.entity || parameter.label}=${words}`;
    if (known?.has(key) && parameter.role !== 'title' && parameter.role !== 'text') continue;
    known?.add(key);
    sayings.push({ parameter, words, value, renamed });
  }
  return sayings;
}

function isTold(
  parameter: Parameter,
  tool: ToolFacts,
  { call, wording }: { call: PlannedCall; wording: Wording },
): boolean {
  const { name } = parameter;
  const value = argumentOf(call, name);
  if (value === undefined || call.learned.includes(name) || wording.unsaid?.includes(name)) return false;
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return false;
  return !(
    parameter === currencyOf(tool, call)?.parameter && tool.parameters.some((one) => tellsAmount(one, call, wording))
  );
}

/** An amount is said with its currency, which then needs no words of its own. */
function tellsAmount({ role, name }: Parameter, call: PlannedCall, { instead, unsaid }: Wording): boolean {
  return (
    role === 'money' && argumentOf(call, name) !== undefined && !unsaid?.includes(name) && instead?.parameter !== name
  );
}

/** "with this with that" is said in two sentences. */
function withoutRepeats<T extends { words: string | undefined }>(placed: T[]): T[] {
  const lead = ({ words }: T) => /^(?:with|for|\()/.exec(words ?? '')?.[0];
  const first = placed.filter((one, at) => {
    const own = lead(one);
    return own === undefined || placed.findIndex((other) => lead(other) === own) === at;
  });
  return first.slice(0, MOST_INLINE);
}

const PLACE: Partial<Record<Parameter['role'], number>> = {
  query: 0,
  title: 1,
  person: 2,
  money: 2,
  other: 2,
  from: 3,
  to: 4,
  id: 5,
  self: 5,
  place: 6,
  date: 7,
  moment: 7,
  time: 8,
  choice: 8,
  count: 8.5,
  list: 8.7,
  text: 9,
};

type Placed = { saying: Saying };

function byPlace({ saying: one }: Placed, { saying: other }: Placed): number {
  const place = ({ parameter: { role, label } }: Saying) => {
    if (/^(?:environment|region|cluster)$/.test(label)) return 6;
    if (/^payment\b/.test(label)) return 8.6;
    return (PLACE[role] ?? 6) + (/\b(?:end|until|to|return|check ?out|dosage|dose)\b/.test(label) ? 0.1 : 0);
  };
  return place(one) - place(other);
}

const ANCHORS = new Set<Parameter['role']>([
  'id',
  'self',
  'other',
  'title',
  'person',
  'place',
  'choice',
  'query',
  'to',
  'email',
]);

/** The argument that the request is about: the order of `cancel_order`, the service of `restart_service`. */
function anchorOf(tool: ToolFacts, sayings: Saying[]): Saying | undefined {
  const able = sayings.filter(({ parameter, words }) => ANCHORS.has(parameter.role) && words.length < 80);
  const nouns = stemsIn(tool.noun);
  const code = able.find(({ parameter: { label } }) => CODE.test(label) || PLAYED.test(label));
  if (code) return code;
  const about = able.find(({ parameter: { entity, label, role } }) => {
    if (role === 'query' || role === 'choice') return false;
    if (tool.deed === 'make' && role !== 'other' && !(role === 'id' && entity === tool.noun)) return false;
    const own = stemsIn(entity || (label === 'ID' ? tool.noun : label));
    return nouns.size > 0 && [...own].some((stem) => nouns.has(stem));
  });
  if (about && tool.deed === 'change' && about.parameter.role !== 'id' && hasCarrier(tool)) return carrierOf(able);
  if (about || tool.noun !== '') return about ?? (tool.deed === 'change' ? carrierOf(able) : undefined);
  return able.find(({ parameter }) => parameter.required) ?? able[0];
}

/** In `change_address(order_id, address)` the order is what is changed, and the address is what it is changed to. */
function carrierOf(sayings: Saying[]): Saying | undefined {
  return sayings.find(({ parameter }) => isCarrier(parameter));
}

function hasCarrier({ parameters }: ToolFacts): boolean {
  return parameters.some(isCarrier);
}

function isCarrier({ role, required, entity }: Parameter): boolean {
  return role === 'id' && required && entity !== '' && !/\bpayment\b/.test(entity);
}

function objectOf(tool: ToolFacts, anchor: Saying | undefined, random: Random): string {
  if (!anchor) return unanchored(tool);
  const { parameter, words } = anchor;
  if (parameter.role === 'money') return words;
  if (CODE.test(parameter.label)) return named(tool, anchor, random);
  if (PLAYED.test(parameter.label) && tool.deed === 'do') return anchor.renamed ? words : `"${words}"`;
  if (tool.noun.endsWith(` ${parameter.entity}`) && !anchor.renamed) return `${tool.noun} ${words}`;
  const rest = restOfNoun(tool.noun, parameter);
  const thing = anchor.renamed ? words : named(tool, anchor, random);
  if (rest === '') return thing;
  return `the ${rest} ${tool.deed === 'change' ? 'on' : tool.deed === 'look' ? 'of' : 'for'} ${thing}`;
}

/** `reservation ZFA04Y`, `checkout-api`, `the walnut desk lamp`. */
function named(tool: ToolFacts, { parameter, words }: Saying, random: Random): string {
  const { role, entity } = parameter;
  if (role === 'id' || role === 'self') return `${entity || withoutPlural(tool.noun)} ${words}`.trim();
  if (/expression|formula/.test(parameter.label)) return words;
  if (CODE.test(parameter.label)) return `"${words}"${isEmptied(tool.noun) ? '' : ` on the ${tool.noun}`}`;
  if (role === 'title' && /^\S+$/.test(words)) return `${withoutPlural(tool.noun)} ${words}`.trim();
  if (role === 'title' || role === 'query') return `"${words}"`;
  if (/^[a-z]+ [a-z ]+$/.test(words)) return `the ${words}`;
  if (words.startsWith(tool.noun)) return words;
  return tool.noun === parameter.label && random.chance(0.5) ? `${withoutPlural(tool.noun)} ${words}` : words;
}

function withoutPlural(noun: string): string {
  return isPlural(noun) ? noun.replace(/ies$/, 'y').replace(/s$/, '') : noun;
}

function restOfNoun(noun: string, { entity, label }: Parameter): string {
  const own = stemsIn(entity || (label === 'ID' ? noun : label));
  return noun
    .split(' ')
    .filter((word) => ![...stemsIn(word)].some((stem) => own.has(stem)))
    .join(' ');
}

/** One searches in these, not for one of them. */
const COLLECTION =
  /\b(?:FAQ|knowledge|base|database|catalogue?|web|internet|index|archive|inventory|directory|wiki|docs|documentation|help centre|help center)$/;

const KNOWN_BY = new Set<Parameter['role']>(['id', 'self', 'email']);

function unanchored({ noun, deed, tail, parameters }: ToolFacts): string {
  if (noun === '') return tail === '' ? 'it' : '';
  if (/^(?:reminder|alarm|timer|alert|goal)s?$/.test(noun)) return withArticle(noun);
  if (/^(?:everything|anything|something|it|this|that)$/.test(noun)) return noun;
  const isKnown = parameters.some(({ role, required }) => required && KNOWN_BY.has(role));
  if (deed === 'find' && (isKnown || COLLECTION.test(noun))) return `the ${noun}`;
  if (deed === 'make' && withArticle(noun).startsWith('the ')) return noun;
  if (deed === 'find' || deed === 'make' || deed === 'send') return withArticle(noun);
  return `the ${noun}`;
}

/** "call off the baggages" is not said, nor is "check for". */
function verbsFor({ say, verb, noun }: ToolFacts, object: string): readonly string[] {
  if (say[0] === 'search for' && COLLECTION.test(noun)) return ['search', 'look in'];
  if (say[0] === 'search for' && object.startsWith('"')) return ['search for', 'look for'];
  return verb === 'cancel' && !/^(?:the )?(?:meeting|appointment|event|visit|delivery)/.test(object) ? [say[0]] : say;
}

type Parts = { object: string; anchor: Saying | undefined; following: string };

/** What one can ask for outright: the weather, not the order. */
const TOLD =
  /\b(?:weather|stock|availability|status|balance|price|total|rate|forecast|schedule|policy|menu|limit|history|cost|fee|quote|time|score|capacity|usage|temperature)$/;

/** Only for what is looked at: a change is asked for, not about. */
function question(tool: ToolFacts, { object, anchor, following }: Parts): string | undefined {
  const end = following === '' ? '' : ` ${following}`;
  if (tool.kind === 'effect' || tool.kind === 'handoff') return undefined;
  if (tool.deed === 'find' && isPlural(tool.noun) && !anchor) return `are there any ${tool.noun}${end}`;
  if (tool.deed === 'find' && !anchor && tool.noun !== '' && !object.startsWith('the '))
    return `is there ${withArticle(tool.noun)}${end}`;
  if (tool.deed === 'list' && isPlural(tool.noun) && !anchor) return `which ${tool.noun} are there${end}`;
  if (tool.deed !== 'look' || !object.startsWith('the ')) return undefined;
  const head = anchor ? restOfNoun(tool.noun, anchor.parameter) || tool.noun : tool.noun;
  if (!anchor && !isPlural(head) && !TOLD.test(head)) return undefined;
  return `what ${isPlural(head) ? 'are' : 'is'} ${object}${end}`;
}

const MOST_TOGETHER = 4;

/** What is left is told in one sentence where the values are short, otherwise each in its own. */
function detailsOf(left: Saying[], random: Random): string[] {
  const isShort = ({ parameter: { role }, words }: Saying) =>
    ['choice', 'count', 'money', 'other', 'id', 'place', 'date', 'person', 'time'].includes(role) && words.length < 40;
  const short = left.filter(isShort).slice(0, MOST_TOGETHER);
  const own = left.filter((saying) => !short.includes(saying));
  const together = short.length > 1 ? [inOneSentence(short, random)] : [];
  const single = short.length > 1 ? own : left;
  return [...together, ...single.map((saying) => sentence(saying, hashOf(saying.words) % 2))];
}

function inOneSentence(sayings: Saying[], random: Random): string {
  const [first, ...others] = sayings.map(({ parameter: { label }, words }) => ({ label, words }));
  if (!first) return '';
  switch (random.int(0, 2)) {
    case 0:
      return `The ${first.label} should be ${first.words}, ${joined(others.map(({ label, words }) => `the ${label} ${words}`))}.`;
    case 1:
      return `I'd go with ${joined(sayings.map(({ parameter: { label }, words }) => `${words} for the ${label}`))}.`;
    default:
      return `For the record: ${joined(sayings.map(({ parameter: { label }, words }) => `${label} ${words}`))}.`;
  }
}
