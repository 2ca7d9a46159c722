import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  queueDeliveries,
  selectDeliveries,
  selectNextDelivery,
  updateDeliveryAgain,
} from '../../src/agent/webhook-outbox.ts';
import { type Outbound, WebhookSender } from '../../src/agent/webhook-sender.ts';
import type { RunHeader } from '../../src/domain/run.ts';
import type { NewWebhook } from '../../src/domain/webhook-message.ts';
import {
  changeWebhook,
  createWebhook,
  endWebhookRotation,
  listWebhooks,
  removeWebhook,
  rotateWebhookSecret,
} from '../../src/http/standard-webhook-endpoints.ts';
import { selectWebhooks } from '../../src/store/webhooks.ts';
import type { Received } from '../faults/outbound.ts';
import { passTime } from '../faults/worker.ts';
import { AGENT, newWorkspace, shop } from './client.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const HASTE = 100;

/** An attempt may take ten seconds; a test need not. */
const patient = AbortSignal.timeout.bind(AbortSignal);
beforeEach(() => {
  AbortSignal.timeout = (ms: number) => patient(ms / HASTE);
});
afterEach(() => {
  AbortSignal.timeout = patient;
  vi.restoreAllMocks();
});

function run(n: number, more: Partial<RunHeader> = {}): RunHeader {
  const counts = { total: 1, passed: 1, failed: 0, error: 0, pending: 0 };
  const id = `tr_${n.toString(16).padStart(16, '0')}`;
  return {
    id,
    agent_name: AGENT,
    status: 'completed',
    source: 'ci',
    started_at: 1,
    counts,
    flaky_cases: 0,
    rev: 1,
    ...more,
  };
}

type Hook = { mood?: string; events?: NewWebhook['events']; agent_name?: string };

/** An agent with its outbox, and one address that hears of it. */
async function scene(...hooks: Hook[]) {
  const { workspace } = await shop();
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  const host = `https://${crypto.randomUUID()}.hooks.test`;
  const act = { workspaceId: workspace.id, actor: 'dev', now: Date.now(), baseUrl: 'https://qa.test' };
  const made = [];
  const both: NewWebhook['events'] = ['run.completed', 'run.failed'];
  for (const { mood = 'ok', events = both, agent_name } of hooks)
    made.push(await createWebhook(env, act, { url: `${host}/${mood}`, events, enabled: true, agent_name }));
  const alarm = {
    at: null as number | null,
    rearm: (at: number | null) => {
      alarm.at = at;
    },
  };
  const inside = <T>(work: (state: DurableObjectState) => Promise<T> | T) =>
    runInDurableObject(stub, (_, state) => work(state));
  const end = async (...ended: RunHeader[]) => {
    const webhooks = await selectWebhooks(env.DB, workspace.id);
    const now = Date.now();
    const runs = ended.map((each) => ({ run: each, endedAt: now, score: 88, path: `/runs/${each.id}` }));
    return inside(({ storage }) =>
      storage.transactionSync(() => queueDeliveries(storage.sql, { ended: runs, webhooks, now })),
    );
  };
  const step = (outbound: Outbound = (url, init) => fetch(url, init)) =>
    inside(({ storage }) => {
      const deps = { storage, db: env.DB, sessionSecret: env.SESSION_SECRET, outbound, rearm: alarm.rearm };
      return new WebhookSender(deps).step((work) => work);
    });
  const log = () =>
    inside(({ storage }) => selectDeliveries(storage.sql, { webhookId: null, limit: 2_000, offset: 0 }));
  const received = async () => (await (await fetch(`${host}/received`)).json()) as Received[];
  return { act, made, alarm, inside, end, step, log, received };
}

test('the end of a run is told to an address once, signed so that the published library takes it', async () => {
  const { made, end, step, received, log, alarm } = await scene({});
  expect(await end(run(1))).toBe(true);
  await step();
  await step();
  const [first, ...more] = await received();
  expect(more).toEqual([]);
  const body = new Webhook(made[0]?.secret ?? '').verify(first?.body ?? '', first?.headers ?? {});
  expect(body).toMatchObject({
    type: 'run.completed',
    data: { run_id: run(1).id, score: 88, url: `https://qa.test/runs/${run(1).id}` },
  });
  expect(await log()).toMatchObject([{ status: 'delivered', nextAt: null, tries: [{ status: 204, fault: null }] }]);
  expect(alarm.at).toBeNull();
});

test('the same end is queued once, however often it is flushed', async () => {
  const { end, inside } = await scene({});
  const now = Date.now();
  vi.spyOn(Date, 'now').mockReturnValue(now);
  expect([await end(run(1)), await end(run(1), run(1))]).toEqual([true, false]);
  expect(await inside(({ storage }) => selectNextDelivery(storage.sql))).toBe(now);
});

test('an address hears of its own events and its own agent alone', async () => {
  const { end, step, received } = await scene(
    { mood: 'failing', events: ['run.failed'] },
    { agent_name: 'other-agent' },
  );
  expect(await end(run(1))).toBe(false);
  expect(await end(run(2, { status: 'failed' }), run(3, { status: 'running' }))).toBe(true);
  await step();
  expect((await received()).map(({ path }) => path)).toEqual(['/failing']);
});

test('a receiver that fails is asked again with the same message, at growing distances, and given up within three days', async () => {
  const { end, step, received, log, alarm } = await scene({ mood: 'failing' });
  const begun = Date.now();
  await end(run(1));
  for (let n = 0; n < 20 && (n === 0 || alarm.at !== null); n++) {
    await step();
    passTime(Math.max(0, (alarm.at ?? 0) - Date.now()));
  }
  expect(Date.now() - begun).toBeLessThanOrEqual(3 * DAY_MS);
  const all = await received();
  expect(all).toHaveLength(10);
  expect(new Set(all.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(all.map(({ body }) => body)).size).toBe(1);
  expect(new Set(all.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
  expect(await log()).toMatchObject([{ status: 'failed', nextAt: null }]);
});

test('a delivery can be sent again by hand, with a series of attempts of its own', async () => {
  const { act, made, end, step, received, log, inside } = await scene({ mood: 'gone' });
  await end(run(1));
  await step();
  const [given] = await log();
  expect(given).toMatchObject({ status: 'failed', nextAt: null, tries: [{ status: 410 }] });
  const { id, url } = made[0]?.webhook ?? { id: '', url: '' };
  await changeWebhook(env, act, { id, change: { url: url.replace('/gone', '/ok'), enabled: true } });
  const again = (messageId: string) =>
    inside(({ storage }) => updateDeliveryAgain(storage.sql, { messageId, webhookId: id, now: Date.now() }));
  expect([await again('msg_none'), await again(given?.messageId ?? '')]).toEqual([false, true]);
  await step();
  expect((await received()).map(({ path }) => path)).toEqual(['/gone', '/ok']);
  expect(await log()).toMatchObject([{ status: 'delivered', tries: [{ status: 410 }, { status: 204 }] }]);
});

test('a redirect is a failure, and nothing goes where it points', async () => {
  const { end, step, received, log } = await scene({ mood: 'redirecting' });
  await end(run(1));
  await step();
  expect((await received()).map(({ path }) => path)).toEqual(['/redirecting']);
  expect(await log()).toMatchObject([{ status: 'pending', tries: [{ status: 302 }] }]);
  expect(await (await fetch('https://elsewhere.hooks.test/received')).json()).toEqual([]);
});

test('a receiver that hangs costs an attempt ten seconds, and the next one follows', async () => {
  const { end, step, log } = await scene({ mood: 'hanging' });
  await end(run(1));
  await step();
  expect(await log()).toMatchObject([{ status: 'pending', tries: [{ status: null, fault: 'no answer in 10 s' }] }]);
});

test('no more than four deliveries are under way at once, and the rest follow without delay', async () => {
  const { end, step, alarm, received } = await scene({});
  await end(...Array.from({ length: 9 }, (_, n) => run(n + 1)));
  const seen = { now: 0, most: 0 };
  const outbound: Outbound = async (url, init) => {
    seen.most = Math.max(seen.most, ++seen.now);
    const answer = await fetch(url, init);
    seen.now -= 1;
    return answer;
  };
  await step(outbound);
  expect(alarm.at).toBeLessThanOrEqual(Date.now());
  await step(outbound);
  await step(outbound);
  expect(seen.most).toBe(4);
  expect(await received()).toHaveLength(9);
});

test('nothing is sent to an address that became private, was switched off or is gone, and the log says why', async () => {
  const { act, made, end, step, log, received } = await scene({}, {}, {});
  await end(run(1));
  const [one, two, three] = made.map(({ webhook }) => webhook.id);
  await env.DB.prepare("UPDATE webhooks SET url = 'https://169.254.169.254/' WHERE id = ?1").bind(one).run();
  await changeWebhook(env, act, { id: two ?? '', change: { enabled: false } });
  await removeWebhook(env, act, three ?? '');
  await step();
  expect(await received()).toEqual([]);
  const faults = (await log()).map(({ status, tries }) => `${status}: ${tries[0]?.fault}`).sort();
  const off = 'refused: the webhook is switched off or deleted';
  expect(faults).toEqual(['refused: private_address', off, off]);
});

test('what an outbound service refuses is not tried again, and what it cannot reach is', async () => {
  const { end, step, log } = await scene({}, {});
  await end(run(1));
  const faults = ['private_address', 'name_not_found'];
  const refusing: Outbound = async () =>
    new Response(null, { status: 502, headers: { 'outbound-fault': faults.shift() ?? '' } });
  await step(refusing);
  expect((await log()).map(({ status, tries }) => `${status}: ${tries[0]?.fault}`).sort()).toEqual([
    'pending: name_not_found',
    'refused: private_address',
  ]);
});

test('while D1 is away no attempt is counted, and the delivery is made afterwards', async () => {
  const { end, inside, log, received, step, alarm } = await scene({});
  await end(run(1));
  await inside(({ storage }) => {
    const failing = { prepare: () => ({ bind: () => ({ all: () => Promise.reject(new Error('away')) }) }) };
    const deps = { storage, db: failing as unknown as D1Database, sessionSecret: env.SESSION_SECRET };
    const outbound: Outbound = () => Promise.reject(new Error('nothing must be sent'));
    return new WebhookSender({ ...deps, outbound, rearm: alarm.rearm }).step((work) => work);
  });
  expect(alarm.at).toBeGreaterThan(Date.now());
  expect(await log()).toMatchObject([{ status: 'pending', tries: [] }]);
  await step();
  expect(await received()).toHaveLength(1);
});

test('during a rotation a message carries both signatures, and afterwards the new one alone', async () => {
  const { act, made, end, step, received } = await scene({});
  const { webhook, secret: old } = made[0] ?? { webhook: { id: '' }, secret: '' };
  const { secret: next } = await rotateWebhookSecret(env, act, webhook.id);
  await end(run(1));
  await step();
  await endWebhookRotation(env, act, webhook.id);
  await end(run(2));
  await step();
  const holds = (secret: string, sent: Received | undefined) => {
    try {
      new Webhook(secret).verify(sent?.body ?? '', sent?.headers ?? {});
      return true;
    } catch {
      return false;
    }
  };
  const all = await received();
  expect(all.map((sent) => [holds(old, sent), holds(next, sent)])).toEqual([
    [true, true],
    [false, true],
  ]);
});

test('of two rotations at once one is refused and noted nowhere, and the secret that was told signs', async () => {
  const { act, made, end, step, received } = await scene({});
  const { id } = made[0]?.webhook ?? { id: '' };
  const later = { ...act, now: act.now + 1 };
  const [one, other] = await Promise.allSettled([act, later].map((each) => rotateWebhookSecret(env, each, id)));
  expect(other).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } });
  const log = env.DB.prepare("SELECT at FROM audit_log WHERE workspace_id = ?1 AND action = 'webhook.changed'");
  expect((await log.bind(act.workspaceId).all()).results).toEqual([{ at: act.now }]);
  const { secret } = one?.status === 'fulfilled' ? one.value : { secret: '' };
  await endWebhookRotation(env, act, id);
  await end(run(1));
  await step();
  const [sent] = await received();
  expect(new Webhook(secret).verify(sent?.body ?? '', sent?.headers ?? {})).toMatchObject({ type: 'run.completed' });
});

test('a change and a rotation at once are both kept', async () => {
  const { act, made } = await scene({});
  const { id } = made[0]?.webhook ?? { id: '' };
  const changes = [{ enabled: false }, { events: ['run.failed'] satisfies NewWebhook['events'] }];
  await Promise.all([
    ...changes.map((change) => changeWebhook(env, act, { id, change })),
    rotateWebhookSecret(env, act, id),
  ]);
  const [kept] = await listWebhooks(env, act.workspaceId);
  expect(kept).toMatchObject({ enabled: false, events: ['run.failed'], secrets: 2 });
});

test('the log holds the newest thousand deliveries of thirty days, and beside them what is still to be sent', async () => {
  const { end, inside, log } = await scene({});
  await end(run(1));
  await inside(({ storage }) => {
    const fill = `INSERT INTO deliveries (message_id, webhook_id, type, run_id, body, status, attempts, tries, created_at, next_at)
      SELECT 'msg_old' || value, 'wh', 'run.completed', 'tr', '{}', 'delivered', 1, '[]', ?1, NULL FROM json_each(?2)`;
    storage.sql.exec(fill, Date.now() - 1, JSON.stringify(Array.from({ length: 1_200 }, (_, n) => n)));
    storage.sql.exec(fill.replace('msg_old', 'msg_older'), Date.now() - 31 * DAY_MS, '[1,2,3]');
  });
  await end(run(2));
  const kept = await log();
  expect(kept).toHaveLength(1_001);
  expect(kept.filter(({ status }) => status === 'pending')).toHaveLength(2);
  expect(kept.some(({ messageId }) => messageId.startsWith('msg_older'))).toBe(false);
});

test('an address that is not on the public internet cannot be named, neither at first nor later', async () => {
  const { act, made } = await scene({});
  const { id: workspaceId } = await newWorkspace();
  const add = (url: string) =>
    createWebhook(env, { ...act, workspaceId }, { url, events: ['run.failed'], enabled: true });
  for (const url of ['http://hooks.test', 'https://localhost/x', 'https://10.0.0.1', 'https://[::1]', 'nonsense'])
    await expect(add(url)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(await listWebhooks(env, workspaceId)).toEqual([]);
  const change = { id: made[0]?.webhook.id ?? '', change: { url: 'https://127.0.0.1' } };
  await expect(changeWebhook(env, act, change)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(changeWebhook(env, { ...act, workspaceId }, { ...change, change: {} })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await listWebhooks(env, act.workspaceId)).toMatchObject([{ url: made[0]?.webhook.url, secrets: 1 }]);
});
