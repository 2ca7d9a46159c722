import * as z from 'zod';

/** One schema per idea; the type has the same name. */

export const RESULT_STATUSES = ['passed', 'failed', 'error', 'pending'] as const;
export const ResultStatus = z.enum(RESULT_STATUSES);
export type ResultStatus = z.infer<typeof ResultStatus>;

export const RUN_STATUSES = ['completed', 'failed', 'running', 'pending'] as const;
export const RunStatus = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof RunStatus>;

export const RunStatusReason = z.enum(['stalled', 'abandoned', 'cancelled']);
export type RunStatusReason = z.infer<typeof RunStatusReason>;

export const SOURCES = ['mcp', 'ci', 'vscode', 'cli', 'api'] as const;
export const Source = z.enum(SOURCES);
export type Source = z.infer<typeof Source>;

export const SCENARIO_STATUSES = ['passed', 'failed', 'flaky', 'not_run'] as const;
export const ScenarioStatus = z.enum(SCENARIO_STATUSES);
export type ScenarioStatus = z.infer<typeof ScenarioStatus>;

export const COMPLEXITIES = ['simple', 'moderate', 'complex', 'adversarial', 'edge_case', 'mixed'] as const;
export const Complexity = z.enum(COMPLEXITIES);
export type Complexity = z.infer<typeof Complexity>;

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

export const FAILURE_CATEGORIES = [
  'knowledge_failure',
  'reasoning_failure',
  'context_failure',
  'instruction_failure',
  'tool_usage_failure',
  'safety_failure',
  'communication_failure',
  'operational_failure',
  'coordination_failure',
] as const;
export const FailureCategory = z.enum(FAILURE_CATEGORIES);
export type FailureCategory = z.infer<typeof FailureCategory>;

export const AgentStatus = z.enum(['ACTIVE', 'INACTIVE', 'UNKNOWN']);
export type AgentStatus = z.infer<typeof AgentStatus>;

/** Lowercase letters, digits and hyphens, 3–64 characters, no hyphen at either end. */
export const AGENT_NAME = /^[a-z0-9](?:[a-z0-9-]{1,62})[a-z0-9]$/;

/**
 * How many results of each status; `total` is their sum. `unmapped` says how many of them came in a report and have no test case; it is
 * there only where there are any, and has no type of JSON Schema, because lists of tools are counted in bytes.
 */
export const Counts = z.object({
  total: z.int(),
  passed: z.int(),
  failed: z.int(),
  error: z.int(),
  pending: z.int(),
  unmapped: z.custom<number>((value) => Number.isInteger(value)).optional(),
});
export type Counts = z.infer<typeof Counts>;
