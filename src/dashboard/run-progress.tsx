import type { Child } from 'hono/jsx';
import { type Counts, RESULT_STATUSES } from '../domain/fields.ts';
import { counted, grouped, percent } from '../domain/formatting.ts';
import type { RunHeader } from '../domain/run.ts';

/** How far a run has come and what came of it; a bar needs to know the whole, which is announced or stands once the run is over. Whatever `live.js` writes to carries `data-n` with the name of its number. `children` are told below. */
export function RunProgress({ run, children }: { run: RunHeader; children?: Child }) {
  return (
    <section class="progress" aria-label="Progress">
      <p class="received">
        <strong data-n="total">{grouped(run.counts.total)}</strong>
        {run.expected_total === undefined ? (
          ' received'
        ) : (
          <>
            {' of '}
            {counted(run.expected_total, 'result')}
            <span class="share">
              <span data-n="progress">{Math.min(100, percent(run.counts.total, run.expected_total))}</span>%
            </span>
          </>
        )}
      </p>
      {run.expected_total !== undefined && <ProgressBar counts={run.counts} expected={run.expected_total} />}
      {run.expected_total === undefined && run.status === 'completed' && (
        <div class="bar">
          <OutcomeBar counts={run.counts} whole={run.counts.total} />
        </div>
      )}
      <Tally run={run} />
      {children}
    </section>
  );
}

function ProgressBar({ counts, expected }: { counts: Counts; expected: number }) {
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label="Results received"
      aria-valuemin={0}
      aria-valuemax={expected}
      aria-valuenow={Math.min(counts.total, expected)}
      aria-valuetext={`${counts.total} of ${expected}`}
    >
      <OutcomeBar counts={counts} whole={expected} />
    </div>
  );
}

/** One bar, a stretch per outcome, drawn in units of results: attributes of a drawing, because inline styles are not allowed. */
export function OutcomeBar({ counts, whole }: { counts: Counts; whole: number }) {
  const viewBox = `0 0 ${Math.max(counts.total, whole, 1)} 1`;
  let before = 0;
  return (
    <svg class="outcomes" viewBox={viewBox} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {RESULT_STATUSES.map((status) => {
        const x = before;
        before += counts[status];
        return <rect data-outcome={status} x={x} y="0" width={counts[status]} height="1" />;
      })}
    </svg>
  );
}

export const STATUS_WORDS = { passed: 'Passed', failed: 'Failed', error: 'Error', pending: 'Pending' };

function Tally({ run }: { run: RunHeader }) {
  const { counts } = run;
  return (
    <dl class="tally">
      {RESULT_STATUSES.map((status) => (
        <div data-status={status}>
          <dt>{STATUS_WORDS[status]}</dt>
          <dd data-n={status}>{grouped(counts[status])}</dd>
        </div>
      ))}
      <div>
        <dt>Pass rate</dt>
        <dd>
          <span data-n="pass_rate">{percent(counts.passed, counts.total)}</span>%
        </dd>
      </div>
      <div>
        <dt>Flaky cases</dt>
        <dd data-n="flaky">{grouped(run.flaky_cases)}</dd>
      </div>
    </dl>
  );
}
