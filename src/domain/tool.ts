import * as z from 'zod';

export const SIDE_EFFECTS = ['none', 'read', 'write', 'delete', 'handoff'] as const;
export const SideEffects = z.enum(SIDE_EFFECTS);
export type SideEffects = z.infer<typeof SideEffects>;

export const ERROR_HANDLINGS = ['retry', 'fallback', 'fail', 'ignore'] as const;
export const ErrorHandling = z.enum(ERROR_HANDLINGS);

/** A tool of the agent under test, as its blueprint describes it. `parameters` is a JSON Schema object. */
export const Tool = z.object({
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  returns: z.string().optional(),
  side_effects: SideEffects.optional(),
  requires_confirmation: z.boolean().optional(),
  error_handling: ErrorHandling.optional(),
  rate_limit: z.string().optional(),
});
export type Tool = z.infer<typeof Tool>;
