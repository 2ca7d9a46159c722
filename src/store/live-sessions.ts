import { SessionRecord } from './sessions.ts';

/** Sessions of a member, or those opened with a key. */
export type SessionsOf = { workspaceId: string } & ({ memberId: string } | { keyId: string });
export type LiveSession = { hash: string; record: SessionRecord };

/** How many sessions are read at once: each one is written to KV, and a request may make only so many calls. */
export const SESSIONS_AT_ONCE = 100;

/** Sessions that are open at `now` (epoch ms), the oldest first. */
export async function selectLiveSessions(db: D1Database, whose: SessionsOf, now: number): Promise<LiveSession[]> {
  const [column, value] = 'memberId' in whose ? ['member_id', whose.memberId] : ['key_id', whose.keyId];
  const { results } = await db
    .prepare(
      `SELECT s.hash, s.workspace_id, w.name AS workspace_name, s.member_id, m.email, m.role, s.key_id, s.expires_at, s.revoked_at
       FROM sessions s JOIN workspaces w ON w.id = s.workspace_id JOIN members m ON m.id = s.member_id
       WHERE s.workspace_id = ?1 AND s.${column} = ?2 AND s.revoked_at IS NULL AND s.expires_at > ?3
       ORDER BY s.created_at, s.hash LIMIT ?4`,
    )
    .bind(whose.workspaceId, value, now, SESSIONS_AT_ONCE)
    .all<SessionRecord & { hash: string }>();
  return results.map(({ hash, ...row }) => ({ hash, record: SessionRecord.parse(row) }));
}
