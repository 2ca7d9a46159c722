import type { Place } from '../domain/query.ts';
import type { ScoredRun } from '../domain/run.ts';
import { isNarrowed, type RunFilter, runListUrl } from '../domain/run-filter.ts';
import { ConnectGuide } from './connect-guide.tsx';
import { Layout } from './layout.tsx';
import { ListNotes, ListPages } from './list-notes.tsx';
import { RunFilters } from './run-filters.tsx';
import { ScoredRunTable } from './scored-run-table.tsx';

export type RunsListProps = {
  workspaceName: string;
  csrf?: string;
  now: number;
  origin: string;
  mcpUrl: string;
  runs: ScoredRun[];
  next: Place | null;
  /** Names of the workspace's agents. */
  agents: readonly string[];
  filter: RunFilter;
  notes: readonly string[];
};

/** The runs of a workspace, newest first, a page at a time. */
export function RunsList({ workspaceName, csrf, ...list }: RunsListProps) {
  const { runs, agents, filter, notes } = list;
  const isUnused = runs.length === 0 && !isNarrowed(filter) && filter.after === null;
  return (
    <Layout title="Test runs" workspaceName={workspaceName} here="/runs" {...(csrf ? { csrf } : {})}>
      <h1>Test runs</h1>
      <ListNotes notes={notes} />
      {isUnused ? (
        <FirstRun {...list} />
      ) : (
        <>
          <RunFilters filter={filter} agents={agents} />
          <Found {...list} />
        </>
      )}
    </Layout>
  );
}

type ListProps = Omit<RunsListProps, 'workspaceName' | 'csrf'>;

function Found({ runs, next, filter, now }: ListProps) {
  const first = runListUrl({ ...filter, after: null });
  return (
    <section aria-label="Runs">
      {runs.length > 0 ? <Comparable runs={runs} now={now} /> : <NoneFound filter={filter} />}
      <ListPages first={first} next={next && runListUrl({ ...filter, after: next })} isFirst={filter.after === null} />
      {runs.length > 0 && (
        <p class="notes">
          This view as a file: <a href={runListUrl(filter, '/runs.csv')}>CSV</a>{' '}
          <a href={runListUrl(filter, '/runs.json')}>JSON</a>
        </p>
      )}
    </section>
  );
}

/** Two of the runs are ticked and compared. */
function Comparable({ runs, now }: Pick<ListProps, 'runs' | 'now'>) {
  return (
    <form method="get" action="/runs/compare" class="ticked">
      <ScoredRunTable runs={runs} now={now} />
      {runs.length > 1 && (
        <p class="act">
          <button type="submit" class="quiet">
            Compare
          </button>{' '}
          <small>Tick two runs of one agent.</small>
        </p>
      )}
    </form>
  );
}

function NoneFound({ filter }: { filter: RunFilter }) {
  if (filter.after !== null) return <p class="empty">There are no older runs in this view.</p>;
  return (
    <p class="empty">
      No run matches these filters. <a href="/runs">Show all runs</a>
    </p>
  );
}

/** What leads to a first run: all of it in an empty workspace, else the last step. */
function FirstRun({ agents, mcpUrl, origin }: ListProps) {
  if (agents.length === 0) {
    return (
      <>
        <p class="lead">No test runs yet, and no agent to test. Each of these steps ends in a run on this page.</p>
        <ConnectGuide mcpUrl={mcpUrl} origin={origin} />
      </>
    );
  }
  return (
    <>
      <p class="lead">No test runs yet.</p>
      <ol class="steps">
        <li>
          <h2>Run your tests</h2>
          <p>In the client that is connected, on the project that holds your agent:</p>
          <pre class="copy">
            {`Get the tests for ${agents[0]} with invarium_get_tests, run the agent on each and stream the results with invarium_sync_results.`}
          </pre>
        </li>
        <li>
          <h2>Or see a sample run</h2>
          <p>In the project folder:</p>
          <pre class="copy">npm run demo</pre>
        </li>
      </ol>
    </>
  );
}
