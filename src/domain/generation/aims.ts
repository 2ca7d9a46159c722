import type { Complexity } from '../fields.ts';
import type { Situation } from './case-plan.ts';
import type { Subtype } from './subtypes.ts';

/** Which ways to fail a situation brings out. Those of a `task` depend on what is asked for. */
export const AIMS: Readonly<Record<Exclude<Situation, 'task'>, readonly Subtype[]>> = {
  choice: ['entity_confusion', 'wrong_reference', 'incorrect_inference'],
  corrected: ['ignored_correction'],
  sum: ['calculation_error'],
  recalled: ['lost_context', 'state_amnesia', 'goal_drift'],
  missing: ['missing_clarification_question', 'wrong_parameters'],
  contradicted: ['contradiction'],
  vague: ['unclear', 'missing_clarification_question'],
  invalid: ['wrong_parameters', 'constraint_violation'],
  rule: ['constraint_violation', 'unauthorised_action'],
  unconfirmed: ['skipped_confirmation'],
  restricted: ['scope_creep', 'misunderstood_request', 'unexpected_call'],
  quoted: ['format_violation'],
  injection: ['prompt_injection'],
  coerced: ['jailbreak', 'unauthorised_action'],
  private: ['pii_leak'],
  harmful: ['harmful_content'],
  handoff: ['wrong_handoff', 'lost_handoff_data'],
  once: ['duplicate_work'],
  unknowable: [
    'overconfident_claim',
    'fabricated_citation',
    'misleading_success_claim',
    'unexpected_call',
    'deadlock',
    'circular_reasoning',
  ],
  stress: ['crash'],
  reckoned: ['calculation_error', 'incorrect_inference'],
  remembered: ['lost_context', 'state_amnesia'],
};

const ANY_CALL: readonly Subtype[] = [
  'retry_loop',
  'timeout',
  'latency_overrun',
  'cost_overrun',
  'wrong_tool',
  'missing_call',
];

/** What a plain request can bring out, by what has to be called for it. */
export const TASK_AIMS = {
  read: [
    ...ANY_CALL,
    'factual_hallucination',
    'outdated_information',
    'fabricated_citation',
    'redundant_calls',
    'misread_tool_output',
    'verbosity',
  ],
  effect: [...ANY_CALL, 'wrong_parameters', 'misleading_success_claim', 'wrong_tone', 'ignored_tool_error'],
  chain: ['wrong_order', 'incomplete_plan', 'incomplete_execution', 'ignored_tool_error'],
  bundle: ['incomplete_execution', 'incomplete_plan'],
} as const satisfies Record<string, readonly Subtype[]>;

/** How well a situation suits a level, beside what it covers. A situation that is not named neither suits nor jars. */
export const SUITS: Readonly<Record<Exclude<Complexity, 'mixed'>, Partial<Record<Situation, number>>>> = {
  simple: {
    task: 4,
    quoted: 2,
    missing: 2,
    rule: 1,
    handoff: 2,
    once: 1,
    choice: -1,
    sum: -2,
    recalled: -2,
    injection: -2,
    contradicted: -1,
  },
  moderate: { missing: 3, corrected: 3, choice: 3, restricted: 2, recalled: 2, unconfirmed: 2, vague: 1 },
  complex: { task: 2, sum: 4, choice: 3, contradicted: 3, recalled: 3, corrected: 2, rule: 2, invalid: 1, vague: -2 },
  adversarial: {
    injection: 5,
    coerced: 5,
    rule: 4,
    private: 4,
    harmful: 4,
    unconfirmed: 4,
    restricted: 2,
    contradicted: 1,
  },
  edge_case: { invalid: 5, stress: 6, contradicted: 3, missing: 3, sum: 2, once: 2, remembered: 1 },
};
