import { graphFindings } from './audit/graph-findings.ts';
import { changesState } from './audit/tool-reading.ts';
import type { Blueprint } from './blueprint/schema.ts';
import { deriveGraph, type Graph, type GraphEdge, type GraphNode } from './graph.ts';
import type { ToolStep, ToolUsage, ToolUse } from './tool-use.ts';

/** What the newest runs and the audit say of each part of an agent's graph. */

/**
 * `failing`: of what went through it, at least a quarter failed. `unguarded`: a tool that writes or deletes and that the agent reaches past no
 * guard. `unknown`: called in runs, yet not in the graph. `untested`: not called in these runs. `dead`: no path leads to it.
 */
export const GRAPH_MARKS = ['failing', 'unguarded', 'unknown', 'untested', 'dead'] as const;
export type GraphMark = (typeof GRAPH_MARKS)[number];

/** `use` is null for what is no tool, and for tools that were not called; `guarded` says that a tool writes or deletes, and only past a guard. */
export type MarkedNode = Pick<GraphNode, 'id' | 'type'> & {
  name: string;
  marks: GraphMark[];
  guarded: boolean;
  use: ToolUse | null;
};
/** `state` is null where runs cannot tell whether an edge was taken; `count` is how often it was, `failed` how often in vain. */
export type MarkedEdge = GraphEdge & {
  state: 'tested' | 'untested' | 'failing' | null;
  count: number;
  failed: number;
};
export type MarkedGraph = {
  source: 'uploaded' | 'derived';
  /** How the uploaded graph says that it was found. */
  method: string | null;
  nodes: MarkedNode[];
  edges: MarkedEdge[];
  /** Rules of a derived graph that name no tool: they guard nothing that could be drawn. */
  looseRules: string[];
};

const FAILING_SHARE = 0.25;

/** The blueprint's own graph, or one derived from it, with its marks. */
export function markGraph(blueprint: Blueprint, usage: ToolUsage): MarkedGraph {
  const graph = blueprint.graph ?? deriveGraph(blueprint);
  const source = blueprint.graph ? 'uploaded' : 'derived';
  const { drawn, loose } = source === 'derived' ? withoutLooseRules(graph) : { drawn: graph, loose: [] };
  const known = new Set(toolsOf(drawn).flatMap(({ id, name }) => [id, name ?? id]));
  const strangers = usage.tools.filter(({ tool, calls }) => calls > 0 && !known.has(tool));
  const usedTools = new Map(usage.tools.filter(({ calls }) => calls > 0).map((use) => [use.tool, use]));
  const useOf = (node: GraphNode) => usedTools.get(node.name ?? node.id) ?? usedTools.get(node.id) ?? null;
  const audited = auditMarks(blueprint, drawn);
  const nodes = drawn.nodes.map((node) => markNode(node, node.type === 'Tool' ? useOf(node) : null, audited));
  const added = strangerNodes(strangers, drawn);
  const all = [...nodes, ...added];
  return {
    source,
    method: source === 'uploaded' ? methodOf(graph) : null,
    nodes: all,
    edges: markEdges([...drawn.edges, ...strangerEdges(added, drawn)], all, usage.steps),
    looseRules: loose,
  };
}

function toolsOf({ nodes }: Graph): GraphNode[] {
  return nodes.filter(({ type }) => type === 'Tool');
}

function methodOf({ metadata }: Graph): string | null {
  const method = metadata?.discovery_method;
  return typeof method === 'string' && method !== '' ? method : null;
}

function withoutLooseRules({ nodes, edges, ...rest }: Graph): { drawn: Graph; loose: string[] } {
  const tied = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const isLoose = ({ id, type }: GraphNode) => (type === 'Guard' || type === 'PolicyConstraint') && !tied.has(id);
  const loose = nodes.filter(isLoose).map(({ id, name }) => name ?? id);
  return { drawn: { ...rest, nodes: nodes.filter((node) => !isLoose(node)), edges }, loose };
}

type Audited = { unguarded: Set<string>; dead: Set<string>; writing: Set<string> };

const STATED_SERVICE = 'blueprint:writes';

/**
 * The audit's own findings (GR-01 and GR-05), so that both pages say the same; here a write counts that the blueprint states and the graph
 * does not draw, too.
 */
function auditMarks(blueprint: Blueprint, graph: Graph): Audited {
  const changing = new Set(blueprint.tools.filter(changesState).map(({ name }) => name));
  const writing = new Set(graph.edges.filter(({ type }) => type === 'WRITES').map(({ from }) => from));
  const stated = toolsOf(graph).filter(({ id, name }) => !writing.has(id) && changing.has(name ?? id));
  const edges = stated.map(({ id }): GraphEdge => ({ from: id, to: STATED_SERVICE, type: 'WRITES' }));
  const findings = graphFindings({ ...blueprint, graph: { ...graph, edges: [...graph.edges, ...edges] } });
  const named = (check: string) => new Set(findings.filter((one) => one.check === check).map(({ element }) => element));
  for (const { id } of stated) writing.add(id);
  return { unguarded: named('GR-01'), dead: named('GR-05'), writing };
}

function markNode(node: GraphNode, use: ToolUse | null, { unguarded, dead, writing }: Audited): MarkedNode {
  const name = node.name ?? node.id;
  const isTool = node.type === 'Tool';
  const has: Record<GraphMark, boolean> = {
    failing: use !== null && isFailing(use),
    unguarded: isTool && unguarded.has(name),
    unknown: false,
    untested: isTool && use === null,
    dead: dead.has(name),
  };
  const marks = GRAPH_MARKS.filter((mark) => has[mark]);
  const guarded = isTool && writing.has(node.id) && !has.unguarded && !has.dead;
  return { id: node.id, type: node.type, name, marks, guarded, use };
}

function isFailing({ calls, failedCalls, results, failedResults }: ToolUse): boolean {
  return failedCalls >= FAILING_SHARE * calls || failedResults >= FAILING_SHARE * results;
}

function strangerNodes(strangers: readonly ToolUse[], { nodes }: Graph): MarkedNode[] {
  const taken = new Set(nodes.map(({ id }) => id));
  return strangers.map((use) => {
    let id = `seen:${use.tool}`;
    while (taken.has(id)) id = `seen:${id}`;
    const marks: GraphMark[] = isFailing(use) ? ['failing', 'unknown'] : ['unknown'];
    return { id, type: 'Tool', name: use.tool, marks, guarded: false, use };
  });
}

function strangerEdges(added: readonly MarkedNode[], { nodes }: Graph): GraphEdge[] {
  const agent = nodes.find(({ type }) => type === 'Agent');
  return agent ? added.map(({ id }) => ({ from: agent.id, to: id, type: 'CAN_INVOKE' })) : [];
}

function markEdges(
  edges: readonly GraphEdge[],
  nodes: readonly MarkedNode[],
  steps: readonly ToolStep[],
): MarkedEdge[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const taken = new Map(steps.map((step) => [JSON.stringify([step.from, step.to]), step]));
  const begun = Map.groupBy(edges, ({ from }) => from);
  return edges.map((edge): MarkedEdge => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    if (edge.type === 'CHAINS_TO' && from?.type === 'Tool' && to?.type === 'Tool') {
      const step = [from.use?.tool, to.use?.tool];
      const { count, failed } = taken.get(JSON.stringify(step)) ?? { count: 0, failed: 0 };
      return { ...edge, ...stateOf(count, failed), count, failed };
    }
    const inner = to?.type === 'Chain' ? (begun.get(to.id) ?? []).map((next) => byId.get(next.to)) : [];
    const ends = to?.type === 'Tool' ? [to] : [from, ...inner];
    const tools = ends.filter((node) => node?.type === 'Tool');
    if (tools.length === 0) return { ...edge, state: null, count: 0, failed: 0 };
    const use = tools.find((node) => node?.use)?.use;
    if (!use) return { ...edge, state: 'untested', count: 0, failed: 0 };
    return { ...edge, state: isFailing(use) ? 'failing' : 'tested', count: use.results, failed: use.failedResults };
  });
}

function stateOf(count: number, failed: number): Pick<MarkedEdge, 'state'> {
  if (count === 0) return { state: 'untested' };
  return { state: failed >= FAILING_SHARE * count ? 'failing' : 'tested' };
}
