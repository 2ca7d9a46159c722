import type { JSONWebKeySet } from 'jose';
import * as z from 'zod';
import { logLine } from '../domain/redaction/log-line.ts';
import { withDeadline } from '../store/deadline.ts';

/** The public keys of an OIDC issuer: isolate cache, then KV, then the issuer, which is asked at most once a minute whatever tokens say. */

const MINUTE_MS = 60_000;
/** How long keys are used without asking: a key that the issuer takes back works for this long at most, while the issuer answers. */
const FRESH_MS = 60 * MINUTE_MS;
/** How long they are used while the issuer does not answer. */
const STALE_MS = 24 * FRESH_MS;
const ISSUER_DEADLINE_MS = 5_000;
const KV_DEADLINE_MS = 2_000;
const LOOK_MS = 25;

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });
/** `at`: when the keys were read; `asked`: when the issuer was asked last, whatever came of it. Epoch milliseconds. */
const KnownKeys = z.object({ at: z.int(), asked: z.int(), set: KeySet.nullable() });
type KnownKeys = z.infer<typeof KnownKeys>;

const cache = new Map<string, KnownKeys>();
/** Until when a request of this isolate is asking. A request may be ended while it does, so this is a time and not a flag. */
const asking = new Map<string, number>();

export type KeySource = { KV: KVNamespace; issuer: string };

/**
 * The keys of the issuer. `unknown` names a key id that none of the keys had: then the issuer is asked again, unless that was done within the
 * last minute. Null when there are none to be had.
 */
export async function issuerKeys(source: KeySource, now: number, unknown?: string): Promise<JSONWebKeySet | null> {
  const { issuer } = source;
  const known = newer(cache.get(issuer), isEnough(cache.get(issuer), now, unknown) ? undefined : await fromKv(source));
  if (known) cache.set(issuer, known);
  if (isEnough(known, now, unknown)) return asKeySet(known);
  if (known && now - known.asked < MINUTE_MS && now >= known.asked) return usable(known, now);
  const fresh =
    (asking.get(issuer) ?? 0) > now ? await othersAnswer(issuer, known) : await askIssuer(source, now, known);
  return usable(fresh, now);
}

function isEnough(known: KnownKeys | undefined, now: number, unknown: string | undefined): boolean {
  if (!known?.set || now - known.at >= FRESH_MS) return false;
  return unknown === undefined || known.set.keys.some((key) => key.kid === unknown);
}

function usable(known: KnownKeys | undefined, now: number): JSONWebKeySet | null {
  return known && now - known.at < STALE_MS ? asKeySet(known) : null;
}

/** jose checks each key when it is used. */
function asKeySet(known: KnownKeys | undefined): JSONWebKeySet | null {
  return (known?.set ?? null) as JSONWebKeySet | null;
}

function newer(a: KnownKeys | undefined, b: KnownKeys | undefined): KnownKeys | undefined {
  return a && b ? (b.asked > a.asked ? b : a) : (a ?? b);
}

async function fromKv({ KV, issuer }: KeySource): Promise<KnownKeys | undefined> {
  const read = await withDeadline(KV.get(kvName(issuer), 'json'), KV_DEADLINE_MS).catch(() => null);
  return KnownKeys.safeParse(read).data;
}

/** Another request of this isolate is asking: its answer will do, and a promise of another request must not be awaited. */
async function othersAnswer(issuer: string, before: KnownKeys | undefined): Promise<KnownKeys | undefined> {
  for (let waited = 0; waited < ISSUER_DEADLINE_MS; waited += LOOK_MS) {
    const known = cache.get(issuer);
    if (known && known.asked !== before?.asked) return known;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return before;
}

async function askIssuer(source: KeySource, now: number, before: KnownKeys | undefined): Promise<KnownKeys> {
  const { KV, issuer } = source;
  asking.set(issuer, now + ISSUER_DEADLINE_MS);
  const set = await fetchKeys(issuer);
  const known = set ? { at: now, asked: now, set } : { at: before?.at ?? 0, asked: now, set: before?.set ?? null };
  cache.set(issuer, known);
  asking.delete(issuer);
  await withDeadline(
    KV.put(kvName(issuer), JSON.stringify(known), { expirationTtl: STALE_MS / 1000 }),
    KV_DEADLINE_MS,
  ).catch(() => undefined);
  return known;
}

/** Where GitHub keeps them, on github.com and on an Enterprise Server alike. */
async function fetchKeys(issuer: string): Promise<KnownKeys['set']> {
  try {
    const signal = AbortSignal.timeout(ISSUER_DEADLINE_MS);
    const answer = await fetch(`${issuer}/.well-known/jwks`, { redirect: 'manual', signal });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    return KeySet.parse(await answer.json());
  } catch (cause) {
    console.warn(logLine({ level: 'warn', event: 'issuer_keys_failed', issuer, cause: String(cause) }));
    return null;
  }
}

function kvName(issuer: string): string {
  return `issuer-keys:${issuer}`;
}
