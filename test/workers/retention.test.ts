import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { d1, passTime } from '../faults/worker.ts';
import { rest } from './ci-client.ts';
import { AGENT, addScenario, type Caller, openRun, refund, shop, sync, type Workspace } from './client.ts';
import { runPath, visit } from './dashboard-visitor.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** In each text of a result. */
const SAID = 'SAID by somebody';

afterEach(() => {
  d1.mode = 'ok';
});

/** Passes, or fails for a refund that was not made; says something in every field. */
function told(caseId: string, more: Record<string, unknown> = {}) {
  const words = `${SAID} of order A1.`;
  return refund(caseId, {
    ...{ user_message: words, agent_response: words, notes: words, error_message: null },
    tools_called: [
      { name: 'get_order', parameters: { order_id: 'A1', why: words }, result: { said: words } },
      { name: 'issue_refund', parameters: { order_id: 'A1', amount: 12 }, result: { said: words } },
    ],
    messages: [
      { role: 'user', content: words },
      { role: 'assistant', content: 'Shall I refund 12 for order A1?' },
      { role: 'user', content: 'Yes, please.' },
    ],
    trace: { said: words },
    ...more,
  });
}
const wrong = (caseId: string, more: Record<string, unknown> = {}) =>
  told(caseId, {
    ...{ passed: false, notes: SAID },
    tools_called: [{ name: 'issue_refund', parameters: { order_id: SAID, amount: 99 } }],
    ...more,
  });

type Made = { workspace: Workspace; call: Caller; caseId: string };

function stubOf({ id }: Workspace) {
  return env.AGENT.getByName(`${id}/${AGENT}`);
}

async function shopKeeping(days: number): Promise<Made> {
  const made = await shop();
  await rest(made.workspace, 'PATCH /v1/settings', { retention_days: days });
  return made;
}

async function runOf({ call }: Made, results: unknown[]): Promise<string> {
  return String((await sync(call, results)).structured.test_run_id);
}

function alarmOf(workspace: Workspace): Promise<number | null> {
  return runInDurableObject(stubOf(workspace), (_, { storage }) => storage.getAlarm());
}

/** Lets the alarm ring as often as it is due by now. Answers with how often that was. */
async function settle(workspace: Workspace): Promise<number> {
  let rings = 0;
  for (; rings < 50; rings++) {
    const at = await alarmOf(workspace);
    if (at === null || at > Date.now()) break;
    await runDurableObjectAlarm(stubOf(workspace));
  }
  return rings;
}

/** As time goes by for nobody: every alarm on the way is served. */
async function live(workspace: Workspace, ms: number): Promise<void> {
  const until = Date.now() + ms;
  while (Date.now() < until) {
    const at = await alarmOf(workspace);
    passTime(Math.max(1, Math.min(at ?? until, until) - Date.now()));
    await settle(workspace);
  }
}

type Stored = { run_id: string; texts: number; removed: number; rows: number };

/** Of each run: attempts, those that hold what was said anywhere, and those that are marked. */
function stored(workspace: Workspace): Promise<Stored[]> {
  return runInDurableObject(stubOf(workspace), (_, { storage }) => [
    ...storage.sql.exec<Stored>(
      `SELECT u.run_id, count(*) AS rows, sum(instr(r.body || r.verdict, ?1) > 0) AS texts, count(r.removed_at) AS removed
       FROM results r JOIN runs u ON u.seq = r.run_seq GROUP BY u.seq ORDER BY u.seq`,
      SAID,
    ),
  ]);
}

async function rowsOf(workspace: Workspace, work: () => Promise<unknown>): Promise<number> {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const restore = await runInDurableObject(stubOf(workspace), (_, { storage: { sql } }) => {
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
  return runInDurableObject(stubOf(workspace), () => {
    restore();
    return cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
  });
}

test('texts go run by run once their run is older than the workspace keeps them, and what was found stays', async () => {
  const made = await shopKeeping(10);
  const { workspace, call, caseId } = made;
  const retried = [wrong(caseId), told(caseId, { attempt: 2 }), wrong(caseId, { trial: 2 })];
  const first = await runOf(made, retried);
  await live(workspace, 3 * DAY_MS);
  const second = await runOf(made, [told(caseId)]);
  const shownBefore = await shownOf(made, first);
  await live(workspace, 7 * DAY_MS - HOUR_MS);
  expect((await stored(workspace)).map(({ texts }) => texts)).toEqual([3, 1]);
  await live(workspace, 2 * HOUR_MS);
  expect(await stored(workspace)).toEqual([
    { run_id: first, rows: 3, texts: 0, removed: 3 },
    { run_id: second, rows: 1, texts: 1, removed: 0 },
  ]);
  expect(await shownOf(made, first)).toEqual(shownBefore);
  await live(workspace, 3 * DAY_MS);
  expect((await stored(workspace)).map(({ texts }) => texts)).toEqual([0, 0]);
  expect(await alarmOf(workspace)).toBeNull();
  // An attempt that was sent before is known, whatever is left of it.
  const again = await sync(call, retried, { test_run_id: first });
  expect(again.structured).toMatchObject({ accepted: 0, duplicate: 3, counts: { total: 2, passed: 1, failed: 1 } });
});

/** All that is to stay: counts, verdicts without their words, score, tools. */
async function shownOf({ workspace, call }: Made, runId: string) {
  const { structured } = await call('get_test_run', { agent_name: AGENT, test_run_id: runId });
  const { counts } = structured.run as { counts: unknown };
  const results = structured.results as Record<string, unknown>[];
  const found = results.map(({ reason: _, evidence: __, user_message: ___, ...left }) => left);
  const { score, score_low } = (await rest(workspace, `GET /v1/runs/${runId}?agent=${AGENT}`)).body;
  return { counts, found, score, score_low };
}

test('a long run is cleared in steps, each row once, also when the object is evicted in between', async () => {
  const made = await shopKeeping(1);
  const { workspace, caseId } = made;
  await runOf(
    made,
    Array.from({ length: 700 }, (_, index) => told(caseId, { trial: index + 1 })),
  );
  await settle(workspace);
  passTime(DAY_MS + HOUR_MS);
  await runDurableObjectAlarm(stubOf(workspace));
  expect(await stored(workspace)).toMatchObject([{ texts: 200, removed: 500 }]);
  await evictDurableObject(stubOf(workspace));
  // 200 results, the run's own row, and the timer that is not needed any more.
  expect(await rowsOf(workspace, () => settle(workspace))).toBe(202);
  expect(await stored(workspace)).toMatchObject([{ texts: 0, removed: 700 }]);
});

for (const mode of ['fail', 'hang'] as const) {
  test(`while D1 calls ${mode} and KV knows nothing, no text goes; once D1 is back what is due does`, async () => {
    const made = await shopKeeping(93);
    const { workspace, caseId } = made;
    await runOf(made, [told(caseId)]);
    await live(workspace, 2 * DAY_MS);
    await env.KV.delete(`settings:${workspace.id}`);
    d1.mode = mode;
    // By default it would be due.
    await live(workspace, 88.5 * DAY_MS);
    expect(await stored(workspace)).toMatchObject([{ texts: 1 }]);
    d1.mode = 'ok';
    await live(workspace, 2 * DAY_MS);
    expect(await stored(workspace)).toMatchObject([{ texts: 1 }]);
    await live(workspace, 2 * DAY_MS);
    expect(await stored(workspace)).toMatchObject([{ texts: 0 }]);
  }, 60_000);
}

test('a shorter time is followed within a day, also by an object that nobody has asked since', async () => {
  const made = await shop();
  const { workspace, caseId } = made;
  await runOf(made, [told(caseId)]);
  await live(workspace, 20 * DAY_MS);
  await evictDurableObject(stubOf(workspace));
  await rest(workspace, 'PATCH /v1/settings', { retention_days: 10 });
  expect(await stored(workspace)).toMatchObject([{ texts: 1 }]);
  await live(workspace, DAY_MS + 1);
  expect(await stored(workspace)).toMatchObject([{ texts: 0 }]);
});

test('an idle agent holds no alarm but the one that looks once a day, and writes no row', async () => {
  const made = await shop();
  const { workspace, call, caseId } = made;
  await settle(workspace);
  expect(await alarmOf(workspace)).toBeNull();
  const runId = await openRun(call, 1);
  await sync(call, [told(caseId)], { test_run_id: runId });
  passTime(5_000);
  await settle(workspace);
  const ended = Date.now();
  const d1Rows = d1.rowsWritten;
  const rows = await rowsOf(workspace, async () => {
    for (let day = 1; day <= 3; day++) {
      const at = (await alarmOf(workspace)) ?? 0;
      expect(Math.round((at - ended) / DAY_MS)).toBe(day);
      passTime(at - Date.now() + 1);
      expect(await settle(workspace)).toBe(1);
    }
  });
  expect([rows, d1.rowsWritten - d1Rows]).toEqual([0, 0]);
});

test('a run that goes on keeps its texts until it has ended again', async () => {
  const made = await shopKeeping(2);
  const { workspace, call, caseId } = made;
  const runId = await openRun(call, 3);
  await sync(call, [told(caseId)], { test_run_id: runId });
  await live(workspace, DAY_MS);
  await sync(call, [told(caseId, { trial: 2 })], { test_run_id: runId });
  passTime(20 * 60_000);
  await settle(workspace);
  passTime(1.5 * DAY_MS);
  await sync(call, [told(caseId, { trial: 3 })], { test_run_id: runId });
  await settle(workspace);
  expect(await stored(workspace)).toMatchObject([{ texts: 3 }]);
  await live(workspace, 2 * DAY_MS + HOUR_MS);
  expect(await stored(workspace)).toMatchObject([{ texts: 0 }]);
});

test('a result that comes after the texts have gone is kept for its own time', async () => {
  const made = await shopKeeping(2);
  const { workspace, call, caseId } = made;
  const runId = await runOf(made, [told(caseId)]);
  await live(workspace, 3 * DAY_MS);
  expect(await stored(workspace)).toMatchObject([{ texts: 0, removed: 1 }]);
  await sync(call, [told(caseId, { trial: 2 })], { test_run_id: runId });
  await live(workspace, 2 * DAY_MS - HOUR_MS);
  expect(await stored(workspace)).toMatchObject([{ texts: 1, removed: 1 }]);
  await live(workspace, DAY_MS + HOUR_MS);
  expect(await stored(workspace)).toMatchObject([{ texts: 0, removed: 2 }]);
});

test('a run in which all broke off alike stays an outage when it is scored without its texts', async () => {
  const made = await shopKeeping(1);
  const { workspace, call, caseId } = made;
  const crash = (trial: number) => wrong(caseId, { trial, error_message: `${SAID}: no connection` });
  const runId = await runOf(made, [1, 2, 3, 4, 5].map(crash));
  const outage = async () => (await rest(workspace, `GET /v1/runs/${runId}?agent=${AGENT}`)).body.outage;
  expect(await outage()).toBe(true);
  await live(workspace, 2 * DAY_MS);
  expect(await stored(workspace)).toMatchObject([{ texts: 0 }]);
  await sync(call, [crash(6)], { test_run_id: runId });
  expect(await outage()).toBe(true);
});

test('every page and answer shows a run without its texts, and says since when', async () => {
  const made = await shopKeeping(5);
  const { workspace, call, caseId } = made;
  const open = await addScenario(call, {
    name: 'Say hello',
    expectations: JSON.stringify({ expected_behavior: 'Is polite.' }),
  });
  const hello = { ...told(`${open}_1`), tools_called: undefined, messages: undefined };
  const runId = await runOf(made, [
    told(caseId),
    wrong(caseId, { trial: 2 }),
    wrong(caseId, { trial: 2, notes: 'SAID again' }),
    hello,
  ]);
  await live(workspace, 6 * DAY_MS);
  const day = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
  const newer = await runOf(made, [told(caseId, { user_message: 'New' })]);
  await settle(workspace);
  const visitor = await visit(workspace);
  const sentence = `Texts were removed on ${day}`;
  const mark = `[Text removed on ${day}, after 5 days]`;
  const pages: [string, string][] = [
    [runPath(runId), sentence],
    [runPath(runId, '/results'), mark],
    [runPath(runId, `/cases/${caseId}.2`), sentence],
    [runPath(runId, `/cases/${caseId}.1`), sentence],
    [runPath(runId, `/cases/${caseId}.2.json`), mark],
    [runPath(runId, `/cases/${caseId}.2.md`), mark],
    [runPath(runId, '/report'), sentence],
    [runPath(runId, '/report.md'), sentence],
    [runPath(runId, '/report.json'), mark],
    [`/runs/compare?agent=${AGENT}&a=${runId}&b=${newer}`, sentence],
    ['/review', sentence],
  ];
  for (const [path, words] of pages) {
    const { status, html } = await visitor.open(path);
    expect([path, status, html.includes(words), html.replaceAll(/New|said/g, '').includes('SAID')]).toEqual([
      path,
      200,
      true,
      false,
    ]);
  }
  const asked = { agent_name: AGENT, test_run_id: runId };
  const answer = await call('get_test_run', asked);
  expect(answer.text).toContain(`Input: "${mark}"`);
  expect(answer.text).toContain(sentence);
  expect(answer.structured.run).toMatchObject({ texts_removed_at: expect.stringContaining(day) });
  const results = await rest(workspace, `GET /v1/runs/${runId}/results?agent=${AGENT}`);
  expect([results.status, JSON.stringify(results.body).includes('SAID')]).toEqual([200, false]);
});
