import { type Context, Hono } from 'hono';
import { DeletePage } from '../dashboard/webhooks-delete-page.tsx';
import { ReceiverSecret } from '../dashboard/webhooks-secret-page.tsx';
import { refusalText } from '../domain/errors.ts';
import { AGENT_NAME } from '../domain/fields.ts';
import { NewWebhook } from '../domain/webhook-message.ts';
import { agentObject } from '../env.ts';
import { parseInput } from '../tools/input.ts';
import type { App } from './app.ts';
import { mayChange, missing, signedIn } from './signed-in.tsx';
import {
  changeWebhook,
  createWebhook,
  endWebhookRotation,
  listWebhooks,
  removeWebhook,
  rotateWebhookSecret,
} from './standard-webhook-endpoints.ts';
import { attempt, changing, NOT_ALLOWED, pageOf, refusal, type Sent } from './webhooks-access.tsx';
import { showWebhooks } from './webhooks-page.tsx';

/** What can be done with outgoing webhooks: each is a form, and leads back to the page. */
export const webhooksForms = new Hono<App>();

const BACK = /^\/webhooks(\?[\w=&%.+-]*)?$/;
const NO_WEBHOOK = 'There is no such webhook in this workspace.';
const NO_DELIVERY = 'There is no such delivery any more.';

/** Its own address: from the page with the secret a link to `/webhooks#…` would otherwise lead to that page itself. */
webhooksForms.post('/webhooks/new', (c) =>
  changing(c, async ({ who, act, text, all, page }) => {
    const values = { url: text('url'), agent: text('agent'), events: all('event').join(' ') };
    const wanted = { url: values.url, events: all('event'), agent_name: values.agent || null };
    const made = await attempt(async () => createWebhook(c.env, act, parseInput(NewWebhook, wanted)));
    if ('refused' in made)
      return showWebhooks(c, who, { form: 'webhook', values, error: sentence(refusalText(made.refused)) });
    const { webhook, secret } = made.done;
    return c.html(
      <ReceiverSecret {...page} title="The webhook is ready" secret={secret} back={`/webhooks#${webhook.id}`} />,
    );
  }),
);

for (const [way, enabled] of Object.entries({ on: true, off: false })) {
  webhooksForms.post(`/webhooks/:id/${way}`, (c) =>
    changing(c, async ({ act }) => {
      const { id } = await changeWebhook(c.env, act, { id: c.req.param('id'), change: { enabled } });
      return c.redirect(`/webhooks#${id}`, 303);
    }),
  );
}

webhooksForms.post('/webhooks/:id/rotate', (c) =>
  changing(c, async ({ act, page }) => {
    const { webhook, secret } = await rotateWebhookSecret(c.env, act, c.req.param('id'));
    return c.html(
      <ReceiverSecret {...page} title="A second secret signs too" secret={secret} back={`/webhooks#${webhook.id}`} />,
    );
  }),
);

webhooksForms.post('/webhooks/:id/finish-rotation', (c) =>
  changing(c, async ({ act }) => {
    const { id } = await endWebhookRotation(c.env, act, c.req.param('id'));
    return c.redirect(`/webhooks#${id}`, 303);
  }),
);

webhooksForms.get('/webhooks/:id/delete', (c) =>
  signedIn(c, async (who) => {
    const all = await listWebhooks(c.env, who.session.workspace_id);
    const webhook = all.find(({ id }) => id === c.req.param('id'));
    if (!webhook) return missing(c, NO_WEBHOOK);
    if (!mayChange(who)) return refusal(c, NOT_ALLOWED);
    const { id, url } = webhook;
    const words = { what: 'webhook', name: url, action: `/webhooks/${id}/delete`, back: `/webhooks#${id}` };
    const consequence = 'It hears of no further run, and what is still to be sent to it is given up.';
    return c.html(<DeletePage {...pageOf(c, who)} {...words} consequence={consequence} />);
  }),
);

webhooksForms.post('/webhooks/:id/delete', (c) =>
  changing(c, async ({ act }) => {
    await removeWebhook(c.env, act, c.req.param('id'));
    return c.redirect('/webhooks#outgoing', 303);
  }),
);

/** Where somebody lands who had to sign in again before a form was followed. */
webhooksForms.get('/webhooks/new', (c) => c.redirect('/webhooks'));
webhooksForms.get('/webhooks/redeliver', (c) => c.redirect('/webhooks#deliveries'));
webhooksForms.get('/webhooks/:id/:act', (c) => c.redirect('/webhooks'));

webhooksForms.post('/webhooks/redeliver', (c) => changing(c, async (sent) => redeliver(c, sent)));

async function redeliver(c: Context<App>, { act, text }: Sent): Promise<Response> {
  const [agentName = '', messageId = '', webhookId = ''] = text('delivery').split(' ');
  if (!AGENT_NAME.test(agentName)) return missing(c, NO_DELIVERY);
  const sent = await agentObject(c.env, act.workspaceId, agentName).redeliver({ messageId, webhookId });
  if (!sent.ok) return missing(c, NO_DELIVERY);
  const back = text('back');
  return c.redirect(`${BACK.test(back) ? back : '/webhooks'}#deliveries`, 303);
}

/** A refusal as a page says it. */
export function sentence(text: string): string {
  return text.replace(/^Error: /, '');
}
