import type { GraphNode } from '../../domain/graph.ts';

type NodeType = GraphNode['type'];
type Size = { x: number; y: number; width: number; height: number };

export const NODE_WORDS: Record<NodeType, string> = {
  Agent: 'agent',
  Tool: 'tool',
  Chain: 'chain',
  Guard: 'guard',
  ExternalService: 'external service',
  PolicyConstraint: 'policy',
};

/** The outline that tells what kind of part a node is. */
export function NodeShape({ type, ...size }: Size & { type: NodeType }) {
  if (type === 'Agent') return <rect {...size} rx={size.height / 2} />;
  if (type === 'Tool') return <rect {...size} rx="5" />;
  return <path d={OUTLINES[type](size)} />;
}

const OUTLINES: Record<Exclude<NodeType, 'Agent' | 'Tool'>, (size: Size) => string> = {
  /** Pointed at both sides. */
  Chain: ({ x, y, width: w, height: h }) => {
    const cut = h / 3;
    return `M${x + cut} ${y}h${w - 2 * cut}l${cut} ${h / 2}-${cut} ${h / 2}h-${w - 2 * cut}l-${cut}-${h / 2}z`;
  },
  /** All corners cut off. */
  Guard: ({ x, y, width: w, height: h }) => {
    const cut = h / 4;
    return `M${x + cut} ${y}h${w - 2 * cut}l${cut} ${cut}v${h - 2 * cut}l-${cut} ${cut}h-${w - 2 * cut}l-${cut}-${cut}v-${h - 2 * cut}z`;
  },
  /** Double lines at both sides. */
  ExternalService: ({ x, y, width: w, height: h }) => {
    const inset = h / 8;
    return `M${x} ${y}h${w}v${h}h-${w}zM${x + inset} ${y}v${h}M${x + w - inset} ${y}v${h}`;
  },
  /** A sheet with a folded corner. */
  PolicyConstraint: ({ x, y, width: w, height: h }) => {
    const fold = h / 4;
    return `M${x} ${y}h${w - fold}l${fold} ${fold}v${h - fold}h-${w}zM${x + w - fold} ${y}v${fold}h${fold}`;
  },
};
