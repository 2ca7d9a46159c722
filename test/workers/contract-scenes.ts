import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { projectKey } from '../../src/store/credentials.ts';
import { type KeyRecord, selectKey } from '../../src/store/keys.ts';
import { d1, passTime, plan } from '../faults/worker.ts';
import {
  AGENT,
  addScenario,
  type Caller,
  newWorkspace,
  ORIGIN,
  openRun,
  refund,
  type Said,
  shop,
  sync,
  toolCaller,
  type Workspace,
} from './client.ts';

/** What a row of the contract is called on: who calls, and the names its texts may use. */
export type Stage = { call: Caller; workspace: Workspace; names: Record<string, string> };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const URLS = { mcp_base_url: ORIGIN, app_url: ORIGIN };
const ACCOUNT = { email: 'dev@example.com', workspace_name: 'Test workspace' };

/** Answers and ends without paying anything back. */
export const LAZY = { agent_response: 'I am sorry.', tools_called: [] };

/** A new workspace, without any agent. */
export async function newcomer(): Promise<Stage> {
  const workspace = await newWorkspace();
  return { call: await toolCaller(workspace.key), workspace, names: { ...URLS, ...ACCOUNT, agent_name: AGENT } };
}

/** A workspace with one agent and one scenario. */
export async function oneScenario(): Promise<Stage> {
  const { call, workspace, scenarioId, caseId } = await shop();
  const id = await env.DB.prepare('SELECT id FROM agents WHERE workspace_id = ?1').bind(workspace.id).first('id');
  const names = { agent_name: AGENT, agent_id: String(id), sc_id: scenarioId, test_case_id: caseId };
  return { call, workspace, names: { ...URLS, ...ACCOUNT, ...names } };
}

/** The same, and what `more` adds: the names it learns are known to the row. */
export function afterwards(more: (stage: Stage) => Promise<Record<string, string> | undefined>) {
  return async (): Promise<Stage> => {
    const stage = await oneScenario();
    return { ...stage, names: { ...stage.names, ...(await more(stage)) } };
  };
}

export function resultOf(stage: Stage, more: Record<string, unknown> = {}): Record<string, unknown> {
  return refund(stage.names.test_case_id ?? '', more);
}

export function runNames({ structured }: Said): Record<string, string> {
  const id = String(structured.test_run_id);
  return { tr_id: id, tr_short: id.slice(3, 11) };
}

/** D1 hears of what the agent's object holds. */
export async function flush({ workspace }: Stage, agent = AGENT): Promise<undefined> {
  await runDurableObjectAlarm(env.AGENT.getByName(`${workspace.id}/${agent}`));
  return undefined;
}

/** One run of two trials, one passed and one failed; `more` describes the run. */
export function halfPassed(more: Record<string, unknown> = {}) {
  return afterwards(async (stage) => {
    const results = [resultOf(stage, { latency_ms: 850 }), resultOf(stage, { trial: 2, ...LAZY })];
    const said = await sync(stage.call, results, more);
    await flush(stage);
    return runNames(said);
  });
}

/** A run that failed and one that passed, in this order or the other; two hours went by since. */
export function twoRuns(order: 'rising' | 'falling') {
  return afterwards(async (stage) => {
    const passed = order === 'rising' ? [false, true] : [true, false];
    for (const good of passed) await sync(stage.call, [resultOf(stage, good ? {} : LAZY)]);
    await flush(stage);
    passTime(2 * HOUR_MS + 1);
    return undefined;
  });
}

/** A run that stopped an hour into a day ago. */
export const testedYesterday = afterwards(async (stage) => {
  await sync(stage.call, [resultOf(stage)]);
  await flush(stage);
  passTime(DAY_MS + HOUR_MS);
  return undefined;
});

/** A run without results yet. */
export function emptyRun(total?: number) {
  return afterwards(async ({ call }) => ({ tr_id: await openRun(call, total) }));
}

/** Stored that the agent is switched off, or known by name only. */
export function withStatus(status: 'INACTIVE' | 'UNKNOWN') {
  return afterwards(async (stage) => {
    await env.DB.prepare('UPDATE agents SET status = ?2 WHERE workspace_id = ?1')
      .bind(stage.workspace.id, status)
      .run();
    await inObject(stage, 'UPDATE agent SET status = ?1', status);
    return undefined;
  });
}

/** After a scene, D1 no longer answers. */
export function withoutD1(scene: () => Promise<Stage> = oneScenario) {
  return async (): Promise<Stage> => {
    const stage = await scene();
    d1.mode = 'fail';
    return stage;
  };
}

/** After a scene, the server has a plan with these limits. */
export function withPlan(given: { name: string; limits: object }, scene: () => Promise<Stage> = oneScenario) {
  return async (): Promise<Stage> => {
    const stage = await scene();
    plan.text = JSON.stringify(given);
    return stage;
  };
}

/** Nobody has seen this key for a while, and neither store answers. */
export async function unreachable(): Promise<Stage> {
  const stage = await newcomer();
  await env.KV.delete(`key:${stage.workspace.keyHash}`);
  d1.mode = 'fail';
  passTime(13 * HOUR_MS);
  return stage;
}

/** A key with other facts than the ones it was made with. */
export function withKey(facts: (now: number) => Partial<KeyRecord>) {
  return async (): Promise<Stage> => {
    const stage = await oneScenario();
    const record = await selectKey(env.DB, stage.workspace.keyHash);
    if (!record) throw new Error('the key is not stored');
    await projectKey(env.KV, stage.workspace.keyHash, { ...record, ...facts(Date.now()) });
    return stage;
  };
}

/** Somebody who says this where a key should stand. */
export function withHeader(key: string) {
  return async (): Promise<Stage> => ({ ...(await newcomer()), call: await toolCaller(key) });
}

/** Writes to the agent's object what no tool can bring about; the object then begins anew from what is stored. */
export async function inObject(
  { workspace }: Stage,
  sql: string,
  ...values: (string | number | null)[]
): Promise<undefined> {
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec(sql, ...values);
  });
  await evictDurableObject(stub);
  return undefined;
}

/** A workspace to which these blueprints were uploaded. */
export function uploaded(...blueprints: string[]) {
  return async (): Promise<Stage> => {
    const stage = await newcomer();
    for (const blueprint of blueprints) await stage.call('upload_blueprint', { blueprint });
    return stage;
  };
}

/** A run whose only result nobody can judge: nothing was expected of its case. */
export const undecided = afterwards(async (stage) => {
  const scenarioId = await addScenario(stage.call, { name: 'Small talk', expectations: null });
  return runNames(await sync(stage.call, [resultOf(stage, { scenario_id: scenarioId })]));
});

export const withoutAudit = afterwards((stage) => inD1(stage, 'DELETE FROM audits WHERE agent_id = ?1'));

/** A fault of ours, whatever a caller does. */
export const brokenAudit = afterwards((stage) =>
  inD1(stage, "UPDATE audits SET report = 'broken' WHERE agent_id = ?1"),
);

async function inD1({ names }: Stage, sql: string): Promise<undefined> {
  await env.DB.prepare(sql).bind(names.agent_id).run();
  return undefined;
}
