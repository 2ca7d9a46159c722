export type Workspace = { id: string; name: string; email: string };

/** A workspace with the e-mail of its first owner. */
export async function selectWorkspace(db: D1Database, id: string): Promise<Workspace | null> {
  return db
    .prepare(
      `SELECT w.id, w.name, coalesce((SELECT m.email FROM members m WHERE m.workspace_id = w.id AND m.role = 'owner'
         ORDER BY m.created_at, m.id LIMIT 1), '') AS email
       FROM workspaces w WHERE w.id = ?1 LIMIT 1`,
    )
    .bind(id)
    .first<Workspace>();
}

/** One row, to see whether the database answers. */
export async function selectOne(db: D1Database): Promise<void> {
  await db.prepare('SELECT 1 LIMIT 1').first();
}
