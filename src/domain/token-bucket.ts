/** How often somebody may do something: `limit` times in a row, and then as often as `limit` times in `periodS` seconds allows. */
export type Rate = { limit: number; periodS: number };

/** What is left at a time (epoch ms). */
export type Bucket = { tokens: number; at: number };

/**
 * Takes one token. `waitS` is 0 where there was one, else the seconds until there is, rounded up. A clock that goes backwards adds nothing.
 * Token bucket, as in RFC 2697 with one colour less.
 */
export function takeToken(
  bucket: Bucket | undefined,
  { limit, periodS }: Rate,
  now: number,
): { bucket: Bucket; waitS: number } {
  const perMs = limit / (periodS * 1000);
  const refilled = bucket ? Math.min(limit, bucket.tokens + Math.max(0, now - bucket.at) * perMs) : limit;
  if (refilled >= 1) return { bucket: { tokens: refilled - 1, at: now }, waitS: 0 };
  return { bucket: { tokens: refilled, at: now }, waitS: Math.ceil((1 - refilled) / perMs / 1000) };
}
