import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { expect, test, vi } from 'vitest';
import type { Received } from '../faults/outbound.ts';
import { d1, passTime } from '../faults/worker.ts';
import { rest, upload } from './ci-client.ts';
import { AGENT, newWorkspace, openRun, refund, shop, sync } from './client.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const LOG = `/v1/agents/${AGENT}/deliveries`;

type Logged = {
  message_id: string;
  webhook_id: string;
  status: string;
  run_id: string;
  next_attempt_at: string | null;
} & {
  attempts: { at: string; status: number | null; fault: string | null }[];
};

/** A workspace whose receiver is in a mood, seen from outside: REST on one side, what arrives on the other. */
async function scene(mood: string) {
  const made = await shop();
  const { workspace } = made;
  const host = `https://${crypto.randomUUID()}.hooks.test`;
  const { body: webhook } = await rest(workspace, 'POST /v1/webhooks', { url: `${host}/${mood}` });
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  const log = async () => (await rest(workspace, `GET ${LOG}`)).body.deliveries as Logged[];
  return {
    ...{ ...made, stub, host, log },
    webhook: { id: String(webhook.id), secret: String(webhook.secret) },
    received: async () => (await (await fetch(`${host}/received`)).json()) as Received[],
    /** Lets the object do what is due until the log is as expected. */
    logs: (expected: object[]) =>
      vi.waitFor(async () => {
        await runDurableObjectAlarm(stub);
        expect(await log()).toMatchObject(expected);
      }, 10 * SECOND_MS),
  };
}

/** How long the newest delivery waits after its last attempt. */
async function waitOf(log: () => Promise<Logged[]>): Promise<number> {
  const [newest] = await log();
  return Date.parse(newest?.next_attempt_at ?? '') - Date.parse(newest?.attempts.at(-1)?.at ?? '');
}

test('a run that completes is told to an address, signed, and again by the schedule while the receiver fails', async () => {
  const { workspace, call, caseId, webhook, log, logs, received } = await scene('recovering');
  const runId = await openRun(call, 1);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  await logs([{ status: 'pending', webhook_id: webhook.id, run_id: runId, attempts: [{ status: 500, fault: null }] }]);
  expect(await waitOf(log)).toBeLessThanOrEqual(6 * SECOND_MS);
  passTime(6 * SECOND_MS);
  await logs([{ status: 'pending', attempts: [{ status: 500 }, { status: 500 }] }]);
  expect(Math.round((await waitOf(log)) / MINUTE_MS)).toBe(5);
  passTime(6 * SECOND_MS);
  await logs([{ status: 'pending', attempts: [{ status: 500 }, { status: 500 }] }]);
  passTime(5 * MINUTE_MS);
  await logs([{ status: 'delivered', next_attempt_at: null, attempts: [{}, {}, { status: 204 }] }]);
  const all = await received();
  expect(all).toHaveLength(3);
  expect(new Set(all.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const last = all[2];
  const body = new Webhook(webhook.secret).verify(last?.body ?? '', last?.headers ?? {});
  const url = `http://localhost/runs/${runId}?agent=${AGENT}`;
  expect(body).toMatchObject({ type: 'run.completed', data: { run_id: runId, counts: { passed: 1 }, url } });
  expect((await rest(workspace, `GET ${LOG}?webhook=wh_none`)).body.deliveries).toEqual([]);
});

test('a CI upload that completes its run is told like any other', async () => {
  const { workspace, caseId, logs } = await scene('ok');
  const report = { results: [refund(caseId)] };
  const { status, body } = await upload(workspace, report, { format: 'native' });
  expect([status, body.status]).toEqual([202, 'completed']);
  await logs([{ status: 'delivered', run_id: body.run_id }]);
});

test('a receiver that is gone is switched off, and a delivery is sent again by hand once it is back', async () => {
  const { workspace, call, caseId, webhook, logs, host, received } = await scene('gone');
  await sync(call, [refund(caseId)]);
  await logs([{ status: 'failed', next_attempt_at: null, attempts: [{ status: 410 }] }]);
  await vi.waitFor(async () => {
    const { body } = await rest(workspace, 'GET /v1/webhooks');
    expect(body.webhooks).toMatchObject([{ id: webhook.id, enabled: false }]);
  });
  await sync(call, [refund(caseId)]);
  await logs([{ status: 'failed' }]);
  await rest(workspace, `PATCH /v1/webhooks/${webhook.id}`, { url: `${host}/ok`, enabled: true });
  const [given] = (await rest(workspace, `GET ${LOG}`)).body.deliveries as Logged[];
  const again = (message: string) => rest(workspace, `POST ${LOG}/${message}/${webhook.id}/redeliver`);
  expect((await again('msg_none')).status).toBe(404);
  expect((await again(given?.message_id ?? '')).status).toBe(202);
  await logs([{ status: 'delivered', attempts: [{ status: 410 }, { status: 204 }] }]);
  const ids = (await received()).map(({ headers }) => headers['webhook-id']);
  expect(ids).toEqual([given?.message_id, given?.message_id]);
});

test('a redirect is refused, and nothing goes where it points', async () => {
  const { call, caseId, logs, received } = await scene('redirecting');
  await sync(call, [refund(caseId)]);
  await logs([{ status: 'pending', attempts: [{ status: 302 }] }]);
  expect((await received()).map(({ path }) => path)).toEqual(['/redirecting']);
  expect(await (await fetch('https://elsewhere.hooks.test/received')).json()).toEqual([]);
});

test('a receiver that hangs holds up no flush: D1 hears of the next run meanwhile', async () => {
  const { workspace, call, caseId, stub, received } = await scene('hanging');
  await sync(call, [refund(caseId)]);
  await runDurableObjectAlarm(stub);
  const state = { isOver: false };
  const hanging = runDurableObjectAlarm(stub).then(() => {
    state.isOver = true;
  });
  await vi.waitFor(async () => expect(await received()).toHaveLength(1), 5 * SECOND_MS);
  const next = await sync(call, [refund(caseId)]);
  passTime(2 * SECOND_MS);
  await vi.waitFor(async () => {
    const listed = await env.DB.prepare('SELECT status FROM runs WHERE workspace_id = ?1 AND id = ?2')
      .bind(workspace.id, next.structured.test_run_id)
      .first();
    expect(listed).toEqual({ status: 'completed' });
  }, 5 * SECOND_MS);
  expect(state.isOver).toBe(false);
  await hanging;
});

test('an end is told once although D1 is away when it comes', async () => {
  const { call, caseId, stub, logs, received } = await scene('ok');
  d1.mode = 'fail';
  await sync(call, [refund(caseId)]);
  await runDurableObjectAlarm(stub);
  d1.mode = 'ok';
  await logs([{ status: 'delivered' }]);
  await runDurableObjectAlarm(stub);
  expect(await received()).toHaveLength(1);
});

test('private addresses are refused when a webhook is made or changed, in every way of writing them', async () => {
  const workspace = await newWorkspace();
  const urls = [
    'http://hooks.test/x',
    'https://localhost/x',
    'https://127.1/x',
    'https://2130706433/x',
    'https://0x7f.0.0.1/x',
    'https://10.1.2.3/x',
    'https://169.254.169.254/latest',
    'https://[::1]/x',
    'https://[fe80::1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://me:secret@a.hooks.test/x',
    'https://printer.local/x',
  ];
  for (const url of urls)
    expect([url, (await rest(workspace, 'POST /v1/webhooks', { url })).status]).toEqual([url, 400]);
  const { body } = await rest(workspace, 'POST /v1/webhooks', { url: 'https://a.hooks.test/ok' });
  for (const url of urls)
    expect([url, (await rest(workspace, `PATCH /v1/webhooks/${body.id}`, { url })).status]).toEqual([url, 400]);
});

test('what was told of a run goes with the run, and an agent that is deleted tells nothing more', async () => {
  const { workspace, call, caseId, log, logs, received, stub } = await scene('failing');
  const first = await sync(call, [refund(caseId)]);
  await logs([{ status: 'pending' }]);
  await rest(workspace, `DELETE /v1/agents/${AGENT}/runs/${first.structured.test_run_id}`);
  expect(await log()).toEqual([]);
  await sync(call, [refund(caseId)]);
  await logs([{ status: 'pending' }]);
  await call('delete_agent', { agent_name: AGENT, confirm: true });
  const before = (await received()).length;
  passTime(3 * 24 * 60 * MINUTE_MS);
  await runDurableObjectAlarm(stub);
  expect(await received()).toHaveLength(before);
  const stored = await runInDurableObject(stub, async (_, { storage }) => ({
    tables: [...storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf_%'")],
    alarm: await storage.getAlarm(),
  }));
  expect(stored).toEqual({ tables: [], alarm: null });
});

test('the log is read in pages, and nobody else reads it', async () => {
  const { workspace, call, caseId, logs } = await scene('ok');
  for (let n = 0; n < 3; n++) await sync(call, [refund(caseId)]);
  await logs([{ status: 'delivered' }, { status: 'delivered' }, { status: 'delivered' }]);
  const first = (await rest(workspace, `GET ${LOG}?limit=2`)).body;
  const second = (await rest(workspace, `GET ${LOG}?limit=2&cursor=${first.next_cursor}`)).body;
  expect(second.next_cursor).toBeNull();
  const ids = [first, second].flatMap(({ deliveries }) => (deliveries as Logged[]).map(({ run_id }) => run_id));
  expect(new Set(ids).size).toBe(3);
  expect((await rest(await newWorkspace(), `GET ${LOG}`)).status).toBe(404);
});

test('an upload that is refused is in the list of its agent, with the reason and who sent it', async () => {
  const { workspace } = await shop();
  expect((await upload(workspace, '<testsuite', { format: 'junit' })).status).toBe(400);
  const listed = async () => (await rest(workspace, `GET /v1/agents/${AGENT}/refused-uploads`)).body.refused_uploads;
  await vi.waitFor(async () => expect(await listed()).toHaveLength(1), 5 * SECOND_MS);
  expect(await listed()).toMatchObject([{ format: 'junit', bytes: 10, sender: expect.stringMatching(/^key key_/) }]);
});
