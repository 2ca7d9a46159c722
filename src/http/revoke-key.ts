import type { Env } from '../env.ts';
import { projectKey } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import { type KeyRevocation, selectKey, selectKeyById, updateKeyRevokedBy } from '../store/keys.ts';
import { selectOwner } from '../store/members.ts';
import { endSessions } from './auth.ts';
import { withdrawGrants } from './connect/grants.ts';

const DEADLINE_MS = 8_000;

/**
 * Revokes a key, and ends the sessions that were opened with it and what was granted in them; false where there is no such key. KV is told before D1: checks believe KV,
 * so a key that a list calls revoked is never one that still works, and one that could not be refused everywhere can be revoked again.
 */
export async function revokeKey(env: Env, revocation: KeyRevocation): Promise<boolean> {
  const { DB, KV } = env;
  const { workspaceId, id, now } = revocation;
  const found = await withDeadline(selectKeyById(DB, workspaceId, id), DEADLINE_MS);
  const record = found && (await withDeadline(selectKey(DB, found.hash), DEADLINE_MS));
  if (!record) return false;
  await withDeadline(projectKey(KV, found.hash, { ...record, revoked_at: record.revoked_at ?? now }), DEADLINE_MS);
  await withDeadline(updateKeyRevokedBy(DB, revocation), DEADLINE_MS);
  await endSessions(env, { workspaceId, keyId: id }, now);
  const holder = record.member_id ?? (await withDeadline(selectOwner(DB, workspaceId), DEADLINE_MS))?.id;
  if (holder !== undefined) await withDeadline(withdrawGrants(env, { memberId: holder, keyId: id }), DEADLINE_MS);
  return true;
}
