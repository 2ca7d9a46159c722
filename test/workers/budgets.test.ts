import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { d1 } from '../faults/worker.ts';
import { AGENT, openRun, refund, shop, sync } from './client.ts';

/** Rows written by the object while `work` runs: every statement is counted where it is executed. */
async function objectRows(workspaceId: string, work: () => Promise<unknown>): Promise<number> {
  const stub = env.AGENT.getByName(`${workspaceId}/${AGENT}`);
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const restore = await runInDurableObject(stub, (_, { storage }) => {
    const { sql } = storage;
    const exec = sql.exec;
    sql.exec = ((...args: Parameters<typeof exec>) => {
      const cursor = exec.apply(sql, args);
      cursors.push(cursor);
      return cursor;
    }) as typeof exec;
    return () => {
      sql.exec = exec;
    };
  });
  await work();
  return runInDurableObject(stub, () => {
    restore();
    return cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
  });
}

const HOUR_MS = 3_600_000;

/**
 * A shop whose object works when the test rings it, and not by itself: D1 is counted for all objects together, and on a busy machine the
 * second after which one tells D1 is over while another test counts.
 */
async function quietShop() {
  const made = await shop();
  const stub = env.AGENT.getByName(`${made.workspace.id}/${AGENT}`);
  await runInDurableObject(stub, async (_, { storage }) => {
    expect(await storage.getAlarm()).toBeNull();
    const setAlarm = storage.setAlarm.bind(storage);
    storage.setAlarm = (at, options) => setAlarm(Number(at) + HOUR_MS, options);
  });
  return { ...made, stub };
}

async function d1Use(work: () => Promise<unknown>): Promise<{ queries: number; rows: number }> {
  const before = { ...d1 };
  await work();
  return { queries: d1.queries - before.queries, rows: d1.rowsWritten - before.rowsWritten };
}

test('a new result writes one row in the object and none in D1', async () => {
  const { call, workspace, caseId } = await quietShop();
  const runId = await openRun(call, 100);
  const results = Array.from({ length: 40 }, (_, index) => refund(caseId, { trial: index + 1 }));
  let rows = 0;
  const use = await d1Use(async () => {
    rows = await objectRows(workspace.id, async () => {
      for (const result of results.slice(0, 20)) await sync(call, [result], { test_run_id: runId });
      await sync(call, results.slice(20), { test_run_id: runId });
    });
  });
  expect(rows).toBe(40);
  expect(use).toEqual({ queries: 0, rows: 0 });
});

test('a duplicate and a question write nothing', async () => {
  const { call, workspace, caseId } = await quietShop();
  const runId = await openRun(call, 100);
  await sync(call, [refund(caseId)], { test_run_id: runId });
  const rows = await objectRows(workspace.id, async () => {
    await sync(call, [refund(caseId), refund(caseId)], { test_run_id: runId });
    await sync(call, [], { test_run_id: runId });
    await call('get_test_run', { agent_name: AGENT, test_run_id: runId });
  });
  expect(rows).toBe(0);
});

test('making a run and completing it write at most four rows each in the object, their flushes included', async () => {
  const { call, workspace, stub, caseId } = await quietShop();
  let runId = '';
  const made = await objectRows(workspace.id, async () => {
    runId = await openRun(call, 1);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
  });
  const completed = await objectRows(workspace.id, async () => {
    await sync(call, [refund(caseId)], { test_run_id: runId });
    expect(await runDurableObjectAlarm(stub)).toBe(true);
  });
  expect({ made, completed: completed - 1 }).toEqual({ made: 4, completed: 4 });
});

test('a run made and a run completed write at most three rows and their index entries in D1, and one per changed scenario', async () => {
  const { call, stub, caseId } = await quietShop();
  let runId = '';
  const made = await d1Use(async () => {
    runId = await openRun(call, 1);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
  });
  const completed = await d1Use(async () => {
    await sync(call, [refund(caseId)], { test_run_id: runId });
    expect(await runDurableObjectAlarm(stub)).toBe(true);
  });
  const changedScenarios = 1;
  expect(made.rows).toBeLessThanOrEqual(3);
  expect(completed.rows).toBeLessThanOrEqual(3 + changedScenarios);
  expect(await d1Use(() => runDurableObjectAlarm(stub))).toMatchObject({ rows: 0 });
});
