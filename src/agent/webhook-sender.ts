import { logLine } from '../domain/redaction/log-line.ts';
import { OUTBOUND_FAULT_HEADER, OUTBOUND_FAULTS, targetFault } from '../domain/webhook-target.ts';
import { withDeadline } from '../store/deadline.ts';
import { type StoredWebhook, selectWebhooks, updateWebhookGone } from '../store/webhooks.ts';
import { hasSchema } from './agent-schema.ts';
import { selectAgent } from './catalogue.ts';
import { unseal } from './sealed-secret.ts';
import { standardSignature } from './standard-signature.ts';
import type { Wait } from './test-generator.ts';
import {
  type DueDelivery,
  type Outcome,
  selectDueDeliveries,
  selectNextDelivery,
  updateDeliveryTried,
} from './webhook-outbox.ts';

const DELIVERIES_A_STEP = 4;
const ATTEMPT_MS = 10_000;
const STEP_MS = 25_000;
const GRACE_MS = 5_000;
const D1_DEADLINE_MS = 8_000;
/** While D1 does not say where to send, no attempt is counted. */
const D1_RETRY_MS = 30_000;
const GONE = 410;

/** A fetch for addresses that people choose. Locally it resolves a name once, and refuses what is not on the public internet. */
export type Outbound = (url: string, init: RequestInit) => Promise<Response>;

export type WebhookSenderDeps = {
  storage: DurableObjectStorage;
  db: D1Database;
  sessionSecret: string;
  outbound: Outbound;
  /** Notes in the object's timers when the next step is due (epoch ms); null for never. */
  rearm: (at: number | null) => void;
};

/** Sends what the outbox holds, a few deliveries a step, as Standard Webhooks. */
export class WebhookSender {
  readonly #deps: WebhookSenderDeps;

  constructor(deps: WebhookSenderDeps) {
    this.#deps = deps;
  }

  /** Makes the attempts that are due, as many as one step does. Never throws. */
  async step(wait: Wait): Promise<void> {
    const { storage, rearm } = this.#deps;
    const { sql } = storage;
    const now = Date.now();
    // Should this step die, it is taken up again; a receiver tells a repeat by its id.
    rearm(now + STEP_MS + GRACE_MS);
    const { id: whose, workspace_id: workspaceId } = selectAgent(sql);
    const due = selectDueDeliveries(sql, now, DELIVERIES_A_STEP);
    const webhooks = due.length > 0 ? await this.#webhooks(workspaceId, wait) : [];
    const outcomes = await Promise.all(
      webhooks ? due.map((delivery) => wait(this.#attempt(delivery, { workspaceId, webhooks }), now + STEP_MS)) : [],
    );
    // Meanwhile the agent may have been deleted, and another one registered in its place.
    if (!hasSchema(sql) || selectAgent(sql).id !== whose) return;
    if (!webhooks) return rearm(Date.now() + D1_RETRY_MS);
    storage.transactionSync(() => {
      for (const [at, delivery] of due.entries()) this.#note(delivery, outcomes[at]);
      rearm(selectNextDelivery(sql));
    });
    const gone = webhooks.filter(({ id }) =>
      due.some(({ webhookId }, at) => webhookId === id && outcomes[at]?.verdict === 'gone'),
    );
    await wait(this.#switchOff(gone, workspaceId), Date.now() + D1_DEADLINE_MS);
  }

  /** Whose receiver is gone for good hears of nothing more, until somebody switches it on again. Should D1 miss it, the next 410 says it anew. */
  async #switchOff(gone: StoredWebhook[], workspaceId: string): Promise<void> {
    const { db } = this.#deps;
    const now = Date.now();
    const writes = gone.map(({ id, url }) => updateWebhookGone(db, { workspaceId, id, url, now }));
    await withDeadline(Promise.all(writes), D1_DEADLINE_MS).catch((cause: unknown) => {
      console.warn(logLine({ level: 'warn', event: 'webhook_not_switched_off', cause: String(cause) }));
    });
  }

  /** Where the workspace wants to hear of runs, or null while D1 does not say. */
  async #webhooks(workspaceId: string, wait: Wait): Promise<StoredWebhook[] | null> {
    const reading = withDeadline(selectWebhooks(this.#deps.db, workspaceId), D1_DEADLINE_MS).catch((cause: unknown) => {
      console.warn(logLine({ level: 'warn', event: 'webhooks_not_read', cause: String(cause) }));
      return null;
    });
    return (await wait(reading, Date.now() + D1_DEADLINE_MS)) ?? null;
  }

  #note(delivery: DueDelivery, outcome: Outcome = noAnswer(Date.now() - STEP_MS, 'no answer in time')): void {
    const times = { now: Date.now(), random: Math.random() };
    updateDeliveryTried(this.#deps.storage.sql, delivery, { outcome, ...times });
  }

  async #attempt(
    delivery: DueDelivery,
    { workspaceId, webhooks }: { workspaceId: string; webhooks: StoredWebhook[] },
  ): Promise<Outcome> {
    const at = Date.now();
    const webhook = webhooks.find(({ id }) => id === delivery.webhookId);
    if (!webhook?.enabled) return refusedFor(at, 'the webhook is switched off or deleted');
    const fault = targetFault(webhook.url);
    if (fault) return refusedFor(at, fault);
    const headers = this.#headers(delivery, { workspaceId, webhook, at });
    if (!headers) return refusedFor(at, 'the secret cannot be read any more');
    const signal = AbortSignal.timeout(ATTEMPT_MS);
    const init = { method: 'POST', headers, body: delivery.body, redirect: 'manual', signal } as const;
    try {
      const answer = await this.#deps.outbound(webhook.url, init);
      await answer.body?.cancel();
      return judged(at, answer);
    } catch (cause) {
      return noAnswer(at, signal.aborted ? `no answer in ${ATTEMPT_MS / 1000} s` : 'could not connect', cause);
    }
  }

  /** The time is that of the attempt, so that a receiver can refuse what is old; the id is the same in every attempt. */
  #headers(
    { messageId, body }: DueDelivery,
    { workspaceId, webhook, at }: { workspaceId: string; webhook: StoredWebhook; at: number },
  ): Record<string, string> | null {
    const place = { place: `${workspaceId}/${webhook.id}`, sessionSecret: this.#deps.sessionSecret };
    const timestamp = String(Math.floor(at / 1000));
    const signatures = webhook.sealed
      .map((sealed) => unseal(sealed, place))
      .map((secret) => secret && standardSignature(secret, { id: messageId, timestamp, body }))
      .filter((signature) => signature !== null);
    if (signatures.length === 0) return null;
    return {
      'content-type': 'application/json',
      'user-agent': 'Invarium-Webhooks/1',
      'webhook-id': messageId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    };
  }
}

/** A redirect is not followed: it would lead where nobody looked. */
function judged(at: number, { ok, status, headers }: Response): Outcome {
  const fault = OUTBOUND_FAULTS.find((known) => known === headers.get(OUTBOUND_FAULT_HEADER));
  if (fault === 'private_address') return refusedFor(at, fault);
  if (fault) return noAnswer(at, fault);
  const verdict = ok ? 'delivered' : status === GONE ? 'gone' : 'failed';
  return { try: { at, ms: Date.now() - at, status, fault: null }, verdict };
}

function noAnswer(at: number, fault: string, cause?: unknown): Outcome {
  if (cause) console.warn(logLine({ level: 'warn', event: 'webhook_failed', cause: String(cause) }));
  return { try: { at, ms: Date.now() - at, status: null, fault }, verdict: 'failed' };
}

function refusedFor(at: number, fault: string): Outcome {
  return { try: { at, ms: 0, status: null, fault }, verdict: 'refused' };
}
