import type { Blueprint } from '../blueprint/schema.ts';
import { nameFinder, spoken } from '../blueprint/wording.ts';
import { ISO_DAY } from './calendar.ts';
import { describedExamples } from './described-examples.ts';
import { type Domain, domainOf } from './domain.ts';
import type { Parameter } from './parameter.ts';
import { isNorm, type Rule, readRule, stemOf, stemsOf } from './rules.ts';
import { type SampleValues, sampleValues } from './sample-values.ts';
import { changesState, type ToolFacts, toolFacts } from './tool-facts.ts';

/** The parts of a blueprint that cases are made from. */
export type BlueprintForGeneration = Pick<
  Blueprint,
  'agent_name' | 'description' | 'tools' | 'workflow' | 'constraints' | 'sample_data' | 'graph'
> &
  Partial<Pick<Blueprint, 'expected_behaviors' | 'failure_modes'>>;

export type ChainFacts = { name: string; tools: ToolFacts[] };
/** A rule with the state-changing tool that it is about, where there is one, and the lookup it asks for. */
export type RuleFacts = Rule & {
  /** The text as words with a blank on either side. */
  said: string;
  tool: ToolFacts | undefined;
  parameter: string | undefined;
  looksUp: ToolFacts | undefined;
};

export type AgentFacts = {
  tools: ToolFacts[];
  byName: ReadonlyMap<string, ToolFacts>;
  chains: ChainFacts[];
  rules: RuleFacts[];
  samples: SampleValues;
  domain: Domain;
  /** The latest day that the tools' descriptions give as an example: where the agent's data is likely to be. */
  exampleDay: string | undefined;
  /** A rule wants a confirmation before anything changes, whatever the single tools say. */
  confirmsAll: boolean;
};

const MAX_RULES = 200;

export function agentFacts(blueprint: BlueprintForGeneration): AgentFacts {
  const { constraints } = blueprint;
  const tools = blueprint.tools.map(toolFacts);
  const texts = [...constraints.guardrails, ...constraints.statements].slice(0, MAX_RULES);
  const guarded = guardedTools(blueprint);
  const namesIn = nameFinder(tools.map(({ name }) => name));
  const rules = texts
    .map((text, at) => ({ rule: readRule(text, at + 1), guards: guarded.get(text) ?? [] }))
    .filter(({ rule }) => rule.text !== '' && isNorm(rule))
    .map(({ rule, guards }) => aimed(rule, tools, new Set([...namesIn(rule.text), ...guards])));
  const limited = tools.map((tool) => withLimits(tool, rules));
  const byName = new Map(limited.map((tool) => [tool.name, tool]));
  return {
    tools: limited,
    byName,
    chains: chainsIn(blueprint, byName),
    rules: rules.map((rule) => ({ ...rule, tool: rule.tool && byName.get(rule.tool.name) })),
    samples: sampleValues(blueprint.sample_data),
    domain: domainOf(blueprint),
    exampleDay: exampleDayOf(limited),
    confirmsAll: rules.some(({ kind, text, tool }) => kind === 'confirms' && (!tool || SPEAKS_OF_ALL.test(text))),
  };
}

const SPEAKS_OF_ALL = /\b(?:any|every|all|each)\b|\b(?:actions?|changes?|updates?|writes?|modif\w+)\b/i;
const MAX_CHAINS = 60;

/** Chains as written, without steps that are no tools; then the pairs that only the graph knows. */
function chainsIn({ workflow, graph }: BlueprintForGeneration, byName: ReadonlyMap<string, ToolFacts>): ChainFacts[] {
  const written = workflow.chains.map(({ name, steps }) => ({ name, tools: known(steps, byName) }));
  const linked = new Set(written.flatMap(({ tools }) => pairs(tools)));
  const names = new Map(graph?.nodes.map(({ id, name }) => [id, name ?? id]));
  const drawn = (graph?.edges ?? [])
    .filter(({ type }) => type === 'CHAINS_TO')
    .map(({ from, to }) => known([names.get(from) ?? from, names.get(to) ?? to], byName))
    .filter((tools) => tools.length === 2 && !pairs(tools).some((pair) => linked.has(pair)))
    // An edge back to the start is no procedure: nothing is looked up that was just deleted.
    .filter(([first, second]) => first?.deed !== 'end' || (second !== undefined && changesState(second)))
    .map((tools) => ({ name: tools.map(({ name }) => name).join(' → '), tools }));
  return [...written, ...drawn].filter(({ tools }) => tools.length > 1).slice(0, MAX_CHAINS);
}

function known(steps: string[], byName: ReadonlyMap<string, ToolFacts>): ToolFacts[] {
  const found = [...new Set(steps)].map((step) => byName.get(step) ?? byName.get(step.replace(/^tool:/, '')));
  return found.filter((tool) => tool !== undefined);
}

function pairs(tools: ToolFacts[]): string[] {
  return tools.slice(1).map((tool, at) => JSON.stringify([tools[at]?.name, tool.name]));
}

function exampleDayOf(tools: ToolFacts[]): string | undefined {
  const days = tools.flatMap(({ parameters }) =>
    parameters.filter(({ role }) => role === 'date').flatMap(({ shape }) => describedExamples(shape.description)),
  );
  return days
    .filter((day) => ISO_DAY.test(day))
    .toSorted()
    .at(-1);
}

/** Which tools the graph says a guard stands before, by the guard's text. */
function guardedTools({ graph }: BlueprintForGeneration): Map<string, string[]> {
  const names = new Map(graph?.nodes.map(({ id, name }) => [id, name ?? id]));
  const guarded = new Map<string, string[]>();
  for (const { from, to, type } of graph?.edges ?? []) {
    if (type !== 'GUARDED_BY') continue;
    const [tool, guard] = [names.get(from) ?? from, names.get(to) ?? to];
    guarded.set(guard, [...(guarded.get(guard) ?? []), tool]);
  }
  return guarded;
}

/** A shared verb is enough; a shared noun is where no other tool shares it. */
const ENOUGH = 2;
const NAMED = 9;
/** What a rule is about, it says first. */
const HEAD_WORDS = 4;

function aimed(rule: Rule, tools: ToolFacts[], named: ReadonlySet<string>): RuleFacts {
  const stems = stemsOf(rule.text);
  const head = stemsOf(rule.text.split(' ').slice(0, HEAD_WORDS).join(' '));
  const order = [...stems];
  const near = (tool: ToolFacts) => {
    if (named.has(tool.name)) return NAMED;
    const close = closeness(tool, stems);
    const place = order.indexOf(stemOf(tool.verb));
    return close > 0 ? close + (closeness(tool, head) > 0 ? 1 : 0) + (place < 0 ? 0 : 1 / (place + 2)) : 0;
  };
  const tool = nearest(tools.filter(changesState), near, rule.kind === 'forbids');
  const looks = tools.filter(({ kind, internal }) => kind === 'read' && !internal);
  const sought = rule.kind === 'precedes' ? rule.first : LOOKS_UP.test(rule.text) ? rule.text : '';
  const looksUp = mayLookUp(rule) ? nearest(looks, (one) => closeness(one, stemsOf(sought))) : undefined;
  return {
    ...rule,
    said: ` ${spoken(rule.text)} `,
    tool,
    looksUp,
    parameter: rule.kind === 'limits' ? limitedBy(rule, tool) : undefined,
  };
}

const LOOKS_UP = /\b(?:look|looks|looking|check|checks|verify|search|fetch|query|every time|each time)\b/i;

function mayLookUp({ kind }: Rule): boolean {
  return kind === 'precedes' || kind === 'always' || kind === 'other';
}

/** Whether something that a rule can check shows that this one was broken; the others are about tone, or about what only the agent sees. */
export function canBeBroken({ kind, tool, looksUp, deed, text }: RuleFacts): boolean {
  if (tool !== undefined && kind !== 'other') return true;
  if (looksUp !== undefined) return true;
  return kind !== 'other' && kind !== 'always' && (deed !== '' || !POINTS_BACK.test(text));
}

/** Said of something that stands in another rule. */
const POINTS_BACK = /\b(?:these|this|those|them|it)\b/i;

type Nearness = (tool: ToolFacts) => number;

/** What a rule forbids has a verb of its own: "reveal the card number" is not about the tool that blocks cards. */
function nearest(tools: ToolFacts[], near: Nearness, verbOnly = false): ToolFacts | undefined {
  const scored = tools.map((tool) => ({ tool, score: near(tool) })).filter(({ score }) => score > 0);
  const best = scored.toSorted((one, other) => other.score - one.score)[0];
  return best && (best.score >= ENOUGH || (scored.length === 1 && !verbOnly)) ? best.tool : undefined;
}

/** A shared verb says more than a shared noun: of the tools about orders, `cancel_order` is the one that a rule on cancelling means. */
function closeness({ verb, nounStems }: ToolFacts, stems: ReadonlySet<string>): number {
  const shared = [...nounStems].filter((stem) => stems.has(stem)).length;
  const isKin = shared > 0 && VERB_KIN.get(verb)?.some((kin) => stems.has(stemOf(kin)));
  return (isKin || stems.has(stemOf(verb)) ? 2 : 0) + shared;
}

const VERB_KIN: ReadonlyMap<string, readonly string[]> = new Map([
  ['process', ['issue', 'approve']],
  ['issue', ['process', 'offer', 'approve']],
  ['delete', ['remove', 'erase', 'destroy']],
  ['remove', ['delete', 'erase']],
  ['update', ['change', 'modify', 'edit']],
  ['change', ['update', 'modify', 'edit']],
  ['transfer', ['move', 'send']],
  ['book', ['reserve', 'schedule']],
  ['schedule', ['book']],
  ['send', ['share', 'email']],
]);

const CURRENCY = /[$€£]|\b(?:usd|eur|gbp|dollars?|euros?|pounds?)\b/i;

const COUNTABLE = new Set<Parameter['role']>(['money', 'count', 'list']);

/** The number, or the list, of the tool that a limit is about. */
function limitedBy({ text, counted }: Rule, tool: ToolFacts | undefined): string | undefined {
  const countable = (tool?.parameters ?? []).filter(({ role, shape }) => COUNTABLE.has(role) && !shape.choices);
  const numbers = countable.filter(({ role }) => role !== 'list');
  const stems = stemsOf(text);
  const named = numbers.find(({ label }) => [...stemsOf(label)].some((stem) => stems.has(stem)));
  const money = numbers.find(({ role }) => role === 'money');
  if (CURRENCY.test(text)) return (named?.role === 'money' ? named : money)?.name;
  const next = stemsOf(counted);
  const words = next.size > 0 ? next : stems;
  const listed = countable.find(({ label }) => [...stemsOf(label)].some((stem) => words.has(stem)));
  return (named ?? listed ?? (numbers.length === 1 ? numbers[0] : undefined))?.name;
}

function withLimits(tool: ToolFacts, rules: RuleFacts[]): ToolFacts {
  return { ...tool, parameters: tool.parameters.map((parameter) => limitedParameter(parameter, tool, rules)) };
}

function limitedParameter(parameter: Parameter, tool: ToolFacts, rules: RuleFacts[]): Parameter {
  const bounds = rules.filter((rule) => rule.tool?.name === tool.name && rule.parameter === parameter.name);
  const choices = parameter.shape.choices ?? [];
  const spokenOf = choices.filter((choice) => typeof choice === 'string' && isSpokenOf(choice, rules));
  return {
    ...parameter,
    ceiling: bounds.length > 0 ? Math.min(...bounds.map(({ bound }) => bound)) : undefined,
    // Where the rules speak of every choice they cannot mean to keep from all of them.
    avoided: spokenOf.length < choices.length ? spokenOf : [],
  };
}

const MIN_CHOICE_CHARS = 4;

export function isSpokenOf(choice: string, rules: readonly RuleFacts[]): boolean {
  if (choice.length < MIN_CHOICE_CHARS) return false;
  const said = ` ${spoken(choice)} `;
  return rules.some((rule) => rule.kind !== 'always' && rule.said.includes(said));
}
