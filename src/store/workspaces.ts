export type Workspace = { id: string; name: string; email: string };

/** A workspace with the e-mail of its first owner; null for one that is being deleted. */
export async function selectWorkspace(db: D1Database, id: string): Promise<Workspace | null> {
  return db
    .prepare(
      `SELECT w.id, w.name, coalesce((SELECT m.email FROM members m WHERE m.workspace_id = w.id AND m.role = 'owner'
         ORDER BY m.created_at, m.id LIMIT 1), '') AS email
       FROM workspaces w WHERE w.id = ?1 AND w.deleting_at IS NULL LIMIT 1`,
    )
    .bind(id)
    .first<Workspace>();
}

export type NewWorkspace = {
  id: string;
  name: string;
  owner: { id: string; personId: string; email: string };
  now: number;
};

/** Makes a workspace with its owner and its line in the audit log: one transaction. False where there is one of this id. */
export async function insertWorkspace(db: D1Database, { id, name, owner, now }: NewWorkspace): Promise<boolean> {
  const [inserted] = await db.batch([
    db
      .prepare('INSERT INTO workspaces (id, name, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING')
      .bind(id, name, now),
    // Only into the one that was just made: an id that comes with a form may be somebody else's.
    db
      .prepare(
        `INSERT INTO members (id, workspace_id, email, role, created_at, person_id) SELECT ?2, ?1, ?3, 'owner', ?4, ?5
         WHERE EXISTS (SELECT 1 FROM workspaces WHERE id = ?1 AND name = ?6 AND created_at = ?4 AND deleting_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM members WHERE workspace_id = ?1)`,
      )
      .bind(id, owner.id, owner.email, now, owner.personId, name),
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT ?1, created_at, email, 'workspace.created', ?3 FROM members WHERE workspace_id = ?1 AND id = ?2
         ON CONFLICT DO NOTHING`,
      )
      .bind(id, owner.id, name),
  ]);
  return inserted?.meta.changes === 1;
}

/** One row, to see whether the database answers. */
export async function selectOne(db: D1Database): Promise<void> {
  await db.prepare('SELECT 1 LIMIT 1').first();
}
