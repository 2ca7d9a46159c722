import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { agentObject, type Env } from '../../src/env.ts';
import { selectBlueprintDocument, selectBlueprintVersions } from '../../src/store/blueprints.ts';
import { selectFleetTrend } from '../../src/store/fleet-trend.ts';
import { selectPendingAgents } from '../../src/store/pending.ts';
import { insertShare, selectShare, selectSharesOfRun, updateShareRevoked } from '../../src/store/report-shares.ts';
import { AGENT, addScenario, BLUEPRINT, newWorkspace, refund, shop, sync, type Workspace } from './client.ts';

const DAY_MS = 86_400_000;

function flushed({ id }: Workspace): Promise<boolean> {
  return runDurableObjectAlarm(env.AGENT.getByName(`${id}/${AGENT}`));
}

async function agentId({ id }: Workspace): Promise<string> {
  return (await env.DB.prepare('SELECT id FROM agents WHERE workspace_id = ?1').bind(id).first<string>('id')) ?? '';
}

test('D1 keeps the score after each run with its interval', async () => {
  const { call, workspace, caseId } = await shop();
  await sync(call, [refund(caseId), refund(caseId, { trial: 2 })]);
  await flushed(workspace);
  await sync(call, [refund(caseId, { tools_called: [], agent_response: 'I am sorry.' })]);
  await flushed(workspace);
  const trend = await agentObject(env as unknown as Env, workspace.id, AGENT).viewTrend();
  const { results } = await env.DB.prepare(
    'SELECT id, score, score_low, score_high FROM runs WHERE workspace_id = ?1 ORDER BY started_at, id',
  )
    .bind(workspace.id)
    .all();
  expect(results).toHaveLength(2);
  const told = trend.ok && trend.value.points.map(({ runId, score }) => ({ runId, score }));
  expect(told).toMatchObject(
    results.map(({ id, score, score_low, score_high }) => ({
      ...{ runId: id, score: { value: score, low: score_low, high: score_high } },
    })),
  );
});

test('agents with pending results are counted from what D1 was told, and only those of the workspace', async () => {
  const { call, workspace, caseId } = await shop();
  const polite = `${await addScenario(call, { name: 'Be polite', expectations: '{}', expected_behavior: 'Is polite.' })}_1`;
  await sync(call, [refund(caseId)]);
  await flushed(workspace);
  expect(await selectPendingAgents(env.DB, workspace.id)).toEqual([]);
  for (const trials of [[1, 2], [1]]) {
    await sync(
      call,
      trials.map((trial) => refund(polite, { trial })),
    );
    await flushed(workspace);
  }
  const waiting = [{ agentId: await agentId(workspace), agentName: AGENT, pending: 3 }];
  expect(await selectPendingAgents(env.DB, workspace.id)).toEqual(waiting);
  expect(await selectPendingAgents(env.DB, (await newWorkspace()).id)).toEqual([]);
});

test('the fleet’s trend adds up ended runs by the day they began, in UTC', async () => {
  const workspace = await newWorkspace();
  const midnight = Date.UTC(2026, 2, 10);
  const stored = [
    [midnight - 1, 'completed', null, 1, 1],
    [midnight, 'completed', null, 3, 0],
    [midnight + DAY_MS - 1, 'failed', 'stalled', 0, 2],
    [midnight + DAY_MS, 'failed', 'abandoned', 0, 0],
    [midnight + DAY_MS, 'running', null, 5, 0],
    [midnight - 2 * DAY_MS, 'completed', null, 9, 0],
  ] as const;
  for (const [at, status, reason, passed, failed] of stored) {
    await env.DB.prepare(
      `INSERT INTO runs (id, agent_id, workspace_id, source, status, status_reason, started_at, passed, failed, error, pending,
         flaky_cases, rev) VALUES (?1, 'ag_fleet', ?2, 'mcp', ?3, ?4, ?5, ?6, ?7, 0, 0, 0, 1)`,
    )
      .bind(`tr_${crypto.randomUUID()}`, workspace.id, status, reason, at, passed, failed)
      .run();
  }
  expect(await selectFleetTrend(env.DB, workspace.id, midnight - DAY_MS)).toEqual([
    { day: '2026-03-09', passed: 1, results: 2 },
    { day: '2026-03-10', passed: 3, results: 5 },
  ]);
});

test('a blueprint keeps its versions, newest first, and each can be read', async () => {
  const { call, workspace } = await shop();
  const changed = BLUEPRINT.replace('a small shop', 'a small café');
  await call('upload_blueprint', { blueprint: changed });
  const id = await agentId(workspace);
  const bytes = (text: string) => new TextEncoder().encode(text).byteLength;
  const versions = await selectBlueprintVersions(env.DB, workspace.id, id);
  expect(versions).toMatchObject([
    { version: 2, confidence: expect.stringMatching(/^(low|medium|high)$/), bytes: bytes(changed) },
    { version: 1, bytes: bytes(BLUEPRINT), createdAt: expect.any(Number) },
  ]);
  const read = (version: number | null, workspaceId = workspace.id) =>
    selectBlueprintDocument(env.DB, workspaceId, id, version);
  expect(await read(null)).toMatchObject({ version: 2, document: changed });
  expect(await read(1)).toMatchObject({ version: 1, document: BLUEPRINT });
  expect(await read(3)).toBeNull();
  const stranger = (await newWorkspace()).id;
  expect(await read(null, stranger)).toBeNull();
  expect(await selectBlueprintVersions(env.DB, stranger, id)).toEqual([]);
});

test('a link to a report is found by its hash until the agent goes, and revoked once', async () => {
  const { call, workspace } = await shop();
  const other = await shop();
  const actor = 'dev@example.com';
  const link = { agentName: AGENT, runId: 'tr_shared', createdAt: 5, expiresAt: 50 };
  const mine = { ...link, hash: `${workspace.id}-1`, workspaceId: workspace.id };
  const newer = { ...mine, hash: `${workspace.id}-2`, createdAt: 6 };
  const theirs = { ...link, hash: other.workspace.id, workspaceId: other.workspace.id };
  for (const share of [mine, newer, theirs]) expect(await insertShare(env.DB, { ...share, actor })).toBe(true);
  expect(await selectShare(env.DB, mine.hash)).toEqual({ ...mine, revokedAt: null });
  expect(await selectShare(env.DB, 'unknown')).toBeNull();
  const revoke = (workspaceId: string, now: number) =>
    updateShareRevoked(env.DB, { workspaceId, hash: mine.hash, now, actor });
  expect([await revoke(other.workspace.id, 7), await revoke(workspace.id, 8), await revoke(workspace.id, 9)]).toEqual([
    ...[false, true, true],
  ]);
  expect(await selectSharesOfRun(env.DB, workspace.id, 'tr_shared')).toEqual([{ ...newer, revokedAt: null }]);
  await call('delete_agent', { agent_name: AGENT, confirm: true });
  await vi.waitFor(async () => expect(await selectSharesOfRun(env.DB, workspace.id, 'tr_shared')).toEqual([]));
  expect(await insertShare(env.DB, { ...mine, hash: 'late', actor })).toBe(false);
  expect(await selectShare(env.DB, theirs.hash)).not.toBeNull();
});
