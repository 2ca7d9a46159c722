import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll } from 'vitest';
import { newId } from '../../src/agent/ids.ts';
import { SCOPES } from '../../src/domain/access.ts';
import type { Env } from '../../src/env.ts';
import { sha256 } from '../../src/http/auth.ts';
import { projectKey } from '../../src/store/credentials.ts';
import { insertKey } from '../../src/store/keys.ts';
import worker from '../faults/worker.ts';

/** A workspace of a test's own, and a real MCP client that speaks with its key. */

/** The test Worker hastens long waits a hundredfold, the client's own included; a busy machine needs longer than that leaves. */
const PATIENCE_MS = 2_000_000;

export const ORIGIN = 'http://localhost';

export type Workspace = { id: string; memberId: string; key: string; keyHash: string };

export async function newWorkspace(name = 'Test workspace'): Promise<Workspace> {
  const id = newId('ws');
  const memberId = newId('mb');
  const key = `inv_${crypto.randomUUID().replaceAll('-', '')}${'x'.repeat(8)}`;
  const keyHash = sha256(key);
  await env.DB.batch([
    env.DB.prepare('INSERT INTO workspaces (id, name, created_at) VALUES (?1, ?2, 1)').bind(id, name),
    env.DB.prepare(
      "INSERT INTO members (id, workspace_id, email, role, created_at) VALUES (?1, ?2, 'dev@example.com', 'owner', 1)",
    ).bind(memberId, id),
  ]);
  const keyId = newId('key');
  await insertKey(env.DB, {
    id: keyId,
    hash: keyHash,
    workspaceId: id,
    name: 'Test',
    prefix: key.slice(0, 8),
    scopes: SCOPES,
    createdAt: 1,
    expiresAt: null,
  });
  const record = {
    id: keyId,
    workspace_id: id,
    workspace_name: name,
    email: 'dev@example.com',
    scopes: [...SCOPES],
    member_id: null,
    agent_name: null,
    expires_at: null,
    revoked_at: null,
  };
  await projectKey(env.KV, keyHash, record);
  return { id, memberId, key, keyHash };
}

/**
 * A request to the Worker, as a browser or curl would send it. The Worker is called directly: through the pool's own way to it each request
 * takes longer than the one before, 300 ms after some five hundred.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('host', 'localhost');
  const sent = new Request(`${ORIGIN}${path}`, { redirect: 'manual', ...init, headers });
  return worker.fetch(sent, env as unknown as Env, createExecutionContext());
}

export type Said = {
  text: string;
  structured: Record<string, unknown>;
  isError: boolean;
  error: { code: string; index?: number } | undefined;
};
export type Caller = (tool: string, args?: Record<string, unknown>) => Promise<Said>;

/** Clients that stay open keep the test run from ending. */
const open: Client[] = [];
afterAll(() => Promise.all(open.map((client) => client.close())));

export async function connectClient(key: string, mode: 'auto' | 'legacy' = 'auto'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${ORIGIN}/mcp`), {
      fetch: (url, init) => request(new URL(url).pathname, init as RequestInit),
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  );
  open.push(client);
  return client;
}

/** Calls tools by their names without the prefix: `call('get_agent', …)`. */
export async function toolCaller(key: string): Promise<Caller> {
  const client = await connectClient(key);
  return async (tool, args = {}) => {
    const answer = await client.callTool({ name: `invarium_${tool}`, arguments: args }, { timeout: PATIENCE_MS });
    const [content] = answer.content as { text: string }[];
    return {
      text: content?.text ?? '',
      structured: (answer.structuredContent ?? {}) as Record<string, unknown>,
      isError: answer.isError === true,
      error: answer._meta?.['invarium/error'] as Said['error'],
    };
  };
}

export const BLUEPRINT = `
agent_name: shop-agent
description: Answers questions about orders of a small shop and refunds them.
tools:
  - name: get_order
    description: Looks up one order by its id.
    parameters: { type: object, properties: { order_id: { type: string } }, required: [order_id] }
    side_effects: read
  - name: issue_refund
    description: Pays an amount back for an order.
    parameters: { type: object, properties: { order_id: { type: string }, amount: { type: number } }, required: [order_id, amount] }
    side_effects: write
    requires_confirmation: true
`;

export const AGENT = 'shop-agent';

/** A workspace with the shop agent and one scenario that wants a refund. Answers with its only case's id. */
export async function shop(): Promise<{ workspace: Workspace; call: Caller; scenarioId: string; caseId: string }> {
  const workspace = await newWorkspace();
  const call = await toolCaller(workspace.key);
  await call('upload_blueprint', { blueprint: BLUEPRINT });
  const scenarioId = await addScenario(call);
  return { workspace, call, scenarioId, caseId: `${scenarioId}_1` };
}

export async function addScenario(call: Caller, more: Record<string, unknown> = {}): Promise<string> {
  const { structured } = await call('create_scenario', {
    agent_name: AGENT,
    name: 'Refund a broken cup',
    user_message: 'My cup of order A1 arrived broken.',
    expectations: JSON.stringify({
      required_effects: [{ tool: 'issue_refund', arguments: { order_id: 'A1', amount: 12 } }],
    }),
    ...more,
  });
  return String(structured.scenario_id);
}

/** A result that meets the refund scenario; `more` changes it. */
export function refund(caseId: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    scenario_id: caseId,
    user_message: 'My cup of order A1 arrived broken.',
    agent_response: 'I refunded 12.00 for order A1.',
    tools_called: [
      { name: 'get_order', parameters: { order_id: 'A1' }, result: '{"total": 12}' },
      { name: 'issue_refund', parameters: { order_id: 'A1', amount: 12 }, result: '{"ok": true}' },
    ],
    ...more,
  };
}

export function sync(call: Caller, results: unknown[], more: Record<string, unknown> = {}): Promise<Said> {
  return call('sync_results', { agent_name: AGENT, results: JSON.stringify(results), ...more });
}

/** Makes an empty run and answers with its id. */
export async function openRun(call: Caller, expectedTotal?: number): Promise<string> {
  const total = expectedTotal === undefined ? {} : { expected_total: expectedTotal };
  const { structured } = await sync(call, [], { create_empty: true, ...total });
  return String(structured.test_run_id);
}
