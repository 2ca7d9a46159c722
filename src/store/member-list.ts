import type { Role } from '../domain/access.ts';

export type Member = { id: string; email: string; role: Role };

/** Who belongs to a workspace, the first ones first. */
export async function selectMembers(db: D1Database, workspaceId: string, limit: number): Promise<Member[]> {
  const { results } = await db
    .prepare('SELECT id, email, role FROM members WHERE workspace_id = ?1 ORDER BY created_at, id LIMIT ?2')
    .bind(workspaceId, limit)
    .all<Member>();
  return results;
}

/** Times are epoch milliseconds; `signed_in_at` is when somebody last signed in as them, null where nobody ever did. */
export type ListedMember = Member & { created_at: number; signed_in_at: number | null };

const LISTED = `m.id, m.email, m.role, m.created_at,
  (SELECT max(s.created_at) FROM sessions s WHERE s.workspace_id = m.workspace_id AND s.member_id = m.id) AS signed_in_at`;

export type MembersQuery = { workspaceId: string; after: string | null; limit: number };

/** The same with what people want to know of each; `after` is the id of the last one seen. */
export async function selectMemberList(
  db: D1Database,
  { workspaceId, after, limit }: MembersQuery,
): Promise<ListedMember[]> {
  const { results } = await db
    .prepare(
      `SELECT ${LISTED} FROM members m
       WHERE m.workspace_id = ?1
         AND (?2 IS NULL OR (m.created_at, m.id) > (SELECT l.created_at, l.id FROM members l WHERE l.workspace_id = ?1 AND l.id = ?2))
       ORDER BY m.created_at, m.id LIMIT ?3`,
    )
    .bind(workspaceId, after, limit)
    .all<ListedMember>();
  return results;
}

/** One of them; null for another workspace's. */
export async function selectListedMember(
  db: D1Database,
  workspaceId: string,
  id: string,
): Promise<ListedMember | null> {
  return db
    .prepare(`SELECT ${LISTED} FROM members m WHERE m.workspace_id = ?1 AND m.id = ?2 LIMIT 1`)
    .bind(workspaceId, id)
    .first<ListedMember>();
}
