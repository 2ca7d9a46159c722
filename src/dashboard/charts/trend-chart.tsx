import { counted } from '../../domain/formatting.ts';
import { type AgentScore, scoreBand, scoreText } from '../../domain/scores.ts';
import type { TrendPoint } from '../../domain/trend.ts';
import { allowance } from '../bounded-text.ts';
import { ChartFigure, NoChart, Numbers } from './figure.tsx';
import { LineKey, Plot, Stretched } from './plot.tsx';
import { beganLabels, NAMES_BYTES, pointName, pointUrl } from './run-column.ts';
import { RunHeading } from './run-heading.tsx';
import { areaPath, down, linePath, markPath, percentOf, type Slots, short, slots } from './scale.ts';

export type TrendChartProps = { points: readonly TrendPoint[]; agentName?: string };

/** Where the named bands of a score begin, from the top. */
const BAND_STARTS = [90, 70, 50, 0];
const TICKS = [100, ...BAND_STARTS].map((at) => ({ at, label: String(at) }));

/** The interval of a few scores is drawn at each of them, too; many have smaller dots. */
const MOST_WHISKERS = 12;
const MANY = 24;

type Scored = { x: number; score: AgentScore };

/** The quality score after each run, oldest first, with its 95% interval. Outages are marked and have no part in the line. */
export function TrendChart({ points, agentName }: TrendChartProps) {
  if (points.length === 0) return <NoChart>No run has been completed yet.</NoChart>;
  const at = slots(points.length);
  const scored = points.flatMap(({ score, outage }, index): Scored[] =>
    score && !outage ? [{ x: at.middle(index), score }] : [],
  );
  const message = messageOf(points, scored);
  const take = allowance(NAMES_BYTES);
  const columns = points.map((point) => ({
    says: `${pointName(point, take)}: ${pointText(point)}`,
    href: pointUrl(point, agentName),
  }));
  return (
    <ChartFigure message={message} legend={<Legend points={points} />} numbers={numbersOf(points, agentName)}>
      <Plot
        label={`Line chart. ${message}`}
        ticks={TICKS}
        below={beganLabels(points)}
        columns={columns}
        slots={at}
        named
      >
        <Bands />
        <Outages points={points} at={at} />
        <ScoreLine scored={scored} />
      </Plot>
    </ChartFigure>
  );
}

function Bands() {
  return (
    <>
      {BAND_STARTS.map((from, index) => {
        const to = BAND_STARTS[index - 1] ?? 100;
        const name = scoreBand(from);
        return (
          <>
            <rect data-zone={name} y={percentOf(100 - to)} width="100%" height={percentOf(to - from)} />
            <text class="name" x="100%" dx="8" y={percentOf(100 - (to + from) / 2)} dy=".35em">
              {name}
            </text>
          </>
        );
      })}
    </>
  );
}

function Outages({ points, at }: { points: readonly TrendPoint[]; at: Slots }) {
  return (
    <g class="outage">
      {points.map(({ outage }, index) => {
        const x = percentOf(at.middle(index));
        return (
          outage && (
            <>
              <line x1={x} x2={x} y2="100%" />
              <text x={x} y="100%" dy="-.4em">
                ×
              </text>
            </>
          )
        );
      })}
    </g>
  );
}

/** Dots are full where the score rests on enough cases, hollow where it does not. */
function ScoreLine({ scored }: { scored: readonly Scored[] }) {
  const spots = scored.map(({ x, score }) => ({ x, y: down(score.value) }));
  const upper = scored.map(({ x, score }) => ({ x, y: down(score.high) }));
  const lower = scored.map(({ x, score }) => ({ x, y: down(score.low) }));
  const unsure = spots.filter((_, index) => scored[index]?.score.lowEvidence);
  return (
    <Stretched>
      {scored.length > 1 && <path class="interval" d={areaPath(upper, lower)} />}
      {scored.length <= MOST_WHISKERS && <path class="whisker" d={scored.map(whisker).join('')} />}
      <path class="line" d={linePath(spots)} />
      <g data-many={scored.length > MANY ? 'many' : undefined}>
        <path class="dots" d={markPath(spots)} />
        <path class="holes" d={markPath(unsure)} />
      </g>
    </Stretched>
  );
}

function whisker({ x, score: { low, high } }: Scored): string {
  return `M${short(x)} ${down(high)}V${down(low)}`;
}

function Legend({ points }: { points: readonly TrendPoint[] }) {
  return (
    <>
      <LineKey class="line" words="score" />
      <LineKey class="interval" words="95% interval" />
      {points.some(({ score, outage }) => !outage && score?.lowEvidence) && (
        <li>
          <svg class="key" viewBox="0 0 28 14" aria-hidden="true">
            <path class="dots" d="M14 7h0" />
            <path class="holes" d="M14 7h0" />
          </svg>
          low evidence: fewer than 10 cases
        </li>
      )}
      {points.some(({ outage }) => outage) && (
        <li>
          <span class="cross" aria-hidden="true">
            ×
          </span>
          outage, left out of the score
        </li>
      )}
    </>
  );
}

function messageOf(points: readonly TrendPoint[], scored: readonly Scored[]): string {
  const first = scored[0]?.score;
  const last = scored.at(-1)?.score;
  const outages = points.filter(({ outage }) => outage).length;
  const left = outages > 0 ? ` ${counted(outages, 'outage')} left out.` : '';
  if (!first || !last) return `None of ${counted(points.length, 'run')} has a score.${left}`;
  const now = `${scoreText(last)}, ${scoreBand(last.value).toLowerCase()}`;
  if (scored.length === 1) return `The first score is ${now}.${left}`;
  const way = last.value === first.value ? 'stands where it began' : `went from ${first.value} to ${last.value}`;
  return `Over ${scored.length} runs the score ${way}; now ${now}.${left}`;
}

function pointText({ score, outage }: TrendPoint): string {
  if (outage) return 'outage';
  return score ? `${scoreText(score)}, ${scoreBand(score.value).toLowerCase()}` : 'no score';
}

function numbersOf(points: readonly TrendPoint[], agentName: string | undefined) {
  return (
    <Numbers caption="Score after each run, newest first" columns={['Run', 'Score', '95% interval', 'Decided', 'Note']}>
      {points.toReversed().map((point) => {
        const score = point.outage ? null : point.score;
        return (
          <tr>
            <RunHeading point={point} agentName={agentName} />
            <td>{score ? score.value : '–'}</td>
            <td>{score ? `${score.low}–${score.high}` : '–'}</td>
            <td>{score ? score.decided : '–'}</td>
            <td>{noteOf(point)}</td>
          </tr>
        );
      })}
    </Numbers>
  );
}

function noteOf({ outage, score }: TrendPoint): string {
  if (outage) return 'outage';
  return score?.lowEvidence ? 'low evidence' : '';
}
