import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { sha256 } from '../../src/http/auth.ts';
import { ctrf, rest, upload } from './ci-client.ts';
import { AGENT, BLUEPRINT, openRun, refund, shop, sync, type Workspace } from './client.ts';
import { visit } from './dashboard-visitor.ts';

/** A workspace that holds one of everything, and what there is to be told of it. */

/** One of everything. `tag` stands in every text that is free. */
export async function full(tag: string): Promise<{ workspace: Workspace; caseId: string; secrets: string[] }> {
  const { workspace, call, caseId } = await shop();
  await call('upload_blueprint', { blueprint: `${BLUEPRINT}\nconstraints: [Never mention ${tag}]\n` });
  const runId = await openRun(call);
  const result = refund(caseId, { agent_response: `Refunded, says ${tag}.`, result_id: `${tag}-1` });
  await sync(call, [result, refund(caseId, { trial: 2 })], { test_run_id: runId });
  await sync(call, [refund(caseId, { attempt: 2, agent_response: 'Refunded again.' })], { test_run_id: runId });
  await rest(workspace, `PATCH /v1/runs/${runId}/results/${caseId}.2/verdict?agent=${AGENT}`, {
    ...{ status: 'failed', comment: `No, says ${tag}.` },
  });
  await rest(workspace, `POST /v1/agents/${AGENT}/runs/${runId}/finish`);
  await upload(workspace, ctrf([{ name: `unknown ${tag}` }]));
  const key = await rest(workspace, 'POST /v1/keys', { name: `Key of ${tag}`, scopes: ['ingest'] });
  const rule = await rest(workspace, 'POST /v1/trust-rules', {
    ...{ name: `Rule of ${tag}`, policy: { kind: 'standard_webhook' } },
  });
  const webhook = await rest(workspace, 'POST /v1/webhooks', {
    ...{ url: `https://ok.hooks.test/${tag}`, events: ['run.completed'] },
  });
  const [link, invited] = [`share-${tag}`, `invited-${tag}`].map(sha256);
  await env.DB.batch([
    env.DB.prepare('INSERT INTO report_shares VALUES (?1, ?2, ?3, ?4, 5, 6, NULL)').bind(
      link,
      workspace.id,
      AGENT,
      runId,
    ),
    env.DB.prepare(
      `INSERT INTO invitations (hash, id, workspace_id, email, role, invited_by, created_at, expires_at)
       VALUES (?1, ?2, ?3, ?4, 'viewer', ?5, 5, 6)`,
    ).bind(invited, `inv-${tag}`, workspace.id, `${tag}@example.com`, workspace.memberId),
    env.DB.prepare('INSERT INTO spent_usage VALUES (?1, 0, 2, 3)').bind(workspace.id),
  ]);
  const { cookie } = await visit(workspace);
  const [token = ''] = decodeURIComponent(cookie.replace(/^[^=]*=/, '')).split('.');
  const given = [key.body.key, rule.body.secret, webhook.body.secret].map(String);
  const held = [workspace.key, token, `share-${tag}`, `invited-${tag}`, ...given];
  return { workspace, caseId, secrets: [...held, ...held.map(sha256), ...(await sealedSecrets(workspace))] };
}

async function sealedSecrets({ id }: Workspace): Promise<string[]> {
  const found: string[] = [];
  for (const table of ['trust_rules', 'webhooks']) {
    const { results } = await env.DB.prepare(`SELECT secrets FROM ${table} WHERE workspace_id = ?1`)
      .bind(id)
      .all<{ secrets: string }>();
    found.push(...results.flatMap(({ secrets }) => JSON.parse(secrets) as string[]));
  }
  return found;
}

const OF_WORKSPACE: Record<string, string> = {
  member: 'members',
  invitation: 'invitations',
  api_key: 'api_keys',
  trust_rule: 'trust_rules',
  webhook: 'webhooks',
  report_share: 'report_shares',
  spent_usage: 'spent_usage',
  agent: 'agents',
  generation: 'generations',
  audit_entry: 'audit_log',
};
const OF_AGENT: Record<string, string> = { blueprint: 'blueprints', audit: 'audits', scenario: 'scenarios' };

/** How many records D1 and the agent's object hold, by type. */
export async function storedCounts(workspace: Workspace): Promise<Record<string, number>> {
  const counts: Record<string, number> = { workspace: 1 };
  const count = async (type: string, sql: string) => {
    counts[type] = (await env.DB.prepare(sql).bind(workspace.id).first<number>('n')) ?? 0;
  };
  for (const [type, table] of Object.entries(OF_WORKSPACE))
    await count(type, `SELECT count(*) AS n FROM ${table} WHERE workspace_id = ?1`);
  const mine = 'SELECT id FROM agents WHERE workspace_id = ?1';
  for (const [type, table] of Object.entries(OF_AGENT))
    await count(type, `SELECT count(*) AS n FROM ${table} WHERE agent_id IN (${mine})`);
  await count(
    'test_case',
    `SELECT count(*) AS n FROM test_cases WHERE scenario_id IN (SELECT id FROM scenarios WHERE agent_id IN (${mine}))`,
  );
  return runInDurableObject(env.AGENT.getByName(`${workspace.id}/${AGENT}`), (_, { storage }) => {
    const rows = (table: string) => Number(storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n);
    return {
      ...counts,
      ...{ case_version: rows('case_versions'), run: rows('runs'), result: rows('results'), score: rows('scores') },
    };
  });
}
