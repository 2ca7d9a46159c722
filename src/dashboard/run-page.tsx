import { isoTime, minuteTime } from '../domain/formatting.ts';
import { LIVE_ROWS, type ResultView, type RunHeader } from '../domain/run.ts';
import { Layout } from './layout.tsx';
import { ResultRows } from './result-rows.tsx';
import { type Findings, RunFigures, RunProblems } from './run-findings.tsx';
import { compareUrl, queueUrl, reportUrl, resultsUrl, runName, runUrl } from './run-links.ts';
import { RunName } from './run-name.tsx';
import { RunProgress } from './run-progress.tsx';
import { StatusBadge } from './status-badge.tsx';
import { TextsRemoved } from './texts-removed.tsx';
import { Time } from './time.tsx';
import { stepsToAgent, Trail } from './trail.tsx';

const SCRIPTS = ['live'];
const STYLES = ['charts'];

export type RunPageProps = {
  run: RunHeader;
  newest: ResultView[];
  now: number;
  workspaceName: string;
  /** Path of the socket that sends this run's frames. */
  liveUrl: string;
  csrf?: string;
  agentUrl?: string;
  /** The run to compare this one with. */
  previousId?: string;
  /** What came of it, once it is over. */
  findings?: Findings;
};

/** One run. Complete as it stands; `live.js` keeps the part with the id `run` in step while results stream. */
export function RunPage(props: RunPageProps) {
  const { run, newest, now, workspaceName, liveUrl, csrf, agentUrl, previousId, findings } = props;
  const name = runName(run);
  return (
    <Layout
      title={`${name} · ${run.agent_name}`}
      workspaceName={workspaceName}
      {...(csrf ? { csrf } : {})}
      here="/runs"
      scripts={SCRIPTS}
      styles={STYLES}
    >
      <Trail steps={stepsToAgent(agentUrl, run.agent_name)}>
        <LiveState run={run} now={now} />
      </Trail>
      <div
        id="run"
        data-live-url={liveUrl}
        data-rev={run.rev}
        data-state={stateOf(run)}
        data-expected={run.expected_total ?? ''}
      >
        <header class="title">
          <h1>
            <RunName run={run} />
          </h1>
          <StatusBadge status={run.status} />
          <Ways run={run} previousId={previousId} />
        </header>
        <RunFacts run={run} now={now} />
        <Notes run={run} />
        <TextsRemoved at={run.texts_removed_at} />
        <RunProgress run={run}>{findings && <RunFigures findings={findings} />}</RunProgress>
        <Lists run={run} />
        {findings && <RunProblems run={run} findings={findings} />}
        <section aria-labelledby="newest">
          <h2 id="newest">
            Newest results <small>the last {LIVE_ROWS}, newest first</small>
          </h2>
          <ol id="rows" class="results">
            <ResultRows results={newest} run={run} />
          </ol>
          <p class="empty">No results yet. They appear here one by one as they are streamed.</p>
        </section>
      </div>
    </Layout>
  );
}

/** What a run that is over leads to: its report, and what changed since the run before. */
function Ways({ run, previousId }: { run: RunHeader; previousId: string | undefined }) {
  return (
    <div class="ways-on">
      {previousId !== undefined && (
        <a href={compareUrl(run.agent_name, previousId, run.id)} class="button quiet">
          Compare with the run before
        </a>
      )}
      <a href={reportUrl(run)} class="button quiet" data-when="over" hidden={!isOver(run)}>
        QA report
      </a>
    </div>
  );
}

/** On to the results one by one. */
function Lists({ run }: { run: RunHeader }) {
  return (
    <ul class="facts">
      <li>
        <a href={resultsUrl(run)}>All results</a>
      </li>
      <li>
        <a href={resultsUrl(run, { status: 'failed' })}>Failed results</a>
      </li>
      <li>
        <a href={resultsUrl(run, { status: 'pending' })}>Pending results</a>
      </li>
    </ul>
  );
}

/** Nothing is waited for any more: what came of the run can be told. */
function isOver({ status }: RunHeader): boolean {
  return status === 'completed' || status === 'failed';
}

/** A run's status with its reason, where it has one: `failed/stalled`. */
function stateOf({ status, status_reason }: RunHeader): string {
  return status_reason ? `${status}/${status_reason}` : status;
}

/** Whether the page is being kept in step; filled by the script, outside the part that is replaced, so that it is announced once. */
function LiveState({ run, now }: { run: RunHeader; now: number }) {
  return (
    <div class="live">
      <p id="live-state" aria-live="polite" />
      <a class="sign-in-again" href={`/sign-in?next=${encodeURIComponent(runUrl(run))}`}>
        Sign in again
      </a>
      <noscript>As of {minuteTime(now)} UTC. Reload for newer results.</noscript>
    </div>
  );
}

/** Whatever the script may have to show or hide carries `data-when` with the name of what must hold. */
function RunFacts({ run, now }: { run: RunHeader; now: number }) {
  const { completed_at } = run;
  return (
    <ul class="facts">
      <li>
        <code>{run.id}</code>
      </li>
      <li>source {run.source}</li>
      <li>
        started {minuteTime(run.started_at)} UTC (<Time at={run.started_at} now={now} />)
      </li>
      <li data-when="ended" hidden={completed_at === undefined}>
        ended{' '}
        <time datetime={completed_at === undefined ? undefined : isoTime(completed_at)}>
          {completed_at !== undefined && `${minuteTime(completed_at)} UTC`}
        </time>
      </li>
    </ul>
  );
}

const NOTES = {
  pending: 'Open and waiting for its first result.',
  'failed/stalled':
    'Stalled: results stopped before the announced total was reached. The figures stand; a new result reopens the run.',
  'failed/abandoned': 'Abandoned: no result ever arrived. The run is left out of statistics; a result reopens it.',
  'failed/cancelled': 'Cancelled. What had arrived is kept; nothing more is accepted.',
};

/** Every sentence a state may need is on the page; the script only chooses which one shows. One line is kept free for it. */
function Notes({ run }: { run: RunHeader }) {
  return (
    <div class="notes">
      {Object.entries(NOTES).map(([when, sentence]) => (
        <p data-when={when} hidden={when !== stateOf(run)}>
          {sentence}
        </p>
      ))}
      <p data-when="undecided" hidden={run.status !== 'completed' || run.counts.pending === 0}>
        Pending results need a decision: <a href={queueUrl({ agent: run.agent_name })}>decide them one by one</a>, send
        them again with <code>passed</code>, or give their cases expectations.
      </p>
      {run.outage && <OutageNote />}
    </div>
  );
}

/** Known only of a run that was read after its end, so the script has no part in it. */
function OutageNote() {
  return (
    <p>
      <strong>Outage:</strong> at least four in five results broke off or failed with one and the same error, so this
      run is kept and shown, and left out of the score.
    </p>
  );
}
