import type { CaseRun } from '../../domain/case-detail.ts';

/** Paths through the tools, laid side by side: one column a step, one node a tool at that step. */

/** A tool called once or several times in a row. */
export type Step = { tool: string; times: number };
export type FlowNode = {
  kind: 'start' | 'tool' | 'others' | 'none' | 'rest';
  column: number;
  tool: string;
  /** Calls in a row, the least and the most; of `rest`, steps that were left out. */
  times: [least: number, most: number];
  results: number;
  failed: number;
  /** Tools that share a node of the kind `others`. */
  tools: Set<string>;
};
export type FlowLink = { from: FlowNode; to: FlowNode; results: number; failed: number };
export type Flow = { columns: FlowNode[][]; links: FlowLink[] };

type Told = CaseRun & { tools: string[] };

export const MOST_STEPS = 12;
const MOST_NODES_A_STEP = 5;

/** Calls of the same tool one after the other count as one step. */
export function stepsOf(tools: readonly string[]): Step[] {
  const steps: Step[] = [];
  for (const tool of tools) {
    const last = steps.at(-1);
    if (last?.tool === tool) last.times += 1;
    else steps.push({ tool, times: 1 });
  }
  return steps;
}

export function hasFailed({ status }: CaseRun): boolean {
  return status === 'failed' || status === 'error';
}

/** Steps after the twelfth and rare tools of a step share a node. The most frequent come first in a column. */
export function flowOf(runs: readonly Told[]): Flow {
  const paths = runs.map((run) => ({ steps: stepsOf(run.tools), failed: hasFailed(run) ? 1 : 0 }));
  const frequent = frequentTools(paths.map(({ steps }) => steps));
  const nodes = new Map<string, FlowNode>();
  const links = new Map<string, FlowLink>();
  for (const { steps, failed } of paths) {
    let before: FlowNode | undefined;
    for (const { key, node } of walk(steps, frequent)) {
      const at = nodes.get(key) ?? node;
      nodes.set(key, at);
      meet(at, node, failed);
      if (before) addLink(links, before, at, failed);
      before = at;
    }
  }
  const columns = Map.groupBy(nodes.values(), ({ column }) => column);
  return {
    columns: [...columns].sort(([a], [b]) => a - b).map(([, column]) => column.sort(byFrequency)),
    links: [...links.values()],
  };
}

/** The tools of each step that get a node of their own. */
function frequentTools(paths: readonly Step[][]): Set<string>[] {
  return Array.from({ length: MOST_STEPS }, (_, step) => {
    const counts = new Map<string, number>();
    for (const { [step]: at } of paths) if (at) counts.set(at.tool, (counts.get(at.tool) ?? 0) + 1);
    const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const own = ordered.length > MOST_NODES_A_STEP ? MOST_NODES_A_STEP - 1 : ordered.length;
    return new Set(ordered.slice(0, own).map(([tool]) => tool));
  });
}

/** The nodes a path goes through, from the start on; each with what tells it from others of its column. */
function walk(steps: readonly Step[], frequent: readonly Set<string>[]): { key: string; node: FlowNode }[] {
  const shown = steps.slice(0, steps.length > MOST_STEPS ? MOST_STEPS - 1 : MOST_STEPS);
  const path = [place('start', 0, { tool: '', times: 1 })];
  if (steps.length === 0) path.push(place('none', 1, { tool: '', times: 0 }));
  for (const [index, step] of shown.entries())
    path.push(place(frequent[index]?.has(step.tool) ? 'tool' : 'others', index + 1, step));
  const left = steps.length - shown.length;
  if (left > 0) path.push(place('rest', MOST_STEPS, { tool: '', times: left }));
  return path;
}

function place(kind: FlowNode['kind'], column: number, { tool, times }: Step): { key: string; node: FlowNode } {
  const node: FlowNode = { kind, column, tool, times: [times, times], results: 0, failed: 0, tools: new Set([tool]) };
  return { key: JSON.stringify([column, kind, kind === 'tool' ? tool : '']), node };
}

function meet(at: FlowNode, { tool, times: [times] }: FlowNode, failed: number): void {
  at.results += 1;
  at.failed += failed;
  at.tools.add(tool);
  at.times = [Math.min(at.times[0], times), Math.max(at.times[1], times)];
}

function addLink(links: Map<string, FlowLink>, from: FlowNode, to: FlowNode, failed: number): void {
  const key = JSON.stringify([from.column, from.kind, from.tool, to.kind, to.tool]);
  const link = links.get(key) ?? { from, to, results: 0, failed: 0 };
  link.results += 1;
  link.failed += failed;
  links.set(key, link);
}

const LAST: FlowNode['kind'][] = ['others', 'rest'];

function byFrequency(a: FlowNode, b: FlowNode): number {
  return LAST.indexOf(a.kind) - LAST.indexOf(b.kind) || b.results - a.results || (a.tool < b.tool ? -1 : 1);
}
