import { Hono } from 'hono';
import { DeletePage } from '../dashboard/webhooks-delete-page.tsx';
import { KIND_WORDS } from '../dashboard/webhooks-rules.tsx';
import { SenderSecret } from '../dashboard/webhooks-secret-page.tsx';
import { refusalText } from '../domain/errors.ts';
import { NewTrustRule } from '../domain/trust-rule.ts';
import { parseInput } from '../tools/input.ts';
import type { App } from './app.ts';
import {
  createTrustRule,
  endSecretRotation,
  listTrustRules,
  removeTrustRule,
  rotateTrustSecret,
} from './ci-trust-rules.ts';
import { mayChange, missing, signedIn } from './signed-in.tsx';
import { attempt, changing, NOT_ALLOWED, pageOf, refusal, type Sent } from './webhooks-access.tsx';
import { sentence } from './webhooks-forms.tsx';
import { showUploads } from './webhooks-page.tsx';

/** What can be done with trust rules: each is a form, and leads back to the page. */
export const webhooksRuleForms = new Hono<App>();

const NO_RULE = 'There is no such trust rule in this workspace.';
const OIDC_FIELDS = ['repository_id', 'repository_owner_id', 'ref', 'environment', 'job_workflow_ref'] as const;

webhooksRuleForms.post('/webhooks/rules', (c) =>
  changing(c, async (sent) => {
    const { who, act, text, page } = sent;
    const made = await attempt(async () => createTrustRule(c.env, act, parseInput(NewTrustRule, wantedRule(sent))));
    if ('refused' in made) {
      const error = sentence(refusalText(made.refused));
      return showUploads(c, who, { form: text('kind'), values: typed(sent), error });
    }
    const { rule, secret } = made.done;
    if (secret === null) return c.redirect(`/webhooks/uploads#${rule.id}`, 303);
    return c.html(
      <SenderSecret {...page} title="The trust rule is ready" secret={secret} back={`/webhooks/uploads#${rule.id}`} />,
    );
  }),
);

/** As the schema wants it; what was left empty is not there. */
function wantedRule({ text }: Sent): unknown {
  const kind = text('kind');
  const given = OIDC_FIELDS.map((name) => [name, text(name)] as const).filter(([, value]) => value !== '');
  const oidc =
    kind === 'github_oidc' ? { ...Object.fromEntries(given), allow_forks: text('allow_forks') === 'yes' } : {};
  const secret = text('secret');
  return {
    ...{ name: text('name'), policy: { kind, ...oidc }, agent_name: text('agent') || null },
    ...(secret === '' ? {} : { secret }),
  };
}

/** What is handed back to be mended; never the secret. */
function typed({ text }: Sent): Record<string, string> {
  return Object.fromEntries(['name', 'agent', 'allow_forks', ...OIDC_FIELDS].map((name) => [name, text(name)]));
}

webhooksRuleForms.post('/webhooks/rules/:id/rotate', (c) =>
  changing(c, async ({ act, page }) => {
    const { rule, secret } = await rotateTrustSecret(c.env, act, { id: c.req.param('id') });
    const title = 'A second secret is accepted too';
    return c.html(<SenderSecret {...page} title={title} secret={secret ?? ''} back={`/webhooks/uploads#${rule.id}`} />);
  }),
);

webhooksRuleForms.post('/webhooks/rules/:id/finish-rotation', (c) =>
  changing(c, async ({ act }) => {
    const { id } = await endSecretRotation(c.env, act, c.req.param('id'));
    return c.redirect(`/webhooks/uploads#${id}`, 303);
  }),
);

webhooksRuleForms.get('/webhooks/rules/:id/delete', (c) =>
  signedIn(c, async (who) => {
    const all = await listTrustRules(c.env, who.session.workspace_id);
    const rule = all.find(({ id }) => id === c.req.param('id'));
    if (!rule) return missing(c, NO_RULE);
    if (!mayChange(who)) return refusal(c, NOT_ALLOWED);
    const { id, name, policy } = rule;
    const words = { what: 'trust rule', name: `${name}, ${KIND_WORDS[policy.kind]}` };
    const place = { action: `/webhooks/rules/${id}/delete`, back: `/webhooks/uploads#${id}` };
    const consequence = 'Uploads that it vouched for are refused from now on. Runs that it brought stay.';
    return c.html(<DeletePage {...pageOf(c, who)} {...words} {...place} consequence={consequence} />);
  }),
);

webhooksRuleForms.post('/webhooks/rules/:id/delete', (c) =>
  changing(c, async ({ act }) => {
    await removeTrustRule(c.env, act, c.req.param('id'));
    return c.redirect('/webhooks/uploads#trust', 303);
  }),
);

/** Where somebody lands who had to sign in again before a form was followed. */
webhooksRuleForms.get('/webhooks/rules', (c) => c.redirect('/webhooks/uploads'));
webhooksRuleForms.get('/webhooks/rules/:id/:act', (c) => c.redirect('/webhooks/uploads'));
