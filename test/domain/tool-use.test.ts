import { expect, test } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { pooledUse, usedTools } from '../../src/domain/tool-use.ts';

function result(more: Partial<RunResult>): RunResult {
  return { scenario_id: 'sc_a_1', user_message: 'Hello', agent_response: 'Done', ...more };
}

const called = (...names: string[]) => result({ tools_called: names.map((name) => ({ name })) });

test('calls are read from the transcript where they were not reported, with what became of them', () => {
  const messages = [
    { role: 'assistant', tool_calls: [{ id: 'c1', function: { name: 'pay', arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'c1', content: '{"error": "card was refused"}' },
    { role: 'assistant', tool_calls: [{ id: 'c2', function: { name: 'tell', arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'c2', content: 'sent' },
  ];
  expect(usedTools([{ status: 'failed', result: result({ messages }) }])).toEqual({
    results: 1,
    tools: [
      { tool: 'pay', calls: 1, failedCalls: 1, results: 1, failedResults: 1 },
      { tool: 'tell', calls: 1, failedCalls: 0, results: 1, failedResults: 1 },
    ],
    steps: [{ from: 'pay', to: 'tell', count: 1, failed: 1 }],
  });
});

test('a result counts once for a tool it called twice, and only a failed verdict makes it a failed result', () => {
  const seen = [
    { status: 'passed' as const, result: called('look', 'look', 'pay') },
    { status: 'pending' as const, result: called('look') },
    { status: 'error' as const, result: called('look') },
    { status: 'failed' as const, result: result({}) },
  ];
  expect(usedTools(seen)).toEqual({
    results: 4,
    tools: [
      { tool: 'look', calls: 4, failedCalls: 0, results: 3, failedResults: 0 },
      { tool: 'pay', calls: 1, failedCalls: 0, results: 1, failedResults: 0 },
    ],
    steps: [
      { from: 'look', to: 'look', count: 1, failed: 0 },
      { from: 'look', to: 'pay', count: 1, failed: 0 },
    ],
  });
});

test('runs are pooled with the tool and the step first that are used most', () => {
  const one = usedTools([{ status: 'passed', result: called('a', 'b') }]);
  const two = usedTools([{ status: 'failed', result: called('b', 'c', 'b') }]);
  const { results, tools, steps } = pooledUse([one, two, two]);
  expect(results).toBe(3);
  expect(tools.map(({ tool, calls, failedResults }) => [tool, calls, failedResults])).toEqual([
    ['b', 5, 2],
    ['c', 2, 2],
    ['a', 1, 0],
  ]);
  expect(steps).toEqual([
    { from: 'b', to: 'c', count: 2, failed: 2 },
    { from: 'c', to: 'b', count: 2, failed: 2 },
    { from: 'a', to: 'b', count: 1, failed: 0 },
  ]);
});

test('made-up names cannot fill the memory', () => {
  const seen = Array.from({ length: 30 }, (_, run) => ({
    status: 'passed' as const,
    result: called(...Array.from({ length: 200 }, (_, at) => `tool_${run}_${at}`)),
  }));
  const { results, tools, steps } = usedTools(seen);
  expect([results, tools.length, steps.length]).toEqual([30, 500, 2000]);
});
