import * as z from 'zod';
import { Role } from '../domain/access.ts';

const MOST_WORKSPACES = 100;

/** Who belongs to a workspace. The copy that KV holds says since when somebody does not any more; D1 then has no row. */
export const MemberRecord = z.object({
  id: z.string(),
  workspace_id: z.string(),
  workspace_name: z.string(),
  /** The same person is one in every workspace. */
  person_id: z.string(),
  email: z.string(),
  role: Role,
  removed_at: z.int().nullable(),
});
export type MemberRecord = z.infer<typeof MemberRecord>;

/** Who was alone in the world so far is known by their own id. */
const PERSON = "coalesce(nullif(m.person_id, ''), m.id) AS person_id";
const COLUMNS = `m.id, m.workspace_id, w.name AS workspace_name, ${PERSON}, m.email, m.role, NULL AS removed_at`;
const FROM = 'FROM members m JOIN workspaces w ON w.id = m.workspace_id AND w.deleting_at IS NULL';

/** A member by id, of whatever workspace; null for somebody who is no member any more, and in a workspace that is being deleted. */
export async function selectMember(db: D1Database, id: string): Promise<MemberRecord | null> {
  const row = await db.prepare(`SELECT ${COLUMNS} ${FROM} WHERE m.id = ?1 LIMIT 1`).bind(id).first();
  return row ? MemberRecord.parse(row) : null;
}

/** The first owner of a workspace: whom a key signs in that no member made. */
export async function selectOwner(db: D1Database, workspaceId: string): Promise<MemberRecord | null> {
  const row = await db
    .prepare(
      `SELECT ${COLUMNS} ${FROM} WHERE m.workspace_id = ?1 AND m.role = 'owner' ORDER BY m.created_at, m.id LIMIT 1`,
    )
    .bind(workspaceId)
    .first();
  return row ? MemberRecord.parse(row) : null;
}

/** What a member may do in a workspace; null for somebody who is no member any more, and in one that is being deleted. */
export async function selectRole(
  db: D1Database,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
): Promise<Role | null> {
  return db
    .prepare(`SELECT m.role ${FROM} WHERE m.workspace_id = ?1 AND m.id = ?2 LIMIT 1`)
    .bind(workspaceId, memberId)
    .first<Role>('role');
}

/** Whom one and the same person is in every workspace, the first ones first; at most 100. */
export async function selectMembersOfPerson(db: D1Database, personId: string): Promise<MemberRecord[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} ${FROM} WHERE m.person_id = ?1 OR (m.id = ?1 AND m.person_id = '') ORDER BY m.created_at, m.id LIMIT ?2`,
    )
    .bind(personId, MOST_WORKSPACES)
    .all();
  return results.map((row) => MemberRecord.parse(row));
}
