/** What a plan allows, and how it is written. Months are calendar months, UTC. */

export const QUOTAS = ['agents', 'generations', 'credits', 'api_keys'] as const;
export type QuotaName = (typeof QUOTAS)[number];

/** A limit of null is no limit. */
export type Plan = { name: string; limits: Record<QuotaName, number | null> };
export type Quota = { used: number; limit: number | null };

/** The plan of this server: the one place that names limits. */
export const PLAN: Plan = {
  name: 'Self-hosted',
  limits: { agents: null, generations: null, credits: null, api_keys: null },
};

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
