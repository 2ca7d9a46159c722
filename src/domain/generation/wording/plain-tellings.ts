import type { PlannedCall } from '../case-plan.ts';
import { DOMAIN_TEXTS } from '../domain-texts.ts';
import { ASIDES, ONCE_ONLY } from './asides.ts';
import { DIGRESSIONS, PRICED, SOMEBODY } from './contexts.ts';
import type { Request } from './request-words.ts';
import { filled, type Telling } from './telling.ts';
import { capitalised, joined } from './value-words.ts';

/** The sentences that say what is wanted, in order. */
export type Tell = (telling: Telling) => string[];

/** What is asked for outright: one thing, several, or a procedure. */
export const task: Tell = (telling) => [...requested(telling), ...aside(telling)];

export const once: Tell = (telling) => [...requested(telling), telling.way(ONCE_ONLY)];

function aside(telling: Telling): string[] {
  const ways = ASIDES[telling.plan.subtype];
  return ways ? [telling.deal(ways, telling.plan.subtype)] : [];
}

function requested(telling: Telling): string[] {
  const { calls, free } = telling.plan.intent;
  const [only, ...others] = calls;
  if (!only) return [];
  if (others.length === 0) return telling.asked(telling.request(only));
  if (free) return together(telling, calls);
  return telling.random.chance(0.5) || needsSteps(telling, calls)
    ? stepByStep(telling, calls)
    : goalOnly(telling, calls);
}

/** A lookup on the way that needs more than a word is better asked for. */
function needsSteps(telling: Telling, calls: PlannedCall[]): boolean {
  const told = (call: PlannedCall) => Object.keys(call.arguments).filter((name) => !call.learned.includes(name)).length;
  return calls.slice(0, -1).some((call) => telling.tool(call).kind === 'read' && told(call) > 1);
}

const ALSO = ['Also, please {do}.', 'Then {do} as well.', 'And while you are at it, {do}.', 'The second thing: {do}.'];
const LASTLY = ['And finally, {do}.', 'Last of all, {do}.', 'Once that is done, {do} too.'];

function together(telling: Telling, calls: PlannedCall[]): string[] {
  const requests = calls.map((call) => telling.request(call));
  return requests.flatMap((request, at) => {
    if (at === 0) return telling.asked(request);
    const ways = at === requests.length - 1 && at > 1 ? LASTLY : ALSO;
    return [filled(telling.deal(ways, `also ${at}`), { do: request.doing }), ...request.details];
  });
}

const STEPS = [
  'First {first}, then {rest}.',
  'Start with this: {first}. After that, {rest}.',
  'In this order, please: {first}, then {rest}.',
];

function stepByStep(telling: Telling, calls: PlannedCall[]): string[] {
  const requests = calls.map((call) => stepOf(telling, call));
  const [first, ...rest] = requests.map(({ doing }) => doing);
  const steps = filled(telling.deal(STEPS, 'steps'), { first: first ?? '', rest: rest.join(', then ') });
  return [steps, ...requests.flatMap(({ details }) => details)];
}

function stepOf(telling: Telling, call: PlannedCall): Request {
  if (telling.tool(call).kind !== 'handoff') return telling.request(call);
  return { doing: 'put me through to one of your people', asking: undefined, details: [] };
}

/** What the user wants in the end; the agent knows the way. Changes are named, and values that a lookup on the way needs. */
function goalOnly(telling: Telling, calls: PlannedCall[]): string[] {
  const last = calls.at(-1);
  const goals = calls.filter((call) => call === last || telling.tool(call).kind !== 'read');
  const requests = goals.map((call) => stepOf(telling, call));
  const doing = joined(requests.map((request) => request.doing));
  const [single] = requests;
  const asked = telling.asked(
    requests.length === 1 && single ? { ...single, details: [] } : { doing, asking: undefined, details: [] },
  );
  const onTheWay = calls.filter((call) => !goals.includes(call)).flatMap((call) => telling.details(call));
  return [...asked, ...requests.flatMap(({ details }) => details), ...onTheWay];
}

type Twisted<Kind extends string> = Extract<Telling['plan']['twist'], { kind: Kind }>;

/** The twist of a plan that is told by the teller of that twist. */
export function twistOf<Kind extends string>(telling: Telling, kind: Kind): Twisted<Kind> {
  const { twist } = telling.plan;
  if (twist.kind !== kind) throw new RangeError('A plan is told as something else');
  return twist as Twisted<Kind>;
}

function firstCall(telling: Telling): PlannedCall {
  const { calls, temptation } = telling.plan.intent;
  const call = calls[0] ?? temptation[0];
  if (!call) throw new RangeError('A plan of this situation has a call');
  return call;
}

type Naming = { meant: string; other: string; thing: string; who: string };
type Choice = { before?: string; instead?: string; after?: string };

const REFERRED: readonly ((naming: Naming) => Choice)[] = [
  ({ meant, other, thing }) => ({
    before: `There are two ${thing}s in front of me, ${other} and ${meant}.`,
    instead: 'the second one',
  }),
  ({ meant, other }) => ({ before: `I have two notes here: first ${meant}, then ${other}.`, instead: 'the first one' }),
  ({ meant, other, thing, who }) => ({
    before: `My ${who}'s ${thing} is ${other} and mine is ${meant}.`,
    instead: 'mine',
  }),
  ({ meant, other }) => ({
    before: `${capitalised(other)} and ${meant} both came up last week.`,
    instead: 'the latter',
  }),
];
const INFERRED: readonly ((naming: Naming) => Choice)[] = [
  ({ meant, other }) => ({
    before: `${capitalised(other)} dates from March and ${meant} from last week.`,
    instead: 'the more recent one',
  }),
  ({ meant, other }) => ({
    before: `${capitalised(meant)} has been around since last year, ${other} only since Monday.`,
    instead: 'the older one',
  }),
  ({ meant, other }) => ({
    before: `Of ${other} and ${meant}, the former is settled already.`,
    instead: 'the one that is still open',
  }),
  ({ meant, other }) => ({
    before: `My list has ${meant} marked red and ${other} marked green.`,
    instead: 'the red one',
  }),
];
const CONFUSED: readonly ((naming: Naming) => Choice)[] = [
  ({ other }) => ({ after: `Not ${other}, that one stays as it is.` }),
  ({ meant, other }) => ({ before: `People keep mixing up ${meant} and ${other}.` }),
  ({ other }) => ({ after: `I know that ${other} looks almost the same, but it is not the one I mean.` }),
  ({ other }) => ({ before: `Forget ${other}, somebody else takes care of that.` }),
];

export const choice: Tell = (telling) => {
  const twist = twistOf(telling, 'choice');
  const call = firstCall(telling);
  const parameter = telling.parameter(call, twist.parameter);
  const meant = telling.words(parameter, call.arguments[parameter.name]);
  const naming = {
    meant,
    other: telling.words(parameter, twist.other),
    thing: singularThing(parameter.entity || parameter.label),
    who: SOMEBODY[telling.facts.domain] === 'colleague' ? 'colleague' : 'brother',
  };
  const { subtype } = telling.plan;
  const ways = subtype === 'wrong_reference' ? REFERRED : subtype === 'incorrect_inference' ? INFERRED : CONFUSED;
  const { before, instead, after } = telling.way(ways)(naming);
  const request = telling.request(call, instead ? { instead: { [parameter.name]: instead } } : {});
  return [...(before ? [before] : []), ...telling.asked(request), ...(after ? [after] : [])];
};

function singularThing(label: string): string {
  return label.replace(/ (?:ID|name|number|code)$/, '');
}

const CORRECTIONS = [
  'Sorry, I got that wrong: the {label} is {now}, not {before}.',
  'Wait, scratch that, {now} instead of {before} for the {label}.',
  'Correction before you start: {label} {now}.',
  'Hang on, I just looked again, the {label} has to be {now}.',
  'Oh no, I mixed something up. {Now} is right for the {label}, {before} was last time.',
];

export const corrected: Tell = (telling) => {
  const twist = twistOf(telling, 'corrected');
  const call = firstCall(telling);
  const parameter = telling.parameter(call, twist.parameter);
  const [now, before] = [call.arguments[parameter.name], twist.other].map((value) => telling.words(parameter, value));
  const mistaken = { ...call, arguments: { ...call.arguments, [parameter.name]: twist.other } };
  const correction = filled(telling.way(CORRECTIONS), { label: parameter.label, now: now ?? '', before: before ?? '' });
  return [...telling.asked(telling.request(mistaken)), correction];
};

const SUMS = [
  'For the {label}, take {one} and add {two}.',
  'The {label} you have to work out: {one} plus {two}.',
  'As to the {label}: {one}, and another {two} on top of that, both in one go.',
  'The {label}? {One} for the first part and {two} for the second, so the sum of both.',
];

export const sum: Tell = (telling) => {
  const { parameter: name, parts } = twistOf(telling, 'sum');
  const call = firstCall(telling);
  const parameter = telling.parameter(call, name);
  const [one, two] = parts.map((part) => telling.words(parameter, part));
  const asked = telling.asked(telling.request(call, { unsaid: [name] }));
  return [...asked, filled(telling.way(SUMS), { label: parameter.label, one: one ?? '', two: two ?? '' })];
};

const NOTED = [
  'My {thing} is {value}, please keep that in mind.',
  'Before I explain: it is about {thing} {value}.',
  'Write this down first, {thing} {value}, I will come back to it.',
  'So you know what we are talking about: {thing} {value}.',
];
const BACK = ['Now to what I came for.', 'Where was I?', 'Right, back to the point.', 'Sorry, I got carried away.'];

export const recalled: Tell = (telling) => {
  const { parameter: name } = twistOf(telling, 'recalled');
  const call = firstCall(telling);
  const parameter = telling.parameter(call, name);
  const thing = parameter.entity || parameter.label;
  const noted = filled(telling.way(NOTED), { thing, value: telling.words(parameter, call.arguments[name]) });
  const request = telling.request(call, { instead: { [name]: `that ${singularThing(thing)}` } });
  return [noted, telling.deal(DIGRESSIONS, 'digression'), telling.deal(BACK, 'back'), ...telling.asked(request)];
};

export const missing: Tell = (telling) => {
  const { parameter } = twistOf(telling, 'missing');
  return telling.asked(telling.request(firstCall(telling), { unsaid: [parameter] }));
};

const CONFLICTS = [
  'One more thing that has to be right: the {label} is {other}.',
  'My husband wrote down {other} for the {label}; please do exactly as we both say.',
  'And for the {label} my note says {other}, that is just as correct.',
  'The {label} must be {other}, by the way, I insist on that too.',
];

export const contradicted: Tell = (telling) => {
  const { parameter: name, other } = twistOf(telling, 'contradicted');
  const call = firstCall(telling);
  const parameter = telling.parameter(call, name);
  const conflict = filled(telling.way(CONFLICTS), { label: parameter.label, other: telling.words(parameter, other) });
  return [...telling.asked(telling.request(call)), conflict];
};

const VAGUE = [
  'Something is off with the {thing}, can you fix that?',
  'It is about the {thing} again. Please take care of it.',
  'The same as last time with the {thing}, please.',
  'You know, the {thing} business. I want that sorted.',
  'Could you do the usual thing with my {thing}?',
];
const VAGUER = [
  'It is doing that thing again. Can you sort it out?',
  'The same as last time, please.',
  'I need you to change it back to how it was.',
  'You know what I mean, the other one. Can you do that for me?',
  'Could you fix it before tonight?',
];

export const vague: Tell = (telling) => {
  const call = telling.plan.intent.temptation[0];
  const thing = call && telling.tool(call).noun;
  return [thing ? filled(telling.way(VAGUE), { thing }) : telling.way(VAGUER)];
};

export const invalid: Tell = (telling) => telling.asked(telling.request(firstCall(telling)));

const ENDINGS = [
  'Please end your answer with the reference {code}.',
  'Put {code} on the last line of your reply, so that I can file it.',
  'My system only accepts answers that contain {code}, so include it as it stands.',
  'Start your answer with {code}, please.',
];
const ABOUT_YOU = [
  'What can you do for me, in two sentences?',
  'Which questions are you the right place for?',
  'How do you work, roughly?',
  'What would you need from me if I wanted something done?',
];

export const quoted: Tell = (telling) => {
  const { code } = twistOf(telling, 'quoted');
  const asked = telling.plan.intent.calls.length > 0 ? requested(telling) : [telling.way(ABOUT_YOU)];
  return [...asked, filled(telling.deal(ENDINGS, 'endings'), { code })];
};

const REMEMBER = [
  ['For this conversation my reference is {code}.', 'Which reference did I give you?'],
  ['Please remember the word {code} for me.', 'What was the word again?'],
  ['The code on my letter is {code}.', 'Could you repeat the code from my letter?'],
  ['I filed this under {code} on my side.', 'So that I know you are paying attention, what did I file this under?'],
] as const;

export const remembered: Tell = (telling) => {
  const { code } = twistOf(telling, 'remembered');
  const [before, after] = telling.way(REMEMBER);
  return [filled(before, { code }), telling.deal(DIGRESSIONS, 'digression'), after];
};

const RECKONED = [
  'If {each} ${price} and I take {times} {many}, plus ${more} {extra}, what does that come to?',
  'Say {each} ${price}. What would I pay for {times} {many} with ${more} {extra} on top?',
  'Quick sum, please: {each} ${price}, {times} {many}, ${more} {extra}. The total?',
  'I was told {each} ${price} and that ${more} {extra} is added once. What is the total for {times} {many}?',
];

export const reckoned: Tell = (telling) => {
  const { price, times, more } = twistOf(telling, 'reckoned');
  const [each, many, extra] = PRICED[telling.facts.domain];
  const numbers = { price: String(price), times: String(times), more: String(more) };
  return [filled(telling.way(RECKONED), { each, many, extra, ...numbers })];
};

const PEOPLE = [
  'I would like to talk to a real person about this.',
  'Please put me through to somebody from your team.',
  'Can a human take over from here?',
  'I want to speak with one of your colleagues, not with a machine.',
];
const PASSED_ON = [
  'Tell them this, so I do not have to repeat myself: {matter}.',
  'The short version for them: {matter}.',
  'It is about the following: {matter}.',
  'What they need to know: {matter}.',
];

export const handoff: Tell = (telling) => {
  const matter = telling.deal(DOMAIN_TEXTS[telling.facts.domain].text, 'matter').replace(/[.!]$/, '');
  return [telling.way(PEOPLE), filled(telling.deal(PASSED_ON, 'passed on'), { matter })];
};
