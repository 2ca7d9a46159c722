import type { Role } from '../domain/access.ts';

/** Links that make whoever opens them a member, once; known by the SHA-256 of their token. Times are epoch milliseconds. */

export type Invitation = { id: string; email: string; role: Role; created_at: number; expires_at: number };

/** Open invitations that a workspace may have. */
export const MOST_INVITATIONS = 100;

const OPEN = 'accepted_at IS NULL AND revoked_at IS NULL AND expires_at >';
const LIVE_WORKSPACE = 'EXISTS (SELECT 1 FROM workspaces WHERE id = ?1 AND deleting_at IS NULL)';

/** Invitations of a workspace that can still be accepted, newest first. */
export async function selectInvitations(db: D1Database, workspaceId: string, now: number): Promise<Invitation[]> {
  const { results } = await db
    .prepare(
      `SELECT id, email, role, created_at, expires_at FROM invitations WHERE workspace_id = ?1 AND ${OPEN} ?2
       ORDER BY created_at DESC, id DESC LIMIT ?3`,
    )
    .bind(workspaceId, now, MOST_INVITATIONS)
    .all<Invitation>();
  return results;
}

export type NewInvitation = {
  hash: string;
  id: string;
  workspaceId: string;
  email: string;
  role: Role;
  /** The member who invites, else the key they use. */
  invitedBy: string;
  actor: string;
  now: number;
  expiresAt: number;
};

/**
 * Stores an invitation in place of an open one for the same address, with its line in the audit log: one transaction. False where a member
 * has that address, or the workspace has as many open ones as it may.
 */
export async function insertInvitation(db: D1Database, invitation: NewInvitation): Promise<boolean> {
  const { hash, id, workspaceId, email, role, invitedBy, actor, now, expiresAt } = invitation;
  const [inserted] = await db.batch([
    db
      .prepare(
        `INSERT INTO invitations (hash, id, workspace_id, email, role, invited_by, created_at, expires_at)
         SELECT ?2, ?3, ?1, ?4, ?5, ?6, ?7, ?8
         WHERE ${LIVE_WORKSPACE} AND NOT EXISTS (SELECT 1 FROM members WHERE workspace_id = ?1 AND lower(email) = lower(?4))
           AND (SELECT count(*) FROM invitations WHERE workspace_id = ?1 AND lower(email) <> lower(?4) AND ${OPEN} ?7) < ?9`,
      )
      .bind(workspaceId, hash, id, email, role, invitedBy, now, expiresAt, MOST_INVITATIONS),
    db
      .prepare(
        `UPDATE invitations SET revoked_at = ?4 WHERE workspace_id = ?1 AND lower(email) = lower(?2) AND id <> ?3 AND ${OPEN} ?4
           AND EXISTS (SELECT 1 FROM invitations WHERE workspace_id = ?1 AND id = ?3)`,
      )
      .bind(workspaceId, email, id, now),
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?3, ?4, 'invitation.made', ?5
         WHERE EXISTS (SELECT 1 FROM invitations WHERE workspace_id = ?1 AND id = ?2) ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, id, now, actor, `${id}: ${email}, ${role}`),
  ]);
  return inserted?.meta.changes === 1;
}

type Revocation = { workspaceId: string; id: string; actor: string; now: number };

/** Ends an open invitation, with its line in the audit log. False where the workspace has no such open one. */
export async function updateInvitationRevoked(
  db: D1Database,
  { workspaceId, id, actor, now }: Revocation,
): Promise<boolean> {
  const mine = `workspace_id = ?1 AND id = ?2 AND ${OPEN} ?3`;
  const [, updated] = await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT ?1, ?3, ?4, 'invitation.revoked', id || ': ' || email FROM invitations WHERE ${mine} ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, id, now, actor),
    db.prepare(`UPDATE invitations SET revoked_at = ?3 WHERE ${mine}`).bind(workspaceId, id, now),
  ]);
  return updated?.meta.changes === 1;
}

export type OpenInvitation = { workspace_id: string; workspace_name: string; email: string; role: Role };

/** What a link invites to; null for one that was accepted or revoked, has expired, or never was. */
export async function selectOpenInvitation(db: D1Database, hash: string, now: number): Promise<OpenInvitation | null> {
  return db
    .prepare(
      `SELECT i.workspace_id, w.name AS workspace_name, i.email, i.role
       FROM invitations i JOIN workspaces w ON w.id = i.workspace_id AND w.deleting_at IS NULL
       WHERE i.hash = ?1 AND ${OPEN} ?2 LIMIT 1`,
    )
    .bind(hash, now)
    .first<OpenInvitation>();
}

/** `personId` is who joins: a member of other workspaces too, or somebody new. */
export type Joining = { hash: string; memberId: string; personId: string; now: number };

/**
 * Makes a member of whoever accepts, and spends the invitation, with the line in the audit log: one transaction. False where it is not open
 * any more, or its address or this person belongs to the workspace already.
 */
export async function insertInvitedMember(
  db: D1Database,
  { hash, memberId, personId, now }: Joining,
): Promise<boolean> {
  const [inserted] = await db.batch([
    db
      .prepare(
        `INSERT INTO members (id, workspace_id, email, role, created_at, person_id)
         SELECT ?2, i.workspace_id, i.email, i.role, ?4, ?3
         FROM invitations i JOIN workspaces w ON w.id = i.workspace_id AND w.deleting_at IS NULL
         WHERE i.hash = ?1 AND ${OPEN} ?4 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.workspace_id = i.workspace_id
           AND (lower(m.email) = lower(i.email) OR ?3 IN (m.person_id, m.id)))`,
      )
      .bind(hash, memberId, personId, now),
    db
      .prepare(
        `UPDATE invitations SET accepted_at = ?3 WHERE hash = ?1 AND accepted_at IS NULL
           AND EXISTS (SELECT 1 FROM members WHERE id = ?2)`,
      )
      .bind(hash, memberId, now),
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT workspace_id, created_at, email, 'member.joined', id || ': ' || role FROM members WHERE id = ?1
         ON CONFLICT DO NOTHING`,
      )
      .bind(memberId),
  ]);
  return inserted?.meta.changes === 1;
}
