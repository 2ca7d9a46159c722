import { expect, test } from 'vitest';
import type { Expectations } from '../../src/domain/expectations.ts';
import { saysFailure } from '../../src/domain/verdict/failure-text.ts';
import { tokensOf } from '../../src/domain/verdict/tokens.ts';
import { call, judged } from './verdict-samples.ts';

/** What is quadratic in these sizes takes minutes. */
const PATIENCE_MS = 2000;
const RESULT_CHARS = 256 * 1024;

/** CPU time in milliseconds: what else the machine does has no say. */
function timed(act: () => void): number {
  const start = process.cpuUsage();
  act();
  return process.cpuUsage(start).user / 1000;
}

const filled = (unit: string) => unit.repeat(Math.ceil(RESULT_CHARS / unit.length));

test.each([
  'a',
  '1,',
  '1.',
  "1'",
  '1,111.',
  '_',
  '-',
  'a_',
  'usd',
  '1\u00a0',
  '1/',
  '退',
  ' ',
  'Error ',
  '{"',
  'é',
  '. ',
])('text made of %j is read in linear time', (unit) => {
  expect(timed(() => tokensOf(`${filled(unit)}x`))).toBeLessThan(PATIENCE_MS);
  expect(timed(() => saysFailure(filled(unit)))).toBeLessThan(PATIENCE_MS);
});

test('two hundred effects against two hundred calls are matched at once', () => {
  const many = (amount: number) =>
    Array.from({ length: 200 }, (_, i) => call('refund_bill', { line: `L${i}`, amount }));
  const wanted = (amount: number): Expectations => ({
    required_effects: many(amount).map(({ name, parameters = {} }) => ({ tool: name, arguments: parameters })),
  });
  let statuses: string[] = [];
  const took = timed(() => {
    statuses = [
      judged({ calls: many(1).reverse(), expect: wanted(1) }).status,
      judged({ calls: many(2), expect: wanted(1) }).status,
      judged({ calls: many(2), expect: { required_effects: [] } }).status,
    ];
  });
  expect(statuses).toEqual(['passed', 'failed', 'failed']);
  expect(took).toBeLessThan(PATIENCE_MS);
});

test('a verdict on huge values stays small', () => {
  const huge = filled('x');
  const calls = [call('refund_bill', { line: huge, [huge]: huge }, { error: undefined }), call(huge, {})];
  const verdict = judged({
    calls,
    expect: {
      required_effects: [{ tool: 'refund_bill', arguments: { line: 'L1' } }],
      allowed_tools: ['refund_bill', huge],
    },
  });
  expect(verdict.status).toBe('failed');
  expect(JSON.stringify(verdict).length).toBeLessThan(10_000);
});
