import { type Counts, RESULT_STATUSES } from '../../domain/fields.ts';
import { counted, grouped, percent } from '../../domain/formatting.ts';
import type { TrendPoint } from '../../domain/trend.ts';
import { allowance } from '../bounded-text.ts';
import { ChartFigure, NoChart, Numbers } from './figure.tsx';
import { OUTCOME_WORDS, OutcomeKey, OutcomePatterns, outcomeFill } from './outcome-pattern.tsx';
import { Plot } from './plot.tsx';
import { beganLabels, NAMES_BYTES, pointName } from './run-column.ts';
import { RunHeading } from './run-heading.tsx';
import { percentOf, type Slots, slots } from './scale.ts';

export type PassRateChartProps = { points: readonly TrendPoint[]; agentName?: string };

const CHART = 'pass-rate';
export const SHARE_TICKS = [0, 25, 50, 75, 100].map((at) => ({ at, label: `${at}%` }));
/** Share of its column that a bar fills. */
const BAR_SHARE = 0.72;
/** As many bars have room for their figure above them on a phone. */
const MOST_FIGURES = 6;

/** What came of each run's results, in shares, passed ones at the bottom: a bar's lower part is the pass rate. */
export function PassRateChart({ points, agentName }: PassRateChartProps) {
  if (points.length === 0) return <NoChart>No run has been completed yet.</NoChart>;
  const at = slots(points.length);
  const message = messageOf(points);
  const take = allowance(NAMES_BYTES);
  const columns = points.map((point) => ({
    says: `${pointName(point, take)}: ${countsText(point.counts)}`,
  }));
  return (
    <ChartFigure message={message} legend={<Legend points={points} />} numbers={numbersOf(points, agentName)}>
      <Plot
        label={`Bar chart. ${message}`}
        ticks={SHARE_TICKS}
        below={beganLabels(points)}
        columns={columns}
        slots={at}
      >
        <OutcomePatterns chart={CHART} />
        {RESULT_STATUSES.map((status) => (
          <g fill={outcomeFill(CHART, status)}>
            {points.map(({ counts }, index) => (
              <Stretch counts={counts} status={status} index={index} at={at} />
            ))}
          </g>
        ))}
        {points.length <= MOST_FIGURES && <Figures points={points} at={at} />}
      </Plot>
    </ChartFigure>
  );
}

type StretchProps = { counts: Counts; status: (typeof RESULT_STATUSES)[number]; index: number; at: Slots };

/** One outcome's part of a bar. */
function Stretch({ counts, status, index, at }: StretchProps) {
  if (counts[status] === 0) return null;
  const below = RESULT_STATUSES.slice(0, RESULT_STATUSES.indexOf(status)).reduce((sum, one) => sum + counts[one], 0);
  const height = (100 * counts[status]) / counts.total;
  return (
    <rect
      x={percentOf(at.left(index) + (at.width * (1 - BAR_SHARE)) / 2)}
      y={percentOf(100 - (100 * below) / counts.total - height)}
      width={percentOf(at.width * BAR_SHARE)}
      height={percentOf(height)}
    />
  );
}

function Figures({ points, at }: { points: readonly TrendPoint[]; at: Slots }) {
  return (
    <g class="figure">
      {points.map(({ counts }, index) => (
        <text x={percentOf(at.middle(index))} y="0" dy="-.4em">
          {percent(counts.passed, counts.total)}%
        </text>
      ))}
    </g>
  );
}

function Legend({ points }: { points: readonly TrendPoint[] }) {
  const seen = RESULT_STATUSES.filter((status) => points.some(({ counts }) => counts[status] > 0));
  return (
    <>
      {seen.map((status) => (
        <OutcomeKey chart={CHART} status={status} />
      ))}
    </>
  );
}

function messageOf(points: readonly TrendPoint[]): string {
  const newest = points.at(-1)?.counts;
  if (!newest) return '';
  const passed = points.reduce((sum, { counts }) => sum + counts.passed, 0);
  const total = points.reduce((sum, { counts }) => sum + counts.total, 0);
  const now = `${percent(newest.passed, newest.total)}% of the newest run passed (${grouped(newest.passed)} of ${grouped(newest.total)})`;
  return points.length === 1 ? `${now}.` : `${now}; ${percent(passed, total)}% over all ${points.length} runs.`;
}

function countsText(counts: Counts): string {
  const parts = RESULT_STATUSES.filter((status) => counts[status] > 0).map(
    (status) => `${grouped(counts[status])} ${OUTCOME_WORDS[status].toLowerCase()}`,
  );
  return `${percent(counts.passed, counts.total)}% of ${counted(counts.total, 'result')} (${parts.join(', ')})`;
}

const COLUMNS = ['Run', 'Pass rate', ...RESULT_STATUSES.map((status) => OUTCOME_WORDS[status]), 'All'];

function numbersOf(points: readonly TrendPoint[], agentName: string | undefined) {
  return (
    <Numbers caption="Outcomes of each run, newest first" columns={COLUMNS}>
      {points.toReversed().map((point) => (
        <tr>
          <RunHeading point={point} agentName={agentName} />
          <td>{percent(point.counts.passed, point.counts.total)}%</td>
          {RESULT_STATUSES.map((status) => (
            <td>{grouped(point.counts[status])}</td>
          ))}
          <td>{grouped(point.counts.total)}</td>
        </tr>
      ))}
    </Numbers>
  );
}
