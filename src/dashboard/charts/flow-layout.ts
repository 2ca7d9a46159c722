import type { Flow, FlowLink, FlowNode } from './flow-steps.ts';

/** Where the nodes of a flow stand and its bands run, in pixels. */

export type Box = { x: number; y: number; width: number; height: number };
/** Bands of one width: results that failed, or that did not, on their way from node to node. */
export type Band = { failed: boolean; width: number; path: string };
export type FlowLayout = { boxes: Map<FlowNode, Box>; bands: Band[]; width: number; height: number };

export const NODE_WIDTH = 136;
const COLUMN_WIDTH = 172;
const START_WIDTH = 100;
const NODE_HEIGHT = 40;
const GAP = 12;
/** A band of all results is this wide, unless they are few. */
const WIDEST = 96;
const MOST_A_RESULT = 10;
const PADDING = 4;

export function layoutFlow({ columns, links }: Flow, top: number): FlowLayout {
  const results = Math.max(1, ...(columns[0] ?? []).map((node) => node.results));
  const unit = Math.min(MOST_A_RESULT, WIDEST / results);
  const boxes = new Map<FlowNode, Box>();
  let height = 0;
  for (const [index, column] of columns.entries()) {
    let y = top + PADDING;
    for (const node of column) {
      const box = { x: columnX(index), y, width: nodeWidth(index), height: Math.max(NODE_HEIGHT, node.results * unit) };
      boxes.set(node, box);
      y += box.height + GAP;
    }
    height = Math.max(height, y - GAP + PADDING);
  }
  const width = columnX(columns.length - 1) + nodeWidth(columns.length - 1) + PADDING;
  return { boxes, bands: bandsOf(links, boxes, unit), width, height };
}

/** The first column is the narrow one of the start. */
export function columnX(index: number): number {
  return PADDING + (index === 0 ? 0 : START_WIDTH + (COLUMN_WIDTH - NODE_WIDTH) + (index - 1) * COLUMN_WIDTH);
}

function nodeWidth(index: number): number {
  return index === 0 ? START_WIDTH : NODE_WIDTH;
}

/** Bands leave and reach a node one below the other, in the order of the nodes at their other end, so that they cross little. */
function bandsOf(links: readonly FlowLink[], boxes: Map<FlowNode, Box>, unit: number): Band[] {
  const used = new Map<string, number>();
  const yOf = (node: FlowNode) => boxes.get(node)?.y ?? 0;
  const ordered = links.toSorted(
    (a, b) => a.from.column - b.from.column || yOf(a.from) - yOf(b.from) || yOf(a.to) - yOf(b.to),
  );
  const slot = (node: FlowNode, side: 'in' | 'out', width: number) => {
    const box = boxes.get(node) ?? { x: 0, y: 0, width: 0, height: 0 };
    const key = `${side} ${box.x} ${box.y}`;
    const before = used.get(key) ?? 0;
    used.set(key, before + width);
    // The bundle hangs in the middle of the box.
    const free = (box.height - node.results * unit) / 2;
    return { x: side === 'in' ? box.x : box.x + box.width, y: box.y + Math.max(0, free) + before };
  };
  const bands = new Map<string, Band>();
  for (const { from, to, results, failed } of ordered) {
    const [a, b] = [slot(from, 'out', results * unit), slot(to, 'in', results * unit)];
    const bend = (b.x - a.x) / 2;
    const draw = (share: number, before: number, hasFailed: boolean) => {
      if (share === 0) return;
      const y = a.y + (before + share / 2) * unit;
      const key = `${hasFailed} ${share}`;
      const band = bands.get(key) ?? { failed: hasFailed, width: round(share * unit), path: '' };
      const fall = round(b.y - a.y);
      bands.set(key, {
        ...band,
        path: `${band.path}M${a.x} ${round(y)}c${bend} 0 ${bend} ${fall} ${b.x - a.x} ${fall}`,
      });
    };
    // Failed results run along the lower edge.
    draw(results - failed, 0, false);
    draw(failed, results - failed, true);
  }
  return [...bands.values()];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
