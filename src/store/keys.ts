import * as z from 'zod';

export const SCOPES = ['read', 'write', 'ingest', 'admin'] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

/** What a key stands for. The key itself is never stored, only its SHA-256. */
export const KeyRecord = z.object({
  id: z.string(),
  workspace_id: z.string(),
  workspace_name: z.string(),
  email: z.string(),
  scopes: z.array(Scope),
  expires_at: z.int().nullable(),
  revoked_at: z.int().nullable(),
});
export type KeyRecord = z.infer<typeof KeyRecord>;

export type NewKey = {
  id: string;
  hash: string;
  workspaceId: string;
  name: string;
  prefix: string;
  scopes: readonly Scope[];
  createdAt: number;
  expiresAt: number | null;
};

export async function insertKey(db: D1Database, key: NewKey): Promise<void> {
  await db
    .prepare(
      `INSERT INTO api_keys (hash, id, workspace_id, name, prefix, scopes, created_at, expires_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
    )
    .bind(
      key.hash,
      key.id,
      key.workspaceId,
      key.name,
      key.prefix,
      JSON.stringify(key.scopes),
      key.createdAt,
      key.expiresAt,
    )
    .run();
}

/** The key with this SHA-256 (hex), with its workspace and the e-mail of the workspace's first owner. */
export async function selectKey(db: D1Database, hash: string): Promise<KeyRecord | null> {
  const row = await db
    .prepare(
      `SELECT k.id, k.workspace_id, w.name AS workspace_name, k.scopes, k.expires_at, k.revoked_at,
         coalesce((SELECT m.email FROM members m WHERE m.workspace_id = w.id AND m.role = 'owner'
                   ORDER BY m.created_at, m.id LIMIT 1), '') AS email
       FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id
       WHERE k.hash = ?1 LIMIT 1`,
    )
    .bind(hash)
    .first<Omit<KeyRecord, 'scopes'> & { scopes: string }>();
  return row ? KeyRecord.parse({ ...row, scopes: JSON.parse(row.scopes) }) : null;
}

export async function updateKeyRevoked(db: D1Database, hash: string, now: number): Promise<void> {
  await db.prepare('UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?2) WHERE hash = ?1').bind(hash, now).run();
}
