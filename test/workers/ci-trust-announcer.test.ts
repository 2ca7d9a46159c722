import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { selectAgent } from '../../src/agent/catalogue.ts';
import { LiveRuns } from '../../src/agent/live-runs.ts';
import { Scoreboard } from '../../src/agent/scoreboard.ts';
import { announce, readAnnouncement } from '../../src/agent/webhook-announcer.ts';
import { selectDeliveries } from '../../src/agent/webhook-outbox.ts';
import { createWebhook } from '../../src/http/standard-webhook-endpoints.ts';
import { AGENT, openRun, refund, shop, sync } from './client.ts';

async function scene() {
  const { call, workspace, caseId } = await shop();
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  const act = { workspaceId: workspace.id, actor: 'dev', now: 1, baseUrl: 'https://qa.test' };
  const add = () =>
    createWebhook(env, act, { url: 'https://a.hooks.test/ok', events: ['run.completed'], enabled: true });
  const asked = { times: 0 };
  const prepare = (text: string) => {
    asked.times += 1;
    return env.DB.prepare(text);
  };
  const db = { prepare } as unknown as D1Database;
  /** A flush, as far as webhooks go. */
  const flush = () =>
    runInDurableObject(stub, async (_, { storage }) => {
      const { sql } = storage;
      const runs = new LiveRuns(sql);
      const scores = new Scoreboard(sql, runs);
      scores.standing();
      const seqs = sql.exec<{ seq: number }>('SELECT seq FROM runs ORDER BY seq LIMIT 100').toArray();
      const all = seqs.map(({ seq }) => runs.get(seq));
      const announcement = await readAnnouncement({ storage, db, scores }, selectAgent(sql), all);
      const isDue = storage.transactionSync(() => {
        const queued = announce(sql, announcement, Date.now());
        sql.exec('UPDATE runs SET announced = ended_at');
        return queued;
      });
      const bodies = sql.exec<{ body: string }>('SELECT body FROM deliveries ORDER BY created_at LIMIT 100').toArray();
      const log = selectDeliveries(sql, { webhookId: null, limit: 100, offset: 0 });
      return { isDue, log, bodies: bodies.map(({ body }) => JSON.parse(body)) };
    });
  return { call, caseId, add, flush, asked };
}

test('a run that completes becomes one delivery with its score and link, and late results make no second one', async () => {
  const { call, caseId, add, flush } = await scene();
  await add();
  const runId = await openRun(call, 1);
  expect((await flush()).isDue).toBe(false);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  const { isDue, bodies } = await flush();
  expect(isDue).toBe(true);
  expect(bodies).toMatchObject([
    {
      type: 'run.completed',
      data: {
        run_id: runId,
        agent_name: AGENT,
        status: 'completed',
        url: `https://qa.test/runs/${runId}?agent=${AGENT}`,
      },
    },
  ]);
  expect(bodies[0].data.score).toEqual(expect.any(Number));
  await sync(call, [refund(caseId, { trial: 2 })], { test_run_id: runId });
  const later = await flush();
  expect([later.isDue, later.log.length]).toEqual([false, 1]);
});

test('a workspace without webhooks stores nothing for a run, and one that is named later hears of later runs alone', async () => {
  const { call, caseId, add, flush } = await scene();
  await sync(call, [refund(caseId)]);
  expect((await flush()).log).toEqual([]);
  await add();
  expect((await flush()).log).toEqual([]);
  await sync(call, [refund(caseId)]);
  expect((await flush()).log).toHaveLength(1);
});

test('D1 is asked for addresses only when a run has ended since it was last asked', async () => {
  const { call, caseId, flush, asked } = await scene();
  const runId = await openRun(call, 1);
  await flush();
  expect(asked.times).toBe(0);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  await flush();
  await flush();
  expect(asked.times).toBe(1);
});
