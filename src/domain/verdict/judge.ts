import { conclude } from './conclusion.ts';
import { claimedEffect } from './rules/claimed-effect.ts';
import { confirmation } from './rules/confirmation.ts';
import { crashed } from './rules/crashed.ts';
import { cutOff } from './rules/cut-off.ts';
import { expectedTools } from './rules/expected-tools.ts';
import { forbiddenClaims, requiredFacts } from './rules/facts.ts';
import { allowedTools, forbiddenTools } from './rules/forbidden-tools.ts';
import { maxLatency, maxRepeats, maxSteps } from './rules/limits.ts';
import { mustAsk } from './rules/must-ask.ts';
import { mustRefuse } from './rules/must-refuse.ts';
import { callOrder } from './rules/order.ts';
import { requiredCalls } from './rules/required-calls.ts';
import { requiredEffects } from './rules/required-effects.ts';
import type { Check, Deviates, Ruling } from './ruling.ts';
import { type JudgeInput, Scene } from './scene.ts';
import type { Verdict } from './verdict.ts';

/** In the order in which they decide; the first that does not hold is the verdict. */
const CHECKS: readonly Check[] = [
  crashed,
  cutOff,
  forbiddenTools,
  allowedTools,
  mustRefuse,
  requiredEffects,
  requiredCalls,
  callOrder,
  maxSteps,
  maxRepeats,
  maxLatency,
  expectedTools,
  requiredFacts,
  forbiddenClaims,
  claimedEffect,
  confirmation,
  mustAsk,
];

/**
 * The verdict on one result: a pure function of what was sent and what was expected. Never throws, whatever a parsed result holds.
 * `expectedBehavior` is free text that no rule here decides; a verdict that passes without it says so.
 */
export function judge(input: JudgeInput): Verdict {
  const scene = new Scene(input);
  const held: Exclude<Ruling, Deviates>[] = [];
  for (const check of CHECKS) {
    const ruling = check(scene);
    if (ruling?.outcome === 'deviates') return conclude(scene, held, ruling);
    if (ruling) held.push(ruling);
  }
  return conclude(scene, held, undefined);
}
