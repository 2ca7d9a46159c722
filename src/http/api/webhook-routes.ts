import * as z from 'zod';
import { NewWebhook, type Webhook, WebhookChange, WebhookEvent } from '../../domain/webhook-message.ts';
import {
  changeWebhook,
  createWebhook,
  endWebhookRotation,
  listWebhooks,
  removeWebhook,
  rotateWebhookSecret,
} from '../standard-webhook-endpoints.ts';
import { json, ownRoute, type Route } from './route.ts';
import { actOf } from './trust-routes.ts';

/** Addresses that hear of ended runs. */

const Shown = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(WebhookEvent),
    agent_name: z.string().nullable(),
    enabled: z.boolean(),
    secrets: z.int().meta({ description: 'Secrets that sign: 2 during a rotation.' }),
    created_at: z.string(),
  })
  .meta({ id: 'Webhook' });
const WithSecret = Shown.extend({ secret: z.string().meta({ description: 'Told once.' }) });

const place = { tag: 'Trust and webhooks', access: 'admin' } as const;
const one = '/v1/webhooks/{id}';
const changed = [{ status: 200, description: 'The webhook as it is now', schema: Shown }];

export const WEBHOOK_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ ...place, method: 'GET', path: '/v1/webhooks', id: 'listWebhooks' },
    summary: 'Addresses that hear of ended runs',
    answers: [
      { status: 200, description: 'The webhooks, newest first', schema: z.object({ webhooks: z.array(Shown) }) },
    ],
    run: async (_, { env, caller }) => {
      const webhooks = await listWebhooks(env, caller.workspaceId);
      return json({ webhooks: webhooks.map(shown) });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'POST', path: '/v1/webhooks', id: 'createWebhook' },
    summary: 'Name an address; deliveries are signed as Standard Webhooks say',
    body: NewWebhook,
    answers: [{ status: 201, description: 'The webhook, with its secret', schema: WithSecret }],
    run: async ({ body }, context) => {
      const { webhook, secret } = await createWebhook(context.env, actOf(context), body);
      return json({ ...shown(webhook), secret }, 201);
    },
  }),
  ownRoute({
    ...{ ...place, method: 'PATCH', path: one, id: 'updateWebhook' },
    summary: 'Change a webhook, or switch it off',
    body: WebhookChange,
    answers: changed,
    run: async ({ params, body }, context) =>
      json(shown(await changeWebhook(context.env, actOf(context), { id: String(params.id), change: body }))),
  }),
  ownRoute({
    ...{ ...place, method: 'POST', path: `${one}/rotate`, id: 'rotateWebhookSecret' },
    summary: 'Sign with a new secret too',
    answers: [{ status: 200, description: 'The webhook, with its new secret', schema: WithSecret }],
    run: async ({ params }, context) => {
      const { webhook, secret } = await rotateWebhookSecret(context.env, actOf(context), String(params.id));
      return json({ ...shown(webhook), secret });
    },
  }),
  ownRoute({
    ...{ ...place, method: 'POST', path: `${one}/finish-rotation`, id: 'finishWebhookRotation' },
    summary: 'From now on sign with the newest secret only',
    answers: changed,
    run: async ({ params }, context) =>
      json(shown(await endWebhookRotation(context.env, actOf(context), String(params.id)))),
  }),
  ownRoute({
    ...{ ...place, method: 'DELETE', path: one, id: 'deleteWebhook' },
    summary: 'Delete a webhook; what is under way for it is given up',
    answers: [{ status: 200, description: 'What was deleted', schema: z.object({ deleted: z.string() }) }],
    run: async ({ params }, context) => {
      await removeWebhook(context.env, actOf(context), String(params.id));
      return json({ deleted: params.id });
    },
  }),
];

function shown({ agentName, createdAt, ...webhook }: Webhook) {
  return { ...webhook, agent_name: agentName, created_at: new Date(createdAt).toISOString() };
}
