import * as z from 'zod';
import type { RefusedUpload } from '../../agent/refused-uploads.ts';
import { DELIVERY_STATUSES, type DeliveryView } from '../../domain/webhook-delivery.ts';
import { WebhookEvent } from '../../domain/webhook-message.ts';
import { askAgent } from '../../tools/agent-access.ts';
import { json, ownRoute, type Route } from './route.ts';

/** What went out because of an agent's runs, and what was not let in for it. */

const Delivery = z
  .object({
    message_id: z.string(),
    webhook_id: z.string(),
    type: WebhookEvent,
    run_id: z.string(),
    status: z.enum(DELIVERY_STATUSES).meta({ description: '`refused`: no attempt was made, and none will be.' }),
    attempts: z
      .array(
        z.object({
          at: z.string(),
          ms: z.number(),
          status: z
            .int()
            .nullable()
            .meta({ description: 'HTTP status of the receiver; null where there is no answer.' }),
          fault: z.string().nullable().meta({ description: 'Why there is no answer.' }),
        }),
      )
      .meta({ description: 'The newest attempts, oldest first.' }),
    created_at: z.string(),
    next_attempt_at: z.string().nullable(),
  })
  .meta({ id: 'Delivery' });

const Refused = z
  .object({
    at: z.string(),
    format: z.string().nullable(),
    code: z.string(),
    reason: z.string(),
    bytes: z.int().nullable().meta({ description: 'Size as it was received.' }),
    sender: z.string().meta({ description: 'The key or trust rule that spoke for it, as far as that is known.' }),
  })
  .meta({ id: 'RefusedUpload' });

const place = { tag: 'Trust and webhooks' } as const;
const log = '/v1/agents/{name}/deliveries';

export const DELIVERY_ROUTES: readonly Route[] = [
  ownRoute({
    ...{ ...place, method: 'GET', path: log, id: 'listDeliveries', access: 'read' },
    summary: "What webhooks were told of an agent's runs, newest first",
    description: 'The log holds 30 days and 1,000 deliveries of an agent, and what is still to be sent.',
    query: z.object({
      webhook: z.string().max(40).optional().meta({ description: 'Only deliveries to this webhook.' }),
      cursor: z
        .string()
        .regex(/^\d{1,6}$/)
        .optional()
        .meta({ description: 'The `next_cursor` of the page before.' }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    answers: [
      {
        ...{ status: 200, description: 'A page of deliveries' },
        schema: z.object({ deliveries: z.array(Delivery), next_cursor: z.string().nullable() }),
      },
    ],
    run: async ({ params, query }, context) => {
      const { webhook: webhookId = null, cursor = '0', limit } = query;
      const page = { webhookId, offset: Number(cursor), limit: limit + 1 };
      const found = await askAgent(context, String(params.name), (agent) => agent.listDeliveries(page));
      const next = found.length > limit ? String(page.offset + limit) : null;
      return json({ deliveries: found.slice(0, limit).map(shownDelivery), next_cursor: next });
    },
  }),
  ownRoute({
    ...{
      ...place,
      method: 'POST',
      path: `${log}/{message_id}/{webhook_id}/redeliver`,
      id: 'redeliver',
      access: 'admin',
    },
    summary: 'Send a delivery again, at once',
    description: 'The same message, with a new series of attempts. A receiver knows the repeat by its `webhook-id`.',
    answers: [{ status: 202, description: 'It is on its way', schema: z.object({ redelivered: z.string() }) }],
    run: async ({ params }, context) => {
      const { name, message_id: messageId, webhook_id: webhookId } = params as Record<string, string>;
      const named = { messageId: messageId ?? '', webhookId: webhookId ?? '' };
      await askAgent(context, name ?? '', (agent) => agent.redeliver(named));
      return json({ redelivered: named.messageId }, 202);
    },
  }),
  ownRoute({
    ...{ ...place, method: 'GET', path: '/v1/agents/{name}/refused-uploads', id: 'listRefusedUploads', access: 'read' },
    summary: 'The newest 100 uploads that were turned away, with the reasons',
    answers: [{ status: 200, description: 'Newest first', schema: z.object({ refused_uploads: z.array(Refused) }) }],
    run: async ({ params }, context) => {
      const found = await askAgent(context, String(params.name), (agent) => agent.listRefusedUploads());
      return json({ refused_uploads: found.map(shownRefusal) });
    },
  }),
];

function shownDelivery(delivery: DeliveryView): z.input<typeof Delivery> {
  const { messageId, webhookId, runId, type, status, tries, createdAt, nextAt } = delivery;
  return {
    ...{ message_id: messageId, webhook_id: webhookId, type, run_id: runId, status },
    attempts: tries.map(({ at, ...rest }) => ({ at: iso(at), ...rest })),
    created_at: iso(createdAt),
    next_attempt_at: nextAt === null ? null : iso(nextAt),
  };
}

function shownRefusal({ at, ...refused }: RefusedUpload): z.input<typeof Refused> {
  return { at: iso(at), ...refused };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
