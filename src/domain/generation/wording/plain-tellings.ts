import type { PlannedCall } from '../case-plan.ts';
import { ASIDES, ONCE_ONLY } from './asides.ts';
import type { Request } from './request-words.ts';
import { DIGRESSIONS, PRICED } from './small-talk.ts';
import { filled, type Telling, twistOf } from './telling.ts';
import { joined } from './value-words.ts';

/** The sentences that say what is wanted, in order. */
export type Tell = (telling: Telling) => string[];

/** What is asked for outright: one thing, several, or a procedure. */
export const task: Tell = (telling) => {
  const { calls, free } = telling.plan.intent;
  const isTold = calls.length < 2 || free || isToldInSteps(telling, calls);
  return [...requested(telling), ...(isTold ? aside(telling) : [])];
};

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
  return isToldInSteps(telling, calls) ? stepByStep(telling, calls) : goalOnly(telling, calls);
}

/** Otherwise only the end is named, and nobody can speak of "each of them" or of an order. */
function isToldInSteps(telling: Telling, calls: PlannedCall[]): boolean {
  return telling.plan.turn % 2 === 0 || needsSteps(telling, calls);
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
const MATTERS = [
  'I have explained the same problem three times and it is still there',
  'this has been open for two weeks now',
  'I was promised a call on Monday that never came',
  'the last two answers I got contradict each other',
  'it is urgent and nobody tells me how long it will take',
];
const PASSED_ON = [
  'Tell them this, so I do not have to repeat myself: {matter}.',
  'The short version for them: {matter}.',
  'It is about the following: {matter}.',
  'What they need to know: {matter}.',
];

export const handoff: Tell = (telling) => {
  const matter = telling.deal(MATTERS, 'matter');
  return [telling.way(PEOPLE), filled(telling.deal(PASSED_ON, 'passed on'), { matter })];
};
