import { grouped, shortRunId } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';
import type { Clip } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { resultsUrl, runUrl } from './run-links.ts';
import { StatusBadge } from './status-badge.tsx';

/** What lists of runs show of each one alike. */

/** Its id, which leads to it, and its name where it has one. */
export function RunTitle({ run, name }: { run: RunHeader; name: Clip | undefined }) {
  return (
    <>
      <a href={runUrl(run)}>
        <code>{shortRunId(run.id)}</code>
      </a>
      {name && (
        <small>
          <Inline clip={name} />
        </small>
      )}
    </>
  );
}

/** Two cells; the second leads to what failed. */
export function PassedAndFailed({ run }: { run: RunHeader }) {
  const { passed, failed } = run.counts;
  return (
    <>
      <td class="number" data-figure={passed > 0 ? 'passed' : undefined}>
        {grouped(passed)}
      </td>
      <td class="number" data-figure={failed > 0 ? 'failed' : undefined}>
        {failed > 0 ? <a href={resultsUrl(run, { status: 'failed' })}>{grouped(failed)}</a> : 0}
      </td>
    </>
  );
}

/** Three cells: the agent's score after the run, where it came from, how it stands. */
export function RunEnd({ run, score }: { run: RunHeader; score: number | null }) {
  return (
    <>
      <td class="number wide">{score ?? '—'}</td>
      <td class="widest">{run.source}</td>
      <td>
        <StatusBadge status={run.status} />
        {run.status_reason && <small>{run.status_reason}</small>}
      </td>
    </>
  );
}
