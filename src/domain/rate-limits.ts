import * as z from 'zod';

const Limit = z.int().min(1).nullable().default(null);

/** Uses of one credential in 10 s, and attempts of one source in 60 s that has not proved who it is. Null is no limit. */
export const RateLimits = z.strictObject({ key: Limit, source: Limit });
export type RateLimits = z.infer<typeof RateLimits>;

/** The limits as a server is configured with them, in JSON text. @throws when the text is none */
export function rateLimitsOf(text: string): RateLimits {
  return RateLimits.parse(JSON.parse(text));
}
