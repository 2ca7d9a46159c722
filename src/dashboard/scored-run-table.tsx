import { grouped, isoTime, minuteTime, relativeTime, shortRunId } from '../domain/formatting.ts';
import type { RunHeader, ScoredRun } from '../domain/run.ts';
import { allowance, type Take } from './bounded-text.ts';
import { FigureHead } from './figure-head.tsx';
import { PassedAndFailed, RunEnd, RunTitle } from './run-cells.tsx';

/** Names of runs come from outside and share this; fifty of them have to fit into a page of 100 KB. */
const NAMES_BYTES = 5_000;
const NAME_CHARS = 60;

/** Runs of a workspace with all their figures, each to be ticked; stands in a form. Narrow screens keep those that say whether something is wrong. */
export function ScoredRunTable({ runs, now }: { runs: readonly ScoredRun[]; now: number }) {
  const take = allowance(NAMES_BYTES);
  return (
    <table class="listing">
      <thead>
        <tr>
          <th scope="col" class="tick">
            <span class="unseen">Compare</span>
          </th>
          <th scope="col">Run ID</th>
          <th scope="col" class="wide">
            Agent
          </th>
          <th scope="col" class="wide">
            Date
          </th>
          <FigureHead name="Tests" on="wide" />
          <FigureHead name="Passed" />
          <FigureHead name="Failed" />
          <FigureHead name="Errors" on="widest" />
          <FigureHead name="Pending" on="widest" />
          <th scope="col" class="number wide">
            <abbr title="Agent quality score after this run, 0 to 100">Score</abbr>
          </th>
          <th scope="col" class="widest">
            Source
          </th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {runs.map(({ run, score }) => (
          <RunLine run={run} score={score} now={now} take={take} />
        ))}
      </tbody>
    </table>
  );
}

type RunLineProps = { run: RunHeader; score: number | null; now: number; take: Take };

function RunLine({ run, score, now, take }: RunLineProps) {
  const { counts } = run;
  return (
    <tr>
      <td class="tick">
        <label>
          <span class="unseen">Compare {shortRunId(run.id)}</span>
          <input type="checkbox" name="run" value={run.id} />
        </label>
      </td>
      <th scope="row">
        <RunTitle run={run} name={run.name === undefined ? undefined : take(run.name, NAME_CHARS)} />
        <small class="slim">
          {run.agent_name}
          <br />
          {relativeTime(run.started_at, now)}
        </small>
      </th>
      <td class="wide agent">{run.agent_name}</td>
      <td class="wide">
        <time datetime={isoTime(run.started_at)}>{relativeTime(run.started_at, now)}</time>
        <small>{minuteTime(run.started_at)}</small>
      </td>
      <td class="number wide">
        {grouped(counts.total)}
        {run.expected_total !== undefined && run.expected_total !== counts.total && (
          <small>of {grouped(run.expected_total)}</small>
        )}
      </td>
      <PassedAndFailed run={run} />
      <td class="number widest" data-figure={counts.error > 0 ? 'error' : undefined}>
        {grouped(counts.error)}
      </td>
      <td class="number widest">{grouped(counts.pending)}</td>
      <RunEnd run={run} score={score} />
    </tr>
  );
}
