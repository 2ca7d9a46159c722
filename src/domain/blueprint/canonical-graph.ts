import { EDGE_TYPES, NODE_TYPES } from '../graph.ts';
import { isObject, present, type Raw } from './raw.ts';

/** The names that edges may use without a node of their own. */
type Names = { agent: string; tools: string[]; chains: string[] };

const letters = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
const NODE_TYPE = new Map<string, string>(NODE_TYPES.map((type) => [letters(type), type]));
const EDGE_TYPE = new Map<string, string>(EDGE_TYPES.map((type) => [letters(type), type]));

/**
 * A graph under the names of the schema: `label` for name, `source` and `target`, `relation`, types in any spelling.
 * Edges may say a node by its name; tools, chains and the agent need no node of their own. A graph of nothing is none.
 */
export function canonicalGraph(graph: unknown, names: Names): unknown {
  if (!isObject(graph)) return graph;
  const given = graph.nodes ?? [];
  const drawn = graph.edges ?? [];
  if (!Array.isArray(given) || !Array.isArray(drawn)) return { ...graph, nodes: given, edges: drawn };
  const nodes = given.map((node) => (isObject(node) ? canonicalNode(node) : node));
  const resolver = endResolver(nodes, names);
  const edges = drawn.map((edge) => (isObject(edge) ? canonicalEdge(edge, resolver.idOf) : edge));
  if (nodes.length + edges.length === 0) return undefined;
  const { metadata } = graph;
  return { nodes: [...nodes, ...resolver.implied()], edges, ...(metadata ? { metadata } : {}) };
}

function canonicalNode(node: Raw): Raw {
  const { id, type, kind, label, name, ...rest } = present(node);
  const said = type ?? kind;
  const labelIsType = said === undefined && NODE_TYPE.has(letters(String(label)));
  const title = name ?? (labelIsType ? undefined : label);
  return present({ ...rest, id: id ?? title, type: spelled(NODE_TYPE, labelIsType ? label : said), name: title });
}

function canonicalEdge(edge: Raw, idOf: (end: unknown) => unknown): Raw {
  const { from, source, to, target, type, relation, relationship, label, kind } = present(edge);
  const said = type ?? relation ?? relationship ?? label ?? kind;
  return present({ from: idOf(from ?? source), to: idOf(to ?? target), type: spelled(EDGE_TYPE, said) });
}

/** The type of any spelling; what is none is left for the schema to name. */
function spelled(types: Map<string, string>, said: unknown): unknown {
  return typeof said === 'string' ? (types.get(letters(said)) ?? said) : said;
}

function endResolver(nodes: unknown[], { agent, tools, chains }: Names) {
  const ids = new Map<string, string>();
  const know = (name: unknown, id: unknown) => {
    if (typeof name === 'string' && typeof id === 'string' && !ids.has(name)) ids.set(name, id);
  };
  const given = nodes.filter(isObject);
  for (const { id } of given) know(id, id);
  for (const { id, name } of given) know(name, id);
  const spare = new Map<string, Raw>([
    ...['agent', agent].map((name): [string, Raw] => [name, { id: 'agent', type: 'Agent', name: agent }]),
    ...chains.map((name): [string, Raw] => [name, { id: name, type: 'Chain', name }]),
    ...tools.map((name): [string, Raw] => [name, { id: name, type: 'Tool', name }]),
  ]);
  const used = new Map<string, Raw>();
  const idOf = (end: unknown): unknown => {
    if (typeof end !== 'string' || ids.has(end)) return ids.get(String(end)) ?? end;
    const node = spare.get(end);
    if (node) used.set(String(node.id), node);
    return node ? node.id : end;
  };
  return { idOf, implied: () => [...used.values()] };
}
