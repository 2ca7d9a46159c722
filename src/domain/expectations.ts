import * as z from 'zod';
import { isDeeper } from './nesting.ts';
import { isValidFact, isValidPattern } from './verdict/patterns.ts';

/** Deeper than any argument a tool takes. */
const MAX_DEPTH = 50;
const TEXTS = z.array(z.string().min(1).max(2000).refine(isValidFact, 'not a pattern that can be run')).max(200);

/** How one argument is compared; a bare word stands for `{by: word}`. `value` replaces the expected value where the way needs another one. */
export const ArgumentMatch = z.union([
  z.enum(['equal', 'subset', 'ignore', 'text']),
  z.strictObject({ by: z.literal('one_of'), values: z.array(z.unknown()).min(1).max(100) }),
  z.strictObject({
    by: z.literal('regex'),
    pattern: z.string().min(1).max(500).refine(isValidPattern, 'not a pattern that can be run'),
  }),
  z.strictObject({ by: z.literal('number'), tolerance: z.number().min(0) }),
]);
export type ArgumentMatch = z.infer<typeof ArgumentMatch>;

const CallPattern = {
  tool: z.string().min(1).max(200),
  arguments: z.record(z.string(), z.unknown()).optional(),
  match: z.record(z.string(), ArgumentMatch).optional(),
};

/** A state-changing call that must have succeeded. Without `arguments` any arguments will do. */
export const RequiredEffect = z.strictObject(CallPattern);
export type RequiredEffect = z.infer<typeof RequiredEffect>;

/** A call, reads too, that must appear between `min` (default 1) and `max` times. */
export const RequiredCall = z.strictObject({
  ...CallPattern,
  min: z.int().min(0).max(1000).optional(),
  max: z.int().min(0).max(1000).optional(),
});
export type RequiredCall = z.infer<typeof RequiredCall>;

/**
 * What a test case expects. Everything is optional; absent and empty differ: `required_effects: []` says "no effect allowed".
 * Facts and claims are plain strings or `/regular expressions/` (optionally `/…/i`), run by a linear-time engine.
 */
export const Expectations = z
  .strictObject({
    expected_tools: z.array(z.string().min(1).max(200)).max(200).optional(),
    required_effects: z.array(RequiredEffect).max(200).optional(),
    required_calls: z.array(RequiredCall).max(200).optional(),
    forbidden_tools: z.array(z.string().min(1)).max(200).optional(),
    allowed_tools: z.array(z.string().min(1)).max(200).optional(),
    order: z.enum(['contains_in_order', 'any', 'exact']).optional(),
    required_facts: TEXTS.optional(),
    forbidden_claims: TEXTS.optional(),
    must_confirm: z.boolean().optional(),
    must_refuse: z.boolean().optional(),
    must_ask: z.boolean().optional(),
    max_steps: z.int().min(1).max(10_000).optional(),
    max_repeats: z.int().min(1).max(10_000).optional(),
    max_latency_ms: z.number().positive().optional(),
    expected_behavior: z.string().max(4000).optional(),
  })
  .refine((given) => !isDeeper(given, MAX_DEPTH), `nested more than ${MAX_DEPTH} levels deep`);
export type Expectations = z.infer<typeof Expectations>;
