import { Graph, layout } from '@dagrejs/dagre';
import type { MarkedEdge, MarkedGraph, MarkedNode } from './graph-marks.ts';

/** Where the parts of an agent's graph are drawn, in pixels; laid out from left to right by dagre. The same graph always looks the same. */

export type Point = { x: number; y: number };
/** `x` and `y` are the upper left corner. */
export type PlacedNode = { node: MarkedNode; x: number; y: number };
export type PlacedEdge = { edge: MarkedEdge; points: Point[] };
export type GraphLayout = {
  nodes: PlacedNode[];
  edges: PlacedEdge[];
  width: number;
  height: number;
  /** Parts there was no room for. */
  left: { nodes: number; edges: number };
};

export const NODE_WIDTH = 156;
export const NODE_HEIGHT = 40;
/** More would neither be readable nor fit into a page; what is marked is drawn first. */
export const MOST_NODES = 80;
export const MOST_EDGES = 160;

const MARGIN = 8;
const SPACING = { rankdir: 'LR', nodesep: 12, edgesep: 8, ranksep: 56, ranker: 'tight-tree' };

export function layoutGraph({ nodes, edges }: Pick<MarkedGraph, 'nodes' | 'edges'>): GraphLayout {
  const drawn = mostTelling(nodes);
  if (drawn.length === 0) return { nodes: [], edges: [], width: 0, height: 0, left: { nodes: 0, edges: edges.length } };
  // Ids of our own: those of an uploaded graph may be anything, and dagre keeps them as keys of plain objects.
  const keys = new Map(drawn.map(({ id }, index) => [id, `n${index}`]));
  const lines = edges.filter(({ from, to }) => keys.has(from) && keys.has(to) && from !== to).slice(0, MOST_EDGES);
  const graph = new Graph<object, object, object>({ multigraph: true });
  graph.setGraph({ ...SPACING });
  for (const key of keys.values()) graph.setNode(key, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const [index, { from, to }] of lines.entries())
    graph.setEdge(keys.get(from) ?? '', keys.get(to) ?? '', {}, `e${index}`);
  layout(graph);
  const placed = {
    nodes: drawn.map((node) => ({ node, ...cornerOf(graph.node(keys.get(node.id) ?? '') as Point) })),
    edges: lines.map((edge, index) => {
      const line = graph.edge(keys.get(edge.from) ?? '', keys.get(edge.to) ?? '', `e${index}`) as { points: Point[] };
      return { edge, points: line.points };
    }),
  };
  return { ...framed(placed), left: { nodes: nodes.length - drawn.length, edges: edges.length - lines.length } };
}

/** dagre's own frame leaves out the bends of edges, which may run above the highest node. */
function framed({ nodes, edges }: Pick<GraphLayout, 'nodes' | 'edges'>): Omit<GraphLayout, 'left'> {
  const corners = nodes.flatMap(({ x, y }) => [
    { x, y },
    { x: x + NODE_WIDTH, y: y + NODE_HEIGHT },
  ]);
  const points = [...corners, ...edges.flatMap((edge) => edge.points)];
  const left = Math.min(...points.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...points.map(({ y }) => y)) - MARGIN;
  const moved = ({ x, y }: Point) => ({ x: x - left, y: y - top });
  return {
    nodes: nodes.map(({ node, ...corner }) => ({ node, ...moved(corner) })),
    edges: edges.map(({ edge, points: bends }) => ({ edge, points: bends.map(moved) })),
    width: Math.ceil(Math.max(0, ...points.map(({ x }) => x)) - left + MARGIN),
    height: Math.ceil(Math.max(0, ...points.map(({ y }) => y)) - top + MARGIN),
  };
}

function cornerOf({ x, y }: Point): Point {
  return { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 };
}

/** The agent, then what is marked, then the rest, each in the order of the graph. */
function mostTelling(nodes: readonly MarkedNode[]): MarkedNode[] {
  const rank = ({ type, marks }: MarkedNode) => {
    if (type === 'Agent') return 0;
    if (marks.some((mark) => mark !== 'untested')) return 1;
    return marks.length === 0 ? 2 : 3;
  };
  const chosen = new Set(nodes.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_NODES));
  return nodes.filter((node) => chosen.has(node));
}
