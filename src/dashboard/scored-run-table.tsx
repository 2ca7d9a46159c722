import { grouped, isoTime, minuteTime, relativeTime, shortRunId } from '../domain/formatting.ts';
import type { RunHeader, ScoredRun } from '../domain/run.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { resultsUrl, runUrl } from './run-links.ts';
import { StatusBadge } from './status-badge.tsx';

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
          <Figure name="Tests" on="wide" />
          <Figure name="Passed" />
          <Figure name="Failed" />
          <Figure name="Errors" on="widest" />
          <Figure name="Pending" on="widest" />
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

function Figure({ name, on }: { name: string; on?: 'wide' | 'widest' }) {
  return (
    <th scope="col" class={on ? `number ${on}` : 'number'}>
      {name}
    </th>
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
        <a href={runUrl(run)}>
          <code>{shortRunId(run.id)}</code>
        </a>
        {run.name !== undefined && (
          <small>
            <Inline clip={take(run.name, NAME_CHARS)} />
          </small>
        )}
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
      <td class="number" data-figure={counts.passed > 0 ? 'passed' : undefined}>
        {grouped(counts.passed)}
      </td>
      <td class="number" data-figure={counts.failed > 0 ? 'failed' : undefined}>
        {counts.failed > 0 ? <a href={resultsUrl(run, { status: 'failed' })}>{grouped(counts.failed)}</a> : 0}
      </td>
      <td class="number widest" data-figure={counts.error > 0 ? 'error' : undefined}>
        {grouped(counts.error)}
      </td>
      <td class="number widest">{grouped(counts.pending)}</td>
      <td class="number wide">{score ?? '—'}</td>
      <td class="widest">{run.source}</td>
      <td>
        <StatusBadge status={run.status} />
        {run.status_reason && <small>{run.status_reason}</small>}
      </td>
    </tr>
  );
}
