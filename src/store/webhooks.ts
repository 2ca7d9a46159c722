import * as z from 'zod';
import { type Webhook, type WebhookChange, WebhookEvent } from '../domain/webhook-message.ts';

/** An address as it is stored: the secrets that sign for it sealed, newest first. `baseUrl` is where this server's pages are. */
export type StoredWebhook = Omit<Webhook, 'secrets'> & { sealed: string[]; baseUrl: string };
type Row = {
  id: string;
  url: string;
  events: string;
  agent_name: string | null;
  enabled: number;
  secrets: string;
  base_url: string;
  created_at: number;
};

export const MAX_WEBHOOKS = 20;

const COLUMNS = 'id, url, events, agent_name, enabled, secrets, base_url, created_at';

type Change = { workspaceId: string; actor: string; now: number };

/** Stores an address with its line in the audit log: one transaction. False when the workspace has as many as it may. */
export async function insertWebhook(db: D1Database, webhook: StoredWebhook, change: Change): Promise<boolean> {
  const { id, url, events, agentName, enabled, sealed, baseUrl, createdAt } = webhook;
  const { workspaceId } = change;
  const [inserted] = await db.batch([
    db
      .prepare(
        `INSERT INTO webhooks (workspace_id, id, url, events, agent_name, enabled, secrets, base_url, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE (SELECT count(*) FROM webhooks WHERE workspace_id = ?1) < ?10`,
      )
      .bind(
        ...[workspaceId, id, url, JSON.stringify(events), agentName, Number(enabled), JSON.stringify(sealed)],
        ...[baseUrl, createdAt, MAX_WEBHOOKS],
      ),
    noted(db, { ...change, id, action: 'webhook.created' }),
  ]);
  return inserted?.meta.changes === 1;
}

/** All addresses of a workspace, newest first. */
export async function selectWebhooks(db: D1Database, workspaceId: string): Promise<StoredWebhook[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM webhooks WHERE workspace_id = ?1 ORDER BY created_at DESC, id LIMIT ${MAX_WEBHOOKS}`,
    )
    .bind(workspaceId)
    .all<Row>();
  return results.map(toWebhook);
}

export async function selectWebhook(db: D1Database, workspaceId: string, id: string): Promise<StoredWebhook | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM webhooks WHERE workspace_id = ?1 AND id = ?2 LIMIT 1`)
    .bind(workspaceId, id)
    .first<Row>();
  return row && toWebhook(row);
}

export type WebhookPatch = Pick<StoredWebhook, 'id' | 'baseUrl'> & WebhookChange;

/** Writes what is named of an address and leaves the rest as it is by then, with a line in the audit log. Null when there is no such address. */
export async function updateWebhook(
  db: D1Database,
  { id, baseUrl, url, events, enabled }: WebhookPatch,
  change: Change,
): Promise<StoredWebhook | null> {
  const [, updated] = await db.batch<Row>([
    noted(db, { ...change, id, action: 'webhook.changed' }),
    db
      .prepare(
        `UPDATE webhooks SET base_url = ?3, url = coalesce(?4, url), events = coalesce(?5, events), enabled = coalesce(?6, enabled)
         WHERE workspace_id = ?1 AND id = ?2 RETURNING ${COLUMNS}`,
      )
      .bind(
        ...[change.workspaceId, id, baseUrl, url ?? null],
        ...[events === undefined ? null : JSON.stringify(events), enabled === undefined ? null : Number(enabled)],
      ),
  ]);
  const row = updated?.results[0];
  return row ? toWebhook(row) : null;
}

export type SecretsChange = Pick<StoredWebhook, 'id' | 'baseUrl'> & { from: string[]; to: string[] };

/** Puts other sealed secrets in place of `from`, with a line in the audit log. False when they are not `from` any more. */
export async function updateWebhookSecrets(
  db: D1Database,
  { id, baseUrl, from, to }: SecretsChange,
  change: Change,
): Promise<boolean> {
  const secrets = JSON.stringify(from);
  const [, updated] = await db.batch([
    noted(db, { ...change, id, action: 'webhook.changed', secrets }),
    db
      .prepare('UPDATE webhooks SET secrets = ?4, base_url = ?5 WHERE workspace_id = ?1 AND id = ?2 AND secrets = ?3')
      .bind(change.workspaceId, id, secrets, JSON.stringify(to), baseUrl),
  ]);
  return updated?.meta.changes === 1;
}

/** Switches an address off because its receiver said that it is gone, unless it is another address by now; with its line in the audit log. */
export async function updateWebhookGone(
  db: D1Database,
  { workspaceId, id, url, now }: { workspaceId: string; id: string; url: string; now: number },
): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?4, 'receiver', 'webhook.gone', ?2
         WHERE EXISTS (SELECT 1 FROM webhooks WHERE workspace_id = ?1 AND id = ?2 AND url = ?3 AND enabled = 1)
         ON CONFLICT DO NOTHING`,
      )
      .bind(workspaceId, id, url, now),
    db
      .prepare('UPDATE webhooks SET enabled = 0 WHERE workspace_id = ?1 AND id = ?2 AND url = ?3 AND enabled = 1')
      .bind(workspaceId, id, url),
  ]);
}

/** Removes an address, with its line in the audit log. False when the workspace has no such address. */
export async function deleteWebhook(db: D1Database, id: string, change: Change): Promise<boolean> {
  const [, deleted] = await db.batch([
    noted(db, { ...change, id, action: 'webhook.deleted' }),
    db.prepare('DELETE FROM webhooks WHERE workspace_id = ?1 AND id = ?2').bind(change.workspaceId, id),
  ]);
  return deleted?.meta.changes === 1;
}

type Line = Change & { id: string; action: string; secrets?: string };

/** A line in the audit log, if there is the address, with these secrets where some are given. */
function noted(db: D1Database, { workspaceId, now, actor, action, id, secrets }: Line): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit_log (workspace_id, at, actor, action, subject) SELECT ?1, ?2, ?3, ?4, ?5
       WHERE EXISTS (SELECT 1 FROM webhooks WHERE workspace_id = ?1 AND id = ?5 AND (?6 IS NULL OR secrets = ?6)) ON CONFLICT DO NOTHING`,
    )
    .bind(workspaceId, now, actor, action, id, secrets ?? null);
}

function toWebhook(row: Row): StoredWebhook {
  return {
    id: row.id,
    url: row.url,
    events: z.array(WebhookEvent).parse(JSON.parse(row.events)),
    agentName: row.agent_name,
    enabled: row.enabled === 1,
    sealed: JSON.parse(row.secrets) as string[],
    baseUrl: row.base_url,
    createdAt: row.created_at,
  };
}
