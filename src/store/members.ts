/** What a member may do in a workspace; null for somebody who is no member any more. */
export async function selectRole(
  db: D1Database,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
): Promise<'owner' | 'member' | 'viewer' | null> {
  return db
    .prepare('SELECT role FROM members WHERE workspace_id = ?1 AND id = ?2 LIMIT 1')
    .bind(workspaceId, memberId)
    .first<'owner' | 'member' | 'viewer'>('role');
}
