import { argumentOf, type PlannedCall } from '../case-plan.ts';
import type { Tell } from './plain-tellings.ts';
import { DIGRESSIONS, SOMEBODY } from './small-talk.ts';
import { filled, type Telling, twistOf } from './telling.ts';
import { isPlural } from './value-words.ts';

function firstCall(telling: Telling): PlannedCall {
  const { calls, temptation } = telling.plan.intent;
  const call = calls[0] ?? temptation[0];
  if (!call) throw new RangeError('A plan of this situation has a call');
  return call;
}

/** `named` is the other one with what it is: "order A-1001". */
type Naming = { meant: string; other: string; named: string; thing: string; who: string };
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
    before: `I have both ${other} and ${meant} in my notes from last week.`,
    instead: 'the latter',
  }),
];
const INFERRED: readonly ((naming: Naming) => Choice)[] = [
  ({ meant, other }) => ({
    before: `I have two here, ${other} from March and ${meant} from last week.`,
    instead: 'the more recent one',
  }),
  ({ meant, other }) => ({
    before: `There are two on my list: ${meant}, which has been around since last year, and ${other}, only since Monday.`,
    instead: 'the older one',
  }),
  ({ meant, other }) => ({
    before: `I had two questions, about ${other} and about ${meant}, and the first is settled by now.`,
    instead: 'the one that is still open',
  }),
  ({ meant, other }) => ({
    before: `My list has ${meant} marked red and ${other} marked green.`,
    instead: 'the red one',
  }),
];
const CONFUSED: readonly ((naming: Naming) => Choice)[] = [
  ({ named }) => ({ after: `Not ${named}, that one stays as it is.` }),
  ({ named }) => ({ after: `Please do not confuse it with ${named}.` }),
  ({ named }) => ({ after: `I know that ${named} looks almost the same, but it is not the one I mean.` }),
  ({ named }) => ({ before: `Forget ${named}, somebody else takes care of that.` }),
];

export const choice: Tell = (telling) => {
  const twist = twistOf(telling, 'choice');
  const call = firstCall(telling);
  const parameter = telling.parameter(call, twist.parameter);
  const meant = telling.mention(call, parameter, argumentOf(call, parameter.name));
  const [other, thing] = [telling.mention(call, parameter, twist.other), telling.thing(call, parameter)];
  const naming = {
    meant,
    other,
    named: parameter.role === 'id' || parameter.role === 'self' ? `${thing} ${other}` : other,
    thing,
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
  'Hang on, I just looked again, the {label} has to be {now}.',
  'Oh no, I mixed something up: the {label} is {now}, {before} was last time.',
];
const REPLACEMENTS = [
  'Wait, scratch that: {now} instead of {before}.',
  'Sorry, not {before}, I mean {now}.',
  'Hang on, make that {now} instead of {before}.',
  'Correction before you start: not {before} but {now}.',
];

export const corrected: Tell = (telling) => {
  const twist = twistOf(telling, 'corrected');
  const call = firstCall(telling);
  const parameter = telling.parameter(call, twist.parameter);
  const [now, before] = [argumentOf(call, parameter.name), twist.other].map((value) =>
    telling.mention(call, parameter, value),
  );
  const mistaken = { ...call, arguments: { ...call.arguments, [parameter.name]: twist.other } };
  const isWords = parameter.role === 'query' || parameter.role === 'text' || isPlural(parameter.label);
  const correction = filled(telling.way(isWords ? REPLACEMENTS : [...CORRECTIONS, ...REPLACEMENTS]), {
    label: telling.label(call, parameter),
    now: now ?? '',
    before: before ?? '',
  });
  return [...telling.asked(telling.request(mistaken)), correction];
};

const SUMS = [
  'For the {label}, take {one} and add {two}.',
  'I have {one} and {two} here for the {label}, so please add the two up.',
  'As to the {label}: first I was told {one}, then {two} more, so it has to be both together.',
  'For the {label} it was {one} at first, and now another {two} on top, all in one go.',
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
  'Please keep in mind that it is about {what}.',
  'First of all: it is about {what}.',
  'Write this down first, {what}, I will come back to it.',
  'So you know what we are talking about: {what}.',
];
const BACK = ['Now to what I came for.', 'Where was I?', 'Right, back to the point.', 'Sorry, I got carried away.'];

export const recalled: Tell = (telling) => {
  const { parameter: name } = twistOf(telling, 'recalled');
  const call = firstCall(telling);
  const parameter = telling.parameter(call, name);
  const thing = telling.thing(call, parameter);
  const value = telling.mention(call, parameter, argumentOf(call, name));
  const noted = filled(telling.way(NOTED), {
    what: value.startsWith('the ') || value.startsWith(thing) ? value : `${thing} ${value}`,
  });
  const request = telling.request(call, { instead: { parameter: name, words: `that ${thing}` } });
  return [noted, telling.deal(DIGRESSIONS, 'digression'), telling.deal(BACK, 'back'), ...telling.asked(request)];
};

export const missing: Tell = (telling) => {
  const { parameter } = twistOf(telling, 'missing');
  return telling.asked(telling.request(firstCall(telling), { unsaid: [parameter] }));
};

const CONFLICTS = [
  'One more thing that has to be right: the {label} is {other}.',
  'My colleague wrote down {other} for the {label}; please do exactly as we both say.',
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
