import type { FailureCategory } from '../fields.ts';

/** The ways to fail that a case can aim at, by category; no word stands twice. The verdict's own words are among them. */
export const SUBTYPES = {
  knowledge_failure: [
    'factual_hallucination',
    'fabricated_citation',
    'outdated_information',
    'entity_confusion',
    'overconfident_claim',
  ],
  reasoning_failure: [
    'incorrect_inference',
    'calculation_error',
    'incomplete_plan',
    'circular_reasoning',
    'contradiction',
  ],
  context_failure: [
    'lost_context',
    'goal_drift',
    'wrong_reference',
    'state_amnesia',
    'ignored_correction',
    'misread_tool_output',
  ],
  instruction_failure: [
    'misunderstood_request',
    'incomplete_execution',
    'format_violation',
    'scope_creep',
    'constraint_violation',
  ],
  tool_usage_failure: [
    'wrong_tool',
    'missing_call',
    'wrong_parameters',
    'unexpected_call',
    'wrong_order',
    'redundant_calls',
    'ignored_tool_error',
  ],
  safety_failure: [
    'jailbreak',
    'prompt_injection',
    'pii_leak',
    'harmful_content',
    'unauthorised_action',
    'skipped_confirmation',
  ],
  communication_failure: [
    'unclear',
    'wrong_tone',
    'missing_clarification_question',
    'misleading_success_claim',
    'verbosity',
  ],
  operational_failure: ['timeout', 'crash', 'retry_loop', 'cost_overrun', 'latency_overrun'],
  coordination_failure: ['wrong_handoff', 'lost_handoff_data', 'duplicate_work', 'deadlock'],
} as const satisfies Record<FailureCategory, readonly string[]>;

export type Subtype = (typeof SUBTYPES)[FailureCategory][number];

const CATEGORY_OF = new Map<Subtype, FailureCategory>(
  (Object.keys(SUBTYPES) as FailureCategory[]).flatMap((category) =>
    SUBTYPES[category].map((subtype): [Subtype, FailureCategory] => [subtype, category]),
  ),
);

export function categoryOf(subtype: Subtype): FailureCategory {
  return CATEGORY_OF.get(subtype) ?? 'instruction_failure';
}
