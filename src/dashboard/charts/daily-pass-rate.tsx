import { counted, grouped, percent } from '../../domain/formatting.ts';
import { ChartFigure, NoChart, Numbers } from './figure.tsx';
import { SHARE_TICKS } from './pass-rate-chart.tsx';
import { Plot } from './plot.tsx';
import { dayLabel } from './run-column.ts';
import { percentOf, slots } from './scale.ts';

/** A day (`2026-08-14`, UTC) with the results of all runs that began on it, and how many of them passed. */
export type PassDay = { day: string; passed: number; results: number };

const DAY_MS = 86_400_000;
const MOST_DAYS = 92;
/** Share of its column that a bar fills. */
const BAR_SHARE = 0.8;

/** The share of results that passed, day by day. Days without results stay empty. */
export function DailyPassRate({ days }: { days: readonly PassDay[] }) {
  const shown = everyDay(days);
  if (shown.length === 0) return <NoChart>No results on these days.</NoChart>;
  const at = slots(shown.length);
  const message = messageOf(days);
  const columns = shown.map(({ day, ...figures }) => ({ says: `${day}: ${dayText(figures)}` }));
  return (
    <ChartFigure message={message} numbers={numbersOf(days)}>
      <Plot
        label={`Bar chart. ${message}`}
        ticks={SHARE_TICKS}
        below={shown.map(({ day }) => dayLabel(Date.parse(day)))}
        columns={columns}
        slots={at}
      >
        {shown.map(({ passed, results }, index) => {
          if (results === 0) return null;
          const place = { x: percentOf(at.left(index) + at.width * 0.1), width: percentOf(at.width * BAR_SHARE) };
          const rest = 100 - (100 * passed) / results;
          return (
            <>
              <rect class="day" {...place} height="100%" />
              <rect data-outcome="passed" {...place} y={percentOf(rest)} height={percentOf(100 - rest)} />
            </>
          );
        })}
      </Plot>
    </ChartFigure>
  );
}

/** The days from the first to the last, those without results too. */
function everyDay(days: readonly PassDay[]): PassDay[] {
  const known = new Map(days.map((one) => [one.day, one]));
  const times = days.map(({ day }) => Date.parse(day)).filter(Number.isFinite);
  if (times.length === 0) return [];
  const last = Math.max(...times);
  const first = Math.max(Math.min(...times), last - (MOST_DAYS - 1) * DAY_MS);
  return Array.from({ length: (last - first) / DAY_MS + 1 }, (_, index) => {
    const day = new Date(first + index * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, passed: 0, results: 0 };
  });
}

function messageOf(days: readonly PassDay[]): string {
  const passed = days.reduce((sum, one) => sum + one.passed, 0);
  const results = days.reduce((sum, one) => sum + one.results, 0);
  return `${percent(passed, results)}% of ${counted(results, 'result')} passed, on ${counted(days.length, 'day')} with runs.`;
}

function dayText({ passed, results }: Omit<PassDay, 'day'>): string {
  return results === 0 ? 'no results' : `${percent(passed, results)}% of ${counted(results, 'result')} passed`;
}

function numbersOf(days: readonly PassDay[]) {
  return (
    <Numbers caption="Results of each day, newest first" columns={['Day (UTC)', 'Pass rate', 'Passed', 'Results']}>
      {days.toReversed().map(({ day, passed, results }) => (
        <tr>
          <th scope="row">{day}</th>
          <td>{percent(passed, results)}%</td>
          <td>{grouped(passed)}</td>
          <td>{grouped(results)}</td>
        </tr>
      ))}
    </Numbers>
  );
}
