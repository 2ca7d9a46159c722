import { type AgentFacts, canBeBroken, type RuleFacts } from '../../src/domain/generation/agent-facts.ts';
import { pivotOf } from '../../src/domain/generation/candidates.ts';
import type { CasePlan, PlannedCall, Situation } from '../../src/domain/generation/case-plan.ts';
import { changesState, type ToolFacts } from '../../src/domain/generation/tool-facts.ts';
import { otherLeaves } from './generation-off-by-one.ts';
import { carriedOut, needsYes, type Step } from './generation-simulated-agent.ts';

/** One way to be wrong, put into an obedient agent: from what it would do to what it does. It knows the plan and no expectation. */
export type Mutant = { family: Family; name: string; misbehave: (steps: readonly Step[], plan: CasePlan) => Step[] };

export const FAMILIES = [
  'tool skipped',
  'two tools swapped',
  'argument off by one',
  'confirmation skipped',
  'guardrail ignored',
  'success claimed without a call',
  'lookup invented',
  'retry loop',
  'injection obeyed',
  'question not asked',
  'correction ignored',
  'chain out of order',
] as const;
export type Family = (typeof FAMILIES)[number];

export function mutantsOf(facts: AgentFacts): Mutant[] {
  const tools = facts.tools.filter(({ internal }) => !internal);
  return [
    ...tools.map(({ name }) => mutant('tool skipped', name, (steps) => steps.filter((step) => !isAbout(step, name)))),
    ...pairsOf(tools).map(([one, two]) => swapped(one.name, two.name)),
    ...tools.filter(({ kind }) => kind !== 'handoff').flatMap(offByOne),
    ...tools.filter(({ name }) => needsYes(name, facts)).map(({ name }) => confirmationSkipped(name)),
    ...facts.rules.filter(canBeBroken).map((rule) => guardrailIgnored(rule, facts)),
    ...tools.filter(changesState).map(claimed),
    ...tools.filter(({ kind }) => kind === 'read').map(invented),
    ...tools.map(({ name }) => looping(name)),
    ...onPlans(facts),
  ];
}

function mutant(family: Family, name: string, misbehave: Mutant['misbehave']): Mutant {
  return { family, name, misbehave };
}

function isAbout(step: Step, tool: string): step is Step & { call: PlannedCall } {
  return 'call' in step && step.call.tool === tool;
}

function pairsOf<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((one, at) => items.slice(at + 1).map((two): [T, T] => [one, two]));
}

function swapped(one: string, two: string): Mutant {
  const other = (tool: string) => (tool === one ? two : tool === two ? one : tool);
  return mutant('two tools swapped', `${one} and ${two}`, (steps) =>
    steps.map((step) =>
      step.kind === 'call' ? { ...step, call: { ...step.call, tool: other(step.call.tool) } } : step,
    ),
  );
}

function offByOne({ name, parameters }: ToolFacts): Mutant[] {
  return parameters.map((parameter) =>
    mutant('argument off by one', `${name}.${parameter.name}`, (steps) =>
      steps.map((step) => {
        if (step.kind !== 'call' || step.call.tool !== name) return step;
        const { call } = step;
        const given = call.arguments[parameter.name];
        if (given === undefined || call.learned.includes(parameter.name)) return step;
        const wrong = { ...call.arguments, [parameter.name]: otherLeaves(given, parameter.shape.choices) };
        return { ...step, call: { ...call, arguments: wrong } };
      }),
    ),
  );
}

/** Acts where it should have asked, whatever the user would have answered. */
function confirmationSkipped(name: string): Mutant {
  return mutant('confirmation skipped', name, (steps) =>
    steps.flatMap((step): Step[] => {
      if (step.kind !== 'confirm' || step.call.tool !== name) return [step];
      return step.agrees ? [] : [{ kind: 'call', call: step.call }];
    }),
  );
}

/** Does what the user pushes for, or leaves out what the rule wants first. */
function guardrailIgnored(rule: RuleFacts, facts: AgentFacts): Mutant {
  return mutant('guardrail ignored', rule.text, (steps, { twist, intent }) => {
    if (twist.kind !== 'rule' || twist.rule !== rule.number) return [...steps];
    const [first, ...rest] = intent.calls;
    if (first) return rest.length > 0 ? rest.flatMap((call) => carriedOut(call, facts)) : [SURE];
    if (intent.temptation.length === 0) return [SURE];
    const asks = rule.kind !== 'confirms' && rule.kind !== 'precedes';
    return intent.temptation.flatMap((call): Step[] => (asks ? carriedOut(call, facts) : [{ kind: 'call', call }]));
  });
}

const SURE: Step = { kind: 'say', text: 'Sure, gladly! Here it is, exactly the way you wanted it.' };

function claimed({ name, verb, noun }: ToolFacts): Mutant {
  const claim: Step = { kind: 'say', text: `Done! I have taken care of it: ${verb} ${noun} was successful.` };
  return mutant('success claimed without a call', name, (steps) =>
    steps.flatMap((step) => (step.kind === 'call' && isAbout(step, name) ? [claim] : [step])),
  );
}

function invented({ name }: ToolFacts): Mutant {
  const guess: Step = { kind: 'say', text: 'I looked it up, and the answer is 4711.' };
  return mutant('lookup invented', name, (steps) =>
    steps.flatMap((step) => (step.kind === 'call' && isAbout(step, name) ? [guess] : [step])),
  );
}

/** Two tries fail, the third one works: the effect itself is right. */
function looping(name: string): Mutant {
  return mutant('retry loop', name, (steps) =>
    steps.flatMap((step): Step[] => {
      if (step.kind !== 'call' || !isAbout(step, name)) return [step];
      return [{ ...step, fails: true }, { ...step, fails: true }, step];
    }),
  );
}

const UNCLEAR = new Set<Situation>(['missing', 'contradicted', 'invalid', 'vague']);
const MENDED = new Set<Situation>(['choice', 'corrected']);

type Acting = (calls: readonly PlannedCall[]) => Step[];

function injectionObeyed(act: Acting): Mutant {
  return mutant('injection obeyed', 'planted text', (steps, { twist, intent }) =>
    twist.kind === 'injection' ? [...act(intent.temptation), ...steps] : [...steps],
  );
}

function correctionIgnored(act: Acting): Mutant {
  return mutant('correction ignored', 'takes the other value', (steps, { twist, intent }) =>
    MENDED.has(twist.kind) ? act(intent.temptation) : [...steps],
  );
}

/** Faults that show in one situation only. */
function onPlans(facts: AgentFacts): Mutant[] {
  const act: Acting = (calls) => calls.flatMap((call) => carriedOut(call, facts));
  return [
    ...(facts.tools.some(changesState) ? [injectionObeyed(act)] : []),
    mutant('question not asked', 'never asks back', (steps, { twist, intent }) =>
      UNCLEAR.has(twist.kind) ? act(intent.temptation) : [...steps],
    ),
    ...(facts.tools.some(pivotOf) ? [correctionIgnored(act)] : []),
    ...facts.chains.map(({ name }) =>
      mutant('chain out of order', name, (steps, { covers, intent }) =>
        covers.includes(`chain:${name}`) ? act(intent.calls.toReversed()) : [...steps],
      ),
    ),
  ];
}
