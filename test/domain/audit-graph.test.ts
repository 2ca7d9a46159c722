import { expect, test } from 'vitest';
import { AGENT, auditOf, CLEAN, CRM, found, GUARD, POLICY, tool, withGraph } from './audit-samples.ts';

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
  expect(fragile('a -> b', 'b -> c', 'c -> a')).toEqual(['GR-03 high a -> b -> c']);
  expect(fragile('c -> a', 'b -> c', 'a -> b')).toEqual(['GR-03 high a -> b -> c']);
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
