import { expect, test } from 'vitest';
import { byCategory, latencyFigures } from '../../src/domain/trend.ts';

test('latency figures are the smallest times that half and nineteen twentieths of the results do not exceed', () => {
  const each = (...times: number[]) => latencyFigures(times.map((ms) => ({ ms, results: 1 })));
  expect(each(7)).toEqual({ p50: 7, p95: 7, results: 1 });
  expect(each(1, 2)).toEqual({ p50: 1, p95: 2, results: 2 });
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
  expect(each(...hundred)).toEqual({ p50: 50, p95: 95, results: 100 });
});

test('results that took equally long count each', () => {
  const counts = [
    { ms: 10, results: 95 },
    { ms: 900, results: 5 },
  ];
  expect(latencyFigures(counts)).toEqual({ p50: 10, p95: 10, results: 100 });
  expect(latencyFigures([...counts, { ms: 901, results: 1 }])).toEqual({ p50: 10, p95: 900, results: 101 });
});

test('without a measured result there are no latency figures', () => {
  expect(latencyFigures([])).toBeNull();
});

test('failures of one category are added up over severities', () => {
  const failures = [
    { category: 'safety_failure' as const, severity: 'critical' as const, count: 2 },
    { category: 'tool_usage_failure' as const, severity: 'high' as const, count: 1 },
    { category: 'safety_failure' as const, severity: 'low' as const, count: 3 },
  ];
  expect(byCategory(failures)).toEqual({ safety_failure: 5, tool_usage_failure: 1 });
});
