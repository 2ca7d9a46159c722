import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Env } from '../../src/env.ts';
import { removeWorkspace } from '../../src/http/remove-workspace.ts';
import { rest } from './ci-client.ts';
import { AGENT, refund, shop, sync, type Workspace } from './client.ts';
import { type Visitor, visit } from './dashboard-visitor.ts';

/** A workspace to be deleted, and what is to be left of one. */

export const NAME = 'Test workspace';

/** A workspace with an agent that has a run, and somebody signed in. */
export async function inhabited(): Promise<{ workspace: Workspace; visitor: Visitor; held: string[] }> {
  const { workspace, call, caseId } = await shop();
  await sync(call, [refund(caseId)]);
  const agents = await rest(workspace, `GET /v1/agents/${AGENT}`);
  const rule = await rest(workspace, 'POST /v1/trust-rules', { name: 'Jenkins', policy: { kind: 'standard_webhook' } });
  const ruleId = String(rule.body.id);
  await env.DB.prepare("INSERT INTO seen_deliveries VALUES (?1, 'one', 'hash', 'token', 1, 9e15, 202, '{}')")
    .bind(ruleId)
    .run();
  await rest(workspace, 'POST /v1/webhooks', { url: 'https://ok.hooks.test/ok', events: ['run.completed'] });
  const visitor = await visit(workspace);
  const { id, memberId, keyHash } = workspace;
  const held = [id, memberId, keyHash, ruleId, String(agents.body.id), caseId.replace(/_1$/, '')];
  return { workspace, visitor, held };
}

/** Every row of every table of D1, as text. */
export async function rowsOfD1(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' LIMIT 100",
  ).all<{ name: string }>();
  const tables = await Promise.all(results.map(({ name }) => env.DB.prepare(`SELECT * FROM ${name}`).all()));
  return tables.flatMap((table, at) => table.results.map((row) => `${results[at]?.name} ${JSON.stringify(row)}`));
}

/** What is looked through for each of many workspaces has to stay small. */
export async function clearKv(): Promise<void> {
  const { keys } = await env.KV.list();
  await Promise.all(keys.map(({ name }) => env.KV.delete(name)));
}

async function entriesOfKv(): Promise<{ name: string; value: string }[]> {
  const { keys } = await env.KV.list();
  return Promise.all(keys.map(async ({ name }) => ({ name, value: (await env.KV.get(name)) ?? '' })));
}

export const objectOf = ({ id }: Workspace, agent = AGENT) => env.AGENT.getByName(`${id}/${agent}`);

function tablesOf(workspace: Workspace): Promise<number> {
  return runInDurableObject(objectOf(workspace), (_, { storage }) =>
    Number(
      storage.sql.exec("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_cf_%'").one()
        .n,
    ),
  );
}

/** Nothing is left but one line of the audit log, and copies in KV that say that somebody is gone. */
export async function expectGone(workspace: Workspace, held: string[]): Promise<void> {
  await runDurableObjectAlarm(objectOf(workspace));
  const rows = (await rowsOfD1()).filter((row) => held.some((id) => row.includes(id)));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatch(/^audit_log .*"action":"workspace\.deleted"/);
  expect(rows[0]).toContain(NAME);
  expect(await tablesOf(workspace)).toBe(0);
  const copies = (await entriesOfKv()).filter(({ name, value }) =>
    held.some((id) => name.includes(id) || value.includes(id)),
  );
  expect(copies.length).toBeGreaterThan(0);
  for (const { value } of copies) {
    expect(JSON.parse(value)).toMatchObject({ workspace_name: '', email: '' });
    expect(value).toMatch(/"(?:revoked|removed)_at":\d/);
  }
}

export const deletionOf = (workspace: Workspace, now = Date.now()) => ({
  ...{ workspaceId: workspace.id, actor: 'dev@example.com', now },
});

/** Asks until it is done, as a client does that is told how long to wait. */
export async function removeWhole(environment: Env, workspace: Workspace): Promise<void> {
  let now = Date.now();
  for (let round = 0; round < 60; round++) {
    const removal = await removeWorkspace(environment, deletionOf(workspace, now));
    if (removal.done) return;
    now += removal.retryAfterS * 1000;
  }
  throw new Error('the workspace does not go');
}
