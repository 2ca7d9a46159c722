import type { WebhookEvent } from './webhook-message.ts';

/** What became of a message to one address. */

/** `refused`: no attempt was made, because of where it would have gone. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'refused'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];
/** One attempt: what the receiver answered, or why there is no answer. Times are epoch milliseconds. */
export type Try = { at: number; ms: number; status: number | null; fault: string | null };
export type DeliveryView = {
  messageId: string;
  webhookId: string;
  type: WebhookEvent;
  runId: string;
  status: DeliveryStatus;
  tries: Try[];
  createdAt: number;
  nextAt: number | null;
};
