import type { ResultStatus } from './fields.ts';
import type { RunResult } from './result.ts';
import { sum } from './statistics/averages.ts';
import { type Call, callsOf } from './verdict/calls.ts';
import { toolTable } from './verdict/tool-table.ts';

/** What an agent's newest runs show of one tool. `failedCalls` broke off or were refused; `failedResults` are failed results it was called in. */
export type ToolUse = { tool: string; calls: number; failedCalls: number; results: number; failedResults: number };
/** One call directly followed by another, within a result. `failed` counts those in failed results. */
export type ToolStep = { from: string; to: string; count: number; failed: number };

/** How tools were used in the newest completed runs, which hold this many standing results. */
export type ToolUsage = { agentId: string; runs: number; results: number; tools: ToolUse[]; steps: ToolStep[] };
/** Runs that are looked at, and results at most of each. */
export const USAGE_RUNS = 5;
export const USAGE_RESULTS = 1_000;

/** What the results of one run show. */
export type UsedTools = Pick<ToolUsage, 'results' | 'tools' | 'steps'>;

/** Names come from outside: the first of them are counted, and no more. */
const MAX_TOOLS = 500;
const MAX_STEPS = 2_000;
const NO_TOOLS = toolTable([]);

/** Counts the calls of a run's standing results. A result of whose calls nothing is known counts as one without any. */
export function usedTools(seen: Iterable<{ status: ResultStatus; result: RunResult }>): UsedTools {
  const tools = new Map<string, ToolUse>();
  const steps = new Map<string, ToolStep>();
  let results = 0;
  for (const { status, result } of seen) {
    const calls = callsOf(result, NO_TOOLS) ?? [];
    const failed = Number(status === 'failed');
    results += 1;
    for (const use of usesIn(calls, failed)) addUse(tools, use);
    for (const [at, { name: to }] of calls.entries()) {
      const from = calls[at - 1]?.name;
      if (from !== undefined) addStep(steps, { from, to, count: 1, failed });
    }
  }
  return { results, tools: [...tools.values()], steps: [...steps.values()] };
}

/** Several runs as one; what is used most comes first. */
export function pooledUse(runs: readonly UsedTools[]): UsedTools {
  const tools = new Map<string, ToolUse>();
  const steps = new Map<string, ToolStep>();
  for (const use of runs.flatMap((run) => run.tools)) addUse(tools, use);
  for (const step of runs.flatMap((run) => run.steps)) addStep(steps, step);
  return {
    results: sum(runs, (run) => run.results),
    tools: [...tools.values()].sort((a, b) => b.calls - a.calls || (a.tool < b.tool ? -1 : 1)),
    steps: [...steps.values()].sort((a, b) => b.count - a.count || (keyOf(a) < keyOf(b) ? -1 : 1)),
  };
}

/** The tools of one result. */
function usesIn(calls: readonly Call[], failedResults: number): ToolUse[] {
  return [...Map.groupBy(calls, ({ name }) => name)].map(([tool, made]) => ({
    ...{ tool, calls: made.length, failedCalls: made.filter(({ failed }) => failed).length, results: 1, failedResults },
  }));
}

function addUse(tools: Map<string, ToolUse>, use: ToolUse): void {
  const known = tools.get(use.tool);
  if (!known && tools.size >= MAX_TOOLS) return;
  const { calls = 0, failedCalls = 0, results = 0, failedResults = 0 } = known ?? {};
  tools.set(use.tool, {
    tool: use.tool,
    calls: calls + use.calls,
    failedCalls: failedCalls + use.failedCalls,
    results: results + use.results,
    failedResults: failedResults + use.failedResults,
  });
}

function addStep(steps: Map<string, ToolStep>, step: ToolStep): void {
  const known = steps.get(keyOf(step));
  if (!known && steps.size >= MAX_STEPS) return;
  const { count = 0, failed = 0 } = known ?? {};
  steps.set(keyOf(step), { ...step, count: count + step.count, failed: failed + step.failed });
}

function keyOf({ from, to }: ToolStep): string {
  return JSON.stringify([from, to]);
}
