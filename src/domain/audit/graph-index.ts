import type { Blueprint } from '../blueprint/schema.ts';
import type { GraphEdge, GraphNode } from '../graph.ts';
import type { Tool } from '../tool.ts';

type EdgeType = GraphEdge['type'];

const CALLS: EdgeType[] = ['CAN_INVOKE', 'CHAINS_TO'];

/** An uploaded graph, indexed for walking; every walk is linear in nodes and edges. */
export class GraphIndex {
  readonly nodes: GraphNode[];
  readonly edges: GraphEdge[];
  readonly #byId: Map<string, GraphNode>;
  readonly #out: Map<string, GraphEdge[]>;
  readonly #in: Map<string, GraphEdge[]>;
  readonly #tools: Map<string, Tool>;
  readonly #entryPoint: string | undefined;

  constructor({ graph, tools, workflow }: Blueprint) {
    this.nodes = graph?.nodes ?? [];
    this.edges = graph?.edges ?? [];
    this.#byId = new Map(this.nodes.map((node) => [node.id, node]));
    this.#out = edgesBy(this.edges, 'from');
    this.#in = edgesBy(this.edges, 'to');
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.#entryPoint = workflow.entry_point;
  }

  node(id: string): GraphNode | undefined {
    return this.#byId.get(id);
  }

  nameOf(id: string): string {
    return this.node(id)?.name ?? id;
  }

  /** The blueprint's tool that a node stands for. */
  toolOf({ id, name }: GraphNode): Tool | undefined {
    return this.#tools.get(name ?? id) ?? this.#tools.get(id);
  }

  from(id: string, ...types: EdgeType[]): GraphEdge[] {
    return (this.#out.get(id) ?? []).filter(({ type }) => types.includes(type));
  }

  to(id: string, ...types: EdgeType[]): GraphEdge[] {
    return (this.#in.get(id) ?? []).filter(({ type }) => types.includes(type));
  }

  /** Ids of all nodes that share an edge with this one, whatever its type and direction. */
  neighbours(id: string): string[] {
    return [...(this.#out.get(id) ?? []).map(({ to }) => to), ...(this.#in.get(id) ?? []).map(({ from }) => from)];
  }

  /** Where the agent begins: its own nodes, else the workflow's entry point, else whatever nothing calls. */
  entries(): string[] {
    const agents = this.nodes.filter(({ type }) => type === 'Agent');
    if (agents.length > 0) return agents.map(({ id }) => id);
    const named = this.nodes.filter(
      ({ id, name }) => this.#entryPoint !== undefined && [id, name].includes(this.#entryPoint),
    );
    return named.length > 0 ? named.map(({ id }) => id) : this.uncalled();
  }

  /** Tools and chains that no edge leads to: without an agent node, the agent may call each of them at any time. */
  uncalled(): string[] {
    const callable = this.nodes.filter(({ type }) => type === 'Tool' || type === 'Chain');
    const uncalled = callable.filter(({ id }) => this.to(id, ...CALLS).length === 0);
    return (uncalled.length > 0 ? uncalled : callable).map(({ id }) => id);
  }

  /** Everything a walk from some nodes comes to, following `next`; each node once. */
  reach(starts: string[], next: (id: string) => string[]): Set<string> {
    const reached = new Set(starts);
    for (const id of reached) for (const to of next(id)) reached.add(to);
    return reached;
  }

  called(id: string): string[] {
    return this.from(id, ...CALLS).map(({ to }) => to);
  }
}

function edgesBy(edges: GraphEdge[], end: 'from' | 'to'): Map<string, GraphEdge[]> {
  const groups = new Map<string, GraphEdge[]>(edges.map((edge) => [edge[end], []]));
  for (const edge of edges) groups.get(edge[end])?.push(edge);
  return groups;
}
