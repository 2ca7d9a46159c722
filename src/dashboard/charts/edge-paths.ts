import type { GraphEdge } from '../../domain/graph.ts';
import type { PlacedEdge, Point } from '../../domain/graph-layout.ts';

/** Edges of one look as one path, so that a large graph stays a small page. */

type EdgeType = GraphEdge['type'];
export type EdgeState = 'tested' | 'untested' | 'failing' | 'untold';

export const EDGE_WORDS: Record<EdgeType, string> = {
  CAN_INVOKE: 'can invoke',
  CHAINS_TO: 'chains to',
  GUARDED_BY: 'guarded by',
  READS: 'reads',
  WRITES: 'writes',
};

export function stateOf({ edge }: PlacedEdge): EdgeState {
  return edge.state ?? 'untold';
}

/** The lines themselves, rounded at their corners. */
export function linesOf(edges: readonly PlacedEdge[]): string {
  return edges.map(({ points }) => curve(points)).join('');
}

/** Through the middles of the segments, bent by the points between. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last) return '';
  const bends = rest.map((point, index) => {
    const next = rest[index + 1];
    const to = next ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : last;
    return `Q${at(point)} ${at(to)}`;
  });
  return `M${at(first)}${bends.length > 0 ? bends.join('') : `L${at(last)}`}`;
}

/** The sign at the end of each line that tells its type. */
export function endsOf(edges: readonly PlacedEdge[]): string {
  return edges
    .map(({ edge, points }) => {
      const [before, end] = points.slice(-2);
      return before && end ? ENDS[edge.type](end, direction(before, end)) : '';
    })
    .join('');
}

/** Where the cross of a failing edge lies. */
export function crossesOf(edges: readonly PlacedEdge[]): string {
  return edges
    .map(({ points }) => {
      const middle = points[Math.floor(points.length / 2)];
      return middle ? `M${at({ x: middle.x - 4, y: middle.y - 4 })}l8 8m-8 0l8-8` : '';
    })
    .join('');
}

type Ahead = { dx: number; dy: number };

function direction(from: Point, to: Point): Ahead {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { dx: (to.x - from.x) / length, dy: (to.y - from.y) / length };
}

/** A point so far behind an end, and to the side of the line. */
function behind({ x, y }: Point, { dx, dy }: Ahead, [back, side]: [number, number]): Point {
  return { x: x - dx * back - dy * side, y: y - dy * back + dx * side };
}

const arrow = (end: Point, ahead: Ahead) =>
  `M${at(end)}L${at(behind(end, ahead, [8, 4]))} ${at(behind(end, ahead, [8, -4]))}z`;
const chevron = (end: Point, ahead: Ahead) =>
  `M${at(behind(end, ahead, [8, 5]))}L${at(end)} ${at(behind(end, ahead, [8, -5]))}L${at(end)}z`;
const diamond = (end: Point, ahead: Ahead) =>
  `M${at(end)}L${at(behind(end, ahead, [5, 4]))} ${at(behind(end, ahead, [10, 0]))} ${at(behind(end, ahead, [5, -4]))}z`;
const square = (end: Point, ahead: Ahead) =>
  `M${at(behind(end, ahead, [0, 4]))}L${at(behind(end, ahead, [0, -4]))} ${at(behind(end, ahead, [8, -4]))} ${at(behind(end, ahead, [8, 4]))}z`;
const bar = (end: Point, ahead: Ahead) => `M${at(behind(end, ahead, [5, 5]))}L${at(behind(end, ahead, [5, -5]))}z`;

const ENDS: Record<EdgeType, (end: Point, ahead: Ahead) => string> = {
  CAN_INVOKE: arrow,
  CHAINS_TO: chevron,
  GUARDED_BY: diamond,
  READS: bar,
  WRITES: square,
};

function at({ x, y }: Point): string {
  return `${Math.round(x)} ${Math.round(y)}`;
}
