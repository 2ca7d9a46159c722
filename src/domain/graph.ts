import * as z from 'zod';
import type { Blueprint } from './blueprint/schema.ts';
import { nameFinder } from './blueprint/wording.ts';

export const NODE_TYPES = ['Agent', 'Tool', 'Chain', 'Guard', 'ExternalService', 'PolicyConstraint'] as const;
export const EDGE_TYPES = ['CAN_INVOKE', 'CHAINS_TO', 'GUARDED_BY', 'READS', 'WRITES'] as const;

/** A node keeps whatever else the discoverer said about it; `name` is what people read. */
export const GraphNode = z.looseObject({
  id: z.string().min(1),
  type: z.enum(NODE_TYPES),
  name: z.string().optional(),
});
export type GraphNode = z.infer<typeof GraphNode>;

/** `from` and `to` are ids of nodes. */
export const GraphEdge = z.object({ from: z.string(), to: z.string(), type: z.enum(EDGE_TYPES) });
export type GraphEdge = z.infer<typeof GraphEdge>;

export const Graph = z.object({
  nodes: z.array(GraphNode),
  edges: z.array(GraphEdge),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type Graph = z.infer<typeof Graph>;

const AGENT_ID = 'agent';
const SERVICE_ID = 'service:external';
const CONFIRMATION_ID = 'guard:confirmation';

const toolId = (name: string) => `tool:${name}`;

/**
 * A picture of the agent for blueprints that bring none: the agent invokes its tools and chains, consecutive steps chain,
 * confirmations and rules that name a tool guard it, side effects read and write one external service. For display only.
 */
export function deriveGraph(blueprint: Blueprint): Graph {
  const agent: GraphNode = { id: AGENT_ID, type: 'Agent', name: blueprint.agent_name };
  const tools = blueprint.tools.map(({ name }): GraphNode => ({ id: toolId(name), type: 'Tool', name }));
  const invoked = tools.map(({ id }): GraphEdge => ({ from: AGENT_ID, to: id, type: 'CAN_INVOKE' }));
  const parts = [chainPart(blueprint), guardPart(blueprint), servicePart(blueprint)];
  return {
    nodes: [agent, ...tools, ...parts.flatMap(({ nodes }) => nodes)],
    edges: unique([...invoked, ...parts.flatMap(({ edges }) => edges)]),
    metadata: { discovery_method: 'derived' },
  };
}

type Part = { nodes: GraphNode[]; edges: GraphEdge[] };

function chainPart({ tools, workflow }: Blueprint): Part {
  const known = new Set(tools.map(({ name }) => name));
  const nodes = workflow.chains.map(
    ({ name }, index): GraphNode => ({ id: `chain:${index + 1}`, type: 'Chain', name }),
  );
  const edges = workflow.chains.flatMap(({ steps }, index): GraphEdge[] => {
    const ids = steps.filter((step) => known.has(step)).map(toolId);
    const from = `chain:${index + 1}`;
    const entry: GraphEdge[] = [{ from: AGENT_ID, to: from, type: 'CAN_INVOKE' }];
    if (ids[0]) entry.push({ from, to: ids[0], type: 'CAN_INVOKE' });
    return [...entry, ...ids.slice(1).map((to, at): GraphEdge => ({ from: ids[at] ?? to, to, type: 'CHAINS_TO' }))];
  });
  return { nodes, edges };
}

function guardPart({ tools, constraints }: Blueprint): Part {
  const rules = [
    ...constraints.guardrails.map((name, index): GraphNode => ({ id: `guard:${index + 1}`, type: 'Guard', name })),
    ...constraints.statements.map(
      (name, index): GraphNode => ({ id: `policy:${index + 1}`, type: 'PolicyConstraint', name }),
    ),
  ];
  const namedIn = nameFinder(tools.map(({ name }) => name));
  const guarding = rules.flatMap(({ id, name = '' }) =>
    namedIn(name).map((tool): GraphEdge => ({ from: toolId(tool), to: id, type: 'GUARDED_BY' })),
  );
  const confirmed = tools
    .filter((tool) => tool.requires_confirmation)
    .map(({ name }): GraphEdge => ({ from: toolId(name), to: CONFIRMATION_ID, type: 'GUARDED_BY' }));
  const confirmation: GraphNode = { id: CONFIRMATION_ID, type: 'Guard', name: 'User confirmation' };
  return { nodes: [...rules, ...(confirmed.length > 0 ? [confirmation] : [])], edges: [...guarding, ...confirmed] };
}

function servicePart({ tools }: Blueprint): Part {
  const edges = tools.flatMap(({ name, side_effects }): GraphEdge[] => {
    if (side_effects === 'read') return [{ from: toolId(name), to: SERVICE_ID, type: 'READS' }];
    if (side_effects !== 'write' && side_effects !== 'delete') return [];
    return [{ from: toolId(name), to: SERVICE_ID, type: 'WRITES' }];
  });
  return {
    nodes: edges.length > 0 ? [{ id: SERVICE_ID, type: 'ExternalService', name: 'External systems' }] : [],
    edges,
  };
}

function unique(edges: GraphEdge[]): GraphEdge[] {
  return [...new Map(edges.map((edge) => [JSON.stringify([edge.from, edge.type, edge.to]), edge])).values()];
}
