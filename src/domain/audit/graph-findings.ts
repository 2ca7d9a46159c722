import type { Blueprint } from '../blueprint/schema.ts';
import type { GraphNode } from '../graph.ts';
import { type Finding, listed } from './finding.ts';
import { GraphIndex } from './graph-index.ts';

/** GR-01 to GR-05, on an uploaded graph only. */
export function graphFindings(blueprint: Blueprint): Finding[] {
  if (!blueprint.graph) return [];
  const graph = new GraphIndex(blueprint);
  return [
    ...unguardedWrites(graph),
    ...externalWrites(graph),
    ...unhandledChains(graph),
    ...unboundedCycle(graph, blueprint),
    ...deadPaths(graph),
  ];
}

/** A guard is an edge to it, drawn in either direction, or the blueprint's own confirmation. */
function isGuarded(graph: GraphIndex, id: string): boolean {
  const node = graph.node(id);
  const pointedAt = graph.to(id, 'GUARDED_BY').some(({ from }) => isRule(graph.node(from)));
  const own = !isRule(node) && graph.from(id, 'GUARDED_BY').length > 0;
  return own || pointedAt || (node !== undefined && graph.toolOf(node)?.requires_confirmation === true);
}

function isRule(node: GraphNode | undefined): boolean {
  return node?.type === 'Guard' || node?.type === 'PolicyConstraint';
}

/** GR-01 */
function unguardedWrites(graph: GraphIndex): Finding[] {
  const agents = graph.nodes.filter(({ type }) => type === 'Agent').map(({ id }) => id);
  const starts = agents.length > 0 ? agents : [...new Set([...graph.entries(), ...graph.uncalled()])];
  const open = (ids: string[]) => ids.filter((id) => !isGuarded(graph, id));
  const exposed = graph.reach(open(starts), (id) => open(graph.called(id)));
  const writing = graph.nodes.filter(
    ({ id, type }) => type === 'Tool' && exposed.has(id) && graph.from(id, 'WRITES').length > 0,
  );
  return writing.map(({ id }): Finding => {
    const name = graph.nameOf(id);
    return {
      check: 'GR-01',
      category: 'security',
      severity: 'critical',
      title: `Unguarded sensitive path: ${name}`,
      detail: `The agent can reach ${name}, which writes, without passing any guard.`,
      element: name,
      recommendation: `Add a Guard node and the edge \`{ from: ${JSON.stringify(id)}, to: <guard id>, type: GUARDED_BY }\`, or \`requires_confirmation: true\` to the tool.`,
    };
  });
}

/** GR-02: one finding for each tool and service. */
function externalWrites(graph: GraphIndex): Finding[] {
  const hasPolicy = (id: string) => graph.neighbours(id).some((next) => graph.node(next)?.type === 'PolicyConstraint');
  const writes = graph.edges.filter(
    ({ from, to, type }) =>
      type === 'WRITES' && graph.node(from)?.type === 'Tool' && graph.node(to)?.type === 'ExternalService',
  );
  const loose = writes.filter(({ from, to }) => !hasPolicy(from) && !hasPolicy(to));
  const pairs = new Map(loose.map((edge) => [JSON.stringify([edge.from, edge.to]), edge]));
  return [...pairs.values()].map(({ from, to }): Finding => {
    const [tool, service] = [graph.nameOf(from), graph.nameOf(to)];
    return {
      check: 'GR-02',
      category: 'security',
      severity: 'high',
      title: `External write without policy: ${tool} to ${service}`,
      detail: `${tool} writes to ${service}, and no PolicyConstraint stands by either of them.`,
      element: `${tool} -> ${service}`,
      recommendation: `Add a PolicyConstraint node that says what may be written, and the edge \`{ from: ${JSON.stringify(from)}, to: <policy id>, type: GUARDED_BY }\`.`,
    };
  });
}

/** GR-03: one finding for each group of tools that chain to one another with nobody handling an error; told from where the agent begins. */
function unhandledChains(graph: GraphIndex): Finding[] {
  const isLoose = (id: string) => {
    const node = graph.node(id);
    if (node?.type !== 'Tool') return false;
    const handling = graph.toolOf(node)?.error_handling ?? node.error_handling;
    return handling !== 'retry' && handling !== 'fallback';
  };
  const loose = graph.edges.filter(({ from, to, type }) => type === 'CHAINS_TO' && isLoose(from) && isLoose(to));
  const after = Map.groupBy(loose, ({ from }) => from);
  const behind = Map.groupBy(loose, ({ to }) => to);
  const next = (id: string) => (after.get(id) ?? []).map(({ to }) => to);
  const before = (id: string) => (behind.get(id) ?? []).map(({ from }) => from);
  const walked = graph.reach(graph.entries(), (id) => graph.called(id));
  const order = new Set([...walked, ...graph.nodes.map(({ id }) => id)]);
  const seen = new Set<string>();
  return [...order].flatMap((id): Finding[] => {
    if (seen.has(id) || !isLoose(id)) return [];
    const path = threeInARow(id, next);
    if (!path) return [];
    for (const one of graph.reach([id], (at) => [...next(at), ...before(at)])) seen.add(one);
    return [unhandledChain(path.map((at) => graph.nameOf(at)))];
  });
}

/** Three different tools, the first of them this one, if there are. */
function threeInARow(first: string, next: (id: string) => string[]): string[] | undefined {
  for (const middle of new Set(next(first))) {
    const last = middle === first ? undefined : next(middle).find((id) => id !== first && id !== middle);
    if (last !== undefined) return [first, middle, last];
  }
  return undefined;
}

function unhandledChain(path: string[]): Finding {
  const chain = path.join(' -> ');
  return {
    check: 'GR-03',
    category: 'reliability',
    severity: 'high',
    title: `Multi-hop chain without error handling: ${chain}`,
    detail: `${chain} run one after another, and none of them retries or falls back: one failure breaks the chain half-way.`,
    element: chain,
    recommendation: `Add \`error_handling: retry\` or \`fallback\` to ${path[1]}, the step in the middle, at least.`,
  };
}

/** GR-04 */
function unboundedCycle(graph: GraphIndex, { constraints }: Blueprint): Finding[] {
  if (constraints.max_retries !== undefined) return [];
  const cycle = nodesOnCycles(graph);
  if (cycle.length === 0) return [];
  const names = listed(cycle.map((id) => graph.nameOf(id)));
  return [
    {
      check: 'GR-04',
      category: 'reliability',
      severity: 'medium',
      title: 'Cycle without bound',
      detail: `CHAINS_TO leads in a circle through ${names}, and max_retries is not set: the agent may go round without end.`,
      element: names,
      recommendation: 'Add to constraints: `max_retries: 3`.',
    },
  ];
}

/** What is left of the CHAINS_TO edges when everything that begins or ends them is peeled off; in the order of the nodes. */
function nodesOnCycles(graph: GraphIndex): string[] {
  const next = (id: string) => graph.from(id, 'CHAINS_TO').map(({ to }) => to);
  const before = (id: string) => graph.to(id, 'CHAINS_TO').map(({ from }) => from);
  const gone = new Set<string>();
  for (const [ahead, behind] of [
    [next, before],
    [before, next],
  ] as const) {
    const left = new Map(graph.nodes.map(({ id }) => [id, behind(id).length]));
    const ends = graph.nodes.map(({ id }) => id).filter((id) => !gone.has(id) && left.get(id) === 0);
    for (let id = ends.pop(); id !== undefined; id = ends.pop()) {
      gone.add(id);
      for (const to of ahead(id)) {
        const count = (left.get(to) ?? 0) - 1;
        left.set(to, count);
        if (count === 0 && !gone.has(to)) ends.push(to);
      }
    }
  }
  return graph.nodes.map(({ id }) => id).filter((id) => !gone.has(id));
}

/** GR-05; guards and policies count as reached when what they guard is. */
function deadPaths(graph: GraphIndex): Finding[] {
  const walked = graph.reach(graph.entries(), (id) =>
    graph.from(id, 'CAN_INVOKE', 'CHAINS_TO', 'READS', 'WRITES').map(({ to }) => to),
  );
  const reached = graph.reach([...walked], (id) => graph.neighbours(id).filter((next) => isRule(graph.node(next))));
  return graph.nodes
    .filter(({ id }) => !reached.has(id))
    .map(({ id, type }): Finding => {
      const name = graph.nameOf(id);
      return {
        check: 'GR-05',
        category: 'system_design',
        severity: 'low',
        title: `Dead path: ${name}`,
        detail: `No path leads from the entry to ${type} ${name}.`,
        element: name,
        recommendation: `Add the edge that leads to \`${id}\` (CAN_INVOKE or CHAINS_TO for tools), or take the node out of the graph.`,
      };
    });
}
