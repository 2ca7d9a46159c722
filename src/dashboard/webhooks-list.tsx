import { WEBHOOK_EVENTS, type Webhook } from '../domain/webhook-message.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { CsrfField } from './layout.tsx';
import { Time } from './time.tsx';
import {
  Act,
  ActsForm,
  AgentInput,
  FormError,
  type FormState,
  formState,
  Input,
  type RefusedForm,
} from './webhooks-fields.tsx';

export type WebhookListProps = {
  webhooks: readonly Webhook[];
  now: number;
  mayChange: boolean;
  csrf: string;
  refused: RefusedForm | undefined;
};

const URLS_BYTES = 9_000;
const URL_CHARS = 300;
const EVENT_MEANINGS = {
  'run.completed': 'A run ended with all its results.',
  'run.failed': 'A run was given up: stalled, abandoned or cancelled.',
};

/** Addresses that hear of ended runs, with what can be done with each, and the form for another one. */
export function WebhookList({ webhooks, now, mayChange, csrf, refused }: WebhookListProps) {
  const take = allowance(URLS_BYTES);
  const state = formState('webhook', refused);
  return (
    <section aria-labelledby="outgoing">
      <h2 id="outgoing">Who is told when a run ends</h2>
      {webhooks.length === 0 && (
        <p class="empty">
          No address hears of ended runs yet. Name one, and every run that ends is told to it as a signed message: with
          its counts, its score and a link.
        </p>
      )}
      <ActsForm {...{ csrf, mayChange }}>
        <ol class="results">
          {webhooks.map((webhook) => (
            <Item {...{ webhook, now, take, mayChange }} />
          ))}
        </ol>
      </ActsForm>
      {mayChange && (
        <details class="adding" open={webhooks.length === 0 || state.error !== null}>
          <summary>Add a webhook</summary>
          <NewWebhookForm state={state} csrf={csrf} />
        </details>
      )}
    </section>
  );
}

type ItemProps = { webhook: Webhook; now: number; take: Take; mayChange: boolean };

function Item({ webhook, now, take, mayChange }: ItemProps) {
  const { id, url, events, agentName, enabled, secrets, createdAt } = webhook;
  return (
    <li class="result" id={id}>
      <span class="badge" data-status={enabled ? 'active' : 'pending'}>
        {enabled ? 'on' : 'off'}
      </span>
      <h3 id={`${id}-name`} class="address">
        <Inline clip={take(url, URL_CHARS)} />
      </h3>
      <ul class="facts">
        <li>{events.join(', ')}</li>
        <li>{agentName === null ? 'all agents' : `only ${agentName}`}</li>
        <li>
          added <Time at={createdAt} now={now} />
        </li>
        {secrets > 1 && <li>signs with two secrets</li>}
        <li>
          <a href={`/webhooks?webhook=${id}#deliveries`} aria-describedby={`${id}-name`}>
            Deliveries
          </a>
        </li>
      </ul>
      {mayChange && <Acts webhook={webhook} />}
    </li>
  );
}

function Acts({ webhook: { id, enabled, secrets } }: { webhook: Webhook }) {
  const path = `/webhooks/${id}`;
  return (
    <fieldset class="acts" aria-labelledby={`${id}-name`}>
      <Act action={`${path}/${enabled ? 'off' : 'on'}`}>Switch {enabled ? 'off' : 'on'}</Act>
      <Act action={`${path}/rotate`}>Rotate secret</Act>
      {secrets > 1 && <Act action={`${path}/finish-rotation`}>Finish rotation</Act>}
      <a href={`${path}/delete`}>Delete…</a>
    </fieldset>
  );
}

function NewWebhookForm({ state, csrf }: { state: FormState; csrf: string }) {
  const chosen = state.values.events?.split(' ') ?? WEBHOOK_EVENTS;
  return (
    <form method="post" action="/webhooks/new" class="form" autocomplete="off">
      <CsrfField csrf={csrf} />
      <FormError state={state} />
      <Input
        {...{ state, name: 'url', label: 'URL', type: 'url', required: true, maxlength: 2000 }}
        placeholder="https://ci.example.com/hooks/invarium"
        hint="https, on the public internet. Redirects are not followed."
      />
      <fieldset class="choices">
        <legend>Events</legend>
        {WEBHOOK_EVENTS.map((event) => (
          <label>
            <input type="checkbox" name="event" value={event} checked={chosen.includes(event)} />
            <span>
              <code>{event}</code> <small>{EVENT_MEANINGS[event]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <AgentInput state={state} />
      <div class="stack">
        <button type="submit">Add webhook</button>
      </div>
    </form>
  );
}
