import type { Expectations } from '../../src/domain/expectations.ts';
import type { FailureCategory } from '../../src/domain/fields.ts';
import { RunResult } from '../../src/domain/result.ts';
import type { Tool } from '../../src/domain/tool.ts';
import { judge } from '../../src/domain/verdict/judge.ts';
import { type ToolTable, toolTable } from '../../src/domain/verdict/tool-table.ts';
import type { Verdict } from '../../src/domain/verdict/verdict.ts';

type Parameters = { properties: Record<string, unknown>; required?: string[] };

function tool(name: string, kind: Tool['side_effects'] | undefined, { properties, required = [] }: Parameters): Tool {
  const parameters = { type: 'object', properties, required };
  return { name, description: name, parameters, ...(kind ? { side_effects: kind } : {}) };
}

const LINE = { line: { type: 'string' } };

/** The tools of a phone company's agent. */
export const TOOLS: Tool[] = [
  tool('find_line', 'read', { properties: LINE, required: ['line'] }),
  tool('read_terms', 'none', { properties: {} }),
  tool('change_plan', 'write', {
    properties: { ...LINE, plan: { type: 'string' }, from: { type: 'string', default: 'today' } },
    required: ['line', 'plan'],
  }),
  tool('refund_bill', 'write', {
    properties: { ...LINE, amount: { type: 'number' }, bills: { type: 'array', items: { type: 'string' } } },
    required: ['line', 'amount'],
  }),
  tool('set_options', 'write', {
    properties: {
      ...LINE,
      options: { type: 'array', uniqueItems: true, items: { type: 'string' } },
      stops: {
        type: 'array',
        items: {
          type: 'object',
          properties: { code: { type: 'string' }, day: { type: 'string' } },
          required: ['code'],
        },
      },
    },
    required: ['line'],
  }),
  tool('close_line', 'delete', { properties: LINE, required: ['line'] }),
  { ...tool('order_phone', 'write', { properties: { model: { type: 'string' } } }), requires_confirmation: true },
  tool('hand_over', 'handoff', {
    properties: { summary: { type: 'string' }, team: { type: 'string', enum: ['sales', 'care'] } },
    required: ['summary'],
  }),
  tool('frobnicate', undefined, { properties: { level: {} } }),
];

export const TABLE = toolTable(TOOLS);

export type Made = {
  name: string;
  parameters?: Record<string, unknown>;
  result?: unknown;
  error?: unknown;
  status?: string;
};

export function call(name: string, parameters: Record<string, unknown> = {}, outcome: Omit<Made, 'name'> = {}): Made {
  return { name, parameters, ...outcome };
}

export type Sample = {
  calls?: Made[] | undefined;
  expect?: Expectations;
  result?: Record<string, unknown>;
  target?: FailureCategory;
  behavior?: string;
  tools?: ToolTable;
};

/** Judges a result as it comes through the door: parsed, with the calls reported in `tools_called`. */
export function judged({ calls, expect = {}, result = {}, target, behavior, tools = TABLE }: Sample): Verdict {
  const raw = {
    scenario_id: 'sc_1',
    user_message: 'Hello',
    agent_response: 'Done.',
    ...(calls ? { tools_called: calls } : {}),
    ...result,
  };
  return judge({
    result: RunResult.parse(raw),
    expectations: expect,
    tools,
    ...(target ? { targetCategory: target } : {}),
    ...(behavior ? { expectedBehavior: behavior } : {}),
  });
}

type Turn = ['user' | 'agent', string] | [Made, unknown];

/** An OpenAI-style transcript: each entry is what a user or the agent says, or a call with what it returned. */
export function transcript(...turns: Turn[]): Record<string, unknown>[] {
  return turns.flatMap(([what, text]): Record<string, unknown>[] => {
    if (what === 'user') return [{ role: 'user', content: text }];
    if (what === 'agent') return [{ role: 'assistant', content: text }];
    const sent = JSON.stringify(what.parameters ?? {});
    const asked = { id: 'call_1', type: 'function', function: { name: what.name, arguments: sent } };
    return [
      { role: 'assistant', content: null, tool_calls: [asked] },
      { role: 'tool', tool_call_id: 'call_1', content: text },
    ];
  });
}

export function filed(verdict: Verdict): string {
  return `${verdict.category}/${verdict.subtype} ${verdict.severity}`;
}
