import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Audit, Audit as AuditSchema, audit } from '../../src/domain/audit/audit.ts';
import { redactSecrets } from '../../src/domain/audit/secrets.ts';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';

/** A tool with nothing to say against it. */
const READER = {
  name: 'find_order',
  description: 'Finds an order by its id and returns its items.',
  parameters: { order_id: 'string' },
  returns: 'the order',
  side_effects: 'read',
  error_handling: 'retry',
};
const WRITER = {
  ...READER,
  name: 'refund_order',
  description: 'Refunds an order to its original payment method.',
  side_effects: 'write',
  error_handling: 'fail',
  requires_confirmation: true,
};
/** A blueprint with nothing to say against it. */
const CLEAN = {
  agent_name: 'shop-agent',
  framework: 'custom',
  description: 'Answers questions about orders of a small shop.',
  tools: [READER, WRITER],
  workflow: {
    entry_point: 'find_order',
    chains: [{ name: 'main', trigger: 'a question', steps: ['find_order', 'refund_order'] }],
  },
  constraints: { guardrails: ['Never refund more than was paid'], max_retries: 2 },
};

function auditOf(document: object): Audit {
  const { blueprint, text } = parseBlueprint(JSON.stringify(document));
  return AuditSchema.parse(audit(blueprint, text));
}

/** What an audit finds, one line each; of one check where it is named. */
function found(document: object, check = ''): string[] {
  const { findings } = auditOf(document);
  return findings
    .filter((one) => one.check.startsWith(check))
    .map((one) => `${one.check} ${one.severity} ${one.element}`);
}

const withTools = (...tools: object[]) => ({ ...CLEAN, tools: [READER, WRITER, ...tools] });
const withConstraints = (constraints: unknown) => ({ ...CLEAN, constraints });
const withGraph = (nodes: object[], edges: object[], rest: object = {}) => ({
  ...CLEAN,
  ...rest,
  graph: { nodes, edges },
});

const tool = (id: string) => ({ id, type: 'Tool' });
const CRM = { id: 'crm', type: 'ExternalService' };
const GUARD = { id: 'guard', type: 'Guard' };
const POLICY = { id: 'policy', type: 'PolicyConstraint' };
const AGENT = { id: 'agent', type: 'Agent' };

test('a blueprint that says everything has 100 points and no finding', () => {
  expect(auditOf(CLEAN)).toEqual({
    score: 100,
    color: 'GREEN',
    label: 'Ready',
    checks: 11,
    categories: {
      security: { left: 50, budget: 50 },
      reliability: { left: 25, budget: 25 },
      system_design: { left: 15, budget: 15 },
      tool_quality: { left: 10, budget: 10 },
    },
    counts: { critical: 0, high: 0, medium: 0, low: 0 },
    findings: [],
  });
});

test('penalties are taken by severity and end at the budget of their category', () => {
  const deleting = { ...READER, side_effects: 'delete', description: 'x', returns: null, error_handling: null };
  const tools = Array.from({ length: 7 }, (_, i) => ({
    ...deleting,
    name: `erase_part_${i}`,
    description: `part ${i}`,
  }));
  const one = auditOf({ ...CLEAN, tools: [READER, WRITER, tools[0]] });
  expect(one.counts).toEqual({ critical: 1, high: 1, medium: 0, low: 3 });
  expect(one.categories).toMatchObject({
    security: { left: 42 },
    reliability: { left: 21 },
    system_design: { left: 14 },
    tool_quality: { left: 8 },
  });
  expect(one.score).toBe(85);
  const all = auditOf({ ...CLEAN, tools });
  expect(all.categories).toMatchObject({ security: { left: 0 }, reliability: { left: 0 }, tool_quality: { left: 0 } });
  expect(all.score).toBe(all.categories.system_design.left);
  expect(all).toMatchObject({ color: 'RED', label: 'Critical risk' });
});

test('green begins at 61 points, yellow at 31', () => {
  const rated = ({ deletions, vague, careless }: Record<'deletions' | 'vague' | 'careless', number>) => {
    const made = (count: number, fields: (i: number) => object) =>
      Array.from({ length: count }, (_, i) => ({ ...READER, ...fields(i) }));
    const tools = [
      ...made(deletions, (i) => ({
        name: `drop_${i}`,
        side_effects: 'delete',
        description: `Drops part ${i} of the whole store.`,
      })),
      ...made(vague, (i) => ({ name: `look_${i}`, description: `looks at ${i}` })),
      ...made(careless, (i) => ({
        name: `see_${i}`,
        error_handling: 'ignore',
        description: `Sees part ${i} of the whole store.`,
      })),
    ];
    const { score, color, label } = auditOf({ ...CLEAN, tools, workflow: { entry_point: 'drop_0' } });
    return `${score} ${color} ${label}`;
  };
  expect(rated({ deletions: 4, vague: 7, careless: 0 })).toBe('61 GREEN Ready');
  expect(rated({ deletions: 4, vague: 8, careless: 0 })).toBe('60 YELLOW Needs attention');
  expect(rated({ deletions: 6, vague: 9, careless: 6 })).toBe('31 YELLOW Needs attention');
  expect(rated({ deletions: 6, vague: 10, careless: 6 })).toBe('30 RED Critical risk');
});

test('findings are ordered by severity, then check, then element', () => {
  const bare = { parameters: {}, description: 'x' };
  const order = found({
    agent_name: 'shop-agent',
    tools: [
      { ...bare, name: 'delete_b' },
      { ...bare, name: 'delete_a' },
    ],
  });
  expect(order).toEqual([
    'SEC-01 critical constraints.guardrails',
    'SEC-02 critical delete_a',
    'SEC-02 critical delete_b',
    'REL-01 high delete_a',
    'REL-01 high delete_b',
    'DES-01 medium workflow',
    'REL-02 medium constraints.max_retries',
    'TQ-02 medium delete_a',
    'TQ-02 medium delete_b',
    'TQ-01 low delete_a',
    'TQ-01 low delete_b',
  ]);
});

test('no more than 500 findings are kept, and all are counted', () => {
  const tools = Array.from({ length: 600 }, (_, i) => ({
    ...READER,
    name: `see_${i}`,
    description: `Sees part ${i} of the whole store.`,
    returns: null,
  }));
  const { findings, counts } = auditOf({ ...CLEAN, tools, workflow: { entry_point: 'see_0' } });
  expect([findings.length, counts.low]).toEqual([500, 600]);
});

test('SEC-01: no guardrail is high beside constraints, critical without', () => {
  expect(found(withConstraints({ max_retries: 2 }), 'SEC')).toEqual(['SEC-01 high constraints.guardrails']);
  expect(found(withConstraints(['Be kind']), 'SEC')).toEqual(['SEC-01 high constraints.guardrails']);
  expect(found(withConstraints(null), 'SEC')).toEqual(['SEC-01 critical constraints.guardrails']);
  const { recommendation } = auditOf(withConstraints(null)).findings[0] ?? {};
  expect(recommendation).toContain('guardrails: ["Call refund_order only after the user has confirmed the details"]');
});

test('SEC-02: a tool that deletes, or writes what cannot be called back, needs a confirmation', () => {
  const unconfirmed = (fields: object) =>
    found(withTools({ ...WRITER, requires_confirmation: null, ...fields }), 'SEC-02');
  expect(unconfirmed({ name: 'tidy', side_effects: 'delete', description: 'Tidies the store up for good.' })).toEqual([
    'SEC-02 critical tidy',
  ]);
  expect(unconfirmed({ name: 'pay_bill', description: 'Settles a bill of the customer.' })).toEqual([
    'SEC-02 high pay_bill',
  ]);
  expect(unconfirmed({ name: 'settle', description: 'Transfers money to another account.' })).toEqual([
    'SEC-02 high settle',
  ]);
  expect(unconfirmed({ name: 'settle', requires_confirmation: false })).toEqual(['SEC-02 high settle']);
  expect(unconfirmed({ name: 'delete_user', side_effects: null })).toEqual(['SEC-02 critical delete_user']);
  expect(
    unconfirmed({ name: 'sendEmail', side_effects: null, description: 'Mails a colleague about an order.' }),
  ).toEqual(['SEC-02 high sendEmail']);
});

test('SEC-02: other writes, reads, hand-offs and what is not done need none', () => {
  const unconfirmed = (fields: object) =>
    found(withTools({ ...WRITER, requires_confirmation: null, ...fields }), 'SEC-02');
  expect(unconfirmed({ name: 'add_note', description: 'Adds a note to an order.' })).toEqual([]);
  expect(unconfirmed({ name: 'add_note', description: 'Adds a note; does not send anything.' })).toEqual([]);
  expect(unconfirmed({ name: 'refund_status', side_effects: 'read' })).toEqual([]);
  expect(unconfirmed({ name: 'refund_status', side_effects: null, description: 'Tells how far a case is.' })).toEqual(
    [],
  );
  expect(unconfirmed({ name: 'transfer_to_human', side_effects: 'handoff' })).toEqual([]);
  expect(unconfirmed({ name: 'transfer_to_human', description: 'Transfers the talk to a human agent.' })).toEqual([]);
  expect(unconfirmed({ name: 'transfer_to_human', side_effects: null })).toEqual([]);
  expect(unconfirmed({ name: 'pay_bill', requires_confirmation: true })).toEqual([]);
});

const KEY = 'sk-proj-4f9aB2c81d7E6503aa91';

test('SEC-03: a secret is named with kind and path, never with its value', () => {
  const { findings } = auditOf({ ...CLEAN, sample_data: { users: [{ login: 'a', password: 'hunter2!' }], key: KEY } });
  expect(findings.map(({ check, severity, element, title }) => ({ check, severity, element, title }))).toEqual([
    {
      check: 'SEC-03',
      severity: 'critical',
      element: 'sample_data.key',
      title: 'Exposed secret: API key at sample_data.key',
    },
    {
      check: 'SEC-03',
      severity: 'critical',
      element: 'sample_data.users[0].password',
      title: 'Exposed secret: password at sample_data.users[0].password',
    },
  ]);
  expect(JSON.stringify(findings)).not.toMatch(/hunter2|4f9aB2c8/);
});

const GOOGLE_KEY = 'AIzaSyA1234567890abcdefghijklmnopqrstuv';
const JWT = `eyJhbGciOiJIUzI1NiJ9${'a'.repeat(60)}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N`;

test('no finding repeats a secret that stands where a name should', () => {
  const steps = ['find_order', 'refund_order', `call with ${GOOGLE_KEY}`, JWT];
  const graph = { nodes: [{ ...AGENT }, { id: GOOGLE_KEY, type: 'Tool' }], edges: [] };
  const { findings } = auditOf({
    ...withTools({ ...READER, name: GOOGLE_KEY }),
    workflow: { chains: [{ name: 'main', steps }] },
    graph,
  });
  expect(findings.length).toBeGreaterThan(4);
  expect(JSON.stringify(findings)).not.toMatch(/AIzaSyA|eyJhbGci/);
});

test('SEC-03: comments, unknown fields and keys are searched too', () => {
  const text = `agent_name: shop-agent # ${KEY}\nowner: {note: 'use ${KEY} here', ${GOOGLE_KEY}: 1, ${JWT}: 1}\ntools: [{name: a, description: b, parameters: {}}]`;
  const { blueprint } = parseBlueprint(text);
  const places = audit(blueprint, text).findings.filter(({ check }) => check === 'SEC-03');
  expect(places.map(({ element }) => element)).toEqual([
    'line 1',
    'owner.<REDACTED:api_key>',
    'owner.<REDACTED:token>',
    'owner.note',
  ]);
});

test('SEC-03: talk about secrets is none, nor is the place where one is kept', () => {
  const lines = [
    'password: string',
    'password: "at least 8 characters"',
    'note: Resets a password: sends a link',
    'token: {type: string}',
    'access_token: uuid4',
    'token: session_id_2',
    'token: customer_reference_number_2',
    'api_key: {{API_KEY_1}}',
    'api_key: $API_KEY_1',
    'api_key: env.SHOP_KEY_123456789',
    'client_secret: SHOP_CLIENT_SECRET_2',
    'secret: vault/shop/path12345678',
    'password: your-password-1',
    'password: "********"',
    'url: postgres://user:password@host/db',
    'authorization: Bearer <token>',
    'max_tokens: 100000',
    'name: npm_package_version_2_lookup',
  ];
  for (const line of lines) expect(redactSecrets(line)).toBe(line);
});

test('a document without its secrets still parses, and says where they were', () => {
  const lines: [string, string][] = [
    [`key: ${KEY}`, 'key: <REDACTED:api_key>'],
    [`{key: ${KEY}}`, '{key: <REDACTED:api_key>}'],
    ['{password: hunter22}', '{password: <REDACTED:password>}'],
    ['"db_password":"hunter22"', '"db_password":"<REDACTED:password>"'],
    ['x: "{\\"password\\": \\"hunter22\\"}"', 'x: "{\\"password\\": \\"<REDACTED:password>\\"}"'],
    ['url: postgres://admin:s3cr3tpw@db.shop/x', 'url: postgres://admin:<REDACTED:password>@db.shop/x'],
    ['auth: Bearer abcdef1234567890abcdef', 'auth: Bearer <REDACTED:token>'],
    ['id: AKIAIOSFODNN7EXAMPLE', 'id: <REDACTED:api_key>'],
    ['aws_secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'aws_secret_access_key: <REDACTED:api_key>'],
    ['t: ghp_abcdefghijklmnopqrstuvwxyz0123456789', 't: <REDACTED:api_key>'],
    [
      'k: |\n  -----BEGIN PRIVATE KEY-----\n  MIIEvQIBADANBgkq\n  -----END PRIVATE KEY-----\nb: 1',
      'k: |\n  <REDACTED:private_key>\nb: 1',
    ],
    [
      `k: |\n  -----BEGIN RSA PRIVATE KEY-----\n  ${'Ab1/'.repeat(16)}\n  ${'Ab1/'.repeat(16)}\nb: 1`,
      'k: |\n  <REDACTED:private_key>\nb: 1',
    ],
    [
      'a: |\n  -----BEGIN PRIVATE KEY-----\nb: |\n  -----BEGIN PRIVATE KEY-----\n  MIIE\n  -----END PRIVATE KEY-----\nc: 1',
      'a: |\n  <REDACTED:private_key>\nb: |\n  <REDACTED:private_key>\nc: 1',
    ],
    ['k: -----BEGIN RSA PRIVATE KEY----- is cut\nb: 1', 'k: <REDACTED:private_key> is cut\nb: 1'],
  ];
  for (const [line, redacted] of lines) {
    expect(redactSecrets(line)).toBe(redacted);
    expect(redactSecrets(redacted)).toBe(redacted);
  }
  const { text } = parseBlueprint(
    JSON.stringify({ ...CLEAN, sample_data: { password: 'hunter22', note: `see ${KEY}` } }),
  );
  expect(parseBlueprint(redactSecrets(text)).blueprint.sample_data).toEqual({
    password: '<REDACTED:password>',
    note: 'see <REDACTED:api_key>',
  });
});

const planted = fc.constantFrom(
  KEY,
  GOOGLE_KEY,
  'hunter22',
  'password: hunter22, and',
  'pwd="hunt\\"er22"',
  '{"token":"abcdef1234567890abcd"}',
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n',
  '-----BEGIN PRIVATE KEY-----\nnote: cut',
  'Bearer abcdef1234567890abcdef',
);
const secretive = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.array(fc.oneof(planted, fc.string({ maxLength: 4 }))).map((parts) => parts.join(' ')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('password', 'api_key', 'note', 'token'), tie('value')),
  ),
})).value;

/** Long lines stay long: folding may break the first line of a private key in two. */
const toYaml = (document: object) => stringify(document, { lineWidth: 0 });
const toJson = (document: object) => JSON.stringify(document);

test('whatever secrets a document holds, it parses without them', () => {
  fc.assert(
    fc.property(secretive, fc.constantFrom(toYaml, toJson), (sample, write) => {
      const redacted = redactSecrets(write({ ...CLEAN, sample_data: { sample } }));
      expect(parseBlueprint(redacted).blueprint.tools).toHaveLength(2);
      expect(redacted).not.toMatch(/4f9aB2c8|AIzaSyA|MIIEvQ/);
    }),
    { numRuns: 300 },
  );
});

test('secrets are looked for in time that grows with the text, whatever the text', () => {
  for (const part of [
    'password: ',
    'token',
    'eyJ',
    '-----BEGIN PRIVATE KEY-----',
    'sk-',
    'a://b:',
    '"token":"',
    'Bearer ',
    'x',
  ]) {
    const text = part.repeat(500_000 / part.length);
    const started = performance.now();
    redactSecrets(text);
    expect(performance.now() - started).toBeLessThan(2000);
  }
});

test('SEC-04: free-form code, SQL, shell, URL or path needs a limit or a rule', () => {
  const free = (name: string, parameters: object, description = 'Does one thing for the agent.') =>
    found(withTools({ ...READER, name, parameters, description }), 'SEC-04');
  expect(free('fetch_page', { url: 'string' })).toEqual(['SEC-04 high fetch_page']);
  expect(free('read_file', { file_path: 'string' })).toEqual(['SEC-04 high read_file']);
  expect(
    free('open', {
      where: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
      href: { anyOf: [{ type: 'string' }] },
    }),
  ).toEqual(['SEC-04 high open']);
  expect(free('terminal', { command: 'string' })).toEqual(['SEC-04 high terminal']);
  expect(free('run_python', { code: 'string' })).toEqual(['SEC-04 high run_python']);
  expect(free('warehouse', { query: 'string' }, 'Runs an SQL query on the warehouse.')).toEqual([
    'SEC-04 high warehouse',
  ]);
  expect(
    free('batch', {
      items: { type: 'array', items: { type: 'object', properties: { callback_url: { type: 'string' } } } },
    }),
  ).toEqual(['SEC-04 high batch']);
});

test('SEC-04: a limiting schema, a rule that names the tool, and other codes and queries are fine', () => {
  const free = (name: string, parameters: object, constraints?: object) => {
    const tool = { ...READER, name, parameters, description: 'Does one thing for the agent.' };
    return found({ ...withTools(tool), ...(constraints ? { constraints } : {}) }, 'SEC-04');
  };
  expect(free('fetch_page', { url: { type: 'string', pattern: '^https://shop/' } })).toEqual([]);
  expect(free('fetch_page', { url: { enum: ['https://shop/'] } })).toEqual([]);
  expect(free('fetch_page', { url: 'string' }, { guardrails: ['Use fetch page only for our shop'] })).toEqual([]);
  const two = withTools(...['fetch', 'fetch_page'].map((name) => ({ ...READER, name, parameters: { url: 'string' } })));
  const named = { guardrails: ['Use fetch_page only for our shop'] };
  expect(found({ ...two, constraints: named }, 'SEC-04')).toEqual(['SEC-04 high fetch']);
  expect(free('apply_discount', { code: 'string', country_code: 'string' })).toEqual([]);
  expect(free('search', { query: 'string', career_path: 'string', script_id: 'string' })).toEqual([]);
  expect(free('count', { path: 'integer' })).toEqual([]);
});

test('SEC-05: sensitive data asks for one rule about privacy', () => {
  const tool = {
    ...READER,
    name: 'find_user',
    parameters: { email: 'string', id: { type: 'string', description: 'social security number' } },
  };
  expect(found(withTools({ ...tool, description: 'Finds a user of the shop.' }), 'SEC-05')).toEqual([
    'SEC-05 medium find_user',
  ]);
  const { detail } = auditOf(withTools(tool)).findings.find(({ check }) => check === 'SEC-05') ?? {};
  expect(detail).toContain('(email, social security)');
  expect(found(withTools({ ...READER, name: 'find_user', parameters: { phone: 'string' } }), 'SEC-05')).toHaveLength(1);
  const kept = {
    ...withTools(tool),
    constraints: { guardrails: ['Never share details of other users'], max_retries: 1 },
  };
  expect(found(kept, 'SEC-05')).toEqual([]);
  expect(
    found(
      withTools({ ...READER, name: 'check_health', description: 'Says whether the health check is green.' }),
      'SEC-05',
    ),
  ).toEqual([]);
});

test('REL-01: a tool must say what happens when it fails', () => {
  const careless = (fields: object) => found(withTools({ ...READER, name: 'look', ...fields }), 'REL-01');
  expect(careless({ error_handling: null })).toEqual(['REL-01 medium look']);
  expect(careless({ error_handling: 'ignore' })).toEqual(['REL-01 medium look']);
  expect(careless({ error_handling: 'ignore', side_effects: 'write' })).toEqual(['REL-01 high look']);
  expect(careless({ error_handling: 'ignore', side_effects: 'delete' })).toEqual(['REL-01 high look']);
  for (const handling of ['retry', 'fallback', 'fail']) expect(careless({ error_handling: handling })).toEqual([]);
});

test('REL-02: retries or rate must have some bound', () => {
  const guardrails = ['Never guess'];
  expect(found(withConstraints({ guardrails }), 'REL-02')).toEqual(['REL-02 medium constraints.max_retries']);
  expect(found(withConstraints({ guardrails, max_retries: 0 }), 'REL-02')).toEqual([]);
  expect(found(withConstraints({ guardrails, rate_limits: ['5/min'] }), 'REL-02')).toEqual([]);
  expect(found(withConstraints(['Give up after 3 retries']), 'REL-02')).toEqual([]);
  const limited = { ...withConstraints({ guardrails }), tools: [{ ...READER, rate_limit: '10 req/min' }, WRITER] };
  expect(found(limited, 'REL-02')).toEqual([]);
});

test('DES-01: a workflow or an entry point must be there', () => {
  expect(found({ ...CLEAN, workflow: null })).toEqual(['DES-01 medium workflow']);
  expect(found({ ...CLEAN, workflow: { entry_point: 'find_order' } })).toEqual([]);
  expect(found({ ...CLEAN, workflow: { chains: CLEAN.workflow.chains } })).toEqual([]);
});

test('DES-02: a step that is no tool is broken, a tool in no chain is an orphan', () => {
  const chained = (...steps: string[]) =>
    found({ ...CLEAN, workflow: { chains: [{ name: 'main', steps }] } }, 'DES-02');
  expect(chained('find_order', 'refund_order', 'ship_order')).toEqual(['DES-02 high ship_order']);
  expect(chained('find_order')).toEqual(['DES-02 low refund_order']);
  expect(chained('Find order', 'call refund_order with the amount')).toEqual([]);
  expect(found({ ...CLEAN, workflow: { entry_point: 'start' } }, 'DES-02')).toEqual(['DES-02 high start']);
  const nested = {
    chains: [
      { name: 'look', steps: ['find_order'] },
      { name: 'main', steps: ['look', 'refund_order'] },
    ],
  };
  expect(found({ ...CLEAN, workflow: nested }, 'DES-02')).toEqual([]);
});

test('TQ-01: a description must be long enough and its own', () => {
  const weak = (name: string, description: string) => found(withTools({ ...READER, name, description }), 'TQ-01');
  expect(weak('look', 'x'.repeat(19))).toEqual(['TQ-01 low look']);
  expect(weak('look', 'x'.repeat(20))).toEqual([]);
  expect(weak('look_at_every_single_order', 'Look at every single order')).toEqual([
    'TQ-01 low look_at_every_single_order',
  ]);
  expect(weak('look', READER.description)).toEqual(['TQ-01 low find_order', 'TQ-01 low look']);
});

test('TQ-02: parameters, returns and side effects must be said', () => {
  const partial = (fields: object) => found(withTools({ ...READER, name: 'look', ...fields }), 'TQ-02');
  expect(partial({ parameters: {} })).toEqual(['TQ-02 medium look']);
  expect(partial({ parameters: { type: 'object', properties: {} } })).toEqual([]);
  expect(partial({ returns: null })).toEqual(['TQ-02 low look']);
  expect(partial({ side_effects: null })).toEqual(['TQ-02 low look']);
  expect(
    auditOf(withTools({ ...READER, name: 'look', returns: null, side_effects: null })).findings.at(-1)?.detail,
  ).toBe('look has no returns, no side_effects.');
});

/** `a > b` invokes, `a -> b` chains, `a ? b` is guarded by, `a = b` writes, `a . b` reads. */
const TYPES: Record<string, string> = {
  '>': 'CAN_INVOKE',
  '->': 'CHAINS_TO',
  '?': 'GUARDED_BY',
  '=': 'WRITES',
  '.': 'READS',
};
const edges = (...drawn: string[]) =>
  drawn.map((line) => {
    const [from, type, to] = line.split(' ');
    return { from, type: TYPES[type ?? ''], to };
  });

test('the graph checks run only on an uploaded graph', () => {
  const graph = withGraph([AGENT], edges('agent > find_order', 'agent > refund_order'));
  expect(auditOf(graph)).toMatchObject({ checks: 16, score: 100, findings: [] });
  expect(auditOf(CLEAN).checks).toBe(11);
});

test('GR-01: a tool that writes must have a guard on every way to it', () => {
  const unguarded = (...drawn: string[]) =>
    found(withGraph([AGENT, tool('a'), tool('b'), CRM, GUARD], edges(...drawn)), 'GR-01');
  expect(unguarded('agent > a', 'a = crm')).toEqual(['GR-01 critical a']);
  expect(unguarded('agent > a', 'a = crm', 'a ? guard')).toEqual([]);
  expect(unguarded('agent > a', 'a = crm', 'guard ? a')).toEqual([]);
  expect(unguarded('agent > a', 'a -> b', 'b = crm', 'a ? guard')).toEqual([]);
  expect(unguarded('agent > a', 'agent > b', 'a -> b', 'b = crm', 'a ? guard')).toEqual(['GR-01 critical b']);
  expect(unguarded('agent > a', 'a . crm')).toEqual([]);
  const own = (name: string) => found(withGraph([AGENT, CRM], edges(`agent > ${name}`, `${name} = crm`)), 'GR-01');
  expect([own('find_order'), own('refund_order')]).toEqual([['GR-01 critical find_order'], []]);
});

test('GR-01: without an agent node every tool that nothing calls can be reached', () => {
  expect(found(withGraph([tool('a'), CRM], edges('a = crm')), 'GR-01')).toEqual(['GR-01 critical a']);
  expect(
    found(withGraph([tool('a'), tool('b'), CRM, GUARD], edges('a -> b', 'b = crm', 'a ? guard')), 'GR-01'),
  ).toEqual([]);
  expect(found(withGraph([tool('a'), tool('b'), CRM], edges('a -> b', 'b -> a', 'b = crm')), 'GR-01')).toEqual([
    'GR-01 critical b',
  ]);
});

test('GR-02: a write to an external service must have a policy', () => {
  const loose = (...drawn: string[]) =>
    found(withGraph([AGENT, tool('a'), CRM, POLICY], edges('agent > a', ...drawn)), 'GR-02');
  expect(loose('a = crm', 'a = crm')).toEqual(['GR-02 high a -> crm']);
  expect(loose('a = crm', 'a ? policy')).toEqual([]);
  expect(loose('a = crm', 'policy ? crm')).toEqual([]);
  expect(loose('a . crm')).toEqual([]);
});

test('GR-03: three tools in a row must have somebody to handle an error', () => {
  const nodes = [AGENT, tool('a'), tool('b'), tool('c'), tool('find_order')];
  const fragile = (...drawn: string[]) => found(withGraph(nodes, edges('agent > a', ...drawn)), 'GR-03');
  expect(fragile('a -> b', 'b -> c')).toEqual(['GR-03 high a -> b -> c']);
  expect(fragile('a -> b', 'b -> c', 'c -> a')).toHaveLength(1);
  expect(fragile('a -> b', 'b -> a', 'c -> c')).toEqual([]);
  expect(fragile('a -> b', 'c -> b')).toEqual([]);
  expect(fragile('a -> b', 'b -> find_order', 'find_order -> c')).toEqual([]);
});

test('GR-04: a circle of chained tools needs max_retries', () => {
  const nodes = [AGENT, tool('a'), tool('b'), tool('c'), tool('d')];
  const circle = (constraints: object, ...drawn: string[]) =>
    found(withGraph(nodes, edges('agent > a', ...drawn), { constraints }), 'GR-04');
  const unbounded = { guardrails: ['x'] };
  expect(circle(unbounded, 'a -> b', 'b -> c', 'c -> b', 'c -> d')).toEqual(['GR-04 medium b, c']);
  expect(circle(unbounded, 'a -> a')).toEqual(['GR-04 medium a']);
  expect(circle({ ...unbounded, max_retries: 0 }, 'a -> a')).toEqual([]);
  expect(circle(unbounded, 'a -> b', 'b -> c', 'a -> c', 'a > b', 'b > a')).toEqual([]);
});

test('GR-05: what no path leads to is dead', () => {
  const dead = (nodes: object[], ...drawn: string[]) => found(withGraph(nodes, edges(...drawn)), 'GR-05');
  const nodes = [AGENT, tool('a'), tool('b'), CRM, GUARD, POLICY];
  expect(dead(nodes, 'agent > a', 'a . crm', 'a ? guard', 'policy ? crm')).toEqual(['GR-05 low b']);
  expect(dead(nodes, 'agent > a', 'b . crm', 'b ? guard', 'a -> a')).toEqual([
    'GR-05 low b',
    'GR-05 low crm',
    'GR-05 low guard',
    'GR-05 low policy',
  ]);
  expect(dead([tool('find_order'), tool('b')], 'find_order -> refund_order')).toEqual(['GR-05 low b']);
});

const flag = fc.constantFrom(true, false, null);
const toolDocument = fc.record({
  name: fc.constantFrom('find_order', 'delete_user', 'send_mail', 'run_sql', 'a'),
  description: fc.constantFrom('x', 'Pays a bill of the customer.', 'Runs an SQL query', 'Looks up the phone number'),
  parameters: fc.constantFrom({}, { url: 'string' }, { query: 'string' }, { email: 'string' }),
  side_effects: fc.constantFrom('read', 'write', 'delete', 'handoff', null),
  requires_confirmation: flag,
  error_handling: fc.constantFrom('retry', 'ignore', null),
});
const auditedDocument = fc.record({
  agent_name: fc.constant('shop-agent'),
  tools: fc.uniqueArray(toolDocument, { selector: ({ name }) => name, minLength: 1 }),
  constraints: fc.record({
    guardrails: fc.uniqueArray(
      fc.constantFrom('Never guess', 'Use run_sql only to read', 'Keep data private', 'Two retries at most'),
      { minLength: 1 },
    ),
    statements: fc.subarray(['Be kind', 'Never disclose names', 'run_sql is for reading']),
  }),
  graph: fc.option(
    fc.record({
      nodes: fc.constant([AGENT, CRM, GUARD]),
      edges: fc.array(
        fc.record({
          from: fc.constantFrom('agent', 'a', 'n'),
          to: fc.constantFrom('a', 'crm', 'guard'),
          type: fc.constantFrom('CAN_INVOKE', 'CHAINS_TO', 'WRITES', 'GUARDED_BY'),
        }),
      ),
    }),
  ),
});
const scored = fc.tuple(auditedDocument, fc.nat()).map(([document, pick]) => {
  const graph = document.graph && {
    nodes: [...document.graph.nodes, tool('a'), tool('n')],
    edges: document.graph.edges,
  };
  return { document: { ...document, graph }, pick };
});

test('the score lies between 0 and 100 and is the sum of what is left', () => {
  fc.assert(
    fc.property(scored, ({ document }) => {
      const { score, categories } = auditOf(document);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
      expect(Object.values(categories).reduce((sum, { left }) => sum + left, 0)).toBe(score);
    }),
  );
});

test('taking a guardrail away never raises the score', () => {
  fc.assert(
    fc.property(scored, ({ document, pick }) => {
      const { guardrails } = document.constraints;
      const fewer = guardrails.filter((_, index) => index !== pick % guardrails.length);
      const without = { ...document, constraints: { ...document.constraints, guardrails: fewer } };
      expect(auditOf(without).score).toBeLessThanOrEqual(auditOf(document).score);
    }),
  );
});

test('asking for a confirmation never lowers the score', () => {
  fc.assert(
    fc.property(scored, ({ document, pick }) => {
      const chosen = pick % document.tools.length;
      const tools = document.tools.map((one, index) =>
        index === chosen ? { ...one, requires_confirmation: true } : one,
      );
      expect(auditOf({ ...document, tools }).score).toBeGreaterThanOrEqual(auditOf(document).score);
    }),
  );
});
