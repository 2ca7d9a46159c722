import { minuteTime } from '../../domain/formatting.ts';
import type { TrendPoint } from '../../domain/trend.ts';
import { pointUrl } from './run-column.ts';

/** The head of a run's row in the numbers: when it began, and the way to it. */
export function RunHeading({ point, agentName }: { point: TrendPoint; agentName: string | undefined }) {
  return (
    <th scope="row">
      <a href={pointUrl(point, agentName)}>{minuteTime(point.startedAt)}</a>
    </th>
  );
}
