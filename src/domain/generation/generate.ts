import type { CaseContent } from '../scenario.ts';
import { type AgentFacts, agentFacts } from './agent-facts.ts';
import type { CasePlan, GenerationRequest } from './case-plan.ts';
import { expectationsOf } from './expectations-of.ts';
import { plansFor } from './plan-cases.ts';
import { SeenMessages } from './similarity.ts';
import { behaviourOf, titleOf } from './wording/labels.ts';
import { messageOf } from './wording/message.ts';
import { Telling } from './wording/telling.ts';

/** The same request gives the same plans, whatever messages exist already. All text of the blueprint and of the request is data. */
export function planCases(request: GenerationRequest): CasePlan[] {
  return plansFor(request);
}

/**
 * Writes the cases of a plan one after the other, each unlike those before it, `index` being its place in the plan; reads the blueprint
 * and `existing` once. With `existing` grown by the messages written before it, a new writer goes on where another one stopped.
 */
export function caseWriter(request: GenerationRequest): (plan: CasePlan, index: number) => CaseContent {
  const facts = agentFacts(request.blueprint);
  const seen = new SeenMessages(request.existing);
  return (plan, index) => {
    const message = distinctMessage(plan, facts, { seed: request.seed, index, seen });
    seen.add(message);
    return contentOf(plan, facts, message);
  };
}

/** Words differ from attempt to attempt and grow in number, so that this many have never been needed. */
const MAX_ATTEMPTS = 200;

type Writing = { seed: number; index: number; seen: SeenMessages };

function distinctMessage(plan: CasePlan, facts: AgentFacts, { seed, index, seen }: Writing): string {
  let message = '';
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    message = messageOf(new Telling(plan, facts, { seed, index, attempt }), attempt);
    if (!seen.isLike(message)) return message;
  }
  return message;
}

function contentOf(plan: CasePlan, facts: AgentFacts, message: string): CaseContent {
  return {
    title: titleOf(plan, facts),
    user_message: message,
    expectations: { ...expectationsOf(plan, facts), expected_behavior: behaviourOf(plan, facts) },
    failure_category: plan.category,
    failure_type: plan.subtype,
    ...(plan.persona ? { persona: plan.persona } : {}),
  };
}
