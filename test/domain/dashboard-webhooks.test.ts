import { expect, test } from 'vitest';
import { WebhooksPage, type WebhooksPageProps } from '../../src/dashboard/webhooks-page.tsx';
import { UploadsPage, type UploadsPageProps } from '../../src/dashboard/webhooks-uploads-page.tsx';
import { PAGE_BYTES, weightOf } from './page-weight.ts';

const NOW = Date.UTC(2026, 4, 1);

const FRAME = {
  ...{ workspaceName: 'Shop', csrf: 'c'.repeat(64), now: NOW, mayChange: true },
  agents: { shown: ['shop'], chosen: null, names: ['shop'] },
};

function outgoing(more: Partial<WebhooksPageProps> = {}): string {
  return String(WebhooksPage({ ...FRAME, webhooks: [], deliveries: [], webhookId: null, back: '/webhooks', ...more }));
}

function incoming(more: Partial<UploadsPageProps> = {}): string {
  const place = { origin: 'https://qa.test', workspaceId: 'ws_1', agentName: 'shop' };
  return String(UploadsPage({ ...FRAME, rules: [], uploads: [], place, ...more }));
}

type Webhook = WebhooksPageProps['webhooks'][number];
type Delivery = WebhooksPageProps['deliveries'][number];
type Upload = UploadsPageProps['uploads'][number];
type Rule = UploadsPageProps['rules'][number];

function webhook(more: Partial<Webhook> = {}): Webhook {
  const made = { url: 'https://a.test/hook', agentName: null, enabled: true, secrets: 1, createdAt: NOW };
  return { id: 'wh_1', events: ['run.completed'], ...made, ...more };
}

function delivery(more: Partial<Delivery> = {}): Delivery {
  const tries = [{ at: NOW, ms: 5, status: 500, fault: null }];
  return {
    ...{ messageId: 'msg_1', webhookId: 'wh_1', type: 'run.completed', runId: 'tr_0123456789abcdef', tries },
    ...{ agentName: 'shop', status: 'pending', createdAt: NOW, nextAt: NOW + 299_000, ...more },
  };
}

function upload(more: Partial<Upload> = {}): Upload {
  const bytes = { format: 'junit', bytes: 2_000_000, sender: 'key CI' };
  return { at: NOW, code: 'INVALID_RESULTS', reason: 'It is not XML.', agentName: 'shop', ...bytes, ...more };
}

function rule(more: Partial<Rule> = {}): Rule {
  const policy = { kind: 'standard_webhook' as const };
  return { id: 'tru_1', name: 'GitLab', policy, agentName: null, secrets: 2, createdAt: NOW, ...more };
}

const HOSTILE = '<script>alert(1)</script>\u202e"\'><img src=x onerror=alert(1)>';

test('pages with as much as they ever show, all of it long and hostile, weigh under 100 KB and let no markup through', () => {
  const long = HOSTILE.repeat(20);
  const many = <T>(count: number, make: (index: string) => T) =>
    Array.from({ length: count }, (_, n) => make(n.toString(16).padStart(16, '0')));
  const policy = {
    ...{ kind: 'github_oidc' as const, repository_id: '1', repository_owner_id: '2', allow_forks: true },
    ...{ ref: long, environment: long, job_workflow_ref: long },
  };
  const agents = { shown: ['shop'], chosen: null, names: many(200, (n) => `agent-${n}`) };
  const tries = [{ at: NOW, ms: 5, status: null, fault: long }];
  const pages = [
    outgoing({
      agents,
      webhooks: many(20, (n) => webhook({ id: `wh_${n}`, url: `https://a.test/${long}`, secrets: 2 })),
      deliveries: many(25, (n) => delivery({ webhookId: `wh_${n}`, messageId: `msg_${n}_abcdefgh`, tries })),
    }),
    incoming({
      agents,
      rules: many(20, (n) => rule({ id: `tru_${n}`, name: long.slice(0, 80), policy })),
      uploads: many(25, () => upload({ reason: long, sender: long, format: long })),
    }),
  ];
  for (const html of pages) {
    expect(weightOf(html)).toBeLessThan(PAGE_BYTES);
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<img');
    expect(html).not.toContain('\u202e');
    expect(html.replace(/&lt;[^<]*/g, '')).not.toMatch(/ style=| on\w+=/);
  }
});

test('a delivery says how it went and when it is tried again, and where the run is', () => {
  const html = outgoing({ webhooks: [webhook()], deliveries: [delivery()] });
  expect(html).toContain('again in 5 min');
  expect(html).toContain('HTTP 500');
  expect(html).toContain('href="/runs/tr_0123456789abcdef?agent=shop"');
  expect(html).toContain('aria-label="Redeliver what was told of run 01234567"');
  const states = ['delivered', 'failed', 'refused'] as const;
  for (const status of states)
    expect(outgoing({ deliveries: [delivery({ status, nextAt: null })] })).toContain(`>${status}</span>`);
});

test('every id stands once, every field has a label, and what is pressed says what it is for', () => {
  const error = "The webhook's URL is not a URL.";
  const refused = { form: 'webhook', values: { url: 'x' }, error };
  const wrong = outgoing({ webhooks: [webhook({ secrets: 2 })], deliveries: [delivery()], refused });
  expect(wrong).toMatch(
    /<input id="webhook-url"[^>]*aria-invalid="true" aria-describedby="webhook-url-hint webhook-error"/,
  );
  for (const html of [wrong, incoming({ rules: [rule()], uploads: [upload()] })]) {
    const all = (pattern: RegExp) => [...html.matchAll(pattern)].flatMap(([, found = '']) => found.split(' '));
    const ids = all(/ id="([^"]+)"/g);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    expect(all(/(?:for|list|aria-labelledby|aria-describedby)="([^"]+)"/g).filter((id) => !ids.includes(id))).toEqual(
      [],
    );
    expect(html.match(/<h1/g)).toHaveLength(1);
  }
});

test('what a job runs names this server, this workspace and this agent', () => {
  const html = incoming();
  for (const part of ['audience=https://qa.test', 'https://qa.test/ingest/ws_1/shop?format=junit'])
    expect(html).toContain(part);
  expect(html).toContain('https://qa.test/ingest/ws_1/github');
});
