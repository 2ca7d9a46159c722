import type * as z from 'zod';
import type { Role } from '../domain/access.ts';
import { withDeadline } from './deadline.ts';
import { KeyRecord, selectKey } from './keys.ts';
import { MemberRecord, selectMember } from './members.ts';
import { SessionRecord, selectSession } from './sessions.ts';
import { DEFAULT_SETTINGS, Settings, selectSettings } from './settings.ts';

/**
 * Keys, sessions, members and the settings of workspaces are recorded in D1 and projected to KV, so that a check needs no database:
 * isolate cache, then KV, then D1. What both stores fail to answer may live on from the cache for some hours.
 */

const FRESH_MS = 30_000;
const STALE_MS = 12 * 3_600_000;
const D1_DEADLINE_MS = 2_000;
const KV_DEADLINE_MS = 2_000;
const MAX_CACHED = 5_000;
/** How long KV says that somebody was turned away: longer than any session lives. D1 knows it for good, or knows nobody any more. */
const TURNED_AWAY_S = 90 * 86_400;

export type CredentialStores = { DB: D1Database; KV: KVNamespace };
type Kind<T> = { prefix: string; schema: z.ZodType<T>; select: (db: D1Database, hash: string) => Promise<T | null> };
type Cached = { record: unknown; at: number };

const KEYS: Kind<KeyRecord> = { prefix: 'key:', schema: KeyRecord, select: selectKey };
const SESSIONS: Kind<SessionRecord> = { prefix: 'session:', schema: SessionRecord, select: selectSession };
const MEMBERS: Kind<MemberRecord> = { prefix: 'member:', schema: MemberRecord, select: selectMember };
const SETTINGS: Kind<Settings> = { prefix: 'settings:', schema: Settings, select: selectSettings };
const cache = new Map<string, Cached>();

type LookUp = { hash: string; now: number };

/** The key of this hash, or null. Throws when neither KV nor D1 answers and nothing is cached. Expiry is the caller's to check. */
export function findKey(stores: CredentialStores, lookUp: LookUp): Promise<KeyRecord | null> {
  return find(KEYS, stores, lookUp);
}

/**
 * The session of this hash as its member is now, or null where it has ended or its member belongs to the workspace no more.
 * Throws like `findKey`.
 */
export async function findLiveSession(
  stores: CredentialStores,
  { hash, now }: LookUp,
): Promise<(SessionRecord & { role: Role }) | null> {
  const session = await find(SESSIONS, stores, { hash, now });
  if (!session || !isLive(session, now)) return null;
  const member = await findMember(stores, { id: session.member_id, now });
  if (!member || member.workspace_id !== session.workspace_id) return null;
  const { role, email } = member;
  // A workspace can be renamed; copies of members and keys keep the name they were made with.
  const { name = member.workspace_name } = await findSettings(stores, { workspaceId: session.workspace_id, now });
  return { ...session, role, email, workspace_name: name };
}

/** Somebody who belongs to a workspace, or null for nobody and for who was removed. Throws like `findKey`. */
export async function findMember(
  stores: CredentialStores,
  { id, now }: { id: string; now: number },
): Promise<MemberRecord | null> {
  const member = await find(MEMBERS, stores, { hash: id, now });
  return member?.removed_at === null ? member : null;
}

/** What a workspace decided; what nobody can say is as it is by default. Never throws. */
export async function findSettings(
  stores: CredentialStores,
  { workspaceId, now }: { workspaceId: string; now: number },
): Promise<Settings> {
  const found = await find(SETTINGS, stores, { hash: workspaceId, now }).catch(() => null);
  return found ?? DEFAULT_SETTINGS;
}

/** Copies a record to KV: called on create and on revoke, after D1 holds it. */
export async function projectKey(kv: KVNamespace, hash: string, record: KeyRecord): Promise<void> {
  await project(KEYS, kv, { hash, record });
}

export async function projectSession(kv: KVNamespace, hash: string, record: SessionRecord): Promise<void> {
  await project(SESSIONS, kv, { hash, record });
}

/** Before D1 loses a member or changes the role, after D1 holds a new one. */
export async function projectMember(kv: KVNamespace, record: MemberRecord): Promise<void> {
  await project(MEMBERS, kv, { hash: record.id, record });
}

export async function projectSettings(kv: KVNamespace, workspaceId: string, record: Settings): Promise<void> {
  await project(SETTINGS, kv, { hash: workspaceId, record });
}

export function isLive(record: { expires_at: number | null; revoked_at: number | null }, now: number): boolean {
  return record.revoked_at === null && (record.expires_at === null || record.expires_at > now);
}

async function project<T>(
  kind: Kind<T>,
  kv: KVNamespace,
  { hash, record }: { hash: string; record: T },
): Promise<void> {
  const options = isOver(record) ? { expirationTtl: TURNED_AWAY_S } : {};
  await kv.put(kind.prefix + hash, JSON.stringify(record), options);
  cache.delete(kind.prefix + hash);
}

function isOver(record: unknown): boolean {
  const ended = record as { revoked_at?: number | null; removed_at?: number | null };
  return (ended.revoked_at ?? ended.removed_at ?? null) !== null;
}

async function find<T>(kind: Kind<T>, stores: CredentialStores, { hash, now }: LookUp): Promise<T | null> {
  const name = kind.prefix + hash;
  const known = cache.get(name);
  const age = known ? now - known.at : Number.POSITIVE_INFINITY;
  if (known && age >= 0 && age < FRESH_MS) return known.record as T;
  const found = await askStores(kind, stores, hash);
  if (found.answered) {
    remember(name, { record: found.record, at: now });
    return found.record;
  }
  if (known?.record && age < STALE_MS) return known.record as T;
  throw found.error;
}

type Found<T> = { answered: true; record: T | null } | { answered: false; error: unknown };

/** A miss in KV is no answer (the projection may be young or lost): D1, the record, decides it. */
async function askStores<T>(kind: Kind<T>, { DB, KV }: CredentialStores, hash: string): Promise<Found<T>> {
  const projected = await withDeadline(KV.get(kind.prefix + hash, 'json'), KV_DEADLINE_MS).catch(() => null);
  const parsed = kind.schema.safeParse(projected);
  if (parsed.success) return { answered: true, record: parsed.data };
  try {
    return { answered: true, record: await withDeadline(kind.select(DB, hash), D1_DEADLINE_MS) };
  } catch (error) {
    return { answered: false, error };
  }
}

/** Only what exists is cached: an unknown key must work the moment it is made. */
function remember(name: string, entry: Cached): void {
  cache.delete(name);
  if (entry.record === null) return;
  if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
  cache.set(name, entry);
}
