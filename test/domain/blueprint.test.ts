import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { blueprintYaml, constraintTexts, parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import { pathAt, readDocument } from '../../src/domain/blueprint/document.ts';
import { confidence } from '../../src/domain/confidence.ts';
import { Refusal, refusalText } from '../../src/domain/errors.ts';
import { deriveGraph } from '../../src/domain/graph.ts';

const TOOL = { name: 'find_order', description: 'Finds an order by its id.', parameters: { order_id: 'string' } };
const MINIMAL = { agent_name: 'shop-agent', tools: [TOOL] };
const GUARDED = { ...TOOL, name: 'refund_order', side_effects: 'write', requires_confirmation: true };

const parse = (document: unknown, name?: string) => parseBlueprint(JSON.stringify(document), name).blueprint;
const withTool = (fields: object) => ({ ...MINIMAL, tools: [{ ...TOOL, ...fields }] });

function refusalOf(text: string, name?: string): Refusal {
  try {
    parseBlueprint(text, name);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('The blueprint was taken');
}

/** What the caller reads, without the part that is the same in every refusal of a blueprint. */
function complaint(document: unknown, name?: string): string {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const refusal = refusalOf(text, name);
  expect(refusal.code).toBe('INVALID_BLUEPRINT');
  return refusalText(refusal).replace('Error: Blueprint validation failed. ', '');
}

test('a blueprint of two fields becomes the whole normalised form', () => {
  expect(parse(MINIMAL)).toEqual({
    agent_name: 'shop-agent',
    framework: 'custom',
    tools: [
      {
        name: 'find_order',
        description: 'Finds an order by its id.',
        parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
      },
    ],
    workflow: { chains: [] },
    constraints: { statements: [], guardrails: [] },
    expected_behaviors: [],
    failure_modes: [],
  });
});

test('a missing field is refused in the published words', () => {
  expect(refusalText(refusalOf('agent_name: shop-agent'))).toBe(
    "Error: Blueprint validation failed. Required field 'tools' is missing.",
  );
  expect(complaint({ tools: [TOOL] })).toBe("Required field 'agent_name' is missing.");
  expect(complaint({ agent_name: null, tools: [TOOL] })).toBe("Required field 'agent_name' is missing.");
  expect(complaint({ ...MINIMAL, tools: null })).toBe("Required field 'tools' is missing.");
});

test('a field missing in a tool is refused with the tool, by name or else by index', () => {
  expect(complaint(withTool({ parameters: null }))).toBe(
    "Required field 'parameters' is missing in tool 'find_order'.",
  );
  expect(complaint(withTool({ description: ' ' }))).toBe(
    "Required field 'description' is missing in tool 'find_order'.",
  );
  expect(complaint({ ...MINIMAL, tools: [TOOL, { ...TOOL, name: null }] })).toBe(
    "Required field 'name' is missing in tool at index 1.",
  );
  expect(complaint({ ...MINIMAL, workflow: { chains: [{ name: 'main' }] } })).toBe(
    "Required field 'steps' is missing in chain 'main'.",
  );
});

test('a value outside its list is refused with what is accepted', () => {
  expect(complaint({ ...MINIMAL, framework: 'langgraph' })).toBe(
    "Invalid value for 'framework': 'langgraph'. Accepted: langchain, crewai, autogen, openai_agents, openai, custom.",
  );
  expect(complaint(withTool({ side_effects: 'reads' }))).toBe(
    "Invalid value for 'tools[0].side_effects': 'reads'. Accepted: none, read, write, delete, handoff.",
  );
  expect(complaint(withTool({ error_handling: 'x'.repeat(99) }))).toBe(
    `Invalid value for 'tools[0].error_handling': '${'x'.repeat(64)}'. Accepted: retry, fallback, fail, ignore.`,
  );
});

test('a name that breaks the rule is refused with the rule', () => {
  const rule = 'Accepted: 3 to 64 lowercase letters, digits and hyphens, with a letter or digit at either end.';
  for (const name of ['Shop', 'ab', '-shop', 'shop-', 'shop_agent', 'a'.repeat(65)]) {
    expect(complaint({ ...MINIMAL, agent_name: name })).toBe(
      `Invalid value for 'agent_name': '${name.slice(0, 64)}'. ${rule}`,
    );
  }
  expect(complaint(MINIMAL, '')).toBe(`Invalid value for 'agent_name': ''. ${rule}`);
  expect(parse({ ...MINIMAL, agent_name: 'a'.repeat(64) }).agent_name).toHaveLength(64);
});

test('a value of a wrong type is refused with the type it must have', () => {
  const cases: [object, string][] = [
    [{ tools: {} }, "Field 'tools' must be a list."],
    [{ tools: [] }, "Field 'tools' must have at least 1 entry."],
    [{ tools: ['find_order'] }, "Field 'tools[0]' must be an object."],
    [{ agent_name: 123 }, "Field 'agent_name' must be a string."],
    [{ description: ['a'] }, "Field 'description' must be a string."],
    [{ constraints: 5 }, "Field 'constraints' must be an object."],
    [{ constraints: { guardrails: {} } }, "Field 'constraints.guardrails' must be a list."],
    [{ constraints: { max_retries: 1.5 } }, "Field 'constraints.max_retries' must be a whole number."],
    [{ constraints: { max_retries: -1 } }, "Field 'constraints.max_retries' must be 0 or more."],
    [{ workflow: { chains: 'a' } }, "Field 'workflow.chains' must be a list."],
    [{ workflow: 'a' }, "Field 'workflow' must be an object."],
    [{ sample_data: [] }, "Field 'sample_data' must be an object."],
    [{ graph: 'a' }, "Field 'graph' must be an object."],
    [{ graph: { nodes: {} } }, "Field 'graph.nodes' must be a list."],
  ];
  for (const [fields, words] of cases) expect(complaint({ ...MINIMAL, ...fields })).toBe(words);
  expect(complaint(withTool({ requires_confirmation: 'yes' }))).toBe(
    "Field 'tools[0].requires_confirmation' must be true or false.",
  );
  expect(complaint(withTool({ parameters: [] }))).toBe("Field 'tools[0].parameters' must be an object.");
});

test('two tools of one name are refused', () => {
  expect(complaint({ ...MINIMAL, tools: [TOOL, GUARDED, TOOL] })).toBe(
    "Invalid value for 'tools[2].name': 'find_order'. Accepted: a name that no other tool has.",
  );
});

test('all problems are collected, ten at most, the first is the message', () => {
  const { message, details } = refusalOf(JSON.stringify({ framework: 'x', tools: [{ name: 'a' }, {}, 7] }));
  expect(message).toBe("Blueprint validation failed. Required field 'agent_name' is missing");
  expect(details.problems).toHaveLength(8);
  expect(details.problems?.[0]).toBe("Required field 'agent_name' is missing");
  expect(details.problems?.at(-1)).toBe("Field 'tools[2]' must be an object");
  const many = refusalOf(JSON.stringify({ ...MINIMAL, tools: Array.from({ length: 20 }, () => 1) }));
  expect(many.details.problems).toHaveLength(10);
});

test('a text that is no object is refused', () => {
  for (const text of ['', '# nothing', '[]', 'just words', '42', 'null']) {
    expect(complaint(text)).toBe("Document must be an object with the fields 'agent_name' and 'tools'.");
  }
});

test('the size limit counts bytes, not characters', () => {
  expect(complaint(`x: ${'y'.repeat(512_000)}`)).toBe('Document is 501 KB. Maximum is 500 KB.');
  expect(complaint(`x: ${'é'.repeat(300_000)}`)).toBe('Document is 586 KB. Maximum is 500 KB.');
  expect(complaint(`x: ${'y'.repeat(512_000 - 3)}`)).toBe("Required field 'agent_name' is missing.");
});

test('wrong syntax is refused with its place, never with a line of the document', () => {
  expect(complaint('agent_name: shop\ntools: [a, b')).toBe(
    'Invalid YAML at line 2, column 13: wrong indentation or a bracket that is not closed.',
  );
  expect(complaint('tools:\n\t- top: secret')).toBe('Invalid YAML at line 2, column 1: a tab used as indentation.');
  expect(complaint('a: b: c')).toContain('Invalid YAML at line 1, column 5: a mapping inside a mapping on one line');
});

test('what YAML can do beyond plain data is refused', () => {
  const cases: [string, string][] = [
    ['a: 1\na: 2', 'line 2, column 1: a key that stands twice in one mapping'],
    ['a: 1\n---\nb: 2', 'line 2, column 1: more than one document'],
    ['a: &x {b: 1}\n<<: *x', 'line 2, column 1: a merge key, which is not supported; write the fields out'],
    ['{"<<": {"a": 1}}', 'line 1, column 2: a merge key, which is not supported; write the fields out'],
    ['%YAML 1.1\n---\n<<: {a: 1}', 'line 3, column 1: a merge key, which is not supported; write the fields out'],
    ['a: !!js/function x', 'line 1, column 4: a tag that is not supported'],
    ['a: !!timestamp 2001-01-01', 'line 1, column 4: a tag that is not supported'],
    ['a: .nan', 'line 1, column 4: a number that is not finite'],
    ['a: &a [*a]', 'line 1, column 8: an alias that names no anchor before it'],
    ['__proto__: {polluted: true}', 'line 1, column 1: a key that is reserved'],
    ['? [a]\n: b', 'line 1, column 3: a key that is not a plain text'],
    ['a: x\u0000y', 'line 1, column 5: a control character that must be written as an escape'],
    ['a: "\ud800"', 'line 1, column 5: a control character that must be written as an escape'],
    [`a: ${'['.repeat(70)}${']'.repeat(70)}`, 'line 1, column 68: nested too deeply'],
    [`a: ${'['.repeat(9000)}${']'.repeat(9000)}`, 'nested too deeply'],
  ];
  for (const [text, words] of cases) expect(complaint(text)).toContain(words);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('aliases work, and a bomb made of them is refused', () => {
  const shared =
    'agent_name: shop-agent\ntools:\n- &t {name: a, description: b, parameters: &p {q: string}}\n- {name: c, description: d, parameters: *p}';
  expect(parseBlueprint(shared).blueprint.tools[1]?.parameters).toEqual(
    parseBlueprint(shared).blueprint.tools[0]?.parameters,
  );
  const bomb = Array.from({ length: 30 }, (_, i) => `- &a${i + 1} [${`*a${i},`.repeat(9)}]`);
  expect(complaint(['- &a0 lol', ...bomb].join('\n'))).toContain('aliases that expand to more than 500 KB');
});

test('an alias costs what it adds, not what the document holds', () => {
  const long = 'x'.repeat(300_000);
  const { blueprint } = parseBlueprint(
    `agent_name: shop-agent\ntools: ${JSON.stringify([TOOL])}\na: &a ${long}\nb: *a`,
  );
  expect(blueprint.extra).toEqual({ a: long, b: long });
});

test('minus zero is zero', () => {
  expect(
    parseBlueprint(`{"agent_name": "shop-agent", "tools": ${JSON.stringify([TOOL])}, "a": -0}`).blueprint.extra,
  ).toEqual({ a: 0 });
});

test('a mapping of very many keys is read in time', () => {
  const keys = Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join('\n');
  const started = process.cpuUsage();
  expect(complaint(keys)).toBe("Required field 'agent_name' is missing.");
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
});

test('a name given beside the document wins, and the kept text says it too', () => {
  const documents = [
    '# ours\nagent_name: old-name # keep\ntools: [{name: a, description: b, parameters: {}}]\n',
    'name: Not A Name\ntools: [{name: a, description: b, parameters: {}}]',
    '# c\n  tools: [{name: a, description: b, parameters: {}}]',
    'agent_name:\ntools: [{name: a, description: b, parameters: {}}]',
    'agent_name: |\n  old-name\ntools: [{name: a, description: b, parameters: {}}]',
    'agent_name:\n  - old\ntools: [{name: a, description: b, parameters: {}}]',
    JSON.stringify({ tools: [TOOL] }),
    JSON.stringify({ ...MINIMAL, agent_name: null }, null, 2),
  ];
  for (const document of documents) {
    const { blueprint, text } = parseBlueprint(document, 'new-name');
    expect(blueprint.agent_name).toBe('new-name');
    expect(parseBlueprint(text).blueprint).toEqual(blueprint);
  }
  expect(parseBlueprint(documents[0] ?? '', 'new-name').text).toContain('# ours\nagent_name: "new-name" # keep\n');
  const same = JSON.stringify(MINIMAL);
  expect(parseBlueprint(`\uFEFF${same}`, 'shop-agent').text).toBe(same);
});

test('older names are folded into the schema', () => {
  const { agent_name, model, tools, workflow, constraints, ...rest } = parse({
    name: 'shop-agent',
    model: 'gpt-4o',
    tools: [{ ...TOOL, rate_limit: 10 }],
    workflow: { chains: [{ name: 'one', steps: ['find_order'] }] },
    workflow_chains: [
      { name: 'two', description: 'second', steps: 'find_order -> refund_order' },
      { name: 'blank', steps: [' find_order '] },
    ],
    workflows: [{ name: 'three', trigger: 'now', steps: [{ tool: 'find_order' }] }],
    guardrails: ['Never guess'],
    rate_limit: '10 req/min',
    expected_behaviors: ['Asks first'],
    failure_modes: 'Invents orders',
    owner: 'team-x',
  });
  expect({ agent_name, model, limit: tools[0]?.rate_limit }).toEqual({
    agent_name: 'shop-agent',
    model: 'gpt-4o',
    limit: '10',
  });
  expect(workflow.chains).toEqual([
    { name: 'one', steps: ['find_order'] },
    { name: 'two', description: 'second', steps: ['find_order', 'refund_order'] },
    { name: 'blank', steps: ['find_order'] },
    { name: 'three', trigger: 'now', steps: ['find_order'] },
  ]);
  expect(constraints).toEqual({ statements: [], guardrails: ['Never guess'], rate_limits: ['10 req/min'] });
  expect(rest).toMatchObject({
    expected_behaviors: ['Asks first'],
    failure_modes: ['Invents orders'],
    extra: { owner: 'team-x' },
  });
});

test('constraints are a list or an object, and are listed as one-line texts', () => {
  const list = parseBlueprint(
    'agent_name: shop-agent\ntools: [{name: a, description: b, parameters: {}}]\nconstraints:\n- Never say: yes\n- |\n  two\n  lines\n- ""\n- 42\n- true',
  ).blueprint;
  expect(list.constraints.statements).toEqual(['Never say: yes', 'two\nlines', '42', 'true']);
  expect(constraintTexts(list)).toEqual(['Never say: yes', 'two lines', '42', 'true']);
  expect(complaint({ ...MINIMAL, constraints: [{ a: 1, b: 2 }] })).toBe(
    "Field 'constraints.statements[0]' must be a string.",
  );
  const object = parse({
    ...MINIMAL,
    constraints: {
      system_prompt_summary: 'Be brief',
      guardrails: ['No refunds'],
      rate_limits: { search: '5/min' },
      max_retries: 0,
      privacy: ['no names', 'no phones'],
      refund: { max: 100 },
      none: null,
    },
  });
  expect(constraintTexts(object)).toEqual([
    'Be brief',
    'privacy: no names',
    'privacy: no phones',
    'refund: {"max":100}',
    'No refunds',
    'Rate limit: search: 5/min',
    'Maximum retries: 0',
  ]);
});

test('shorthand parameters become JSON Schema, and JSON Schema stays', () => {
  const shorthand = {
    id: 'str',
    note: 'string?',
    count: 'optional int',
    tags: 'list[string]',
    when: 'date | null',
    cabin: ['economy', 'business'],
    who: { type: 'string', required: false },
    why: { type: 'string', optional: true },
    where: { type: 'string', required: true },
    how: { type: 'string', default: 'mail' },
    odd: 5,
    either: 'string | int',
    properties: { type: 'array' },
    type: 'string',
    constructor: 'the maker',
  };
  expect(parse(withTool({ parameters: shorthand })).tools[0]?.parameters).toEqual({
    type: 'object',
    properties: {
      id: { type: 'string' },
      note: { type: 'string' },
      count: { type: 'integer' },
      tags: { type: 'array', items: { type: 'string' } },
      when: { type: 'string', format: 'date' },
      cabin: { enum: ['economy', 'business'] },
      who: { type: 'string' },
      why: { type: 'string' },
      where: { type: 'string' },
      how: { type: 'string', default: 'mail' },
      odd: {},
      either: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
      properties: { type: 'array' },
      type: { type: 'string' },
      constructor: { description: 'the maker' },
    },
    required: ['id', 'tags', 'cabin', 'where', 'odd', 'either', 'properties', 'type', 'constructor'],
  });
  const schemas = [
    {},
    { type: 'object', properties: { a: { enum: [null] } } },
    { properties: { a: {} } },
    { $ref: '#/x' },
  ];
  for (const parameters of schemas) expect(parse(withTool({ parameters })).tools[0]?.parameters).toEqual(parameters);
});

test('a graph may use other names for its fields, and tools without nodes', () => {
  const { graph } = parse({
    ...MINIMAL,
    graph: {
      nodes: [
        { id: 'crm', label: 'The CRM', type: 'External Service', region: 'eu' },
        { id: 'g', label: 'Guard' },
      ],
      edges: [
        { source: 'agent', target: 'find_order', label: 'can invoke' },
        { from: 'find_order', to: 'The CRM', type: 'READS' },
        { from: 'find_order', to: 'g', relation: 'guardedBy' },
      ],
      metadata: { discovery_method: 'manual' },
    },
  });
  expect(graph).toEqual({
    nodes: [
      { id: 'crm', name: 'The CRM', type: 'ExternalService', region: 'eu' },
      { id: 'g', type: 'Guard' },
      { id: 'agent', type: 'Agent', name: 'shop-agent' },
      { id: 'find_order', type: 'Tool', name: 'find_order' },
    ],
    edges: [
      { from: 'agent', to: 'find_order', type: 'CAN_INVOKE' },
      { from: 'find_order', to: 'crm', type: 'READS' },
      { from: 'find_order', to: 'g', type: 'GUARDED_BY' },
    ],
    metadata: { discovery_method: 'manual' },
  });
  const chained = {
    workflow: { chains: [{ name: 'main', steps: [] }] },
    graph: { edges: [{ from: 'main', to: 'find_order', type: 'CAN_INVOKE' }] },
  };
  expect(parse({ ...MINIMAL, ...chained }).graph?.nodes).toEqual([
    { id: 'main', type: 'Chain', name: 'main' },
    { id: 'find_order', type: 'Tool', name: 'find_order' },
  ]);
  expect(parse({ ...MINIMAL, graph: { nodes: [], edges: [] } }).graph).toBeUndefined();
});

test('a graph with unknown types, loose ends or repeated ids is refused', () => {
  const drawn = (graph: object) => complaint({ ...MINIMAL, graph });
  expect(drawn({ nodes: [{ id: 'a', type: 'Robot' }] })).toBe(
    "Invalid value for 'graph.nodes[0].type': 'Robot'. Accepted: Agent, Tool, Chain, Guard, ExternalService, PolicyConstraint.",
  );
  expect(drawn({ nodes: [{ id: 'a' }] })).toBe("Required field 'type' is missing in 'graph.nodes[0]'.");
  expect(drawn({ edges: [{ from: 'find_order', to: 'moon', type: 'READS' }] })).toBe(
    "Invalid value for 'graph.edges[0].to': 'moon'. Accepted: the id of a node, or the name of a tool or chain.",
  );
  expect(
    drawn({
      nodes: [
        { id: 'a', type: 'Tool' },
        { id: 'a', type: 'Tool' },
      ],
    }),
  ).toBe("Invalid value for 'graph.nodes[1].id': 'a'. Accepted: an id that no other node has.");
});

test('a derived graph of a tool that does nothing outside has no service', () => {
  const { nodes } = deriveGraph(parse(withTool({ side_effects: 'none' })));
  expect(nodes.map(({ id }) => id)).toEqual(['agent', 'tool:find_order']);
});

test('a derived graph shows tools, chains, guards and side effects', () => {
  const { nodes, edges, metadata } = deriveGraph(
    parse({
      ...MINIMAL,
      tools: [{ ...TOOL, side_effects: 'read' }, GUARDED],
      workflow: { chains: [{ name: 'main', steps: ['find_order', 'unknown', 'refund_order'] }] },
      guardrails: ['Use find order only with an id'],
      constraints: ['Ask before you refund_order'],
    }),
  );
  expect(metadata).toEqual({ discovery_method: 'derived' });
  expect(nodes.map(({ id, type }) => `${id} ${type}`)).toEqual([
    'agent Agent',
    'tool:find_order Tool',
    'tool:refund_order Tool',
    'chain:1 Chain',
    'guard:1 Guard',
    'policy:1 PolicyConstraint',
    'guard:confirmation Guard',
    'service:external ExternalService',
  ]);
  expect(edges.map(({ from, type, to }) => `${from} ${type} ${to}`)).toEqual([
    'agent CAN_INVOKE tool:find_order',
    'agent CAN_INVOKE tool:refund_order',
    'agent CAN_INVOKE chain:1',
    'chain:1 CAN_INVOKE tool:find_order',
    'tool:find_order CHAINS_TO tool:refund_order',
    'tool:find_order GUARDED_BY guard:1',
    'tool:refund_order GUARDED_BY policy:1',
    'tool:refund_order GUARDED_BY guard:confirmation',
    'tool:find_order READS service:external',
    'tool:refund_order WRITES service:external',
  ]);
});

const FULL_TOOL = { ...TOOL, returns: 'the order', side_effects: 'read', error_handling: 'retry' };
const FULL = {
  ...MINIMAL,
  framework: 'custom',
  description: 'Answers questions about orders of a small shop.',
  tools: [FULL_TOOL],
  workflow: { chains: [{ name: 'main', steps: ['find_order'] }] },
  guardrails: ['Never guess'],
  sample_data: { order_id: 'o-1' },
};

test('confidence counts points and names what is missing', () => {
  expect(confidence(parse(FULL))).toEqual({ level: 'high', points: 10, reasons: [] });
  expect(confidence(parse(withTool({ parameters: {} })))).toEqual({
    level: 'low',
    points: 0,
    reasons: [
      'The description has fewer than 40 characters',
      'The framework is not set',
      'parameters is missing on 1 of 1 tools: find_order',
      'returns is missing on 1 of 1 tools: find_order',
      'side_effects is missing on 1 of 1 tools: find_order',
      'error_handling is missing on 1 of 1 tools: find_order',
      'No workflow chain is described',
      'No constraint or guardrail is given',
      'Neither a graph nor sample_data is given',
    ],
  });
});

test('confidence names three tools at most', () => {
  const tools = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...FULL_TOOL, name, returns: null }));
  expect(confidence(parse({ ...FULL, tools: tools.slice(0, 3) })).reasons).toEqual([
    'returns is missing on 3 of 3 tools: a, b, c',
  ]);
  expect(confidence(parse({ ...FULL, tools })).reasons).toEqual([
    'returns is missing on 5 of 5 tools: a, b, c and 2 more',
  ]);
});

test('confidence is low to 3 points, medium to 6, high from 7', () => {
  const level = (fields: object) => {
    const { points, level: name } = confidence(parse({ ...MINIMAL, ...fields }));
    return `${points} ${name}`;
  };
  const { framework, description, guardrails, tools, workflow } = FULL;
  expect(level({ framework })).toBe('3 low');
  expect(level({ framework, description })).toBe('4 medium');
  expect(level({ framework, tools })).toBe('6 medium');
  expect(level({ tools, guardrails, workflow })).toBe('7 high');
});

test('the place of a character in the document is found', () => {
  const document = readDocument('a: 1 # note\nb: [x, {"c d": "secret"}]\n');
  const at = (word: string) => pathAt(document, document.text.indexOf(word));
  expect([at('1'), at('note'), at('secret'), at('x')]).toEqual([['a'], undefined, ['b', 1, 'c d'], ['b', 0]]);
});

const word = fc.stringMatching(/^[a-z][a-z_]{0,9}$/);
const prose = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('a: b', '- x', '# y', 'yes', '007', '~', '"', '{', '&a', '*a'),
);
const json = fc.jsonValue({ maxDepth: 2 }).filter((value) => !/__proto__|<</.test(JSON.stringify(value)));
const values = fc.dictionary(word, json);
const documents = fc.record(
  {
    agent_name: fc.constantFrom('shop-agent', 'x-1', '123'),
    framework: fc.constantFrom('langchain', 'custom', null),
    description: prose,
    tools: fc.uniqueArray(
      fc.record(
        {
          name: word,
          description: prose.filter((text) => text.trim() !== ''),
          parameters: fc.oneof(fc.dictionary(word, fc.constantFrom('string', 'int?', 'who knows')), values),
          returns: prose,
          side_effects: fc.constantFrom('read', 'write', 'delete', null),
          requires_confirmation: fc.boolean(),
        },
        { requiredKeys: ['name', 'description', 'parameters'] },
      ),
      { selector: ({ name }) => name, minLength: 1, maxLength: 4 },
    ),
    workflow: fc.record({ chains: fc.array(fc.record({ name: word, steps: fc.array(prose) }), { maxLength: 2 }) }),
    constraints: fc.oneof(fc.array(prose), fc.record({ guardrails: fc.array(prose), max_retries: fc.nat() })),
    guardrails: fc.array(prose),
    sample_data: values,
    metadata: values,
    owner: json,
  },
  { requiredKeys: ['agent_name', 'tools'] },
);
const outcome = (text: string) => {
  try {
    return parseBlueprint(text).blueprint;
  } catch (error) {
    if (error instanceof Refusal) return error.details;
    throw error;
  }
};

test('JSON and YAML of one document parse to the same blueprint', () => {
  fc.assert(
    fc.property(documents, (document) => {
      expect(outcome(stringify(document))).toEqual(outcome(JSON.stringify(document)));
    }),
  );
});

test('tabs, line breaks and trailing commas of JSON do no harm', () => {
  expect(parseBlueprint(JSON.stringify(MINIMAL, null, '\t')).blueprint).toEqual(parse(MINIMAL));
  expect(parseBlueprint(JSON.stringify(MINIMAL, null, 2).replaceAll('\n', '\r\n')).blueprint).toEqual(parse(MINIMAL));
  expect(parseBlueprint(JSON.stringify(MINIMAL).replace(/\}$/, ',}')).blueprint).toEqual(parse(MINIMAL));
});

test('the normalised YAML of a blueprint parses to that blueprint', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const blueprint = parse(document);
      expect(parseBlueprint(blueprintYaml(blueprint)).blueprint).toEqual(blueprint);
    }),
  );
});

test('any text is parsed or refused, never an error of another kind', () => {
  const shaped = fc.tuple(documents, fc.nat(), fc.string({ maxLength: 5 })).map(([document, at, noise]) => {
    const text = stringify(document);
    return text.slice(0, at % text.length) + noise + text.slice((at % text.length) + noise.length);
  });
  const yamlish = fc.array(
    fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      ' ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&a',
      '*a',
      '|',
      '>',
      '#',
      ',',
      '? ',
      '!!',
      '%',
      '---',
      '\t',
      '<<',
      '1',
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        shaped,
        yamlish.map((parts) => parts.join('')),
      ),
      (text) => {
        expect(() => outcome(text)).not.toThrow();
      },
    ),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(() => outcome(JSON.stringify(value))).not.toThrow();
    }),
  );
});

test('any value in any field is parsed or refused', () => {
  const fields = [
    'agent_name',
    'framework',
    'tools',
    'workflow',
    'constraints',
    'guardrails',
    'graph',
    'sample_data',
    'rate_limit',
    'workflows',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
      expect(() => outcome(JSON.stringify({ ...MINIMAL, [field]: value }))).not.toThrow();
    }),
    { numRuns: 500 },
  );
});
