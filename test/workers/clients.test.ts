import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, test } from 'vitest';
import { TOOLS } from '../../src/tools/catalog.ts';
import { AGENT, BLUEPRINT, connectClient, newWorkspace, ORIGIN, request } from './client.ts';

const NAMES = TOOLS.map((tool) => tool.name);
type AnyClient = {
  listTools(): Promise<{
    tools: { name: string; title?: string; annotations?: object; inputSchema: object; outputSchema?: object }[];
  }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<Record<string, unknown>>;
  getServerCapabilities(): unknown;
};

async function v1Client(key: string): Promise<AnyClient> {
  const client = new LegacyClient({ name: 'v1', version: '1' });
  await client.connect(
    new LegacyTransport(new URL(`${ORIGIN}/mcp`), {
      fetch: (url, init) => request(new URL(url).pathname, init as RequestInit),
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  );
  return client as unknown as AnyClient;
}

const CLIENTS = {
  'the v1 SDK (initialize, 2025-era)': v1Client,
  'the v2 SDK, negotiating (2026-07-28)': (key: string) => connectClient(key, 'auto') as unknown as Promise<AnyClient>,
  'the v2 SDK, legacy': (key: string) => connectClient(key, 'legacy') as unknown as Promise<AnyClient>,
};

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(`${name} lists every tool and goes from upload to a judged run`, async () => {
    const { key } = await newWorkspace();
    const client = await connect(key);
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(NAMES);
    for (const tool of tools)
      expect(tool).toMatchObject({
        title: expect.any(String),
        annotations: { openWorldHint: false },
        outputSchema: { type: 'object' },
      });
    const call = (tool: string, args: Record<string, unknown>) =>
      client.callTool({ name: `invarium_${tool}`, arguments: args });
    await call('upload_blueprint', { blueprint: BLUEPRINT });
    const made = await call('create_scenario', {
      agent_name: AGENT,
      name: 'Ask',
      user_message: 'Hi',
      expectations: '{"required_effects": []}',
    });
    const { test_case_ids } = made.structuredContent as { test_case_ids: string[] };
    const result = { scenario_id: test_case_ids[0], user_message: 'Hi', agent_response: 'Hello', tools_called: [] };
    const synced = await call('sync_results', { agent_name: AGENT, results: JSON.stringify([result]) });
    expect(synced.structuredContent).toMatchObject({ status: 'completed', counts: { passed: 1 } });
    const refusedCall = await call('get_agent', { agent_name: 'nobody-here' });
    expect(refusedCall).toMatchObject({ isError: true, _meta: { 'invarium/error': { code: 'AGENT_NOT_FOUND' } } });
    expect(refusedCall.structuredContent).toBeUndefined();
  });
}

test('the v2 client really negotiates 2026-07-28', async () => {
  const { key } = await newWorkspace();
  const client = await connectClient(key, 'auto');
  expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
});

test('every input schema is strict and every parameter is described', async () => {
  const { key } = await newWorkspace();
  const { tools } = await (await connectClient(key)).listTools();
  for (const tool of tools) {
    const schema = tool.inputSchema as {
      additionalProperties?: unknown;
      properties?: Record<string, { description?: string }>;
    };
    expect(schema.additionalProperties, tool.name).toBe(false);
    for (const [name, property] of Object.entries(schema.properties ?? {}))
      expect(property.description, `${tool.name}.${name}`).toBeTruthy();
  }
});
