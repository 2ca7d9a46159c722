import * as z from 'zod';

/** What a plan allows, and how it is written. Months are calendar months, UTC. */

export const QUOTAS = ['agents', 'generations', 'credits', 'api_keys'] as const;
export type QuotaName = (typeof QUOTAS)[number];

const Limit = z.int().min(0).nullable().default(null);

/** A limit that is null, or not named, is no limit. Months are calendar months. */
export const Plan = z.strictObject({
  name: z.string().min(1).max(40).default('Self-hosted'),
  limits: z.strictObject({ agents: Limit, generations: Limit, credits: Limit, api_keys: Limit }).prefault({}),
});
export type Plan = z.infer<typeof Plan>;
/** What people read for each. */
export const QUOTA_LABELS: Record<QuotaName, string> = {
  agents: 'Agents',
  generations: 'Test case generations',
  credits: 'Simulation credits',
  api_keys: 'API keys',
};
export type Quota = { used: number; limit: number | null };

/** The plan that a server is configured with, as JSON text; without one nothing is limited. @throws when the text is no plan */
export function planOf(text: string | undefined): Plan {
  return Plan.parse(text === undefined ? {} : JSON.parse(text));
}

/** A safety bound, whatever the plan. */
const GENERATIONS_PER_HOUR = 20;

export type GenerationLimits = { perHour: number; perMonth: number | null };

/** Generations that one workspace may start in an hour, and test cases it may have generated in a month. */
export function generationLimits({ limits }: Plan): GenerationLimits {
  return { perHour: GENERATIONS_PER_HOUR, perMonth: limits.generations };
}

/** `1/2 (50%)  [1 remaining]`, or `1 (unlimited)`. */
export function quotaText({ used, limit }: Quota): string {
  if (limit === null) return `${used} (unlimited)`;
  const share = limit === 0 ? 100 : Math.round((used / limit) * 100);
  return `${used}/${limit} (${share}%)  [${Math.max(0, limit - used)} remaining]`;
}

/** When the month of `now` began, in epoch milliseconds. */
export function monthStart(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** `YYYY-MM-DD` of the first day of the next month: when usage begins at zero again. */
export function resetDate(now: number): string {
  const date = new Date(now);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)).toISOString().slice(0, 10);
}
