import * as z from 'zod';
import { AGENT_NAME } from '../fields.ts';
import { Graph } from '../graph.ts';
import { Tool } from '../tool.ts';

export const FRAMEWORKS = ['langchain', 'crewai', 'autogen', 'openai_agents', 'openai', 'custom'] as const;
export const Framework = z.enum(FRAMEWORKS);
export type Framework = z.infer<typeof Framework>;

export const NAME_RULE = '3 to 64 lowercase letters, digits and hyphens, with a letter or digit at either end';
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]{1,200}$/u;

/** A named sequence of tools. `steps` are names as written; that each is a tool is the audit's to say. */
export const Chain = z.object({
  name: z.string(),
  trigger: z.string().optional(),
  description: z.string().optional(),
  steps: z.array(z.string()),
});
export type Chain = z.infer<typeof Chain>;

/** `statements` is the list form of constraints, and what the object form says under names of its own. */
export const Constraints = z.object({
  system_prompt_summary: z.string().optional(),
  statements: z.array(z.string()),
  guardrails: z.array(z.string()),
  rate_limits: z.array(z.string()).optional(),
  max_retries: z.int().min(0).optional(),
});
export type Constraints = z.infer<typeof Constraints>;

/** A blueprint in its one normalised form, older names folded in. */
export const Blueprint = z.object({
  agent_name: z.string().regex(AGENT_NAME, NAME_RULE),
  framework: Framework,
  /** The document named its framework; otherwise `custom` is only the default. */
  framework_declared: z.literal(true).optional(),
  description: z.string().optional(),
  model: z.string().optional(),
  tools: z.array(Tool.extend({ name: z.string().regex(ONE_LINE, 'one line of 1 to 200 characters') })).min(1),
  workflow: z.object({ entry_point: z.string().optional(), chains: z.array(Chain) }),
  constraints: Constraints,
  expected_behaviors: z.array(z.string()),
  failure_modes: z.array(z.string()),
  sample_data: z.record(z.string(), z.unknown()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  graph: Graph.optional(),
  /** Top-level fields that mean nothing to us, kept for the one who wrote them. */
  extra: z.record(z.string(), z.unknown()).optional(),
});
export type Blueprint = z.infer<typeof Blueprint>;
