import { expect, test } from 'vitest';
import { auditOf, CLEAN, found, READER, WRITER, withConstraints, withTools } from './audit-samples.ts';

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

test('DES-01: what to add begins with a tool that looks something up, and is no order where there is one tool', () => {
  const advice = (...tools: object[]) =>
    auditOf({ ...CLEAN, tools, workflow: null }).findings.find(({ check }) => check === 'DES-01');
  const think = { ...READER, name: 'think', description: 'Writes a thought down for itself.' };
  expect(advice(think, WRITER, READER)?.recommendation).toContain('steps: ["find_order","refund_order"]');
  expect(advice(think, WRITER)?.recommendation).toContain('entry_point: "think"');
  const only = advice(WRITER);
  expect(only?.recommendation).toContain('`workflow: { entry_point: "refund_order" }`');
  expect(only?.detail).not.toContain('order they belong');
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
