import { expect, test } from 'vitest';
import { parseBlueprint } from '../../src/domain/blueprint/blueprint.ts';
import { layoutGraph, MOST_EDGES, MOST_NODES, NODE_HEIGHT, NODE_WIDTH } from '../../src/domain/graph-layout.ts';
import { type MarkedGraph, markGraph } from '../../src/domain/graph-marks.ts';
import type { ToolUsage } from '../../src/domain/tool-use.ts';

const NOTHING_RUN: ToolUsage = { agentId: 'ag_1', runs: 0, results: 0, tools: [], steps: [] };

const tool = (name: string, more: Record<string, unknown> = {}) => ({
  ...{ name, description: name, parameters: { type: 'object', properties: {} }, side_effects: 'read' },
  ...more,
});

function blueprintOf(more: Record<string, unknown> = {}) {
  const tools = [
    tool('find_order'),
    tool('issue_refund', { side_effects: 'write' }),
    tool('cancel_order', { side_effects: 'delete', requires_confirmation: true }),
  ];
  const chains = [{ name: 'refund', steps: ['find_order', 'issue_refund'] }];
  return parseBlueprint(JSON.stringify({ agent_name: 'shop-support', tools, workflow: { chains }, ...more })).blueprint;
}

function usageOf(...uses: [tool: string, results: number, failedResults: number, failedCalls?: number][]): ToolUsage {
  const tools = uses.map(([name, results, failedResults, failedCalls = 0]) => ({
    ...{ tool: name, calls: results, results, failedResults, failedCalls },
  }));
  return { ...NOTHING_RUN, runs: 1, results: 10, tools };
}

function marksOf({ nodes }: MarkedGraph): Record<string, string> {
  return Object.fromEntries(
    nodes.filter(({ marks }) => marks.length > 0).map(({ name, marks }) => [name, marks.join(' ')]),
  );
}

function edgeOf({ edges }: MarkedGraph, from: string, to: string) {
  return edges.find((edge) => edge.from === from && edge.to === to);
}

test('before any run every tool is untested, and a write past no guard is unguarded', () => {
  const marked = markGraph(blueprintOf(), NOTHING_RUN);
  expect(marked.source).toBe('derived');
  expect(marksOf(marked)).toEqual({
    find_order: 'untested',
    issue_refund: 'unguarded untested',
    cancel_order: 'untested',
  });
  expect(marked.nodes.filter(({ guarded }) => guarded).map(({ name }) => name)).toEqual(['cancel_order']);
});

test('a tool is failing from a quarter of its results or calls on', () => {
  const calm = markGraph(blueprintOf(), usageOf(['find_order', 8, 1], ['cancel_order', 4, 0, 0]));
  expect(marksOf(calm)).toEqual({ issue_refund: 'unguarded untested' });
  const failing = markGraph(blueprintOf(), usageOf(['find_order', 8, 2], ['cancel_order', 4, 0, 1]));
  expect(marksOf(failing)).toMatchObject({ find_order: 'failing', cancel_order: 'failing' });
});

test('an edge between tools is tested by one being called right after the other, not by both being called', () => {
  const called = usageOf(['find_order', 5, 0], ['issue_refund', 5, 0]);
  const [from, to] = ['tool:find_order', 'tool:issue_refund'];
  expect(edgeOf(markGraph(blueprintOf(), called), from, to)).toMatchObject({ state: 'untested' });
  const steps = [{ from: 'find_order', to: 'issue_refund', count: 4, failed: 1 }];
  expect(edgeOf(markGraph(blueprintOf(), { ...called, steps }), from, to)).toMatchObject({
    ...{ state: 'failing', count: 4, failed: 1 },
  });
});

test('an edge to a tool that was not called is untested, though the tool it comes from was', () => {
  const graph = {
    nodes: ['find_order', 'issue_refund'].map((id) => ({ id, type: 'Tool' })),
    edges: [{ from: 'find_order', to: 'issue_refund', type: 'CAN_INVOKE' }],
  };
  const marked = markGraph(blueprintOf({ graph }), usageOf(['find_order', 5, 0]));
  expect(edgeOf(marked, 'find_order', 'issue_refund')).toMatchObject({ state: 'untested' });
});

test('a tool that runs show and the graph does not have is added and marked', () => {
  const marked = markGraph(blueprintOf(), usageOf(['find_order', 3, 0], ['send_sms', 2, 2]));
  expect(marksOf(marked)).toMatchObject({ send_sms: 'failing unknown' });
  expect(edgeOf(marked, 'agent', 'seen:send_sms')).toMatchObject({ type: 'CAN_INVOKE', state: 'failing' });
});

test('an uploaded graph is drawn as it is: its guards count, its dead paths and its origin are told', () => {
  const graph = {
    nodes: [
      { id: 'a', type: 'Agent', name: 'shop-support' },
      { id: 'r', type: 'Tool', name: 'issue_refund' },
      { id: 'c', type: 'Tool', name: 'cancel_order' },
      { id: 'f', type: 'Tool', name: 'find_order' },
      { id: 'g', type: 'Guard', name: 'Limit' },
    ],
    edges: [
      { from: 'a', to: 'r', type: 'CAN_INVOKE' },
      { from: 'a', to: 'c', type: 'CAN_INVOKE' },
      { from: 'r', to: 'g', type: 'GUARDED_BY' },
    ],
    metadata: { discovery_method: 'runtime inspection' },
  };
  const marked = markGraph(blueprintOf({ graph }), usageOf(['issue_refund', 4, 0], ['cancel_order', 1, 0]));
  expect(marked).toMatchObject({ source: 'uploaded', method: 'runtime inspection', looseRules: [] });
  expect(marksOf(marked)).toEqual({ find_order: 'untested dead' });
});

test('a write that only the blueprint states is unguarded in an uploaded graph, too', () => {
  const graph = {
    nodes: [
      { id: 'a', type: 'Agent' },
      { id: 'issue_refund', type: 'Tool' },
    ],
    edges: [{ from: 'a', to: 'issue_refund', type: 'CAN_INVOKE' }],
  };
  expect(marksOf(markGraph(blueprintOf({ graph }), NOTHING_RUN)).issue_refund).toBe('unguarded untested');
});

test('rules of a derived graph that name no tool are told apart instead of drawn', () => {
  const constraints = { guardrails: ['Be polite', 'Ask before issue refund'] };
  const marked = markGraph(blueprintOf({ constraints }), NOTHING_RUN);
  expect(marked.looseRules).toEqual(['Be polite']);
  expect(marked.nodes.filter(({ type }) => type === 'Guard').map(({ name }) => name)).toContain(
    'Ask before issue refund',
  );
});

test('no two parts of a drawing overlap, every edge lies inside it, and it is the same each time', () => {
  const marked = markGraph(blueprintOf(), usageOf(['find_order', 3, 0], ['send_sms', 2, 2]));
  const layout = layoutGraph(marked);
  expect(layoutGraph(marked)).toEqual(layout);
  for (const [index, a] of layout.nodes.entries())
    for (const b of layout.nodes.slice(index + 1))
      expect(Math.abs(a.x - b.x) >= NODE_WIDTH || Math.abs(a.y - b.y) >= NODE_HEIGHT).toBe(true);
  for (const { x, y } of layout.edges.flatMap(({ points }) => points)) {
    expect(x >= 0 && x <= layout.width).toBe(true);
    expect(y >= 0 && y <= layout.height).toBe(true);
  }
});

test('of a large graph the agent and what is marked are drawn, and the rest is counted', () => {
  const tools = Array.from({ length: 500 }, (_, n) => tool(`tool_${n}`, n === 499 ? { side_effects: 'delete' } : {}));
  const marked = markGraph(blueprintOf({ tools, workflow: { chains: [] } }), NOTHING_RUN);
  const { nodes, edges, left } = layoutGraph(marked);
  expect(nodes).toHaveLength(MOST_NODES);
  expect(edges.length).toBeLessThanOrEqual(MOST_EDGES);
  expect(left).toEqual({ nodes: marked.nodes.length - nodes.length, edges: marked.edges.length - edges.length });
  expect(nodes.map(({ node }) => node.name)).toEqual(expect.arrayContaining(['shop-support', 'tool_499']));
});

test('ids that mean something to an engine, circles and an edge to itself are laid out like any other', () => {
  const ids = ['__proto__', 'constructor', 'toString'];
  const graph = {
    nodes: ids.map((id) => ({ id, type: 'Tool' })),
    edges: [...ids.map((id, n) => [id, ids[(n + 1) % 3]]), ['toString', 'toString']].map(([from, to]) => ({
      ...{ from, to, type: 'CHAINS_TO' },
    })),
  };
  const layout = layoutGraph(markGraph(blueprintOf({ graph }), NOTHING_RUN));
  expect(layout.nodes.map(({ node }) => node.id)).toEqual(ids);
  expect(layout.edges).toHaveLength(3);
});

test('nothing to draw is an empty drawing', () => {
  expect(layoutGraph({ nodes: [], edges: [] })).toMatchObject({ nodes: [], width: 0, height: 0 });
});
