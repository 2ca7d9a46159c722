import * as z from 'zod';
import { rolesAbove, Scope } from '../domain/access.ts';

/** What a key stands for. The key itself is never stored, only its SHA-256. */
export const KeyRecord = z.object({
  id: z.string(),
  workspace_id: z.string(),
  workspace_name: z.string(),
  email: z.string(),
  scopes: z.array(Scope),
  /** Who made it, where a member did; and the only agent it is good for. Missing in copies that are older than them. */
  member_id: z.string().nullable().default(null),
  agent_name: z.string().nullable().default(null),
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
  /** Active keys that the workspace may have, this one included; without a number there is no limit. */
  limit?: number | null;
  /** Who made it, for the audit log; a key that nobody asked for leaves no line. */
  actor?: string;
  /** The member who made it: it ends with that membership where people say so. */
  memberId?: string | null;
  /** The only agent it is good for; without one it is good for all. */
  agentName?: string | null;
};
/** `known` says whether the workspace has a key of this id now, `active` how many that are neither revoked nor expired. */
export type KeyInserted = { isNew: boolean; known: boolean; active: number };

const ACTIVE = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at >';

/** Stores a key if the limit leaves room for it, its id is new, and its maker is still somebody who may give so much, with its line in the audit log: one transaction. */
export async function insertKey(db: D1Database, key: NewKey): Promise<KeyInserted> {
  const { id, hash, workspaceId, name, prefix, createdAt, expiresAt, limit = null, actor = null } = key;
  const { memberId = null, agentName = null } = key;
  const scopes = JSON.stringify(key.scopes);
  const [inserted, , counted] = await db.batch<{ known: number; active: number }>([
    db
      .prepare(
        `INSERT INTO api_keys (hash, id, workspace_id, name, prefix, scopes, created_at, expires_at, member_id, agent_name)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?10, ?11
         WHERE EXISTS (SELECT 1 FROM workspaces WHERE id = ?3 AND deleting_at IS NULL)
           AND (?9 IS NULL OR (SELECT count(*) FROM api_keys WHERE workspace_id = ?3 AND ${ACTIVE} ?7)) < ?9)
           AND (?10 IS NULL OR EXISTS (SELECT 1 FROM members WHERE id = ?10 AND workspace_id = ?3
             AND role IN (SELECT value FROM json_each(?12))))
         ON CONFLICT (workspace_id, id) DO NOTHING`,
      )
      .bind(
        ...[hash, id, workspaceId, name, prefix, scopes, createdAt, expiresAt, limit, memberId, agentName],
        JSON.stringify(rolesAbove(key.scopes)),
      ),
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?2, ?3, 'key.created', ?4
         WHERE ?3 IS NOT NULL AND EXISTS (SELECT 1 FROM api_keys WHERE hash = ?5) ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, createdAt, actor, `${id}: ${key.scopes.join(', ')}`, hash),
    db
      .prepare(
        `SELECT EXISTS (SELECT 1 FROM api_keys WHERE workspace_id = ?1 AND id = ?3) AS known,
           (SELECT count(*) FROM api_keys WHERE workspace_id = ?1 AND ${ACTIVE} ?2)) AS active LIMIT 1`,
      )
      .bind(workspaceId, createdAt, id),
  ]);
  const { known = 0, active = 0 } = counted?.results[0] ?? {};
  return { isNew: inserted?.meta.changes === 1, known: known === 1, active };
}

/**
 * The key with this SHA-256 (hex), with its workspace and the e-mail of who made it, else of the workspace's first owner. Revoked when the
 * deletion of its workspace began.
 */
export async function selectKey(db: D1Database, hash: string): Promise<KeyRecord | null> {
  const row = await db
    .prepare(
      `SELECT k.id, k.workspace_id, w.name AS workspace_name, k.scopes, k.member_id, k.agent_name, k.expires_at,
         coalesce(k.revoked_at, w.deleting_at) AS revoked_at,
         coalesce((SELECT m.email FROM members m WHERE m.id = k.member_id),
                  (SELECT m.email FROM members m WHERE m.workspace_id = w.id AND m.role = 'owner'
                   ORDER BY m.created_at, m.id LIMIT 1), '') AS email
       FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id
       WHERE k.hash = ?1 LIMIT 1`,
    )
    .bind(hash)
    .first<Omit<KeyRecord, 'scopes'> & { scopes: string }>();
  return row ? KeyRecord.parse({ ...row, scopes: JSON.parse(row.scopes) }) : null;
}

/** What people may know of a key. Times are epoch milliseconds. */
export type KeyListing = {
  id: string;
  name: string;
  /** How its value begins. */
  prefix: string;
  scopes: Scope[];
  agent_name: string | null;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
};
type ListingRow = Omit<KeyListing, 'scopes'> & { scopes: string };

const LISTED = 'id, name, prefix, scopes, agent_name, created_at, expires_at, revoked_at, last_used_at';

export type KeysQuery = { workspaceId: string; after: string | null; now: number; limit: number };

/** Keys of a workspace, those that work at `now` first and then the newest; `after` is the id of the last one seen. */
export async function selectKeys(
  db: D1Database,
  { workspaceId, after, now, limit }: KeysQuery,
): Promise<{ keys: KeyListing[]; active: number }> {
  const [listed, counted] = await db.batch<ListingRow & { active: number }>([
    db
      .prepare(
        `WITH k AS (SELECT ${LISTED}, ${ACTIVE} ?2) AS active FROM api_keys WHERE workspace_id = ?1)
         SELECT ${LISTED} FROM k
         WHERE ?3 IS NULL OR (active, created_at, id) < (SELECT active, created_at, id FROM k WHERE id = ?3)
         ORDER BY active DESC, created_at DESC, id DESC LIMIT ?4`,
      )
      .bind(workspaceId, now, after, limit),
    db
      .prepare(`SELECT count(*) AS active FROM api_keys WHERE workspace_id = ?1 AND ${ACTIVE} ?2) LIMIT 1`)
      .bind(workspaceId, now),
  ]);
  return { keys: (listed?.results ?? []).map(toListing), active: counted?.results[0]?.active ?? 0 };
}

/** One key of a workspace with its SHA-256 (hex); null for another workspace's. */
export async function selectKeyById(
  db: D1Database,
  workspaceId: string,
  id: string,
): Promise<(KeyListing & { hash: string }) | null> {
  const row = await db
    .prepare(`SELECT hash, ${LISTED} FROM api_keys WHERE workspace_id = ?1 AND id = ?2 LIMIT 1`)
    .bind(workspaceId, id)
    .first<ListingRow & { hash: string }>();
  return row && { ...toListing(row), hash: row.hash };
}

function toListing<T extends ListingRow>(row: T): Omit<T, 'scopes'> & { scopes: Scope[] } {
  return { ...row, scopes: z.array(Scope).parse(JSON.parse(row.scopes)) };
}

export async function updateKeyRevoked(db: D1Database, hash: string, now: number): Promise<void> {
  await db.prepare('UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?2) WHERE hash = ?1').bind(hash, now).run();
}

export type KeyRevocation = { workspaceId: string; id: string; actor: string; now: number };

/** Revokes a key for good, with its line in the audit log: one transaction. Repeating it changes nothing. */
export async function updateKeyRevokedBy(
  db: D1Database,
  { workspaceId, id, actor, now }: KeyRevocation,
): Promise<void> {
  const mine = 'workspace_id = ?1 AND id = ?2 AND revoked_at IS NULL';
  await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?3, ?4, 'key.revoked', ?2
         WHERE EXISTS (SELECT 1 FROM api_keys WHERE ${mine}) ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, id, now, actor),
    db.prepare(`UPDATE api_keys SET revoked_at = ?3 WHERE ${mine}`).bind(workspaceId, id, now),
  ]);
}

/** When a key of this workspace ends (epoch ms); null for one without end. */
export async function selectKeyExpiry(db: D1Database, workspaceId: string, id: string): Promise<number | null> {
  return db
    .prepare('SELECT expires_at FROM api_keys WHERE workspace_id = ?1 AND id = ?2 LIMIT 1')
    .bind(workspaceId, id)
    .first<number>('expires_at');
}

export type KeyUse = { workspaceId: string; id: string; now: number; since: number };

/** Notes that a key was used, unless a use after `since` (epoch ms) is noted. */
export async function updateKeyUsed(db: D1Database, { workspaceId, id, now, since }: KeyUse): Promise<void> {
  await db
    .prepare(
      `UPDATE api_keys SET last_used_at = ?3
       WHERE workspace_id = ?1 AND id = ?2 AND (last_used_at IS NULL OR last_used_at <= ?4)`,
    )
    .bind(workspaceId, id, now, since)
    .run();
}
