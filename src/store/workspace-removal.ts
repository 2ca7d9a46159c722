import type { Role } from '../domain/access.ts';

/**
 * Statements that take a workspace away, each of which can be repeated. From `deleting_at` on nobody is let in. What checks were told is
 * marked row by row: keys and sessions are revoked at `deleting_at`, members have a word in place of their address. The rows themselves
 * stay to the end, because they say who may go on with a deletion that broke off.
 */

/** In place of a member's address: checks were told that they are gone; and that nothing they granted is left, either. */
const CLOSED = '(closed)';
const REMOVED = '(removed)';
const STARTED = 'workspace.deletion_started';

export type WorkspaceDeletion = { workspaceId: string; actor: string; now: number };

/**
 * Begins the deletion, once: nothing is let in any more, nobody outside is told or shown anything, and who began it is noted. Answers with when
 * it began (epoch ms), or null where there is no such workspace.
 */
export async function updateDeleting(
  db: D1Database,
  { workspaceId, actor, now }: WorkspaceDeletion,
): Promise<number | null> {
  const gone = (table: string) => db.prepare(`DELETE FROM ${table} WHERE workspace_id = ?1`).bind(workspaceId);
  const answers = await db.batch<{ deleting_at: number }>([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject)
         SELECT id, ?2, ?3, '${STARTED}', name FROM workspaces WHERE id = ?1 AND deleting_at IS NULL`,
      )
      .bind(workspaceId, now, actor),
    ...['invitations', 'report_shares', 'webhooks'].map(gone),
    db
      .prepare('UPDATE workspaces SET deleting_at = coalesce(deleting_at, ?2) WHERE id = ?1 RETURNING deleting_at')
      .bind(workspaceId, now),
  ]);
  return answers.at(-1)?.results[0]?.deleting_at ?? null;
}

export type RemovalState = { name: string; deletingAt: number | null };

/** What a workspace is called and since when it is being deleted; null for none. */
export async function selectRemovalState(db: D1Database, workspaceId: string): Promise<RemovalState | null> {
  return db
    .prepare('SELECT name, deleting_at AS deletingAt FROM workspaces WHERE id = ?1 LIMIT 1')
    .bind(workspaceId)
    .first<RemovalState>();
}

/** What is left before the workspace itself can go. */
export type Left = { keys: number; members: number; sessions: number; agents: number };

export async function countLeft(db: D1Database, workspaceId: string): Promise<Left> {
  const left = await db
    .prepare(
      `SELECT (SELECT count(*) FROM api_keys WHERE workspace_id = ?1 AND revoked_at IS NULL) AS keys,
         (SELECT count(*) FROM members WHERE workspace_id = ?1 AND email <> '${REMOVED}') AS members,
         (SELECT count(*) FROM sessions WHERE workspace_id = ?1 AND revoked_at IS NULL) AS sessions,
         (SELECT count(*) FROM agents WHERE workspace_id = ?1) AS agents LIMIT 1`,
    )
    .bind(workspaceId)
    .first<Left>();
  return left ?? { keys: 0, members: 0, sessions: 0, agents: 0 };
}

export type HeldKey = { hash: string; id: string };
export type HeldSession = { hash: string; member_id: string; expires_at: number };
export type HeldMember = { id: string; role: Role };
/** Either what checks were not told of yet, or the newest, whatever they were told: somebody may have told them otherwise meanwhile. */
export type Holders = { workspaceId: string; which: 'open' | 'newest'; limit: number };

export async function selectKeysHeld(db: D1Database, holders: Holders): Promise<HeldKey[]> {
  return held<HeldKey>(db, holders, { columns: 'hash, id', table: 'api_keys', open: 'revoked_at IS NULL', id: 'hash' });
}

export async function selectSessionsHeld(db: D1Database, holders: Holders): Promise<HeldSession[]> {
  const columns = 'hash, member_id, expires_at';
  return held<HeldSession>(db, holders, { columns, table: 'sessions', open: 'revoked_at IS NULL', id: 'hash' });
}

export async function selectMembersHeld(db: D1Database, holders: Holders): Promise<HeldMember[]> {
  const open = `email NOT IN ('${CLOSED}', '${REMOVED}')`;
  return held<HeldMember>(db, holders, { columns: 'id, role', table: 'members', open, id: 'id' });
}

type Read = { columns: string; table: string; open: string; id: string };

async function held<T>(db: D1Database, { workspaceId, which, limit }: Holders, read: Read): Promise<T[]> {
  const { columns, table, open, id } = read;
  const { results } = await db
    .prepare(
      `SELECT ${columns} FROM ${table} WHERE workspace_id = ?1 AND ${which === 'open' ? open : '1'}
       ORDER BY created_at DESC, ${id} LIMIT ?2`,
    )
    .bind(workspaceId, limit)
    .all<T>();
  return results;
}

/** Members of whom checks know that they are gone, and who may have granted something. */
export async function selectGranters(db: D1Database, workspaceId: string, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare(`SELECT id FROM members WHERE workspace_id = ?1 AND email = '${CLOSED}' ORDER BY id LIMIT ?2`)
    .bind(workspaceId, limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Notes that checks were told of these, by hash. */
export async function updateRevokedByDeletion(
  db: D1Database,
  table: 'api_keys' | 'sessions',
  hashes: readonly string[],
): Promise<void> {
  await db
    .prepare(
      `UPDATE ${table} SET revoked_at = (SELECT w.deleting_at FROM workspaces w WHERE w.id = ${table}.workspace_id)
       WHERE hash IN (SELECT value FROM json_each(?1)) AND revoked_at IS NULL`,
    )
    .bind(JSON.stringify(hashes))
    .run();
}

/** Notes that checks were told of these members, or that nothing is left that they granted. */
export async function updateMembersGone(
  db: D1Database,
  ids: readonly string[],
  how: 'closed' | 'removed',
): Promise<void> {
  await db
    .prepare('UPDATE members SET email = ?2 WHERE id IN (SELECT value FROM json_each(?1))')
    .bind(JSON.stringify(ids), how === 'closed' ? CLOSED : REMOVED)
    .run();
}

export type AgentHeld = { id: string; name: string };

export async function selectAgentsHeld(db: D1Database, workspaceId: string, limit: number): Promise<AgentHeld[]> {
  const { results } = await db
    .prepare('SELECT id, name FROM agents WHERE workspace_id = ?1 ORDER BY name LIMIT ?2')
    .bind(workspaceId, limit)
    .all<AgentHeld>();
  return results;
}

/** Who may go on with a deletion: checks do not believe their key or session any more, D1 does until the end. */
export type Remover = {
  workspace_id: string;
  workspace_name: string;
  /** Of the key, or of the member. */
  id: string;
  expires_at: number | null;
};

const UNDER_WAY = 'w.deleting_at IS NOT NULL';

/** The workspace that is being deleted and the key of it with this hash, if that could have begun it. */
export async function selectRemoverByKey(db: D1Database, hash: string, now: number): Promise<Remover | null> {
  return db
    .prepare(
      `SELECT k.workspace_id, w.name AS workspace_name, k.id, k.expires_at FROM api_keys k
       JOIN workspaces w ON w.id = k.workspace_id AND ${UNDER_WAY}
       WHERE k.hash = ?1 AND coalesce(k.revoked_at, w.deleting_at) = w.deleting_at AND (k.expires_at IS NULL OR k.expires_at > ?2)
         AND k.agent_name IS NULL AND EXISTS (SELECT 1 FROM json_each(k.scopes) WHERE value = 'admin') LIMIT 1`,
    )
    .bind(hash, now)
    .first<Remover>();
}

/** The same by the session of an owner. */
export async function selectRemoverBySession(db: D1Database, hash: string, now: number): Promise<Remover | null> {
  return db
    .prepare(
      `SELECT s.workspace_id, w.name AS workspace_name, s.member_id AS id, s.expires_at FROM sessions s
       JOIN workspaces w ON w.id = s.workspace_id AND ${UNDER_WAY}
       JOIN members m ON m.id = s.member_id AND m.workspace_id = s.workspace_id AND m.role = 'owner'
       WHERE s.hash = ?1 AND coalesce(s.revoked_at, w.deleting_at) = w.deleting_at AND s.expires_at > ?2 LIMIT 1`,
    )
    .bind(hash, now)
    .first<Remover>();
}

const LINES_AT_ONCE = 5_000;

/** Removes lines of the audit log of a workspace that is being deleted, some thousands at a time. False once none is left to remove. */
export async function deleteAuditLines(db: D1Database, workspaceId: string): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `DELETE FROM audit_log WHERE workspace_id = ?1 AND (at, action, subject) IN
         (SELECT l.at, l.action, l.subject FROM audit_log l JOIN workspaces w ON w.id = l.workspace_id AND ${UNDER_WAY}
          WHERE l.workspace_id = ?1 AND l.action <> '${STARTED}' ORDER BY l.at, l.action, l.subject LIMIT ?2)`,
    )
    .bind(workspaceId, LINES_AT_ONCE)
    .run();
  return meta.changes === LINES_AT_ONCE;
}

/** What refers to a workspace, in an order that no reference is left hanging in. */
const TABLES = [
  ...['trust_rules', 'webhooks', 'report_shares', 'invitations', 'spent_usage', 'generations', 'runs'],
  ...['sessions', 'api_keys', 'members'],
];

/**
 * The end: all that is left, and the workspace itself, in one transaction. One line stays in the audit log: who began it, when it was
 * done, and what the workspace was called. Of a workspace that is not being deleted, or has agents, nothing goes. Answers whether it went.
 */
export async function deleteWorkspace(db: D1Database, workspaceId: string, now: number): Promise<boolean> {
  const goes = `EXISTS (SELECT 1 FROM workspaces w WHERE w.id = ?1 AND ${UNDER_WAY})
    AND NOT EXISTS (SELECT 1 FROM agents WHERE workspace_id = ?1)`;
  const answers = await db.batch([
    db
      .prepare(
        `DELETE FROM seen_deliveries WHERE rule_id IN (SELECT id FROM trust_rules WHERE workspace_id = ?1) AND ${goes}`,
      )
      .bind(workspaceId),
    ...TABLES.map((table) => db.prepare(`DELETE FROM ${table} WHERE workspace_id = ?1 AND ${goes}`).bind(workspaceId)),
    db
      .prepare(`DELETE FROM audit_log WHERE workspace_id = ?1 AND action <> '${STARTED}' AND ${goes}`)
      .bind(workspaceId),
    db
      .prepare(
        `UPDATE audit_log SET action = 'workspace.deleted', at = ?2 WHERE workspace_id = ?1 AND action = '${STARTED}' AND ${goes}`,
      )
      .bind(workspaceId, now),
    db.prepare(`DELETE FROM workspaces WHERE id = ?1 AND ${goes}`).bind(workspaceId),
  ]);
  return answers.at(-1)?.meta.changes === 1;
}
