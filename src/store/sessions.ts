import * as z from 'zod';
import { Role } from '../domain/access.ts';

/** A dashboard session: who is signed in where. Stored under the SHA-256 of the cookie's random part. */
export const SessionRecord = z.object({
  workspace_id: z.string(),
  workspace_name: z.string(),
  member_id: z.string(),
  email: z.string(),
  /** What the member was when the session began; what they are now is the member's own record. */
  role: Role.optional(),
  /** The API key that the session was opened with. */
  key_id: z.string().nullable().optional(),
  expires_at: z.int(),
  revoked_at: z.int().nullable(),
});
export type SessionRecord = z.infer<typeof SessionRecord>;

export type NewSession = {
  hash: string;
  workspaceId: string;
  memberId: string;
  /** The API key that somebody signed in with; null for a one-time link. */
  keyId: string | null;
  createdAt: number;
  expiresAt: number;
};

/**
 * Stores a session and answers when it ends: no later than the key it was opened with. Null where that key works no more, or the workspace
 * is being deleted, which D1 knows before any copy of it does.
 */
export async function insertSession(db: D1Database, session: NewSession): Promise<number | null> {
  const { hash, workspaceId, memberId, keyId, createdAt, expiresAt } = session;
  return db
    .prepare(
      `INSERT INTO sessions (hash, workspace_id, member_id, key_id, created_at, expires_at)
       SELECT ?1, ?2, ?3, ?4, ?5, min(?6, coalesce((SELECT expires_at FROM api_keys WHERE workspace_id = ?2 AND id = ?4), ?6))
       WHERE EXISTS (SELECT 1 FROM workspaces WHERE id = ?2 AND deleting_at IS NULL) AND (?4 IS NULL OR EXISTS
         (SELECT 1 FROM api_keys WHERE workspace_id = ?2 AND id = ?4 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?5)))
       RETURNING expires_at`,
    )
    .bind(hash, workspaceId, memberId, keyId, createdAt, expiresAt)
    .first<number>('expires_at');
}

export async function selectSession(db: D1Database, hash: string): Promise<SessionRecord | null> {
  const row = await db
    .prepare(
      `SELECT s.workspace_id, w.name AS workspace_name, s.member_id, m.email, m.role, s.key_id, s.expires_at,
         coalesce(s.revoked_at, w.deleting_at) AS revoked_at
       FROM sessions s JOIN workspaces w ON w.id = s.workspace_id JOIN members m ON m.id = s.member_id
       WHERE s.hash = ?1 LIMIT 1`,
    )
    .bind(hash)
    .first();
  return row ? SessionRecord.parse(row) : null;
}

export async function updateSessionRevoked(db: D1Database, hash: string, now: number): Promise<void> {
  await db.prepare('UPDATE sessions SET revoked_at = coalesce(revoked_at, ?2) WHERE hash = ?1').bind(hash, now).run();
}

/** True the first time a one-time code is redeemed, false ever after. Codes that have expired are swept on the way. */
export async function insertRedeemedCode(
  db: D1Database,
  code: { jti: string; expiresAt: number; now: number },
): Promise<boolean> {
  const [, inserted] = await db.batch([
    db.prepare('DELETE FROM redeemed_codes WHERE expires_at < ?1').bind(code.now),
    db
      .prepare('INSERT INTO redeemed_codes (jti, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING')
      .bind(code.jti, code.expiresAt),
  ]);
  return inserted?.meta.changes === 1;
}
