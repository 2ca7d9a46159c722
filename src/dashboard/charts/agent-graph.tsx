import { counted, grouped } from '../../domain/formatting.ts';
import { EDGE_TYPES, NODE_TYPES } from '../../domain/graph.ts';
import {
  type GraphLayout,
  NODE_HEIGHT,
  NODE_WIDTH,
  type PlacedEdge,
  type PlacedNode,
} from '../../domain/graph-layout.ts';
import type { GraphMark, MarkedNode } from '../../domain/graph-marks.ts';
import { allowance, type Take } from '../bounded-text.ts';
import { crossesOf, EDGE_WORDS, type EdgeState, endsOf, linesOf, stateOf } from './edge-paths.ts';
import { ChartFigure, NoChart, NumbersTable } from './figure.tsx';
import { label } from './label.ts';
import { NODE_WORDS, NodeShape } from './node-shape.tsx';

/** Names come from outside; a hundred nodes have to fit into a page of 100 KB. */
const NAMES_BYTES = 6_000;
const NAME_LETTERS = 20;
const FULL_NAMES_BYTES = 6_000;
const FULL_NAME_LETTERS = 60;
/** Edges that the numbers list. */
const MOST_ROWS = 40;

const MARK_WORDS: Record<GraphMark, string> = {
  failing: 'failing',
  unguarded: 'unguarded',
  unknown: 'not in the graph',
  untested: 'untested',
  dead: 'dead path',
};
const STATE_WORDS: Record<EdgeState, string> = {
  tested: 'taken in runs',
  untested: 'not taken',
  failing: 'a quarter or more failed',
  untold: 'runs cannot tell',
};
const STATES = ['untold', 'untested', 'tested', 'failing'] as const;

/** The parts of an agent and how they hang together; what runs and the audit say of them is drawn and written. */
export function AgentGraph({ layout }: { layout: GraphLayout }) {
  if (layout.nodes.length === 0) return <NoChart>There is nothing to draw.</NoChart>;
  const message = messageOf(layout);
  const take = allowance(NAMES_BYTES);
  return (
    <ChartFigure message={message} legend={<Legend layout={layout} />} numbers={<GraphNumbers layout={layout} />}>
      <section class="scroll tall" tabindex={0} aria-label="Drawing of the graph">
        <svg
          class="agent-graph"
          role="img"
          aria-label={`Graph. ${message}`}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          width={layout.width}
          height={layout.height}
        >
          {STATES.map((state) => (
            <Edges state={state} edges={layout.edges.filter((edge) => stateOf(edge) === state)} />
          ))}
          {layout.nodes.map((placed) => (
            <Node placed={placed} take={take} />
          ))}
        </svg>
      </section>
    </ChartFigure>
  );
}

function Edges({ state, edges }: { state: EdgeState; edges: PlacedEdge[] }) {
  if (edges.length === 0) return null;
  return (
    <g class="edge" data-state={state}>
      <path d={linesOf(edges)} />
      <path class="end" d={endsOf(edges)} />
      {state === 'failing' && <path class="fault" d={crossesOf(edges)} />}
    </g>
  );
}

function Node({ placed: { node, x, y }, take }: { placed: PlacedNode; take: Take }) {
  const { type, name, marks } = node;
  return (
    <g class="part" data-type={type} data-marks={marks.length > 0 ? marks.join(' ') : undefined}>
      <NodeShape type={type} x={Math.round(x)} y={Math.round(y)} width={NODE_WIDTH} height={NODE_HEIGHT} />
      <text class="strong" x={Math.round(x) + NODE_WIDTH / 2} y={Math.round(y) + 17}>
        {label(take, name, NAME_LETTERS)}
      </text>
      <text class="says" x={Math.round(x) + NODE_WIDTH / 2} y={Math.round(y) + 31}>
        {saysOf(node)}
      </text>
    </g>
  );
}

/** What is to be said of a node, in the room of one line. */
function saysOf({ type, marks, use, guarded }: MarkedNode): string {
  if (marks.length === 0 && use) return `${counted(use.calls, 'call')}${guarded ? ', guarded' : ''}`;
  return marksOf({ marks, guarded: guarded && marks.length < 2 }) || NODE_WORDS[type];
}

function marksOf({ marks, guarded }: Pick<MarkedNode, 'marks' | 'guarded'>): string {
  return [...marks.map((mark) => MARK_WORDS[mark]), ...(guarded ? ['guarded'] : [])].join(', ');
}

function Legend({ layout: { nodes, edges } }: { layout: GraphLayout }) {
  const types = NODE_TYPES.filter((type) => nodes.some(({ node }) => node.type === type));
  return (
    <>
      {types.map((type) => (
        <li>
          <svg class="key part" viewBox="0 0 28 14" aria-hidden="true" data-type={type}>
            <NodeShape type={type} x={1} y={1} width={26} height={12} />
          </svg>
          {NODE_WORDS[type]}
        </li>
      ))}
      {STATES.filter((state) => edges.some((edge) => stateOf(edge) === state)).map((state) => (
        <li>
          <svg class="key edge" viewBox="0 0 28 14" aria-hidden="true" data-state={state}>
            <path d="M0 7h28" />
            {state === 'failing' && <path class="fault" d="M10 3l8 8m-8 0l8-8" />}
          </svg>
          {STATE_WORDS[state]}
        </li>
      ))}
      {EDGE_TYPES.filter((type) => edges.some(({ edge }) => edge.type === type)).map((type) => (
        <li>
          <svg class="key edge" viewBox="0 0 28 14" aria-hidden="true" data-state="untold">
            <path d="M4 7h20" />
            <path class="end" d={endsOf([sample(type)])} />
          </svg>
          {EDGE_WORDS[type]}
        </li>
      ))}
    </>
  );
}

function sample(type: PlacedEdge['edge']['type']): PlacedEdge {
  const points = [
    { x: 4, y: 7 },
    { x: 24, y: 7 },
  ];
  return { points, edge: { from: '', to: '', type, state: null, count: 0, failed: 0 } };
}

function messageOf({ nodes, edges, left }: GraphLayout): string {
  const marked = (mark: GraphMark) => nodes.filter(({ node }) => node.marks.includes(mark)).length;
  const tools = nodes.filter(({ node }) => node.type === 'Tool').length;
  const told = (['unguarded', 'failing', 'untested', 'unknown', 'dead'] as const)
    .filter((mark) => marked(mark) > 0)
    .map((mark) => `${grouped(marked(mark))} ${MARK_WORDS[mark]}`);
  const parts = `${counted(nodes.length, 'part')}, of them ${counted(tools, 'tool')}, and ${counted(edges.length, 'connection')}`;
  const rest = left.nodes + left.edges > 0 ? ` ${leftText(left)}` : '';
  return `${parts}; ${told.length > 0 ? told.join(', ') : 'nothing to mark'}.${rest}`;
}

function leftText({ nodes, edges }: GraphLayout['left']): string {
  const more = [
    ...(nodes > 0 ? [counted(nodes, 'more part')] : []),
    ...(edges > 0 ? [counted(edges, 'more edge')] : []),
  ];
  return `Not drawn: ${more.join(' and ')}.`;
}

function GraphNumbers({ layout: { nodes, edges } }: { layout: GraphLayout }) {
  const take = allowance(FULL_NAMES_BYTES);
  const ends = allowance(NAMES_BYTES);
  const names = new Map(nodes.map(({ node }) => [node.id, label(ends, node.name, NAME_LETTERS)]));
  return (
    <details class="numbers">
      <summary>Numbers</summary>
      <NumbersTable caption="Parts" columns={['Part', 'Kind', 'Calls', 'Failed', 'Results', 'Failed', 'Marks']}>
        {nodes.map(({ node: { name, type, use, marks, guarded } }) => (
          <tr>
            <th scope="row">
              <bdi>{label(take, name, FULL_NAME_LETTERS)}</bdi>
            </th>
            <td>{NODE_WORDS[type]}</td>
            {[use?.calls, use?.failedCalls, use?.results, use?.failedResults].map((figure) => (
              <td>{figure === undefined ? '' : grouped(figure)}</td>
            ))}
            <td>{marksOf({ marks, guarded })}</td>
          </tr>
        ))}
      </NumbersTable>
      <NumbersTable caption={edgesCaption(edges.length)} columns={['From', 'Type', 'To', 'Results', 'Failed', 'State']}>
        {edges.slice(0, MOST_ROWS).map((placed) => (
          <EdgeRow placed={placed} names={names} />
        ))}
      </NumbersTable>
    </details>
  );
}

function edgesCaption(count: number): string {
  return count > MOST_ROWS ? `The first ${MOST_ROWS} of ${grouped(count)} edges` : 'Edges';
}

function EdgeRow({ placed, names }: { placed: PlacedEdge; names: ReadonlyMap<string, string> }) {
  const { from, to, type, state, count, failed } = placed.edge;
  return (
    <tr>
      <th scope="row">
        <bdi>{names.get(from)}</bdi>
      </th>
      <td>{EDGE_WORDS[type]}</td>
      <td>
        <bdi>{names.get(to)}</bdi>
      </td>
      <td>{state === null ? '' : grouped(count)}</td>
      <td>{state === null ? '' : grouped(failed)}</td>
      <td>{STATE_WORDS[stateOf(placed)]}</td>
    </tr>
  );
}
