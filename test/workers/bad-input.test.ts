import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { AGENT, BLUEPRINT, type Caller, newWorkspace, openRun, refund, request, shop, sync } from './client.ts';

const KB = 1024;
const INVALID = 'Error: Result validation failed.';

type Shop = Awaited<ReturnType<typeof shop>>;

/** Every row of the agent's object and of the catalogue in D1: what a refused call must leave as it was. */
async function stored({ workspace }: Shop): Promise<string> {
  const stub = env.AGENT.getByName(`${workspace.id}/${AGENT}`);
  const inObject = await runInDurableObject(stub, (_, { storage }) =>
    ['agent', 'tools', 'scenarios', 'cases', 'case_versions', 'runs', 'results', 'timers'].map((table) => [
      ...storage.sql.exec(`SELECT count(*) AS n FROM ${table}`),
    ]),
  );
  const inD1 = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM agents WHERE workspace_id = ?1) AS agents, (SELECT count(*) FROM blueprints) AS blueprints,
       (SELECT count(*) FROM scenarios) AS scenarios, (SELECT count(*) FROM test_cases) AS cases`,
  )
    .bind(workspace.id)
    .first();
  return JSON.stringify([inObject, inD1]);
}

/** The sentence of every bad set of results. */
const RESULTS: [name: string, results: (caseId: string) => unknown, words: string][] = [
  [
    'text that is not JSON',
    () => '[{"scenario_id": ',
    `${INVALID} 'results' must be a JSON array. Pass a JSON array of result objects as a string.`,
  ],
  [
    'JSON that is not an array',
    () => '{"scenario_id": "x"}',
    `${INVALID} 'results' must be a JSON array. Pass a JSON array of result objects as a string.`,
  ],
  ['a number', () => 7, `${INVALID} 'results' must be a JSON array. Pass a JSON array of result objects as a string.`],
  ['nothing', () => null, 'Error: results is required and cannot be empty. Pass a JSON array of result objects.'],
  ['blank text', () => '  ', 'Error: results is required and cannot be empty. Pass a JSON array of result objects.'],
  [
    'an empty list without a run',
    () => '[]',
    `${INVALID} 'results' is empty. Send at least one result, or create_empty=true to make an empty run.`,
  ],
  ['an item that is no object', () => '["x"]', `${INVALID} Result at index 0 must be a JSON object.`],
  [
    'a missing field',
    (id) => JSON.stringify([refund(id), refund(id), refund(id), { scenario_id: id, user_message: 'x' }]),
    `${INVALID} Required field 'agent_response' is missing at index 3.`,
  ],
  [
    'a null field',
    (id) => JSON.stringify([refund(id, { user_message: null })]),
    `${INVALID} Required field 'user_message' is missing at index 0.`,
  ],
  [
    'a field of the wrong type',
    (id) => JSON.stringify([refund(id), refund(id, { trial: 2, passed: 'yes' })]),
    "Error: Field 'passed' must be a boolean at index 1.",
  ],
  [
    'tools_called that is no list',
    (id) => JSON.stringify([refund(id, { tools_called: {} })]),
    "Error: Field 'tools_called' must be a JSON array at index 0.",
  ],
  [
    'a tool call without a name',
    (id) => JSON.stringify([refund(id, { tools_called: [{}] })]),
    `${INVALID} Required field 'tools_called[0].name' is missing at index 0.`,
  ],
  [
    'a trial of zero',
    (id) => JSON.stringify([refund(id, { trial: 0 })]),
    "Error: Field 'trial' must be at least 1 at index 0.",
  ],
  [
    'a result_id with blanks',
    (id) => JSON.stringify([refund(id, { result_id: 'a b' })]),
    "Error: Field 'result_id' must be a string of 1 to 128 visible ASCII characters at index 0.",
  ],
  [
    'an unknown scenario',
    () => JSON.stringify([refund('sc_0000000000000000')]),
    `${INVALID} Unknown scenario_id 'sc_0000000000000000' at index 0.`,
  ],
  [
    '1,001 results',
    (id) => JSON.stringify(Array.from({ length: 1001 }, (_, n) => refund(id, { trial: n + 1 }))),
    'Error: Too many results (1001). Maximum is 1000 per call. Split them over several calls with the same test_run_id.',
  ],
  [
    'a result of 300 KB',
    (id) => JSON.stringify([refund(id), refund(id, { trial: 2, agent_response: 'x'.repeat(300 * KB) })]),
    'Error: Result at index 1 is 301 KB. Maximum is 256 KB.',
  ],
  [
    '201 tool calls',
    (id) => JSON.stringify([refund(id, { tools_called: Array.from({ length: 201 }, () => ({ name: 'get_order' })) })]),
    'Error: Result at index 0 has 201 tool calls. Maximum is 200.',
  ],
  [
    'nesting without end',
    (id) =>
      `[{"scenario_id":"${id}","user_message":"","agent_response":"","trace":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}]`,
    'Error: Result at index 0 is nested more than 100 levels deep.',
  ],
];

test('every bad set of results gets its sentence, nothing is stored, and the next good call works', async () => {
  const it = await shop();
  const before = await stored(it);
  for (const [name, make, words] of RESULTS) {
    const said = await it.call('sync_results', { agent_name: AGENT, results: make(it.caseId) });
    expect(said.isError, name).toBe(true);
    expect(said.error?.code, name).toBe('INVALID_RESULTS');
    expect(said.text, name).toBe(words);
  }
  expect(await stored(it)).toBe(before);
  expect((await sync(it.call, [refund(it.caseId)])).structured).toMatchObject({ accepted: 1 });
});

test('ten bad results at most are named, each on a line of its own', async () => {
  const { call } = await shop();
  const said = await sync(
    call,
    Array.from({ length: 12 }, () => ({})),
  );
  const lines = said.text.split('\n');
  expect(lines).toHaveLength(10);
  expect(lines[9]).toBe("Result validation failed. Required field 'scenario_id' is missing at index 9.");
});

/** Parameters by tool: a call that works, and what is said of each bad value. `blank` of an optional text is as good as left out. */
const REQUIRED = (name: string) => `Error: ${name} is required and cannot be empty.`;
const TYPED = (name: string, type: string) => `Error: ${name} must be a ${type}.`;

type Bad = [parameter: string, value: unknown, words: string];

function required(name: string): Bad[] {
  return [
    [name, undefined, REQUIRED(name)],
    [name, null, REQUIRED(name)],
    [name, '', REQUIRED(name)],
    [name, ' \n', REQUIRED(name)],
    [name, 7, TYPED(name, 'string')],
    [name, [], TYPED(name, 'string')],
  ];
}

function listed(name: string, values: string): Bad[] {
  return [
    [name, 'xyz', `Error: Invalid ${name} 'xyz'. Must be one of: ${values}.`],
    [name, '', `Error: Invalid ${name} ''. Must be one of: ${values}.`],
    [name, 3, TYPED(name, 'string')],
  ];
}

function ranged(name: string, words: string, bad: unknown[]): Bad[] {
  return [
    ...bad.map((value): Bad => [name, value, `Error: ${words}.`]),
    [name, 'ten', TYPED(name, 'number')],
    [name, {}, TYPED(name, 'number')],
  ];
}

const PARAMETERS: [tool: string, good: Record<string, unknown>, bad: Bad[]][] = [
  ['connect', {}, []],
  ['list_agents', {}, []],
  [
    'get_workflow',
    {},
    [
      [
        'phase',
        'xyz',
        "Error: Invalid phase 'xyz'. Must be one of: all, setup, registration, testing, execution, results.",
      ],
      ['phase', 1, TYPED('phase', 'string')],
    ],
  ],
  [
    'upload_blueprint',
    { blueprint: BLUEPRINT },
    [...required('blueprint'), ['agent_name', 5, TYPED('agent_name', 'string')]],
  ],
  ['get_agent', { agent_name: AGENT }, required('agent_name')],
  [
    'create_scenario',
    { agent_name: AGENT, name: 'A', user_message: 'B' },
    [
      ...required('agent_name'),
      ...required('name'),
      ...required('user_message'),
      ['description', 5, TYPED('description', 'string')],
      ['expected_behavior', false, TYPED('expected_behavior', 'string')],
      ...listed('complexity', 'simple, moderate, complex, mixed, edge_case'),
      [
        'complexity',
        'adversarial',
        "Error: Invalid complexity 'adversarial'. Must be one of: simple, moderate, complex, mixed, edge_case.",
      ],
      ['tags', '[', 'Error: Invalid JSON for tags. Pass it as JSON text.'],
      ['tags', '{}', 'Error: tags must be a JSON array. Pass a list such as ["a", "b"] as tags.'],
      ['tags', '[1]', 'Error: tags must be a JSON array of strings. Pass a list such as ["a", "b"] as tags.'],
      ['expected_tools', 'get_order', 'Error: Invalid JSON for expected_tools. Pass it as JSON text.'],
      [
        'expected_tools',
        5,
        'Error: expected_tools must be a JSON array. Pass a list such as ["a", "b"] as expected_tools.',
      ],
      ['expectations', 'no', 'Error: Invalid JSON for expectations. Pass it as JSON text.'],
      ['expectations', '[]', 'Error: expectations must be a JSON object.'],
    ],
  ],
  [
    'get_tests',
    { agent_name: AGENT },
    [
      ...required('agent_name'),
      ...listed('output_format', 'text, json'),
      ...ranged('offset', 'offset must be >= 0', [-1, 1.5]),
      ...ranged('limit', 'limit must be a positive integer', [0, -1, 2.5]),
      ['generation_id', 'gen_x', 'Error: Generation not found: gen_x. Leave generation_id out to see all cases.'],
      ['output_file', '../x.json', 'Error: output_file must be within the current working directory.'],
      ['output_file', '/etc/x', 'Error: output_file must be within the current working directory.'],
    ],
  ],
  [
    'list_scenarios',
    { agent_name: AGENT },
    [
      ...required('agent_name'),
      ...listed('status', 'passed, failed, flaky, not_run'),
      ['active', 'yes', TYPED('active', 'boolean')],
      ...ranged('page', 'page must be >= 1', [0, -3]),
      ...ranged('limit', 'limit must be >= 1', [0]),
    ],
  ],
  [
    'sync_results',
    { agent_name: AGENT, results: '[]', create_empty: true },
    [
      ...required('agent_name'),
      ...listed('source', 'mcp, ci, vscode, cli, api'),
      ['create_empty', 'true', TYPED('create_empty', 'boolean')],
      ['name', 5, TYPED('name', 'string')],
      ['test_run_id', 5, TYPED('test_run_id', 'string')],
      ['test_run_id', '', 'Error: test_run_id is required and cannot be empty. Leave it out to make a new run.'],
      [
        'test_run_id',
        'tr_0000000000000000',
        'Error: Test run not found: tr_0000000000000000. List them with invarium_list_test_runs.',
      ],
      ...ranged('expected_total', 'expected_total must be between 1 and 100000', [0, -1, 100_001, 2.5]),
    ],
  ],
  [
    'list_test_runs',
    {},
    [
      ['agent_name', 5, TYPED('agent_name', 'string')],
      ...listed('status', 'completed, failed, running, pending'),
      ...ranged('limit', 'limit must be a positive integer', [0]),
      ...ranged('offset', 'offset must be >= 0', [-1]),
    ],
  ],
  [
    'get_test_run',
    { agent_name: AGENT, test_run_id: 'tr_0000000000000000' },
    [
      ...required('agent_name'),
      ...required('test_run_id'),
      ...listed('status', 'passed, failed, error, pending'),
      ...ranged('page', 'page must be >= 1', [0]),
      ...ranged('limit', 'limit must be between 1 and 100', [0, 101]),
    ],
  ],
];

test('every parameter that is missing, null, blank, of the wrong type or out of its list gets its sentence', async () => {
  const it = await shop();
  const before = await stored(it);
  for (const [tool, good, bad] of PARAMETERS) {
    for (const [parameter, value, words] of [...bad, ['colour', 'blue', "Error: Unknown parameter 'colour'."] as Bad]) {
      const said = await it.call(tool, { ...good, [parameter]: value });
      expect(said, `${tool}.${parameter} = ${JSON.stringify(value)}`).toMatchObject({ text: words, isError: true });
    }
  }
  expect(await stored(it)).toBe(before);
});

test('a foreign run, an unknown agent and a name that no agent can have are refused alike', async () => {
  const mine = await shop();
  const other = await shop();
  const foreign = await openRun(other.call);
  const said = await sync(mine.call, [refund(mine.caseId)], { test_run_id: foreign });
  expect(said.text).toBe(`Error: Test run not found: ${foreign}. List them with invarium_list_test_runs.`);
  for (const name of ['no-such-agent', 'Shop-Agent', '../shop-agent', 'x', `${other.workspace.id}/${AGENT}`]) {
    const answer = await mine.call('get_agent', { agent_name: name });
    expect(answer).toMatchObject({
      text: `Error: Agent not found: ${name}. Upload a blueprint first.`,
      error: { code: 'AGENT_NOT_FOUND' },
    });
  }
});

const BLUEPRINTS: [name: string, document: string, words: string | RegExp][] = [
  [
    '600 KB',
    `${BLUEPRINT}\n# ${'x'.repeat(600 * KB)}`,
    /^Error: Blueprint validation failed\. Document is \d+ KB\. Maximum is 500 KB\./,
  ],
  [
    'not YAML',
    'agent_name: a: b\ntools: [',
    /^Error: Blueprint validation failed\. Invalid YAML at line \d+, column \d+: /,
  ],
  ['no tools', 'agent_name: some-agent\n', "Error: Blueprint validation failed. Required field 'tools' is missing."],
  [
    'no parameters',
    'agent_name: some-agent\ntools: [{name: look, description: Looks}]',
    "Error: Blueprint validation failed. Required field 'parameters' is missing in tool 'look'.",
  ],
  [
    'a bad name',
    'agent_name: Some Agent\ntools: [{name: look, description: Looks, parameters: {}}]',
    /^Error: Blueprint validation failed\. Invalid value for 'agent_name': 'Some Agent'\. Accepted: /,
  ],
];

test('a bad blueprint gets its sentence and registers nothing', async () => {
  const it = await shop();
  const before = await stored(it);
  for (const [name, blueprint, words] of BLUEPRINTS) {
    const said = await it.call('upload_blueprint', { blueprint });
    expect(said.error?.code, name).toBe('INVALID_BLUEPRINT');
    expect(said.text, name).toMatch(words);
  }
  expect(await stored(it)).toBe(before);
});

test('what is not JSON-RPC is answered in one sentence, and a huge request too', async () => {
  const { key } = await newWorkspace();
  const post = (body: string) =>
    request('/mcp', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body,
    });
  const broken = await post('{"jsonrpc": "2.0", ');
  expect(broken.status).toBe(400);
  expect(await broken.text()).toContain('the request body is not JSON');
  const huge = await post(`{"x":"${'x'.repeat(33 * KB * KB)}"}`);
  expect(huge.status).toBe(413);
  expect(await huge.text()).toContain('Maximum is 10 MB.');
  const over: Caller = (await shop()).call;
  const said = await over('sync_results', { agent_name: AGENT, results: `["${'x'.repeat(11 * KB * KB)}"]` });
  expect(said.text).toBe(
    'Error: Request is 12 MB. Maximum is 10 MB. Split the results over several calls with the same test_run_id.',
  );
});
