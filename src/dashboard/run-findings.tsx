import { type Counts, SEVERITIES } from '../domain/fields.ts';
import { counted, duration, grouped } from '../domain/formatting.ts';
import type { ResultView, RunHeader } from '../domain/run.ts';
import type { AgentScore } from '../domain/scores.ts';
import type { FailureCount, LatencyFigures } from '../domain/trend.ts';
import { allowance, shown, type Take } from './bounded-text.ts';
import { FailureChart } from './charts/failure-chart.tsx';
import { failureName } from './failure-name.ts';
import { Inline } from './inline.tsx';
import { caseUrl, resultsUrl } from './run-links.ts';
import { StatusBadge } from './status-badge.tsx';

/** What came of a run that is over. `problems` are results that failed or broke off, as many as fit; `score` is the agent's after this run. */
export type Findings = {
  problems: readonly ResultView[];
  failures: readonly FailureCount[];
  latency: LatencyFigures | null;
  score: AgentScore | null;
};

/** Results that did not pass and are listed before all others. */
export const PROBLEMS_SHOWN = 8;
const FOREIGN_BYTES = 4_000;
const TITLE_CHARS = 120;
const REASON_CHARS = 300;

/** What went wrong, before all else: who opens a run that is over wants to know why. */
export function RunProblems({ run, findings: { problems, failures } }: { run: RunHeader; findings: Findings }) {
  if (problems.length === 0) return null;
  return (
    <section aria-labelledby="problems">
      <h2 id="problems">
        What went wrong <small>{extentOf(run.counts, problems.length)}</small>
      </h2>
      <div class="wrong">
        <Problems run={run} problems={problems} />
        {failures.length > 0 && <FailureChart failures={failures} />}
      </div>
    </section>
  );
}

/** The score after this run, and how long its results took. */
export function RunFigures({ findings: { score, latency } }: { findings: Findings }) {
  if (!score && !latency) return null;
  return (
    <dl class="tally figures">
      {score && (
        <div>
          <dt>Quality score (AQS)</dt>
          <dd>
            {score.value}{' '}
            <small>
              ({score.low}–{score.high}){score.lowEvidence && ', low evidence'}
            </small>
          </dd>
        </div>
      )}
      {latency && (
        <>
          <div>
            <dt>Median latency</dt>
            <dd>{duration(latency.p50)}</dd>
          </div>
          <div>
            <dt>95th percentile</dt>
            <dd>
              {duration(latency.p95)} <small>of {grouped(latency.results)}</small>
            </dd>
          </div>
        </>
      )}
    </dl>
  );
}

function extentOf({ failed, error }: Counts, listed: number): string {
  const all = failed + error;
  return all > listed ? `the first ${listed} of ${grouped(all)}` : counted(all, 'result');
}

function Problems({ run, problems }: { run: RunHeader; problems: readonly ResultView[] }) {
  const take = allowance(FOREIGN_BYTES);
  return (
    <div>
      <ol class="problems">
        {[...problems].sort(byGravity).map((result) => (
          <Problem run={run} result={result} take={take} />
        ))}
      </ol>
      {run.counts.failed + run.counts.error > problems.length && (
        <p class="notes">
          <a href={resultsUrl(run, { status: 'failed' })}>All {grouped(run.counts.failed)} failed</a>
          {run.counts.error > 0 && (
            <>
              {' '}
              <a href={resultsUrl(run, { status: 'error' })}>All {grouped(run.counts.error)} errors</a>
            </>
          )}
        </p>
      )}
    </div>
  );
}

type ProblemProps = { run: RunHeader; result: ResultView; take: Take };

function Problem({ run, result, take }: ProblemProps) {
  const { test_case_id: caseId, trial, severity, category, subtype } = result;
  return (
    <li class="problem">
      <h3>
        <a href={caseUrl(run, { caseId, trial })}>
          <Inline clip={take(result.title, TITLE_CHARS)} />
        </a>
        {trial > 1 && <small> trial {trial}</small>}
      </h3>
      <p class="reason" dir="auto">
        {shown(take(result.reason, REASON_CHARS))}
      </p>
      <ul class="facts">
        {result.status === 'error' && (
          <li>
            <StatusBadge status="error" />
          </li>
        )}
        {severity && <li data-severity={severity}>{severity}</li>}
        {category && <li>{failureName(category, subtype)}</li>}
        {result.agent_fault === false && <li>not the agent's fault</li>}
      </ul>
    </li>
  );
}

/** The gravest first. */
function byGravity(one: ResultView, other: ResultView): number {
  const rank = ({ severity }: ResultView) => (severity ? SEVERITIES.indexOf(severity) : SEVERITIES.length);
  return rank(one) - rank(other);
}
