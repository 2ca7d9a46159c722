import type { Webhook } from '../domain/webhook-message.ts';
import { Deliveries, type LoggedDelivery } from './webhooks-deliveries.tsx';
import type { RefusedForm } from './webhooks-fields.tsx';
import { AgentChoice, type FrameProps, WebhooksFrame } from './webhooks-frame.tsx';
import { WebhookList } from './webhooks-list.tsx';

export type WebhooksPageProps = FrameProps & {
  webhooks: readonly Webhook[];
  deliveries: readonly LoggedDelivery[];
  /** The one address whose deliveries are shown, or all. */
  webhookId: string | null;
  /** This view. */
  back: string;
  refused?: RefusedForm;
};

/** Who is told when a run ends, and how that went. */
export function WebhooksPage({ webhooks, refused, ...page }: WebhooksPageProps) {
  const { agents, webhookId } = page;
  return (
    <WebhooksFrame {...page} tab="/webhooks">
      <WebhookList {...page} webhooks={webhooks} refused={refused} />
      <Deliveries {...page} webhooks={webhooks}>
        <AgentChoice {...{ agents, webhookId, action: '/webhooks#deliveries', label: 'Deliveries of' }} />
      </Deliveries>
    </WebhooksFrame>
  );
}
