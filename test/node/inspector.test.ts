import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDirectory, ROOT, type Server, startServer } from './server.ts';

/** The command line of the MCP Inspector, with which people try a server. Each call is a process and a connection of its own. */

const INSPECTOR = path.join(ROOT, 'node_modules/.bin/mcp-inspector');
/** Revision 2026-07-28, and those that begin with `initialize`: what the Inspector speaks unless it is told otherwise. */
type Era = 'modern' | 'legacy';

let server: Server;
/** Where the Inspector keeps its own files: nothing of the person who runs the tests. */
let home: string;

beforeAll(async () => {
  server = await startServer();
  home = freshDirectory();
});
afterAll(() => server.kill('SIGTERM'));

type Ran = { code: number | null; stdout: string; stderr: string };

async function inspect(era: Era, method: string, flags: string[]): Promise<Ran> {
  const { mcp_url, api_key } = server.facts;
  const where = ['--server-url', mcp_url, '--transport', 'http', '--protocol-era', era];
  const who = ['--header', `Authorization: Bearer ${api_key}`];
  const args = [INSPECTOR, '--cli', ...where, ...who, '--method', method, '--format', 'json', ...flags];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, HOME: home, NODE_COMPILE_CACHE: path.join(home, 'cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  return { code, stdout, stderr };
}

/** What a command said, once it is sure that it went well and warned of nothing. */
async function unwarned<T>(era: Era, method: string, flags: string[]): Promise<T> {
  const { code, stdout, stderr } = await inspect(era, method, flags);
  const what = [era, method, ...flags].join(' ');
  expect({ code, stderr }, `${what}\n${stdout}`).toEqual({ code: 0, stderr: '' });
  expect(stdout, what).not.toMatch(/\bwarn/i);
  return (JSON.parse(stdout) as { result: T }).result;
}

type Answer = { isError?: boolean; structuredContent: Record<string, unknown> };
/** What earlier calls made. */
type Made = { scenario: string; run: string };
type Call = [tool: string, args: (made: Made) => object, keep?: (answer: Answer) => Partial<Made>];

const AGENT = { agent_name: 'shop-agent' };
const BLUEPRINT = JSON.stringify({
  ...AGENT,
  tools: [{ name: 'get_order', description: 'Looks up one order by its id.', parameters: { order_id: 'string' } }],
});
const QUESTION = 'Where is order A1?';
const CALLED = [{ name: 'get_order', parameters: { order_id: 'A1' }, result: 'on its way' }];

function resultOf({ scenario }: Made): string {
  const said = { user_message: QUESTION, agent_response: 'On its way.', tools_called: CALLED };
  return JSON.stringify([{ scenario_id: `${scenario}_1`, ...said }]);
}

const nothing = () => ({});
const named = () => AGENT;

/** Every tool once. What stands in one group is called at once; what a call names was made by a group before. */
const GROUPS: Call[][] = [
  [
    ['get_workflow', () => ({ phase: 'setup' })],
    ['connect', nothing],
    ['usage', nothing],
    ['setup_tracing', nothing],
    ['prepare_blueprint', () => ({ blueprint: BLUEPRINT })],
    ['upload_blueprint', () => ({ blueprint: BLUEPRINT })],
  ],
  [
    ['get_audit', named],
    ['get_agent', named],
    ['generate_tests', () => ({ ...AGENT, test_description: 'Lookups of orders', test_cases: 2 })],
    [
      'create_scenario',
      () => ({ ...AGENT, name: 'Ask', user_message: QUESTION, expected_tools: '["get_order"]' }),
      ({ structuredContent }) => ({ scenario: String(structuredContent.scenario_id) }),
    ],
  ],
  [
    ['get_tests', named],
    ['list_scenarios', named],
    [
      'sync_results',
      (made) => ({ ...AGENT, results: resultOf(made) }),
      ({ structuredContent }) => ({ run: String(structuredContent.test_run_id) }),
    ],
  ],
  [
    ['get_test_run', ({ run }) => ({ ...AGENT, test_run_id: run })],
    ['list_test_runs', nothing],
    ['list_agents', nothing],
    ['dashboard', nothing],
    ['manage_scenario', ({ scenario }) => ({ scenario_id: scenario, action: 'delete', confirm: true })],
  ],
  [['delete_agent', () => ({ ...AGENT, confirm: true })]],
];

async function listTools(era: Era): Promise<string[]> {
  const { tools } = await unwarned<{ tools: { name: string }[] }>(era, 'tools/list', ['--strict']);
  return tools.map(({ name }) => name).toSorted();
}

async function callTool(era: Era, tool: string, args: object): Promise<Answer> {
  const flags = ['--tool-name', `invarium_${tool}`, '--tool-args-json', JSON.stringify(args)];
  const answer = await unwarned<Answer>(era, 'tools/call', flags);
  expect(answer.isError ?? false, tool).toBe(false);
  return answer;
}

test('the Inspector lists and calls every tool without a warning', async () => {
  const called = GROUPS.flat().map(([tool]) => `invarium_${tool}`);
  expect(await listTools('modern')).toEqual(called.toSorted());
  let made: Made = { scenario: '', run: '' };
  for (const group of GROUPS) {
    const before = made;
    const kept = await Promise.all(
      group.map(async ([tool, args, keep]) => {
        const answer = await callTool('modern', tool, args(before));
        return keep?.(answer);
      }),
    );
    made = Object.assign({}, before, ...kept);
  }
});

test('the Inspector lists the same tools and calls them without a warning when it begins with initialize', async () => {
  const [modern, legacy] = await Promise.all([listTools('modern'), listTools('legacy')]);
  expect(legacy).toEqual(modern);
  const { structuredContent } = await callTool('legacy', 'connect', {});
  expect(structuredContent.workspace_id).toBe(server.facts.workspace_id);
});

test('the Inspector reports a refusal as a failure of the call, with its code', async () => {
  const flags = ['--tool-name', 'invarium_get_agent', '--tool-args-json', '{"agent_name": "nobody-here"}'];
  const { code, stdout } = await inspect('modern', 'tools/call', flags);
  expect(code).not.toBe(0);
  expect(stdout).toContain('"invarium/error":{"code":"AGENT_NOT_FOUND"}');
});
