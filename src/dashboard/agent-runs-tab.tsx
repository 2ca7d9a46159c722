import { grouped, minuteTime } from '../domain/formatting.ts';
import { type Place, placeText } from '../domain/query.ts';
import type { ScoredRun } from '../domain/run.ts';
import { AgentFrame, agentUrl, type FramedAgent } from './agent-frame.tsx';
import { allowance, type Take } from './bounded-text.ts';
import { FigureHead } from './figure-head.tsx';
import { ListNotes, ListPages } from './list-notes.tsx';
import { type RefusedUpload, RefusedUploads } from './refused-uploads.tsx';
import { PassedAndFailed, RunEnd, RunTitle } from './run-cells.tsx';
import { runName } from './run-links.ts';
import { Time } from './time.tsx';

export type AgentRunsTabProps = {
  agent: FramedAgent;
  workspaceName: string;
  csrf: string;
  runs: readonly ScoredRun[];
  next: Place | null;
  isFirst: boolean;
  notes: readonly string[];
  /** Uploads from CI that were turned away, newest first. */
  refused: readonly RefusedUpload[];
  now: number;
};

/** Names of runs come from outside and share this. */
const NAMES_BYTES = 15_000;
const NAME_CHARS = 80;

/** All runs of the agent, newest first; two that are ticked can be compared. */
export function AgentRunsTab({ agent, workspaceName, csrf, ...list }: AgentRunsTabProps) {
  const { runs, next, isFirst, notes, refused, now } = list;
  const url = agentUrl(agent.id, 'runs');
  return (
    <AgentFrame {...{ agent, workspaceName, csrf }} tab="runs">
      <h2 class="unseen">Test runs</h2>
      <ListNotes notes={notes} />
      {runs.length === 0 ? (
        <NoRuns name={agent.name} isFirst={isFirst} />
      ) : (
        <form method="get" action={`${agentUrl(agent.id)}/compare`} class="ticked">
          <Table runs={runs} now={now} />
          {runs.length > 1 && (
            <p class="act">
              <button type="submit" class="quiet">
                Compare
              </button>{' '}
              <small>Tick two runs.</small>
            </p>
          )}
        </form>
      )}
      <ListPages
        first={url}
        next={next && `${url}?${new URLSearchParams({ after: placeText(next) })}`}
        isFirst={isFirst}
      />
      {runs.length > 0 && (
        <p class="notes">
          To filter these runs or take them as a file:{' '}
          <a href={`/runs?${new URLSearchParams({ agent: agent.name })}`}>all test runs</a>
        </p>
      )}
      {isFirst && refused.length > 0 && <RefusedUploads uploads={refused} now={now} />}
    </AgentFrame>
  );
}

function NoRuns({ name, isFirst }: { name: string; isFirst: boolean }) {
  if (!isFirst) return <p class="empty">There are no older runs.</p>;
  return (
    <p class="empty">
      No test runs yet. Ask your assistant: “Get the tests for {name} with <code>invarium_get_tests</code>, run the
      agent on each and stream the results with <code>invarium_sync_results</code>.”
    </p>
  );
}

function Table({ runs, now }: { runs: readonly ScoredRun[]; now: number }) {
  const take = allowance(NAMES_BYTES);
  return (
    <table class="listing">
      <caption class="unseen">Test runs, newest first</caption>
      <thead>
        <tr>
          {runs.length > 1 && (
            <th scope="col">
              <span class="unseen">Compare</span>
            </th>
          )}
          <th scope="col">Run</th>
          <th scope="col" class="wide">
            Date
          </th>
          <FigureHead name="Tests" on="wide" />
          <FigureHead name="Passed" />
          <FigureHead name="Failed" />
          <FigureHead name="Score" on="wide" />
          <th scope="col" class="widest">
            Source
          </th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((scored) => (
          <Line scored={scored} now={now} take={take} canTick={runs.length > 1} />
        ))}
      </tbody>
    </table>
  );
}

type LineProps = { scored: ScoredRun; now: number; take: Take; canTick: boolean };

function Line({ scored: { run, score }, now, take, canTick }: LineProps) {
  const { counts } = run;
  return (
    <tr>
      {canTick && (
        <td class="tick">
          <input
            type="checkbox"
            name="run"
            value={run.id}
            aria-label={`Compare ${runName(run).slice(0, NAME_CHARS)}`}
          />
        </td>
      )}
      <th scope="row">
        <RunTitle run={run} name={run.name === undefined ? undefined : take(run.name, NAME_CHARS)} />
        <small class="slim">
          <Time at={run.started_at} now={now} />
        </small>
      </th>
      <td class="wide">
        <Time at={run.started_at} now={now} />
        <small>{minuteTime(run.started_at)}</small>
      </td>
      <td class="number wide">{grouped(counts.total)}</td>
      <PassedAndFailed run={run} />
      <RunEnd run={run} score={score} />
    </tr>
  );
}
