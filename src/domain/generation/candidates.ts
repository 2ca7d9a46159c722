import type { Complexity } from '../fields.ts';
import { type AgentFacts, type ChainFacts, canBeBroken, type RuleFacts } from './agent-facts.ts';
import { AIMS, TASK_AIMS } from './aims.ts';
import type { Situation } from './case-plan.ts';
import type { Parameter } from './parameter.ts';
import type { Subtype } from './subtypes.ts';
import { changesState, type ToolFacts } from './tool-facts.ts';
import { isLimited } from './violation.ts';

/** What a case could be about: a situation, what of the agent it meets, and the ways to fail that it brings out. */
export type Candidate = {
  situation: Situation;
  aims: readonly Subtype[];
  covers: string[];
  tool?: ToolFacts;
  parameter?: Parameter;
  chain?: ChainFacts;
  bundle?: readonly ToolFacts[];
  rule?: RuleFacts;
};

export const covered = {
  tool: (name: string) => `tool:${name}`,
  chain: (name: string) => `chain:${name}`,
  rule: (number: number) => `rule:${number}`,
  limit: (tool: string, parameter: string, kind: 'missing' | 'invalid') => `limit:${tool}.${parameter}:${kind}`,
  conduct: (situation: Situation) => `conduct:${situation}`,
  confirmation: (tool: string) => `confirmation:${tool}`,
};

export type Wanted = { count: number; complexity: Complexity };

/** Every case that the agent gives occasion for. */
export function candidates(facts: AgentFacts, wanted: Wanted): Candidate[] {
  const usable = facts.tools.filter(({ internal }) => !internal);
  const hasHandoff = usable.some(({ kind }) => kind === 'handoff');
  return [
    ...facts.chains.map(chainCandidate),
    ...bundles(facts, usable, wanted).map(bundleCandidate),
    ...brokenRules(facts).map(ruleCandidate),
    ...usable.flatMap((tool) => toolCandidates(tool, { hasHandoff, confirmsAll: facts.confirmsAll })),
    ...FREE.map((situation): Candidate => ({ situation, aims: AIMS[situation], covers: [] })),
  ];
}

/** These need no tool. */
const FREE = [
  'unknowable',
  'reckoned',
  'remembered',
  'quoted',
  'vague',
  'stress',
  'private',
  'harmful',
  'coerced',
  'injection',
] as const;

function chainCandidate(chain: ChainFacts): Candidate {
  const covers = [covered.chain(chain.name), ...chain.tools.map(({ name }) => covered.tool(name))];
  return { situation: 'task', aims: TASK_AIMS.chain, covers, chain };
}

function ruleCandidate(rule: RuleFacts): Candidate {
  return { situation: 'rule', aims: AIMS.rule, covers: [covered.rule(rule.number)], rule };
}

/** Of all slots so many may go to single changes; where there are more changes, several go into one request. */
const SHARE_OF_SLOTS = 0.5;
const MOST_AT_ONCE = 3;
const FEW_SLOTS = 10;
/** Planted text, something missing, something corrected. */
const CONDUCTS = 3;

function bundles(facts: AgentFacts, usable: readonly ToolFacts[], { count, complexity }: Wanted): ToolFacts[][] {
  const changing = usable.filter(changesState);
  const due = usable.length + facts.chains.length + brokenRules(facts).length + CONDUCTS;
  const isTight = count >= FEW_SLOTS && due > count;
  const needed = count < FEW_SLOTS ? 1 : Math.ceil(changing.length / (count * SHARE_OF_SLOTS));
  const size = isTight ? MOST_AT_ONCE : Math.min(MOST_AT_ONCE, Math.max(needed, complexity === 'simple' ? 1 : 2));
  const looks = isTight ? usable.filter(({ kind }) => kind === 'read') : [];
  return [...inGroups(changing, size), ...inGroups(looks, size)].map(sorted);
}

/** Neighbours in a blueprint are often alike, so they go to different groups. */
function inGroups(tools: readonly ToolFacts[], size: number): ToolFacts[][] {
  const count = Math.ceil(tools.length / size);
  const groups = Array.from({ length: count }, (_, group) => tools.filter((_tool, at) => at % count === group));
  return groups.filter((group) => group.length > 1 && size > 1);
}

function brokenRules({ rules }: AgentFacts): RuleFacts[] {
  return rules.filter(canBeBroken);
}

/** Nothing is changed after it was cancelled. */
function sorted(bundle: ToolFacts[]): ToolFacts[] {
  return bundle.toSorted((one, other) => Number(one.deed === 'end') - Number(other.deed === 'end'));
}

function bundleCandidate(bundle: ToolFacts[]): Candidate {
  return { situation: 'task', aims: TASK_AIMS.bundle, covers: bundle.map(({ name }) => covered.tool(name)), bundle };
}

type Setting = { hasHandoff: boolean; confirmsAll: boolean };

function toolCandidates(tool: ToolFacts, setting: Setting): Candidate[] {
  const covers = [covered.tool(tool.name)];
  if (tool.kind === 'handoff') return [{ situation: 'handoff', aims: AIMS.handoff, covers, tool }];
  const of = (situation: Exclude<Situation, 'task'>): Candidate => ({ situation, aims: AIMS[situation], covers, tool });
  const corrected = { ...of('corrected'), covers: [...covers, covered.conduct('corrected')] };
  const pivoted = pivotOf(tool) ? [of('choice'), of('recalled'), corrected] : [];
  const summed = numberOf(tool) ? [of('sum')] : [];
  return [
    { situation: 'task', aims: taskAims(tool, setting), covers, tool },
    ...pivoted,
    ...summed,
    of('quoted'),
    ...argumentCandidates(tool),
    ...(changesState(tool) ? changeCandidates(tool, of, setting) : []),
  ];
}

function taskAims(tool: ToolFacts, { hasHandoff }: Setting): readonly Subtype[] {
  if (!changesState(tool)) return TASK_AIMS.read;
  return hasHandoff ? [...TASK_AIMS.effect, 'wrong_handoff'] : TASK_AIMS.effect;
}

function changeCandidates(
  tool: ToolFacts,
  of: (situation: Exclude<Situation, 'task'>) => Candidate,
  setting: Setting,
): Candidate[] {
  const pushed = (situation: Exclude<Situation, 'task'>): Candidate => ({ ...of(situation), covers: [] });
  const asks = tool.confirms || setting.confirmsAll;
  const unconfirmed: Candidate = { ...of('unconfirmed'), covers: [covered.confirmation(tool.name)] };
  return [
    of('once'),
    of('stress'),
    ...(asks ? [unconfirmed] : []),
    { ...pushed('injection'), covers: [covered.conduct('injection')] },
    ...(['restricted', 'coerced', 'vague'] as const).map(pushed),
  ];
}

/** More arguments of one tool than these are not tried one by one. */
const MAX_TRIED = 12;

function argumentCandidates(tool: ToolFacts): Candidate[] {
  const about = (situation: 'missing' | 'invalid' | 'contradicted', parameter: Parameter): Candidate => {
    const limits = situation === 'contradicted' ? [] : [covered.limit(tool.name, parameter.name, situation)];
    const covers = situation === 'missing' ? [...limits, covered.conduct('missing')] : limits;
    return { situation, aims: AIMS[situation], covers, tool, parameter };
  };
  const single = tool.parameters.filter(({ role }) => role !== 'group' && role !== 'list').slice(0, MAX_TRIED);
  const needed = single.filter(({ required }) => required);
  return [
    ...needed.filter(isOnlyTheUsers).map((parameter) => about('missing', parameter)),
    ...single.filter(isLimited).map((parameter) => about('invalid', parameter)),
    // Of two things to look at, both can be looked at.
    ...(changesState(tool) ? needed.filter(isContestable).map((parameter) => about('contradicted', parameter)) : []),
  ];
}

/** Something that an agent can neither know nor sensibly choose. */
function isOnlyTheUsers({ role, label }: Parameter): boolean {
  return (
    role !== 'flag' &&
    role !== 'reason' &&
    !/\b(?:unit|units|currency|format|language|limit|page|type|session)\b/.test(label)
  );
}

function isContestable({ role }: Parameter): boolean {
  return ['date', 'money', 'count', 'place', 'choice', 'id', 'title', 'other', 'time'].includes(role);
}

const PIVOT_ROLES = ['id', 'title', 'person', 'place', 'other', 'self'] as const;
/** What is only being made has a name, but nobody points to it. */
const POINTED_AT = new Set<Parameter['role']>(['id', 'person']);

/** The argument that says which one is meant. */
export function pivotOf({ parameters, deed }: ToolFacts): Parameter | undefined {
  const isNew = deed === 'make' || deed === 'send';
  const needed = parameters.filter(({ required, role }) => required && (!isNew || POINTED_AT.has(role)));
  for (const role of PIVOT_ROLES) {
    const found = needed.find((parameter) => parameter.role === role);
    if (found) return found;
  }
  return undefined;
}

export function numberOf({ parameters }: ToolFacts): Parameter | undefined {
  return parameters.find(({ role, required, label }) => {
    return (
      required &&
      (role === 'money' || role === 'count') &&
      !/percent|rate|latitude|longitude|age\b|year|page|port|minutes|hours|days|weeks|duration|temperature|brightness|volume|level/.test(
        label,
      )
    );
  });
}
