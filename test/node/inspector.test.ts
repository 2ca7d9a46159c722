import { execFile } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { freshDirectory, ROOT, type Server, startServer } from './server.ts';

const INSPECTOR = path.join(ROOT, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const CALL_TIMEOUT_MS = 20_000;

const RESULT = {
  user_message: 'Where is order A-1001?',
  agent_response: 'It was shipped yesterday.',
  tools_called: [{ name: 'find_order', parameters: { order_id: 'A-1001' } }],
};

/** What earlier answers named: `scenario_id`, `test_run_id` and the like. */
type Known = Record<string, unknown>;

/** Every tool once, in an order in which each finds what it needs. */
const JOURNEY: Record<string, (known: Known) => Record<string, unknown>> = {
  get_workflow: () => ({}),
  connect: () => ({}),
  usage: () => ({}),
  prepare_blueprint: () => ({ blueprint: JSON.stringify(BLUEPRINT) }),
  upload_blueprint: () => ({ blueprint: JSON.stringify(BLUEPRINT) }),
  list_agents: () => ({}),
  get_agent: () => ({ agent_name: AGENT_NAME }),
  get_audit: () => ({ agent_name: AGENT_NAME }),
  create_scenario: () => ({
    agent_name: AGENT_NAME,
    name: 'Where is my order',
    user_message: RESULT.user_message,
    expectations: JSON.stringify({ expected_tools: ['find_order'] }),
  }),
  manage_scenario: ({ scenario_id }) => ({ scenario_id, action: 'update', name: 'Where an order is' }),
  list_scenarios: () => ({ agent_name: AGENT_NAME }),
  generate_tests: () => ({ agent_name: AGENT_NAME, test_description: 'Refunds after the thirty days', test_cases: 1 }),
  get_tests: () => ({ agent_name: AGENT_NAME }),
  setup_tracing: () => ({}),
  sync_results: ({ scenario_id }) => ({
    agent_name: AGENT_NAME,
    results: JSON.stringify([{ ...RESULT, scenario_id: `${scenario_id}_1` }]),
  }),
  list_test_runs: () => ({}),
  get_test_run: ({ test_run_id }) => ({ agent_name: AGENT_NAME, test_run_id }),
  dashboard: () => ({}),
  delete_agent: () => ({ agent_name: AGENT_NAME, confirm: true }),
};

const CallOutput = z.object({ result: z.object({ structuredContent: z.record(z.string(), z.unknown()) }) });
const ListOutput = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) });

let server: Server;
let home: string;

beforeAll(async () => {
  server = await startServer();
  home = freshDirectory();
});

type Run = { code: number | null; warnings: string; output: string };

/** The Inspector's own command line. It leaves with 5 when a tool answers with an error, and warns on its error stream. */
function inspect(...options: string[]): Promise<Run> {
  const { mcp_url, api_key } = server.facts;
  const target = ['--cli', '--server-url', mcp_url, '--header', `Authorization: Bearer ${api_key}`, '--format', 'json'];
  // It keeps settings in the home directory; a test has none of its user's.
  const env = { ...process.env, HOME: home };
  return new Promise((resolve) => {
    const command = [INSPECTOR, ...target, ...options];
    const child = execFile(process.execPath, command, { env, timeout: CALL_TIMEOUT_MS }, (_, output, warnings) =>
      resolve({ code: child.exitCode, warnings, output }),
    );
  });
}

async function listTools(era: string): Promise<string[]> {
  const { code, warnings, output } = await inspect('--method', 'tools/list', '--strict', '--protocol-era', era);
  expect({ era, code, warnings }).toEqual({ era, code: 0, warnings: '' });
  return ListOutput.parse(JSON.parse(output)).result.tools.map(({ name }) => name);
}

test('the MCP Inspector lists every tool in both protocol eras without a warning', async () => {
  const modern = await listTools('modern');
  expect(await listTools('legacy')).toEqual(modern);
  const journey = Object.keys(JOURNEY).map((name) => `invarium_${name}`);
  expect(modern.toSorted()).toEqual(journey.toSorted());
});

test('the MCP Inspector calls every tool without a warning', async () => {
  let known: Known = {};
  for (const [name, argumentsOf] of Object.entries(JOURNEY)) {
    const call = ['--tool-name', `invarium_${name}`, '--tool-args-json', JSON.stringify(argumentsOf(known))];
    const { code, warnings, output } = await inspect('--method', 'tools/call', ...call);
    expect({ name, code, warnings }, output).toEqual({ name, code: 0, warnings: '' });
    known = { ...known, ...CallOutput.parse(JSON.parse(output)).result.structuredContent };
  }
});
