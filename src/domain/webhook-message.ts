import * as z from 'zod';
import { isoTime } from './formatting.ts';
import { asSent } from './redaction/as-sent.ts';
import type { RunHeader } from './run.ts';
import { agentOrAll } from './trust-rule.ts';

/** What a workspace's own addresses are told of its runs, in the form of Standard Webhooks: type, timestamp, data. */

export const WEBHOOK_EVENTS = ['run.completed', 'run.failed'] as const;
export const WebhookEvent = z.enum(WEBHOOK_EVENTS);
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** Refused where it holds a secret: it has to work, so it cannot be cleaned. */
const Url = asSent(z.string().max(2_000));

/** What a workspace may ask for. Whether the address is a public one is `targetFault`'s to say. */
export const NewWebhook = z.strictObject({
  url: Url,
  events: z
    .array(WebhookEvent)
    .min(1, 'events must name at least one event')
    .default([...WEBHOOK_EVENTS])
    .transform((events) => WEBHOOK_EVENTS.filter((event) => events.includes(event))),
  agent_name: agentOrAll('Only runs of this agent; without it all of the workspace'),
  enabled: z.boolean().default(true),
});
export type NewWebhook = z.infer<typeof NewWebhook>;

export const WebhookChange = z.strictObject({
  url: asSent(Url.optional()),
  events: z.array(WebhookEvent).min(1, 'events must name at least one event').optional(),
  enabled: z.boolean().optional(),
});
export type WebhookChange = z.infer<typeof WebhookChange>;

/** An address as people see it. Times are epoch milliseconds; `secrets` counts those that sign, 2 during a rotation. */
export type Webhook = {
  id: string;
  url: string;
  events: WebhookEvent[];
  agentName: string | null;
  enabled: boolean;
  secrets: number;
  createdAt: number;
};

/** Whether an address hears of such an event: one that ended before the address was named is none of its business. */
export function wants(
  webhook: Pick<Webhook, 'events' | 'agentName' | 'enabled' | 'createdAt'>,
  event: { type: WebhookEvent; agentName: string; endedAt: number },
): boolean {
  const { events, agentName, enabled, createdAt } = webhook;
  const isItsAgent = agentName === null || agentName === event.agentName;
  return enabled && isItsAgent && events.includes(event.type) && createdAt <= event.endedAt;
}

/** The event of a run's end; null for a run that is open. */
export function eventOf(run: Pick<RunHeader, 'status'>): WebhookEvent | null {
  if (run.status === 'completed') return 'run.completed';
  return run.status === 'failed' ? 'run.failed' : null;
}

/** The same for each repeat of one event, and another one when a run that was given up goes on and ends anew. */
export function messageId(runId: string, endedAt: number): string {
  return `msg_${runId.replace(/^tr_/, '')}_${endedAt.toString(36)}`;
}

export type Told = { type: WebhookEvent; run: RunHeader; score: number | null; url: string; endedAt: number };

/** The body, as it is sent and signed. Times are ISO 8601; `timestamp` is when the run ended, the same in every attempt. */
export function messageBody({ type, run, score, url, endedAt }: Told): string {
  const { id, agent_name, name, status, status_reason, source, started_at, completed_at, expected_total } = run;
  return JSON.stringify({
    type,
    timestamp: isoTime(endedAt),
    data: {
      run_id: id,
      agent_name,
      name: name ?? null,
      status,
      status_reason: status_reason ?? null,
      source,
      started_at: isoTime(started_at) ?? null,
      completed_at: completed_at === undefined ? null : isoTime(completed_at),
      expected_total: expected_total ?? null,
      counts: run.counts,
      flaky_cases: run.flaky_cases,
      score,
      url,
    },
  });
}
