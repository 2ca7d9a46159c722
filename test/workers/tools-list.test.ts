import { expect, test } from 'vitest';
import { connectClient, newWorkspace } from './client.ts';

/** What a client's model pays for the whole catalogue before it has done anything. */
const MAX_LIST_BYTES = 36_000;

/** The published inventory, in its order: name, and whether a call only reads, destroys, and may be repeated. */
const INVENTORY: [name: string, readOnly: boolean, destructive: boolean, idempotent: boolean][] = [
  ['invarium_connect', true, false, true],
  ['invarium_usage', true, false, true],
  ['invarium_dashboard', true, false, true],
  ['invarium_get_workflow', true, false, true],
  ['invarium_prepare_blueprint', true, false, true],
  ['invarium_upload_blueprint', false, false, true],
  ['invarium_list_agents', true, false, true],
  ['invarium_get_agent', true, false, true],
  ['invarium_get_audit', true, false, true],
  ['invarium_delete_agent', false, true, true],
  ['invarium_generate_tests', false, false, false],
  ['invarium_get_tests', true, false, true],
  ['invarium_list_scenarios', true, false, true],
  ['invarium_create_scenario', false, false, false],
  ['invarium_manage_scenario', false, true, false],
  ['invarium_setup_tracing', true, false, true],
  ['invarium_sync_results', false, false, false],
  ['invarium_list_test_runs', true, false, true],
  ['invarium_get_test_run', true, false, true],
];

async function listedTools() {
  const { key } = await newWorkspace();
  return (await (await connectClient(key)).listTools()).tools;
}

test('the tools stand in the published order with the published hints, and each description has its three sections', async () => {
  const tools = await listedTools();
  const hints = tools.map(({ name, annotations: it }) => [
    ...[name, it?.readOnlyHint, it?.destructiveHint, it?.idempotentHint, it?.openWorldHint],
  ]);
  expect(hints).toEqual(INVENTORY.map((row) => [...row, false]));
  for (const { name, description } of tools)
    expect(description, name).toMatch(/^.+\n\nWHEN TO USE: .+\nArgs:[\s\S]+\nReturns: .+$/);
});

test('tools/list is the same for everybody and every time', async () => {
  expect(JSON.stringify(await listedTools())).toBe(JSON.stringify(await listedTools()));
});

test('tools/list is small enough to be read whole', async () => {
  const tools = await listedTools();
  const bytes = new TextEncoder().encode(JSON.stringify(tools)).length;
  console.log(`tools/list: ${bytes} bytes for ${tools.length} tools (at most ${MAX_LIST_BYTES})`);
  expect(bytes).toBeLessThanOrEqual(MAX_LIST_BYTES);
});

test('output is told by names and types, so that a new value or field breaks no client that kept the schema', async () => {
  const told = JSON.stringify((await listedTools()).map(({ outputSchema }) => outputSchema));
  for (const word of ['"enum"', '"additionalProperties"', '"minimum"', '"maxLength"']) expect(told).not.toContain(word);
});

test('no bound is told that is only the reach of a number', async () => {
  expect(JSON.stringify(await listedTools())).not.toContain(String(Number.MAX_SAFE_INTEGER));
});
