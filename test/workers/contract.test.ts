import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, test } from 'vitest';
import { findTool, TOOLS } from '../../src/tools/catalog.ts';
import { BLUEPRINT, type Caller, ORIGIN, request } from './client.ts';
import { LIBRARY } from './contract-documents.ts';
import { filled } from './contract-row.ts';
import { newcomer, oneScenario, type Stage, uploaded, withHeader, withKey } from './contract-scenes.ts';
import { CONTRACT } from './contract-table.ts';
import { WORDS } from './contract-words.ts';

/** What holds for every tool alike (sections 2.0 and 12), and that the table leaves nothing out. */

const NAME = { agent_name: '{agent_name}' };
/** Arguments with which a call is made as it should be. */
const GOOD: Record<string, Record<string, unknown>> = {
  connect: {},
  usage: {},
  dashboard: {},
  get_workflow: {},
  prepare_blueprint: { blueprint: BLUEPRINT },
  upload_blueprint: { blueprint: BLUEPRINT },
  list_agents: {},
  get_agent: NAME,
  get_audit: NAME,
  delete_agent: NAME,
  generate_tests: { ...NAME, test_description: 'Refunds' },
  get_tests: NAME,
  list_scenarios: NAME,
  create_scenario: { ...NAME, name: 'A', user_message: 'B' },
  manage_scenario: { scenario_id: '{sc_id}', action: 'toggle' },
  setup_tracing: {},
  sync_results: { ...NAME, results: '[]', create_empty: true },
  list_test_runs: NAME,
  get_test_run: { ...NAME, test_run_id: 'tr_0000000000000000' },
};
/** Those that work on one agent, by its name. */
const AGENT_SCOPED = Object.keys(GOOD).filter((tool) => 'agent_name' in (GOOD[tool] ?? {}));
const REGISTERED = TOOLS.map(({ name }) => name.replace('invarium_', ''));

const AUTH_FAILED = 'Error: Authentication failed. Check your INVARIUM_API_KEY.';

type Refusal = { text: string; code: string };

async function expectRefused(call: Caller, tool: string, { text, code }: Refusal, more: Record<string, unknown> = {}) {
  const said = await call(tool, { ...GOOD[tool], ...more });
  expect(said, tool).toMatchObject({ text, isError: true, error: { code }, structured: {} });
}

test('the table has every tool of the catalogue, in sections of their own', () => {
  const listed = CONTRACT.map(({ tool }) => tool);
  expect(listed).toHaveLength(19);
  expect(new Set(listed)).toEqual(new Set(Object.keys(GOOD)));
  for (const name of REGISTERED) expect(listed).toContain(name);
  expect(new Set(CONTRACT.map(({ section }) => section)).size).toBe(19);
});

test('every error text that was published is expected of its tool', () => {
  for (const [section, tool, words] of WORDS) {
    const rows = CONTRACT.find((contract) => contract.tool === tool)?.rows ?? [];
    const begins = rows.some(({ text }) => startsWith(text, `Error: ${words}`));
    expect(begins, `${section} ${tool}: ${words}`).toBe(true);
  }
});

/** Whether a text begins with published words, whatever stands where they have braces. */
function startsWith(text: string, words: string): boolean {
  const source = words.split(/\{\w+\}/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${source.join('[^\\n]+?')}`).test(text);
}

test('every row of the table that expects a refusal begins with "Error: ", and no other does', () => {
  for (const { tool, rows } of CONTRACT)
    for (const { text, code, when } of rows) expect(text.startsWith('Error: '), `${tool}: ${when}`).toBe(!!code);
});

const KEYS: [who: string, scene: () => Promise<Stage>][] = [
  ['a mistyped key', withHeader(`inv_${'z'.repeat(40)}`)],
  ['a variable that was never set', withHeader(`$${'{INVARIUM_API_KEY}'}`)],
  ['an empty key', withHeader('')],
  ['a revoked key', withKey((now) => ({ revoked_at: now }))],
  ['an expired key', withKey((now) => ({ expires_at: now - 1 }))],
];

for (const [who, scene] of KEYS) {
  test(`every tool that needs a key refuses ${who} in the published words [2.0, fixed]`, async () => {
    const { call } = await scene();
    for (const tool of REGISTERED.filter((name) => findTool(`invarium_${name}`)?.needsKey))
      await expectRefused(call, tool, { text: AUTH_FAILED, code: 'AUTH_FAILED' });
    expect((await call('get_workflow')).isError).toBe(false);
  });
}

test('a client without any key reads the published words at the door [2.0, fixed]', async () => {
  const client = new Client({ name: 'keyless', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
  const fetch = (url: string | URL, init?: RequestInit) => request(new URL(url).pathname, init ?? {});
  const connecting = client.connect(new StreamableHTTPClientTransport(new URL(`${ORIGIN}/mcp`), { fetch }));
  await expect(connecting).rejects.toThrow(AUTH_FAILED);
});

test('every tool of one agent says that it does not know the agent, whoever else does [2.0, fixed]', async () => {
  const { call } = await newcomer();
  await uploaded(LIBRARY)();
  for (const tool of AGENT_SCOPED.filter((name) => REGISTERED.includes(name)))
    for (const agent_name of ['library-agent', 'nobody-here', 'Library-Agent', '../x']) {
      const text = `Error: Agent not found: ${agent_name}. Upload a blueprint first.`;
      await expectRefused(call, tool, { text, code: 'AGENT_NOT_FOUND' }, { agent_name });
    }
});

test('every tool refuses a parameter that it does not have [12, ours]', async () => {
  const { call, names } = await oneScenario();
  const text = "Error: Unknown parameter 'colour'.";
  for (const tool of REGISTERED) {
    const args = filled(GOOD[tool], names) as Record<string, unknown>;
    expect(await call(tool, { ...args, colour: 'blue' }), tool).toMatchObject({
      text,
      error: { code: 'INVALID_ARGUMENT' },
    });
  }
});

test('a refusal repeats at most 64 characters of what was sent, without control characters and secrets [doors 1]', async () => {
  const { call } = await newcomer();
  const said = async (phase: string) => (await call('get_workflow', { phase })).text;
  const remedy = 'Must be one of: all, setup, registration, testing, execution, results.';
  expect(await said('x'.repeat(65))).toBe(`Error: Invalid phase '${'x'.repeat(64)}'. ${remedy}`);
  expect(await said('a\nb\u0007c')).toBe(`Error: Invalid phase 'a b c'. ${remedy}`);
  expect(await said(`key inv_${'a'.repeat(40)}`)).toBe(`Error: Invalid phase 'key [REDACTED]'. ${remedy}`);
});
