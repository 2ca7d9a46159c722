import { type Role, type Scope, scopesOf } from '../domain/access.ts';

/** How a membership changes and ends. Whatever happens at once, a workspace keeps an owner, and nobody a key that exceeds their role. */

export type MemberChange = { workspaceId: string; id: string; actor: string; now: number };

const LIVE_KEY = 'k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?3)';
/** A key of the member ?2 that works at ?3 and has a scope that is not of the list ?4. */
const EXCEEDING = `k.workspace_id = ?1 AND k.member_id = ?2 AND ${LIVE_KEY}
  AND EXISTS (SELECT 1 FROM json_each(k.scopes) s WHERE s.value NOT IN (SELECT value FROM json_each(?4)))`;
const NO_KEY_EXCEEDS = `NOT EXISTS (SELECT 1 FROM api_keys k WHERE ${EXCEEDING})`;
const OTHER_OWNER = `EXISTS (SELECT 1 FROM members o WHERE o.workspace_id = ?1 AND o.id <> ?2 AND o.role = 'owner')`;

/** Whether somebody is the only owner that a workspace has. */
export async function selectIsLastOwner(db: D1Database, workspaceId: string, id: string): Promise<boolean> {
  const row = await db
    .prepare(
      `SELECT 1 FROM members WHERE workspace_id = ?1 AND id = ?2 AND role = 'owner' AND NOT ${OTHER_OWNER} LIMIT 1`,
    )
    .bind(workspaceId, id)
    .first();
  return row !== null;
}

export type MembersKey = { id: string; name: string; prefix: string; scopes: Scope[]; last_used_at: number | null };
/** `allowed`: only keys that may do more than this; without any, all. */
export type MembersKeysQuery = Omit<MemberChange, 'actor'> & { allowed: readonly Scope[]; limit: number };

/** Keys that a member made and that work at `now`, newest first. */
export async function selectMembersKeys(db: D1Database, query: MembersKeysQuery): Promise<MembersKey[]> {
  const { workspaceId, id, now, allowed, limit } = query;
  const { results } = await db
    .prepare(
      `SELECT k.id, k.name, k.prefix, k.scopes, k.last_used_at FROM api_keys k WHERE ${EXCEEDING}
       ORDER BY k.created_at DESC, k.id DESC LIMIT ?5`,
    )
    .bind(workspaceId, id, now, JSON.stringify(allowed), limit)
    .all<Omit<MembersKey, 'scopes'> & { scopes: string }>();
  return results.map((row) => ({ ...row, scopes: JSON.parse(row.scopes) as Scope[] }));
}

/**
 * Gives a member another role, with its line in the audit log; what somebody invited who is no owner any more is revoked. One transaction.
 * False where nothing changed: no such member, that role already, the last owner, or a key that exceeds the role.
 */
export async function updateRole(
  db: D1Database,
  { workspaceId, id, actor, now, role }: MemberChange & { role: Role },
): Promise<boolean> {
  const changes = `workspace_id = ?1 AND id = ?2 AND role <> ?5 AND (role <> 'owner' OR ${OTHER_OWNER}) AND ${NO_KEY_EXCEEDS}`;
  const given = [workspaceId, id, now, JSON.stringify(scopesOf(role)), role];
  const [, updated] = await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT ?1, ?3, ?6, 'member.role_changed', id || ': ' || email || ', ' || role || ' to ' || ?5 FROM members WHERE ${changes}
         ON CONFLICT DO NOTHING`,
      )
      .bind(...given, actor),
    db.prepare(`UPDATE members SET role = ?5 WHERE ${changes}`).bind(...given),
    revokeInvitationsOf(db, { workspaceId, id, now }),
  ]);
  return updated?.meta.changes === 1;
}

/**
 * Ends a membership with the sessions and open invitations of it and its line in the audit log: one transaction. False where nothing changed:
 * no such member, the last owner, or a key of theirs that may do more than `allowed`.
 */
export async function deleteMember(
  db: D1Database,
  { workspaceId, id, actor, now, allowed }: MemberChange & { allowed: readonly Scope[] },
): Promise<boolean> {
  const goes = `workspace_id = ?1 AND id = ?2 AND (role <> 'owner' OR ${OTHER_OWNER}) AND ${NO_KEY_EXCEEDS}`;
  const given = [workspaceId, id, now, JSON.stringify(allowed)];
  const [, , deleted] = await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT ?1, ?3, ?5, 'member.removed', id || ': ' || email || ', ' || role FROM members WHERE ${goes} ON CONFLICT DO NOTHING`,
      )
      .bind(...given, actor),
    db
      .prepare(
        `DELETE FROM sessions WHERE workspace_id = ?1 AND member_id = ?2 AND EXISTS (SELECT 1 FROM members WHERE ${goes})`,
      )
      .bind(...given),
    db.prepare(`DELETE FROM members WHERE ${goes}`).bind(...given),
    revokeInvitationsOf(db, { workspaceId, id, now }),
  ]);
  return deleted?.meta.changes === 1;
}

/** Whoever is no owner must not have a link in hand that makes one. */
function revokeInvitationsOf(
  db: D1Database,
  { workspaceId, id, now }: Omit<MemberChange, 'actor'>,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE invitations SET revoked_at = ?3 WHERE workspace_id = ?1 AND invited_by = ?2 AND accepted_at IS NULL AND revoked_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM members WHERE workspace_id = ?1 AND id = ?2 AND role = 'owner')`,
    )
    .bind(workspaceId, id, now);
}

/**
 * Notes that a sign-in link was made. `personId` is given where its maker may use it as well: the member is then nobody that another workspace
 * knows, so that whoever decides in this workspace gets into no other by it.
 */
export async function insertSignInLink(
  db: D1Database,
  { workspaceId, id, actor, now, personId }: MemberChange & { personId: string | null },
): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT ?1, ?3, ?4, 'sign_in_link.made', id || ': ' || email FROM members WHERE workspace_id = ?1 AND id = ?2
         ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, id, now, actor),
    db
      .prepare('UPDATE members SET person_id = ?3 WHERE workspace_id = ?1 AND id = ?2 AND ?3 IS NOT NULL')
      .bind(workspaceId, id, personId),
  ]);
}

/** Who made which of these keys: e-mail by the id of the key, where a member did who still is one. */
export async function selectKeyMakers(
  db: D1Database,
  workspaceId: string,
  keyIds: readonly string[],
): Promise<Map<string, string>> {
  const { results } = await db
    .prepare(
      `SELECT k.id, m.email FROM api_keys k JOIN members m ON m.id = k.member_id AND m.workspace_id = k.workspace_id
       WHERE k.workspace_id = ?1 AND k.id IN (SELECT value FROM json_each(?2)) ORDER BY k.id LIMIT ?3`,
    )
    .bind(workspaceId, JSON.stringify(keyIds), keyIds.length)
    .all<{ id: string; email: string }>();
  return new Map(results.map(({ id, email }) => [id, email]));
}
