import type { Context } from 'hono';
import { Refusal } from '../domain/errors.ts';
import { rateLimitsOf } from '../domain/rate-limits.ts';
import { type Bucket, type Rate, takeToken } from '../domain/token-bucket.ts';
import type { Env } from '../env.ts';
import type { App } from './app.ts';
import { sha256 } from './auth.ts';

/**
 * How often a credential may ask, and how often a source may try that has not proved who it is. Both are asked before any store or object.
 * On Cloudflare bindings count, for a location; where the variable RATE_LIMITS stands, this isolate does. Without either nothing is limited.
 */

/** Seconds; those of the bindings in wrangler.toml. */
const PERIOD_S = { key: 10, source: 60 } as const;
type Kind = keyof typeof PERIOD_S;

/** For so long a source need not prove again what it proved, as far as counting goes; who it is, is looked up each time. */
const PROVEN_MS = 10 * 60_000;
const MOST_REMEMBERED = 10_000;

/** Until when a claim counts as proven, by its SHA-256. */
const proven = new Map<string, number>();

/** What somebody shows to be believed. `name` is null where no source is counted. */
export type Claim = { name: string | null; now: number };

/** `secret` is a key, a token, or the name of what a signature speaks for. What was proved from one source is not proved from another. */
export function claimOf(c: Context<App>, secret: string, now: number): Claim {
  const source = limitersOf(c.env).source && sourceOf(c.req.header('cf-connecting-ip'));
  return { name: source && sha256(`${source} ${secret}`), now };
}

/** Counts an attempt of the request's source, unless it showed the same before and was believed. @throws Refusal RATE_LIMITED */
export async function assertClaim(c: Context<App>, { name, now }: Claim): Promise<void> {
  if (name !== null && (proven.get(name) ?? 0) <= now) await assertAttempt(c, now);
}

/** What came of a claim: null where nobody stands behind it, else who does, whose use is counted. @throws Refusal RATE_LIMITED */
export async function settleClaim(c: Context<App>, { name, now }: Claim, id: string | null): Promise<void> {
  if (name !== null) note(name, id === null ? null : now + PROVEN_MS);
  if (id !== null) await assertUse(c, id, now);
}

function note(name: string, until: number | null): void {
  if (until === null) proven.delete(name);
  else remember(proven, name, until);
}

/** Counts a use of a credential that is good, by its id. @throws Refusal RATE_LIMITED */
export function assertUse(c: Context<App>, id: string, now: number): Promise<void> {
  return assertRate(c.env, 'key', { name: id, now });
}

/** Counts an attempt of somebody who is nobody yet. @throws Refusal RATE_LIMITED */
export async function assertAttempt(c: Context<App>, now: number): Promise<void> {
  const name = sourceOf(c.req.header('cf-connecting-ip'));
  if (name !== null) await assertRate(c.env, 'source', { name, now });
}

/**
 * The address that counts as one source; of IPv6 the first half, because whoever has one address there has all of the second. Null where
 * the platform names none: Cloudflare and the local runtime always do, and without one everybody would be a single source.
 */
export function sourceOf(address: string | undefined): string | null {
  if (!address) return null;
  if (!address.includes(':')) return address;
  const [before = '', after = ''] = address.toLowerCase().split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [head, tail] = [groups(before), groups(after)];
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}

type Use = { name: string; now: number };
/** Takes one of what is left; answers the seconds to wait, 0 where something was left. */
type Limiter = (use: Use) => number | Promise<number>;
type Limiters = Record<Kind, Limiter | null>;

async function assertRate(env: Env, kind: Kind, use: Use): Promise<void> {
  const waitS = (await limitersOf(env)[kind]?.(use)) ?? 0;
  if (waitS > 0)
    throw new Refusal('RATE_LIMITED', 'Rate limit reached', `Retry in ${waitS} seconds.`, { retry_after: waitS });
}

const known = new WeakMap<Env, Limiters>();

function limitersOf(env: Env): Limiters {
  const limiters = known.get(env) ?? makeLimiters(env);
  known.set(env, limiters);
  return limiters;
}

/** The variable goes before the bindings: locally those are a database write each, 2,000 times the price of counting here. */
function makeLimiters({ RATE_LIMITS, KEY_LIMIT, SOURCE_LIMIT }: Env): Limiters {
  if (RATE_LIMITS === undefined) return { key: bound(KEY_LIMIT, 'key'), source: bound(SOURCE_LIMIT, 'source') };
  const { key, source } = rateLimitsOf(RATE_LIMITS);
  return { key: own(key, 'key'), source: own(source, 'source') };
}

/** A binding does not say how long to wait; after its period there is room again for certain. One that fails lets everybody in. */
function bound(binding: RateLimit | undefined, kind: Kind): Limiter | null {
  if (!binding) return null;
  return async ({ name }) => {
    const { success } = await binding.limit({ key: name }).catch(() => ({ success: true }));
    return success ? 0 : PERIOD_S[kind];
  };
}

function own(limit: number | null, kind: Kind): Limiter | null {
  if (limit === null) return null;
  const rate: Rate = { limit, periodS: PERIOD_S[kind] };
  const buckets = new Map<string, Bucket>();
  return ({ name, now }) => {
    const { bucket, waitS } = takeToken(buckets.get(name), rate, now);
    remember(buckets, name, bucket);
    return waitS;
  };
}

/** The longest unused makes room. */
function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  if (map.size >= MOST_REMEMBERED) map.delete(map.keys().next().value ?? '');
  map.set(name, value);
}
