import type { RunHeader } from '../domain/run.ts';
import type { DeliveryStatus, DeliveryView, Try } from '../domain/webhook-delivery.ts';
import { eventOf, messageBody, messageId, type WebhookEvent, wants } from '../domain/webhook-message.ts';
import { DAY_MS, nextAttemptAt } from '../domain/webhook-schedule.ts';
import type { StoredWebhook } from '../store/webhooks.ts';

/** What addresses have to be told, and how that went: rows of the object's own database. One delivery is one message to one address. */

/** A step of the object's schema. `runs.announced` is the time of the run's end that was last turned into deliveries. */
export const OUTBOX_SCHEMA = `
  ALTER TABLE runs ADD COLUMN announced INTEGER;

  -- attempts: of this series, which begins anew when somebody sends it again by hand. next_at is null once it is over. tries: what came
  -- of the newest attempts, as JSON.
  CREATE TABLE deliveries (
    message_id TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    type TEXT NOT NULL,
    run_id TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    tries TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    next_at INTEGER,
    PRIMARY KEY (message_id, webhook_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;`;

/** A delivery to be made. */
export type DueDelivery = Pick<DeliveryView, 'messageId' | 'webhookId' | 'tries'> & { body: string; attempts: number };

const KEPT_MS = 30 * DAY_MS;
const KEPT_ROWS = 1_000;
const KEPT_TRIES = 20;

/** An ended run with what is told of it. */
export type EndedRun = { run: RunHeader; endedAt: number; score: number | null; path: string };

/**
 * Makes a delivery for each end and each address that wants to hear of it, in the caller's transaction; a repeat makes none. Answers whether
 * there is something to send now.
 */
export function queueDeliveries(
  sql: SqlStorage,
  { ended, webhooks, now }: { ended: EndedRun[]; webhooks: StoredWebhook[]; now: number },
): boolean {
  let queued = 0;
  for (const { run, endedAt, score, path } of ended) {
    const type = eventOf(run);
    if (!type) continue;
    const event = { type, agentName: run.agent_name, endedAt };
    for (const { id, baseUrl } of webhooks.filter((webhook) => wants(webhook, event))) {
      const body = messageBody({ type, run, score, url: baseUrl + path, endedAt });
      queued += sql.exec(
        `INSERT INTO deliveries (message_id, webhook_id, type, run_id, body, status, attempts, tries, created_at, next_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'pending', 0, '[]', ?6, ?6) ON CONFLICT DO NOTHING`,
        ...[messageId(run.id, endedAt), id, type, run.id, body, now],
      ).rowsWritten;
    }
  }
  if (queued > 0) prune(sql, now);
  return queued > 0;
}

/** The log holds 30 days and 1,000 deliveries; what is still to be sent is never dropped. */
function prune(sql: SqlStorage, now: number): void {
  sql.exec(
    `DELETE FROM deliveries WHERE next_at IS NULL AND (created_at < ?1 OR (message_id, webhook_id) NOT IN
       (SELECT message_id, webhook_id FROM deliveries ORDER BY created_at DESC, message_id, webhook_id LIMIT ${KEPT_ROWS}))`,
    now - KEPT_MS,
  );
}

type DueRow = { message_id: string; webhook_id: string; body: string; attempts: number; tries: string };

/** Deliveries that are due, the longest waiting first. */
export function selectDueDeliveries(sql: SqlStorage, now: number, limit: number): DueDelivery[] {
  const rows = sql.exec<DueRow>(
    `SELECT message_id, webhook_id, body, attempts, tries FROM deliveries
     WHERE next_at <= ?1 ORDER BY next_at, message_id, webhook_id LIMIT ?2`,
    ...[now, limit],
  );
  return [...rows].map((row) => ({
    messageId: row.message_id,
    webhookId: row.webhook_id,
    body: row.body,
    attempts: row.attempts,
    tries: JSON.parse(row.tries) as Try[],
  }));
}

/** When the next delivery is due (epoch ms), or null. */
export function selectNextDelivery(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>('SELECT min(next_at) AS at FROM deliveries WHERE next_at IS NOT NULL').one()
    .at;
}

/** What an attempt came to. A refused delivery, or one whose receiver is gone for good, is not tried again. */
export type Outcome = { try: Try; verdict: 'delivered' | 'failed' | 'gone' | 'refused' };

/** Notes an attempt and, where it failed, when the next one is. `random` is in [0, 1). */
export function updateDeliveryTried(
  sql: SqlStorage,
  delivery: DueDelivery,
  { outcome, now, random }: { outcome: Outcome; now: number; random: number },
): void {
  const attempts = delivery.attempts + 1;
  const nextAt = outcome.verdict === 'failed' ? nextAttemptAt({ attempts, now, random }) : null;
  const status: DeliveryStatus = nextAt !== null ? 'pending' : outcome.verdict === 'gone' ? 'failed' : outcome.verdict;
  sql.exec(
    'UPDATE deliveries SET status = ?3, attempts = ?4, tries = ?5, next_at = ?6 WHERE message_id = ?1 AND webhook_id = ?2',
    ...[delivery.messageId, delivery.webhookId, status, attempts],
    ...[JSON.stringify([...delivery.tries, outcome.try].slice(-KEPT_TRIES)), nextAt],
  );
}

/** Sends a delivery again, whatever became of it: the same message, with a series of attempts of its own. False for an unknown one. */
export function updateDeliveryAgain(
  sql: SqlStorage,
  { messageId: message, webhookId, now }: { messageId: string; webhookId: string; now: number },
): boolean {
  const cursor = sql.exec(
    `UPDATE deliveries SET status = 'pending', attempts = 0, next_at = ?3 WHERE message_id = ?1 AND webhook_id = ?2`,
    ...[message, webhookId, now],
  );
  return cursor.rowsWritten > 0;
}

type LogRow = Omit<DueRow, 'body' | 'attempts'> & {
  type: WebhookEvent;
  run_id: string;
  status: DeliveryStatus;
  created_at: number;
  next_at: number | null;
};

export type DeliveriesPage = { webhookId: string | null; limit: number; offset: number };

/** The log of this agent's deliveries, newest first; of one address, or of all. */
export function selectDeliveries(sql: SqlStorage, { webhookId, limit, offset }: DeliveriesPage): DeliveryView[] {
  const rows = sql.exec<LogRow>(
    `SELECT message_id, webhook_id, type, run_id, status, tries, created_at, next_at FROM deliveries
     WHERE ?1 IS NULL OR webhook_id = ?1 ORDER BY created_at DESC, message_id, webhook_id LIMIT ?2 OFFSET ?3`,
    ...[webhookId, limit, offset],
  );
  return [...rows].map((row) => ({
    messageId: row.message_id,
    webhookId: row.webhook_id,
    type: row.type,
    runId: row.run_id,
    status: row.status,
    tries: JSON.parse(row.tries) as Try[],
    createdAt: row.created_at,
    nextAt: row.next_at,
  }));
}
