import { type Role, SCOPES, type Scope, scopesOf } from '../domain/access.ts';
import { Refusal } from '../domain/errors.ts';
import type { Env } from '../env.ts';
import { projectMember } from '../store/credentials.ts';
import { withDeadline } from '../store/deadline.ts';
import { type MemberRecord, selectMember } from '../store/members.ts';
import { deleteMember, selectIsLastOwner, selectMembersKeys, updateRole } from '../store/membership.ts';
import { endSessions } from './auth.ts';
import { withdrawGrants } from './connect/grants.ts';
import { copyMember } from './members-copy.ts';
import { revokeKey } from './revoke-key.ts';

/**
 * Changes and ends memberships. KV is told first where somebody loses something, because checks believe it; D1 comes last, so that what failed
 * half-way can be asked for again.
 */

const DEADLINE_MS = 8_000;
const KEYS_AT_ONCE = 10;
/** Keys that somebody keeps making while they are being removed. */
const MOST_ROUNDS = 20;

/** Who decides, where and when (epoch ms). */
export type Act = { workspaceId: string; actor: string; now: number };

/** @throws Refusal NOT_FOUND for nobody of this workspace, CONFLICT for its only owner */
export async function changeRole(env: Env, act: Act, { id, role }: { id: string; role: Role }): Promise<void> {
  const member = await memberOf(env, act, id);
  const allowed = scopesOf(role);
  const lowers = scopesOf(member.role).some((scope) => !allowed.includes(scope));
  if (lowers) await endAccess(env, act, { ...member, role });
  const write = () => updateRole(env.DB, { ...act, id, role });
  await writeWithoutKeys(env, act, { member, allowed, write, isDone: (held) => held.role === role });
}

/** `keepKeys`: keys that they made go on working. @throws like `changeRole` */
export async function removeMember(
  env: Env,
  act: Act,
  { id, keepKeys }: { id: string; keepKeys: boolean },
): Promise<void> {
  const member = await memberOf(env, act, id);
  await endAccess(env, act, { ...member, removed_at: act.now });
  const allowed = keepKeys ? SCOPES : [];
  const write = () => deleteMember(env.DB, { ...act, id, allowed });
  await writeWithoutKeys(env, act, { member, allowed, write, isDone: () => false });
}

/** What checks are told from now on, and the end of what was let in before. */
async function endAccess(env: Env, act: Act, told: MemberRecord): Promise<void> {
  await assertOwnerStays(env, act, told.id);
  await withDeadline(projectMember(env.KV, told), DEADLINE_MS);
  await endSessions(env, { workspaceId: act.workspaceId, memberId: told.id }, act.now);
  await withDeadline(withdrawGrants(env, { memberId: told.id }), DEADLINE_MS);
}

type Writing = {
  member: MemberRecord;
  /** What a key of theirs may do, for D1 to be written: those that may do more are revoked. */
  allowed: readonly Scope[];
  write: () => Promise<boolean>;
  isDone: (held: MemberRecord) => boolean;
};

/** Writes D1, and once more after it refused for the sake of keys; whatever comes of it, KV says in the end what D1 holds. */
async function writeWithoutKeys(env: Env, act: Act, { member, allowed, write, isDone }: Writing): Promise<void> {
  const { id } = member;
  const copy = () => copyMember(env, { ...member, removed_at: act.now });
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (await withDeadline(write(), DEADLINE_MS)) return copy();
    const query = { workspaceId: act.workspaceId, id, now: act.now, allowed, limit: KEYS_AT_ONCE };
    const keys = await withDeadline(selectMembersKeys(env.DB, query), DEADLINE_MS);
    await Promise.all(keys.map((key) => revokeKey(env, { ...act, id: key.id })));
    if (keys.length > 0) continue;
    await copy();
    const held = await withDeadline(selectMember(env.DB, id), DEADLINE_MS);
    if (held === null || isDone(held)) return;
    await assertOwnerStays(env, act, id);
  }
  throw new Refusal('RETRY_LATER', 'Keys are being made by this member', 'Retry in 30 seconds.', { retry_after: 30 });
}

export async function memberOf(env: Env, { workspaceId }: Pick<Act, 'workspaceId'>, id: string): Promise<MemberRecord> {
  const member = await withDeadline(selectMember(env.DB, id), DEADLINE_MS);
  if (member?.workspace_id === workspaceId) return member;
  throw new Refusal('NOT_FOUND', 'There is no such member');
}

async function assertOwnerStays(env: Env, { workspaceId }: Act, id: string): Promise<void> {
  if (!(await withDeadline(selectIsLastOwner(env.DB, workspaceId, id), DEADLINE_MS))) return;
  throw new Refusal('CONFLICT', 'This is the only owner of the workspace', 'Make another member an owner first.');
}
