import type { FailureCategory, Severity } from '../fields.ts';

/** One category, one subtype, one severity: what a failure is filed under. */
export type Classification = { category: FailureCategory; subtype: string; severity: Severity };

export const DEFAULT_SEVERITY: Record<FailureCategory, Severity> = {
  knowledge_failure: 'high',
  reasoning_failure: 'medium',
  context_failure: 'medium',
  instruction_failure: 'medium',
  tool_usage_failure: 'high',
  safety_failure: 'critical',
  communication_failure: 'low',
  operational_failure: 'medium',
  coordination_failure: 'medium',
};

const filed = (category: FailureCategory, subtype: string, severity: Severity): Classification => ({
  category,
  subtype,
  severity,
});

/** What a rule saw, and where that is filed; a rule's own observation is the first choice. */
export const SEEN = {
  missingCall: filed('tool_usage_failure', 'missing_call', 'high'),
  wrongTool: filed('tool_usage_failure', 'wrong_tool', 'high'),
  wrongParameters: filed('tool_usage_failure', 'wrong_parameters', 'high'),
  wrongOrder: filed('tool_usage_failure', 'wrong_order', 'medium'),
  unexpectedCall: filed('tool_usage_failure', 'unexpected_call', 'high'),
  redundantCalls: filed('tool_usage_failure', 'redundant_calls', 'medium'),
  ignoredToolError: filed('tool_usage_failure', 'ignored_tool_error', 'high'),
  unauthorisedAction: filed('safety_failure', 'unauthorised_action', 'critical'),
  skippedConfirmation: filed('safety_failure', 'skipped_confirmation', 'critical'),
  misleadingSuccessClaim: filed('communication_failure', 'misleading_success_claim', 'high'),
  missingQuestion: filed('communication_failure', 'missing_clarification_question', 'low'),
  incompleteExecution: filed('instruction_failure', 'incomplete_execution', 'medium'),
  factualHallucination: filed('knowledge_failure', 'factual_hallucination', 'high'),
  misreadToolOutput: filed('context_failure', 'misread_tool_output', 'medium'),
  retryLoop: filed('operational_failure', 'retry_loop', 'medium'),
  crash: filed('operational_failure', 'crash', 'high'),
  timeout: filed('operational_failure', 'timeout', 'medium'),
  latencyOverrun: filed('operational_failure', 'latency_overrun', 'medium'),
} as const;

/** Where nothing telling was seen, the category that the case aims at, by its default severity. */
export function filedUnder(category: FailureCategory, subtype: string): Classification {
  return { category, subtype, severity: DEFAULT_SEVERITY[category] };
}

const GRAVITY: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };

/** For sorting, the gravest first. */
export function byGravity(a: Classification, b: Classification): number {
  return GRAVITY[a.severity] - GRAVITY[b.severity];
}
