import { duration, grouped } from '../../domain/formatting.ts';
import type { LatencyFigures, TrendPoint } from '../../domain/trend.ts';
import { allowance } from '../bounded-text.ts';
import { ChartFigure, NoChart, Numbers } from './figure.tsx';
import { LineKey, Plot, Stretched } from './plot.tsx';
import { beganLabels, NAMES_BYTES, pointName } from './run-column.ts';
import { RunHeading } from './run-heading.tsx';
import { down, linePath, markPath, roundTicks, type Slots, type Spot, slots, unbroken } from './scale.ts';

export type LatencyChartProps = { points: readonly TrendPoint[]; agentName?: string };

/** How long results took, run by run: median, and 95th percentile dashed and with squares. */
export function LatencyChart({ points, agentName }: LatencyChartProps) {
  const highest = Math.max(0, ...points.map(({ latency }) => latency?.p95 ?? 0));
  const newest = points.findLast(({ latency }) => latency)?.latency;
  if (!newest) return <NoChart>No result says how long it took: send `latency_ms` with it.</NoChart>;
  const at = slots(points.length);
  const ticks = roundTicks(highest);
  const top = ticks.at(-1) ?? 1;
  const message = `In the newest run half of the results took at most ${duration(newest.p50)}, 95% at most ${duration(newest.p95)}.`;
  const take = allowance(NAMES_BYTES);
  const columns = points.map((point) => ({
    says: `${pointName(point, take)}: ${latencyText(point.latency)}`,
  }));
  return (
    <ChartFigure message={message} legend={<Legend />} numbers={numbersOf(points, agentName)}>
      <Plot
        label={`Line chart. ${message}`}
        ticks={ticks.map((ms) => ({ at: (100 * ms) / top, label: ms === 0 ? '0' : duration(ms) }))}
        below={beganLabels(points)}
        columns={columns}
        slots={at}
      >
        <Stretched>
          <LatencyLine spots={spotsOf(points, { at, top, figure: 'p95' })} kind="slow" />
          <LatencyLine spots={spotsOf(points, { at, top, figure: 'p50' })} kind="line" />
        </Stretched>
      </Plot>
    </ChartFigure>
  );
}

type Scale = { at: Slots; top: number; figure: 'p50' | 'p95' };

function spotsOf(points: readonly TrendPoint[], { at, top, figure }: Scale): (Spot | null)[] {
  return points.map(({ latency }, index) =>
    latency ? { x: at.middle(index), y: down((100 * latency[figure]) / top) } : null,
  );
}

function LatencyLine({ spots, kind }: { spots: (Spot | null)[]; kind: 'line' | 'slow' }) {
  const parts = unbroken(spots);
  return (
    <>
      <path class={kind} d={parts.map(linePath).join('')} />
      <path class={kind === 'line' ? 'dots' : 'slow dots'} d={markPath(parts.flat())} />
    </>
  );
}

function Legend() {
  return (
    <>
      <LineKey class="line" words="median (p50)" />
      <LineKey class="slow" words="95th percentile (p95)" />
    </>
  );
}

function latencyText(latency: LatencyFigures | null): string {
  if (!latency) return 'no result says how long it took';
  return `median ${duration(latency.p50)}, 95th percentile ${duration(latency.p95)}`;
}

function numbersOf(points: readonly TrendPoint[], agentName: string | undefined) {
  return (
    <Numbers caption="How long results took, newest run first" columns={['Run', 'p50', 'p95', 'Results']}>
      {points.toReversed().map((point) => (
        <tr>
          <RunHeading point={point} agentName={agentName} />
          <td>{point.latency ? duration(point.latency.p50) : '–'}</td>
          <td>{point.latency ? duration(point.latency.p95) : '–'}</td>
          <td>{point.latency ? grouped(point.latency.results) : '–'}</td>
        </tr>
      ))}
    </Numbers>
  );
}
