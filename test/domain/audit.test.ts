import { expect, test } from 'vitest';
import { auditOf, CLEAN, found, READER, WRITER, withConstraints, withTools } from './audit-samples.ts';

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

test('SEC-05: the same data in other words is named once', () => {
  const about = (description: string) => {
    const tool = { ...READER, name: 'find_user', description, parameters: { dob: 'string', email: 'string' } };
    return auditOf(withTools(tool)).findings.find(({ check }) => check === 'SEC-05')?.detail;
  };
  expect(about('Finds users by e-mails, birthday or date of birth.')).toContain('(email, date of birth)');
  expect(about('Finds patients by telephone, phones or diagnosis.')).toContain(
    '(patient, phone, diagnosis, date of birth, email)',
  );
});
