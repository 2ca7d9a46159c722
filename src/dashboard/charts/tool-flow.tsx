import type { CaseRun } from '../../domain/case-detail.ts';
import { counted, grouped } from '../../domain/formatting.ts';
import { allowance, type Take } from '../bounded-text.ts';
import { ChartFigure, NoChart, Numbers } from './figure.tsx';
import { type Box, columnX, layoutFlow, NODE_WIDTH } from './flow-layout.ts';
import { type Flow, type FlowNode, flowOf, hasFailed, MOST_STEPS, type Step, stepsOf } from './flow-steps.ts';
import { label } from './label.ts';

export type ToolFlowProps = { runs: readonly CaseRun[]; expected: readonly string[] | undefined };

/** Names of tools come from outside; a drawing of all steps has to fit into a page of 100 KB. */
const NAMES_BYTES = 9_000;
const NAME_LETTERS = 17;
const FULL_NAMES_BYTES = 12_000;
const FULL_NAME_LETTERS = 80;
const LANE_PX = 52;
const LANE_BOX_PX = 32;

/** The ways one case took through the tools, step by step from left to right: the more results, the wider; what was expected above. */
export function ToolFlow({ runs, expected }: ToolFlowProps) {
  const told = runs.flatMap((run) => (run.tools === null ? [] : [{ ...run, tools: run.tools }]));
  if (told.length === 0) return <NoChart>No result of this case says which tools were called.</NoChart>;
  const flow = flowOf(told);
  const lane = expected ? stepsOf(expected) : [];
  const { boxes, bands, width, height } = layoutFlow(flow, lane.length > 0 ? LANE_PX : 0);
  const laneEnd = columnX(Math.min(lane.length, MOST_STEPS)) + NODE_WIDTH + 4;
  const message = messageOf(told, runs.length - told.length);
  const take = allowance(NAMES_BYTES);
  const due = new Set(expected);
  const numbers = numbersOf(flow, due, allowance(FULL_NAMES_BYTES));
  return (
    <ChartFigure message={message} legend={<Legend due={lane.length > 0} />} numbers={numbers}>
      <section class="scroll" tabindex={0} aria-label="Paths through the tools">
        <svg
          class="flow"
          role="img"
          aria-label={`Flow chart. ${message}`}
          viewBox={`0 0 ${Math.max(width, laneEnd)} ${height}`}
          width={Math.max(width, laneEnd)}
          height={height}
        >
          {lane.length > 0 && <Lane steps={lane} take={take} />}
          <g class="band">
            {bands.map(({ failed, width, path }) => (
              <path class={failed ? 'failed' : undefined} d={path} stroke-width={width} />
            ))}
          </g>
          {[...boxes].map(([node, box]) => (
            <NodeBox node={node} box={box} isDue={node.kind === 'tool' && due.has(node.tool)} take={take} />
          ))}
        </svg>
      </section>
    </ChartFigure>
  );
}

/** What was expected, in a row of its own: the actual steps may stand elsewhere, since reads between them are free. */
function Lane({ steps, take }: { steps: readonly Step[]; take: Take }) {
  const drawn = steps.slice(0, steps.length > MOST_STEPS ? MOST_STEPS - 1 : MOST_STEPS);
  const left = steps.length - drawn.length;
  const texts = drawn.map(({ tool, times }) =>
    timed(tool, [times, times], (text, letters) => label(take, text, letters)),
  );
  if (left > 0) texts.push(`… ${grouped(left)} more`);
  const middle = 4 + LANE_BOX_PX / 2;
  return (
    <g class="lane">
      <path d={`M${columnX(0)} ${middle}H${columnX(texts.length)}`} />
      <text x={columnX(0)} y={middle - 6}>
        expected
      </text>
      {texts.map((text, index) => (
        <>
          <rect x={columnX(index + 1)} y="4" width={NODE_WIDTH} height={LANE_BOX_PX} rx="6" />
          <DueMark x={columnX(index + 1) + 10} y={middle} />
          <text x={columnX(index + 1) + 26} y={middle} dy=".35em">
            {text}
          </text>
        </>
      ))}
    </g>
  );
}

type NodeBoxProps = { node: FlowNode; box: Box; isDue: boolean; take: Take };

function NodeBox({ node, box, isDue, take }: NodeBoxProps) {
  const name = nameOf(node, (text, letters) => label(take, text, letters));
  return (
    <g class="node" data-due={isDue ? 'due' : undefined} data-kind={node.kind}>
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="6" />
      {isDue && <DueMark x={box.x + 10} y={box.y + box.height / 2 - 8} />}
      <text class="strong" x={box.x + (isDue ? 26 : 10)} y={box.y + box.height / 2 - 4}>
        {name}
      </text>
      <text x={box.x + 10} y={box.y + box.height / 2 + 12}>
        {node.failed > 0 ? `${grouped(node.results)}, ${grouped(node.failed)} failed` : grouped(node.results)}
      </text>
    </g>
  );
}

function DueMark({ x, y }: { x: number; y: number }) {
  return <path class="due" d={`M${x} ${y}l5-5 5 5-5 5z`} />;
}

function nameOf({ kind, tool, times: [least, most], tools }: FlowNode, clipped: Clipped): string {
  if (kind === 'start') return 'Start';
  if (kind === 'none') return 'no tool called';
  if (kind === 'others') return `${tools.size} other tools`;
  if (kind === 'rest') return `… ${range(least, most)} more`;
  return timed(tool, [least, most], clipped);
}

/** Makes a name fit; in the drawing into so many letters. */
type Clipped = (text: string, letters: number) => string;

function timed(tool: string, [least, most]: FlowNode['times'], clipped: Clipped): string {
  const times = most > 1 ? ` ×${range(least, most)}` : '';
  return `${clipped(tool, NAME_LETTERS - times.length)}${times}`;
}

function range(least: number, most: number): string {
  return least === most ? grouped(most) : `${grouped(least)}–${grouped(most)}`;
}

function Legend({ due }: { due: boolean }) {
  return (
    <>
      <li>
        <svg class="key band" viewBox="0 0 28 14" aria-hidden="true">
          <path d="M0 7h28" stroke-width="10" />
        </svg>
        results
      </li>
      <li>
        <svg class="key band" viewBox="0 0 28 14" aria-hidden="true">
          <path class="failed" d="M0 7h28" stroke-width="10" />
        </svg>
        failed or broken off
      </li>
      {due && (
        <li>
          <svg class="key" viewBox="0 0 28 14" aria-hidden="true">
            <DueMark x={9} y={7} />
          </svg>
          expected tool
        </li>
      )}
    </>
  );
}

function messageOf(told: readonly (CaseRun & { tools: string[] })[], untold: number): string {
  const ways = Map.groupBy(told, ({ tools }) => JSON.stringify(stepsOf(tools).map(({ tool }) => tool)));
  const failed = told.filter(hasFailed).length;
  const most = Math.max(...[...ways.values()].map((runs) => runs.length));
  const rest = untold > 0 ? ` ${counted(untold, 'result')} without calls left out.` : '';
  if (told.length === 1) return `One result; it ${failed === 0 ? 'did not fail' : 'failed'}.${rest}`;
  const alike = most === 1 ? 'no two of them the same' : `${grouped(most)} of them the same`;
  const how = ways.size === 1 ? 'took the same way' : `took ${ways.size} ways, ${alike}`;
  return `${grouped(told.length)} results ${how}; ${failed === 0 ? 'none' : grouped(failed)} failed.${rest}`;
}

const COLUMNS = ['Step', 'Tool', 'Results', 'Failed', 'Expected'];

function numbersOf({ columns }: Flow, due: ReadonlySet<string>, take: Take) {
  return (
    <Numbers caption="Tools at each step" columns={COLUMNS}>
      {columns.flat().map((node) => (
        <tr>
          <th scope="row">{node.column}</th>
          <td>
            <bdi>{nameOf(node, (text) => label(take, text, FULL_NAME_LETTERS))}</bdi>
          </td>
          <td>{grouped(node.results)}</td>
          <td>{grouped(node.failed)}</td>
          <td>{node.kind === 'tool' && due.has(node.tool) ? 'yes' : ''}</td>
        </tr>
      ))}
    </Numbers>
  );
}
