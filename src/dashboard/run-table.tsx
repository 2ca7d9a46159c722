import { grouped, percent } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';
import { FigureHead } from './figure-head.tsx';
import { runName, runUrl } from './run-links.ts';
import { OutcomeBar } from './run-progress.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Time } from './time.tsx';

/** Runs, one a line; the agent's name is left out on the agent's own page. */
export function RunTable({ runs, now, showAgent }: { runs: RunHeader[]; now: number; showAgent: boolean }) {
  return (
    <table class="runs">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Status</th>
          <th scope="col" class="wide">
            Results
          </th>
          <FigureHead name="Passed" />
          <FigureHead name="Failed" on="wide" />
          <th scope="col" class="wide">
            Source
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunLine run={run} now={now} showAgent={showAgent} />
        ))}
      </tbody>
    </table>
  );
}

function RunLine({ run, now, showAgent }: { run: RunHeader; now: number; showAgent: boolean }) {
  const { counts } = run;
  return (
    <tr>
      <th scope="row">
        <a href={runUrl(run)}>
          <bdi>{runName(run)}</bdi>
        </a>
        <small>
          {showAgent && <bdi>{run.agent_name}</bdi>}
          {showAgent && ' · '}
          <Time at={run.started_at} now={now} />
        </small>
      </th>
      <td>
        <StatusBadge status={run.status} />
      </td>
      <td class="wide">
        <OutcomeBar counts={counts} whole={run.expected_total ?? counts.total} />
        <small>
          {grouped(counts.total)}
          {run.expected_total !== undefined && ` of ${grouped(run.expected_total)}`}
        </small>
      </td>
      <td class="number">
        {counts.total > 0 ? `${percent(counts.passed, counts.total)}%` : '—'}
        <small>
          {grouped(counts.passed)}/{grouped(counts.total)}
        </small>
      </td>
      <td class="number wide">{grouped(counts.failed)}</td>
      <td class="wide">{run.source}</td>
    </tr>
  );
}
