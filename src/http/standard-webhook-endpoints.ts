import { randomBytes } from 'node:crypto';
import { seal } from '../agent/sealed-secret.ts';
import { newStandardSecret } from '../agent/standard-signature.ts';
import { echo, Refusal } from '../domain/errors.ts';
import { withoutSecrets } from '../domain/redaction/redaction.ts';
import type { NewWebhook, Webhook, WebhookChange } from '../domain/webhook-message.ts';
import { TARGET_FAULT_WORDS, targetFault } from '../domain/webhook-target.ts';
import type { Env } from '../env.ts';
import { withDeadline } from '../store/deadline.ts';
import {
  deleteWebhook,
  insertWebhook,
  MAX_WEBHOOKS,
  type StoredWebhook,
  selectWebhook,
  selectWebhooks,
  updateWebhook,
  updateWebhookSecrets,
} from '../store/webhooks.ts';

/** The addresses of a workspace that hear of ended runs, as its people manage them. A secret is told once, when it is made. */

const D1_DEADLINE_MS = 8_000;
/** During a rotation a delivery carries the signatures of both. */
const MAX_SECRETS = 2;

/** `baseUrl` is how people reach this server: it begins the link to the run that a delivery carries. */
export type WebhookAct = { workspaceId: string; actor: string; now: number; baseUrl: string };

export async function listWebhooks({ DB }: Env, workspaceId: string): Promise<Webhook[]> {
  return (await withDeadline(selectWebhooks(DB, workspaceId), D1_DEADLINE_MS)).map(shown);
}

/** @throws Refusal INVALID_ARGUMENT for a URL that is no public https address, QUOTA_EXCEEDED */
export async function createWebhook(
  env: Env,
  act: WebhookAct,
  { agent_name, ...wanted }: NewWebhook,
): Promise<{ webhook: Webhook; secret: string }> {
  assertPublic(wanted.url);
  const id = `wh_${randomBytes(8).toString('hex')}`;
  const secret = newStandardSecret();
  const webhook: StoredWebhook = {
    ...wanted,
    id,
    agentName: agent_name ?? null,
    sealed: [sealFor(env, { act, id, secret })],
    baseUrl: act.baseUrl,
    createdAt: act.now,
  };
  if (!(await withDeadline(insertWebhook(env.DB, webhook, act), D1_DEADLINE_MS)))
    throw new Refusal('QUOTA_EXCEEDED', `A workspace has at most ${MAX_WEBHOOKS} webhooks`, 'Delete one.');
  return { webhook: shown(webhook), secret };
}

/** @throws Refusal NOT_FOUND, INVALID_ARGUMENT */
export async function changeWebhook(
  env: Env,
  act: WebhookAct,
  { id, change }: { id: string; change: WebhookChange },
): Promise<Webhook> {
  if (change.url !== undefined) assertPublic(change.url);
  const patch = { ...change, id, baseUrl: act.baseUrl };
  const changed = await withDeadline(updateWebhook(env.DB, patch, act), D1_DEADLINE_MS);
  if (!changed) throw notFound(id);
  return shown(changed);
}

/** Signs with a new secret too, and with the newest so far, until `endWebhookRotation`. @throws Refusal NOT_FOUND, CONFLICT */
export async function rotateWebhookSecret(
  env: Env,
  act: WebhookAct,
  id: string,
): Promise<{ webhook: Webhook; secret: string }> {
  const known = await findWebhook(env, act, id);
  const secret = newStandardSecret();
  const sealed = [sealFor(env, { act, id, secret }), ...known.sealed].slice(0, MAX_SECRETS);
  return { webhook: await changeSecrets(env, act, { known, sealed }), secret };
}

/** From now on only the newest secret signs. @throws Refusal NOT_FOUND, CONFLICT */
export async function endWebhookRotation(env: Env, act: WebhookAct, id: string): Promise<Webhook> {
  const known = await findWebhook(env, act, id);
  return changeSecrets(env, act, { known, sealed: known.sealed.slice(0, 1) });
}

/** What is under way for it is given up. @throws Refusal NOT_FOUND */
export async function removeWebhook({ DB }: Env, act: WebhookAct, id: string): Promise<void> {
  if (!(await withDeadline(deleteWebhook(DB, id, act), D1_DEADLINE_MS))) throw notFound(id);
}

async function changeSecrets(
  { DB }: Env,
  act: WebhookAct,
  { known, sealed }: { known: StoredWebhook; sealed: string[] },
): Promise<Webhook> {
  const { id, sealed: from } = known;
  const change = { id, baseUrl: act.baseUrl, from, to: sealed };
  if (!(await withDeadline(updateWebhookSecrets(DB, change, act), D1_DEADLINE_MS)))
    throw new Refusal('CONFLICT', 'The secrets of this webhook were changed meanwhile', 'Look again.');
  return shown({ ...known, sealed });
}

async function findWebhook({ DB }: Env, { workspaceId }: WebhookAct, id: string): Promise<StoredWebhook> {
  const webhook = await withDeadline(selectWebhook(DB, workspaceId, id), D1_DEADLINE_MS);
  if (!webhook) throw notFound(id);
  return webhook;
}

function assertPublic(url: string): void {
  const fault = targetFault(url);
  if (fault) throw new Refusal('INVALID_ARGUMENT', `The webhook's URL ${TARGET_FAULT_WORDS[fault]}`);
  if (withoutSecrets(url) === url) return;
  const hint = 'Deliveries are signed: let the receiver check the signature instead.';
  throw new Refusal('INVALID_ARGUMENT', "The webhook's URL must not hold a key, token or password", hint);
}

function sealFor(env: Env, { act, id, secret }: { act: WebhookAct; id: string; secret: string }): string {
  return seal(secret, { place: `${act.workspaceId}/${id}`, sessionSecret: env.SESSION_SECRET });
}

function notFound(id: string): Refusal {
  return new Refusal('NOT_FOUND', `Webhook not found: ${echo(id)}`);
}

function shown({ sealed, baseUrl: _, ...webhook }: StoredWebhook): Webhook {
  return { ...webhook, secrets: sealed.length };
}
