import { expect, test } from 'vitest';
import type { RunResult, ToolCall } from '../../src/domain/result.ts';
import { timelineOf } from '../../src/domain/timeline.ts';
import { callsOf } from '../../src/domain/verdict/calls.ts';
import { toolTable } from '../../src/domain/verdict/tool-table.ts';

const START = Date.UTC(2026, 7, 14, 9, 41);

function timeline(tools_called: ToolCall[], trace?: RunResult['trace']) {
  const result: RunResult = { scenario_id: 'sc_1', user_message: '', agent_response: '', tools_called, trace };
  return timelineOf(result, callsOf(result, toolTable([])) ?? []);
}

test('calls and model calls with their starts stand on one clock, the first at nothing', () => {
  const model = {
    type: 'llm_call',
    timestamp: new Date(START).toISOString(),
    data: { model: 'small', duration_ms: 800 },
  };
  const { scale, spans, total } = timeline(
    [
      { name: 'pay', started_at: START + 2_000, duration_ms: 500, error: 'refused' },
      { name: 'find', started_at: (START + 1_000) / 1000, duration_ms: 100 },
    ],
    { events: [model, { type: 'user_input' }, 'not an event'] },
  );
  expect(scale).toBe('clock');
  expect(spans.map(({ kind, name, start, failed }) => [kind, name, start, failed])).toEqual([
    ['model', 'small', 0, false],
    ['call', 'find', 1_000, false],
    ['call', 'pay', 2_000, true],
  ]);
  expect(total).toBe(2_500);
});

test('a trace tells the times of calls that carry none', () => {
  const event = (timestamp: number) => ({ type: 'tool_call', timestamp, data: { duration_ms: 50 } });
  const { scale, spans } = timeline([{ name: 'find' }, { name: 'pay' }], { events: [event(100), event(400)] });
  expect([scale, ...spans.map(({ start, duration }) => `${start}+${duration}`)]).toEqual(['clock', '0+50', '300+50']);
});

test('durations alone are laid end to end, and without any only the order is told', () => {
  const laid = timeline([
    { name: 'find', duration_ms: 100 },
    { name: 'pay', duration_ms: 300 },
  ]);
  expect([laid.scale, laid.total, ...laid.spans.map(({ start }) => start)]).toEqual(['durations', 400, 0, 100]);
  const bare = timeline([{ name: 'find', duration_ms: 100 }, { name: 'pay' }]);
  expect([bare.scale, bare.total, ...bare.spans.map(({ start }) => start)]).toEqual(['order', 0, null, null]);
  expect(timeline([])).toEqual({ scale: 'order', spans: [], total: 0 });
});
