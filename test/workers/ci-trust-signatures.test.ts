import { env } from 'cloudflare:workers';
import { sign as githubSign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { standardSignature } from '../../src/agent/standard-signature.ts';
import type { NewTrustRule } from '../../src/domain/trust-rule.ts';
import { trustGithubEvent, trustUpload } from '../../src/http/ci-trust.ts';
import { type Trust, trustRefusal } from '../../src/http/ci-trust-faults.ts';
import {
  createTrustRule,
  endSecretRotation,
  listTrustRules,
  removeTrustRule,
  rotateTrustSecret,
} from '../../src/http/ci-trust-rules.ts';
import { isGithubSigned } from '../../src/http/github-webhook.ts';
import { isSignedWith, readSigned } from '../../src/http/standard-webhook.ts';
import { newWorkspace } from './client.ts';

/** The example of the Standard Webhooks project's own test suites. */
const EXAMPLE = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
/** The example of GitHub's documentation. */
const GITHUB_EXAMPLE = {
  secret: "It's a Secret to Everybody",
  body: 'Hello, World!',
  signature: 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
};

const NOW = Date.UTC(2026, 4, 6, 7, 8, 9);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const bytes = (text: string) => new TextEncoder().encode(text);

async function scene(policy: NewTrustRule['policy'] = { kind: 'standard_webhook' }, more: Partial<NewTrustRule> = {}) {
  const { id: workspaceId } = await newWorkspace();
  const act = { workspaceId, actor: 'dev@example.com', now: NOW };
  const { rule, secret } = await createTrustRule(env, act, { name: 'CI', policy, ...more });
  return { workspaceId, act, rule, secret: secret ?? '' };
}

/** As the sender's own library makes it. */
function signed(
  secret: string,
  { id = 'msg_1', body = '{"a":1}', at = NOW } = {},
): { headers: Headers; body: Uint8Array } {
  const signature = new Webhook(secret).sign(id, new Date(at), body);
  const timestamp = String(Math.floor(at / 1000));
  const headers = new Headers({ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature });
  return { headers, body: bytes(body) };
}

function upload(workspaceId: string, sent: { headers: Headers; body: Uint8Array }, more: Record<string, unknown> = {}) {
  return trustUpload(env, {
    workspaceId,
    agentName: 'shop-agent',
    origin: 'https://qa.test',
    now: NOW,
    ...sent,
    ...more,
  });
}

function faultOf(trust: Trust<unknown>): string {
  return trust.ok ? 'none' : trust.fault.fault;
}

test('the published example of Standard Webhooks holds, and with any part of it changed does not', () => {
  const { secret, id, timestamp, body, signature } = EXAMPLE;
  const headers = new Headers({ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature });
  const read = readSigned({ headers, body: bytes(body), now: 1_614_265_330_000 });
  if (!read.ok) throw new Error(read.fault.fault);
  expect(isSignedWith(secret, read.value, bytes(body))).toBe(true);
  expect(isSignedWith(secret, read.value, bytes(`${body} `))).toBe(false);
  expect(isSignedWith(secret, { ...read.value, id: 'msg_other' }, bytes(body))).toBe(false);
  expect(isSignedWith(secret, { ...read.value, timestamp: '1614265331' }, bytes(body))).toBe(false);
  expect(isSignedWith(`whsec_${'A'.repeat(32)}`, read.value, bytes(body))).toBe(false);
  expect(standardSignature(secret, { id, timestamp, body })).toBe(signature);
});

test("the published example of GitHub's webhooks holds, and with any part of it changed does not", () => {
  const { secret, body, signature } = GITHUB_EXAMPLE;
  expect(isGithubSigned(secret, signature, bytes(body))).toBe(true);
  expect(isGithubSigned(secret, signature, bytes('Hello, World'))).toBe(false);
  expect(isGithubSigned(`${secret}!`, signature, bytes(body))).toBe(false);
  expect(isGithubSigned(secret, signature.replace('7', '8'), bytes(body))).toBe(false);
});

test('a delivery that is signed with the secret of a rule is believed, and the rule is named', async () => {
  const { workspaceId, rule, secret } = await scene();
  const trust = await upload(workspaceId, signed(secret));
  expect(trust).toMatchObject({ ok: true, value: { rule: { id: rule.id, name: 'CI' }, run: null } });
  expect(trust.ok && trust.value.delivery).toMatchObject({ ruleId: rule.id, ids: ['msg_1'] });
});

test('a secret of another rule, workspace or agent is not believed', async () => {
  const one = await scene();
  const other = await scene({ kind: 'standard_webhook' }, { agent_name: 'other-agent' });
  expect(faultOf(await upload(one.workspaceId, signed(other.secret)))).toBe('signature_mismatch');
  expect(faultOf(await upload('ws_0000000000000000', signed(one.secret)))).toBe('signature_mismatch');
  expect(faultOf(await upload(other.workspaceId, signed(other.secret)))).toBe('signature_mismatch');
  const its = await upload(other.workspaceId, signed(other.secret), { agentName: 'other-agent' });
  expect(its).toMatchObject({ ok: true, value: { rule: { agentName: 'other-agent' } } });
});

test('a changed body, id or time is refused', async () => {
  const { workspaceId, secret } = await scene();
  const sent = signed(secret);
  expect(faultOf(await upload(workspaceId, { ...sent, body: bytes('{"a":2}') }))).toBe('signature_mismatch');
  for (const [name, value] of [
    ['webhook-id', 'msg_2'],
    ['webhook-timestamp', String(Math.floor(NOW / 1000) + 1)],
  ] as const) {
    const headers = new Headers(sent.headers);
    headers.set(name, value);
    expect(faultOf(await upload(workspaceId, { ...sent, headers }))).toBe('signature_mismatch');
  }
});

test('a signature is good for five minutes, from either side of our clock', async () => {
  const { workspaceId, secret } = await scene();
  const at = async (ms: number) => faultOf(await upload(workspaceId, signed(secret, { at: NOW + ms })));
  expect(await at(-5 * MINUTE_MS)).toBe('none');
  expect(await at(5 * MINUTE_MS)).toBe('none');
  expect(await at(-5 * MINUTE_MS - 1000)).toBe('timestamp_stale');
  expect(await at(5 * MINUTE_MS + 1000)).toBe('timestamp_future');
  expect(await at(-3 * DAY_MS)).toBe('timestamp_stale');
});

test('a header that is missing or malformed is named', async () => {
  const { workspaceId, secret } = await scene();
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const sent = signed(secret);
    sent.headers.delete(name);
    const trust = await upload(workspaceId, sent);
    expect(trust).toMatchObject({ ok: false, fault: { fault: 'header_missing', named: name } });
  }
  const malformed = {
    'webhook-id': ['a.b', 'a b', 'x'.repeat(257)],
    'webhook-timestamp': ['soon', '-1', '1e9', '12.5'],
  };
  for (const [name, values] of Object.entries(malformed)) {
    for (const value of values) {
      const sent = signed(secret);
      sent.headers.set(name, value);
      expect(await upload(workspaceId, sent)).toMatchObject({ fault: { fault: 'header_malformed', named: name } });
    }
  }
  expect(faultOf(await upload(workspaceId, { headers: new Headers(), body: bytes('') }))).toBe('no_proof');
});

test('of several signatures one that matches is enough, and other versions are passed over', async () => {
  const { workspaceId, secret } = await scene();
  const sent = signed(secret);
  const mine = sent.headers.get('webhook-signature');
  sent.headers.set('webhook-signature', `v1a,AAAA v1,AAAA ${mine} v2,BBBB`);
  expect(faultOf(await upload(workspaceId, sent))).toBe('none');
  sent.headers.set('webhook-signature', `v1a,AAAA v1,AAAA ${mine?.replace('v1,', 'v2,')}`);
  expect(faultOf(await upload(workspaceId, sent))).toBe('signature_mismatch');
});

test('bytes are signed as they were received, also those that are no UTF-8', async () => {
  const { workspaceId, secret } = await scene();
  const body = new Uint8Array([0xff, 0xfe, 0x3c, 0x00, 0x00, 0xd8]);
  const timestamp = String(Math.floor(NOW / 1000));
  const signature = standardSignature(secret, { id: 'msg_1', timestamp, body }) ?? '';
  const headers = new Headers({
    'webhook-id': 'msg_1',
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  });
  expect(faultOf(await upload(workspaceId, { headers, body }))).toBe('none');
  body[5] = 0xd9;
  expect(faultOf(await upload(workspaceId, { headers, body }))).toBe('signature_mismatch');
});

test('while a secret is rotated both work, and afterwards the new one alone', async () => {
  const { workspaceId, act, rule, secret: old } = await scene();
  const works = async (secret: string) => faultOf(await upload(workspaceId, signed(secret)));
  const { secret: next, rule: rotated } = await rotateTrustSecret(env, act, { id: rule.id });
  expect(rotated.secrets).toBe(2);
  expect([await works(old), await works(next ?? '')]).toEqual(['none', 'none']);
  expect((await endSecretRotation(env, act, rule.id)).secrets).toBe(1);
  expect([await works(old), await works(next ?? '')]).toEqual(['signature_mismatch', 'none']);
  await removeTrustRule(env, act, rule.id);
  expect(await works(next ?? '')).toBe('signature_mismatch');
  expect(await listTrustRules(env, workspaceId)).toEqual([]);
});

test('a secret is stored encrypted, and is worth nothing in another place or under another SESSION_SECRET', async () => {
  const { workspaceId, rule, secret } = await scene();
  const stored = await env.DB.prepare('SELECT * FROM trust_rules WHERE id = ?1').bind(rule.id).first();
  expect(JSON.stringify(stored)).not.toContain(secret.slice(6));
  const elsewhere = { ...env, SESSION_SECRET: 'another secret of thirty-two characters' };
  const sent = { ...signed(secret), workspaceId, agentName: 'shop-agent', origin: 'https://qa.test', now: NOW };
  expect(faultOf(await trustUpload(elsewhere, sent))).toBe('signature_mismatch');
  const thief = await scene();
  await env.DB.prepare('UPDATE trust_rules SET secrets = ?2 WHERE id = ?1').bind(thief.rule.id, stored?.secrets).run();
  expect(faultOf(await upload(thief.workspaceId, signed(secret)))).toBe('signature_mismatch');
});

test('a rule of another workspace cannot be read, rotated or removed, and looks like one that does not exist', async () => {
  const { rule } = await scene();
  const { act } = await scene();
  await expect(rotateTrustSecret(env, act, { id: rule.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(endSecretRotation(env, act, rule.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(removeTrustRule(env, act, rule.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await listTrustRules(env, act.workspaceId)).map(({ id }) => id)).not.toContain(rule.id);
});

type WorkflowRun = { conclusion?: string | null; action?: string; attempt?: number; updated?: number };

function workflowEvent({
  conclusion = 'cancelled',
  action = 'completed',
  attempt = 2,
  updated = NOW,
}: WorkflowRun = {}) {
  const updated_at = new Date(updated).toISOString().replace('.000', '');
  const workflow_run = { id: 9_001_234_567, run_attempt: attempt, conclusion, updated_at, name: 'ci' };
  return JSON.stringify({ action, workflow_run, repository: { id: 74, full_name: 'octo-org/shop' } });
}

async function event(workspaceId: string, secret: string, body: string, headers: Record<string, string> = {}) {
  const signature = await githubSign(secret, body);
  const sent = {
    'x-github-delivery': 'd-1',
    'x-github-event': 'workflow_run',
    'x-hub-signature-256': signature,
    ...headers,
  };
  return trustGithubEvent(env, { workspaceId, headers: new Headers(sent), body: bytes(body), now: NOW });
}

test('the end of a workflow run is read out of what GitHub signed', async () => {
  const { workspaceId, secret, rule } = await scene({ kind: 'github_webhook' });
  const trust = await event(workspaceId, secret, workflowEvent());
  const outcome = { repository: 'octo-org/shop', runId: '9001234567', runAttempt: '2', conclusion: 'cancelled' };
  expect(trust).toMatchObject({ ok: true, value: { rule: { id: rule.id }, outcome } });
});

test('events that tell of no end say nothing, and are believed all the same', async () => {
  const { workspaceId, secret } = await scene({ kind: 'github_webhook' });
  const told = async (body: string, name = 'workflow_run') => {
    const trust = await event(workspaceId, secret, body, { 'x-github-event': name });
    return trust.ok ? trust.value.outcome : trust.fault.fault;
  };
  expect(await told('{"zen": "Keep it logically awesome."}', 'ping')).toBeNull();
  expect(await told(workflowEvent({ action: 'in_progress', conclusion: null }))).toBeNull();
  expect(await told(workflowEvent({ conclusion: 'a_new_word' }))).toBeNull();
  expect(await told('{"action": "completed"}')).toBe('event_malformed');
  expect(await told('payload=%7B%7D')).toBe('event_malformed');
  expect(await told(workflowEvent({ updated: NOW - 3 * DAY_MS - 1000 }))).toBe('event_stale');
});

test('an event with a wrong secret, a changed body or without a signature is refused', async () => {
  const { workspaceId, secret } = await scene({ kind: 'github_webhook' });
  const body = workflowEvent();
  const wrong = { 'x-hub-signature-256': await githubSign(secret, `${body} `) };
  expect(faultOf(await event(workspaceId, secret, body, wrong))).toBe('signature_mismatch');
  expect(faultOf(await event(workspaceId, 'another secret', body))).toBe('signature_mismatch');
  expect(faultOf(await event(workspaceId, secret, body, { 'x-hub-signature-256': '' }))).toBe('header_missing');
  expect(faultOf(await event(workspaceId, secret, body, { 'x-hub-signature-256': 'sha1=00' }))).toBe(
    'header_malformed',
  );
  expect(faultOf(await event(workspaceId, secret, body, { 'x-github-delivery': 'a b' }))).toBe('header_malformed');
  const standard = await scene();
  expect(faultOf(await event(standard.workspaceId, standard.secret, body))).toBe('signature_mismatch');
});

test('a refusal repeats no more than a short piece of what the caller sent', () => {
  const long = `msg_${'x'.repeat(200)}`;
  const { status, message } = trustRefusal({ fault: 'delivery_other_body', named: long });
  expect(status).toBe(409);
  expect(message.length).toBeLessThan(130);
});
