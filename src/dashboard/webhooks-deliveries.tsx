import type { Child } from 'hono/jsx';
import { shortRunId } from '../domain/formatting.ts';
import type { DeliveryStatus, DeliveryView, Try } from '../domain/webhook-delivery.ts';
import type { Webhook } from '../domain/webhook-message.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { CsrfField } from './layout.tsx';
import { runUrl } from './run-links.ts';
import { Time } from './time.tsx';

export type LoggedDelivery = DeliveryView & { agentName: string };

export type DeliveriesProps = {
  deliveries: readonly LoggedDelivery[];
  webhooks: readonly Webhook[];
  /** The one address that is looked at, or all. */
  webhookId: string | null;
  /** Where the reader comes back to. */
  back: string;
  now: number;
  mayChange: boolean;
  csrf: string;
};

const TEXTS_BYTES = 9_000;
const URL_CHARS = 60;
const FAULT_CHARS = 80;
/** How a badge of another kind looks that means the same. */
const LOOKS: Record<DeliveryStatus, string> = {
  pending: 'pending',
  delivered: 'passed',
  failed: 'failed',
  refused: 'error',
};

/** What addresses were told, newest first: how it went, when it is tried again, and the way to send it once more. */
export function Deliveries({ children, ...props }: DeliveriesProps & { children: Child }) {
  const { deliveries, webhookId, webhooks, csrf, back } = props;
  return (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries">
        Last deliveries <small>{webhookId === null ? 'to all webhooks' : 'to one webhook'}</small>
      </h2>
      {children}
      {webhookId !== null && (
        <p class="notes">
          <a href="/webhooks#deliveries">Show those to all webhooks</a>
        </p>
      )}
      {deliveries.length > 0 ? (
        <form method="post" action="/webhooks/redeliver">
          <CsrfField csrf={csrf} />
          <input type="hidden" name="back" value={back} />
          <Table {...props} />
        </form>
      ) : (
        <p class="empty">
          {webhooks.length === 0
            ? 'Nothing was sent: there is no webhook to send to.'
            : 'Nothing was sent for these agents yet. The next run that ends is told within some seconds.'}
        </p>
      )}
    </section>
  );
}

function Table(props: DeliveriesProps) {
  const take = allowance(TEXTS_BYTES);
  return (
    <section class="scroll" aria-label="Table of deliveries" tabindex={0}>
      <table class="listing">
        <caption class="unseen">Deliveries, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Status</th>
            <th scope="col">Last attempt</th>
            <th scope="col">To</th>
            <th scope="col">Since</th>
            {props.mayChange && (
              <th scope="col">
                <span class="unseen">Send again</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {props.deliveries.map((delivery) => (
            <Line {...props} delivery={delivery} take={take} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

type LineProps = DeliveriesProps & { delivery: LoggedDelivery; take: Take };

function Line({ delivery, take, ...page }: LineProps) {
  const { runId, agentName, type, status, tries, createdAt, webhookId, nextAt } = delivery;
  const { now, webhooks, mayChange } = page;
  const webhook = webhooks.find(({ id }) => id === webhookId);
  return (
    <tr>
      <th scope="row" class="name">
        <a href={runUrl({ id: runId, agent_name: agentName })}>
          <code>{shortRunId(runId)}</code>
        </a>
        <small>{type}</small>
        <small>{agentName}</small>
      </th>
      <td>
        <span class="badge" data-status={LOOKS[status]}>
          {status}
        </span>
        {nextAt !== null && <small>{untilText(nextAt, now)}</small>}
      </td>
      <td>
        <Attempt last={tries.at(-1)} count={tries.length} take={take} />
      </td>
      <td class="address">
        {webhook ? <Inline clip={take(webhook.url, URL_CHARS)} /> : <span class="muted">deleted webhook</span>}
      </td>
      <td>
        <Time at={createdAt} now={now} />
      </td>
      {mayChange && (
        <td>
          <Again delivery={delivery} />
        </td>
      )}
    </tr>
  );
}

function Attempt({ last, count, take }: { last: Try | undefined; count: number; take: Take }) {
  if (!last) return <span class="muted">none yet</span>;
  return (
    <>
      {last.status === null ? <Inline clip={take(faultText(last.fault), FAULT_CHARS)} /> : `HTTP ${last.status}`}
      <small>{count === 1 ? '1 attempt' : `${count} attempts`}</small>
    </>
  );
}

function faultText(fault: string | null): string {
  return (fault ?? 'no answer').replaceAll('_', ' ');
}

function Again({ delivery: { messageId, webhookId, agentName, runId } }: Pick<LineProps, 'delivery'>) {
  return (
    <button
      type="submit"
      class="quiet"
      name="delivery"
      value={`${agentName} ${messageId} ${webhookId}`}
      aria-label={`Redeliver what was told of run ${shortRunId(runId)}`}
    >
      Redeliver
    </button>
  );
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** When the next attempt is: `again in 5 min`. */
function untilText(at: number, now: number): string {
  const left = at - now;
  if (left <= SECOND_MS) return 'due now';
  if (left < MINUTE_MS) return `again in ${Math.ceil(left / SECOND_MS)} s`;
  if (left < HOUR_MS) return `again in ${Math.ceil(left / MINUTE_MS)} min`;
  return `again in ${Math.ceil(left / HOUR_MS)} h`;
}
