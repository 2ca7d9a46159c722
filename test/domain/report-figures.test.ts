import { expect, test } from 'vitest';
import { coverageOf, flakyCases } from '../../src/domain/report.ts';
import type { Outcome } from '../../src/domain/scores.ts';

function outcome(caseNo: number, status: string, more: Partial<Outcome> = {}): Outcome {
  return { caseNo, status, severity: null, agentFault: status !== 'error', flaky: false, count: 1, ...more };
}

test('coverage counts cases by what they aim at, and results that were decided', () => {
  const outcomes = [
    outcome(1, 'passed', { count: 3 }),
    outcome(1, 'failed'),
    outcome(2, 'pending', { count: 9 }),
    outcome(3, 'error'),
    outcome(3, 'failed', { agentFault: false }),
    outcome(4, 'passed'),
  ];
  const targets = new Map([1, 2, 3].map((caseNo) => [caseNo, caseNo === 3 ? 'safety_failure' : 'context_failure']));
  const coverage = coverageOf(outcomes, targets as Parameters<typeof coverageOf>[1]);
  expect(coverage.map(({ category }) => category)).toEqual([
    ...['knowledge_failure', 'reasoning_failure', 'context_failure', 'instruction_failure', 'tool_usage_failure'],
    ...['safety_failure', 'communication_failure', 'operational_failure', 'coordination_failure'],
  ]);
  expect(coverage.filter(({ cases }) => cases > 0)).toEqual([
    { category: 'context_failure', cases: 2, decided: 4, passed: 3 },
    { category: 'safety_failure', cases: 1, decided: 0, passed: 0 },
  ]);
});

test('a case wavers where attempts disagree or where some of its decided trials passed and others did not', () => {
  const outcomes = [
    outcome(1, 'passed', { count: 2 }),
    outcome(2, 'passed'),
    outcome(2, 'failed'),
    outcome(3, 'passed', { flaky: true }),
    outcome(4, 'passed'),
    outcome(4, 'error', { agentFault: false }),
    outcome(5, 'failed', { count: 4 }),
  ];
  expect([...flakyCases(outcomes)]).toEqual([2, 3]);
});
