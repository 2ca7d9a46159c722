import { argumentOf, type PlannedCall } from '../case-plan.ts';
import type { Tell } from './plain-tellings.ts';
import { DIGRESSIONS, SOMEBODY } from './small-talk.ts';
import { filled, type Telling, twistOf } from './telling.ts';
import { capitalised } from './value-words.ts';

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
  const meant = telling.mention(call, parameter, argumentOf(call, parameter.name));
  const naming = {
    meant,
    other: telling.mention(call, parameter, twist.other),
    thing: telling.thing(call, parameter),
    who: SOMEBODY[telling.facts.domain] === 'colleague' ? 'colleague' : 'brother',
  };
  const { subtype } = telling.plan;
  const ways = subtype === 'wrong_reference' ? REFERRED : subtype === 'incorrect_inference' ? INFERRED : CONFUSED;
  const { before, instead, after } = telling.way(ways)(naming);
  const request = telling.request(call, instead ? { instead: { parameter: parameter.name, words: instead } } : {});
  return [...(before ? [before] : []), ...telling.asked(request), ...(after ? [after] : [])];
};

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
  const [now, before] = [argumentOf(call, parameter.name), twist.other].map((value) =>
    telling.mention(call, parameter, value),
  );
  const mistaken = { ...call, arguments: { ...call.arguments, [parameter.name]: twist.other } };
  const correction = filled(telling.way(CORRECTIONS), {
    label: telling.label(call, parameter),
    now: now ?? '',
    before: before ?? '',
  });
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
  const [one, two] = parts.map((part) => telling.words(call, parameter, part));
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
  const thing = telling.thing(call, parameter);
  const noted = filled(telling.way(NOTED), { thing, value: telling.mention(call, parameter, argumentOf(call, name)) });
  const request = telling.request(call, { instead: { parameter: name, words: `that ${thing}` } });
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
  const conflict = filled(telling.way(CONFLICTS), {
    label: telling.label(call, parameter),
    other: telling.mention(call, parameter, other),
  });
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
