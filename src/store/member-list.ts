export type Member = { id: string; email: string; role: 'owner' | 'member' | 'viewer' };

/** Who belongs to a workspace, the first ones first. */
export async function selectMembers(db: D1Database, workspaceId: string, limit: number): Promise<Member[]> {
  const { results } = await db
    .prepare('SELECT id, email, role FROM members WHERE workspace_id = ?1 ORDER BY created_at, id LIMIT ?2')
    .bind(workspaceId, limit)
    .all<Member>();
  return results;
}
