import type { ResultStatus } from '../domain/fields.ts';
import { RESULT_STATUSES } from '../domain/fields.ts';
import { counted, grouped } from '../domain/formatting.ts';
import type { ResultView, RunHeader } from '../domain/run.ts';
import { Layout } from './layout.tsx';
import { ResultRows } from './result-rows.tsx';
import { queueUrl, type ResultsFilter, resultsUrl, runName } from './run-links.ts';
import { STATUS_WORDS } from './run-progress.tsx';
import { stepsToRun, Trail } from './trail.tsx';

export type ResultsPageProps = {
  run: RunHeader;
  results: ResultView[];
  /** How many there are, on all pages. */
  matching: number;
  /** One case, or a page of all results or those of one status. */
  shown: { caseId: string } | { status: ResultStatus | null; page: number; pages: number };
  workspaceName: string;
  csrf?: string;
};

/** Results of a run one by one, in the order of their cases: all, those of one status, or the trials of one case. Each leads to its own page. */
export function ResultsPage({ run, results, matching, shown, workspaceName, csrf }: ResultsPageProps) {
  const name = runName(run);
  return (
    <Layout title={`Results · ${name}`} workspaceName={workspaceName} here="/runs" {...(csrf ? { csrf } : {})}>
      <Trail steps={stepsToRun(undefined, run)} />
      <h1>{'caseId' in shown ? 'Results of one case' : 'Results'}</h1>
      {'caseId' in shown ? (
        <p class="notes">
          <code>{shown.caseId}</code>, {counted(matching, 'trial')} in this run.{' '}
          <a href={resultsUrl(run)}>All results</a>
        </p>
      ) : (
        <Filters run={run} status={shown.status} />
      )}
      {'status' in shown && shown.status === 'pending' && run.counts.pending > 0 && (
        <p class="notes">
          These wait for a person. <a href={queueUrl({ agent: run.agent_name })}>Decide them one by one</a>
        </p>
      )}
      <section aria-labelledby="list">
        <h2 id="list" class="unseen">
          List
        </h2>
        <ol id="rows" class="results">
          <ResultRows results={results} run={run} />
        </ol>
        <p class="empty">This run holds no such result.</p>
        {results.length < matching && 'caseId' in shown && (
          <p class="muted">
            The first {results.length} of {grouped(matching)} trials.
          </p>
        )}
      </section>
      {'pages' in shown && <Pages run={run} shown={shown} />}
    </Layout>
  );
}

function filterOf(shown: ResultsPageProps['shown']): ResultsFilter {
  if ('caseId' in shown) return { case: shown.caseId };
  return { ...(shown.status ? { status: shown.status } : {}), ...(shown.page > 1 ? { page: String(shown.page) } : {}) };
}

function Filters({ run, status }: { run: RunHeader; status: ResultStatus | null }) {
  return (
    <nav class="views" aria-label="Results by status">
      <ul class="facts ways">
        <li>
          <a href={resultsUrl(run)} aria-current={status === null ? 'page' : undefined}>
            All {grouped(run.counts.total)}
          </a>
        </li>
        {RESULT_STATUSES.map((each) => (
          <li>
            <a href={resultsUrl(run, { status: each })} aria-current={status === each ? 'page' : undefined}>
              {STATUS_WORDS[each]} {grouped(run.counts[each])}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

type PageOfResults = Extract<ResultsPageProps['shown'], { pages: number }>;

function Pages({ run, shown }: { run: RunHeader; shown: PageOfResults }) {
  const { page, pages } = shown;
  if (pages <= 1) return null;
  const at = (number: number) => resultsUrl(run, { ...filterOf({ ...shown, page: number }) });
  return (
    <nav aria-label="Pages">
      <ul class="facts ways">
        {page > 1 && (
          <li>
            <a href={at(page - 1)} rel="prev">
              Back
            </a>
          </li>
        )}
        <li>
          Page {grouped(page)} of {grouped(pages)}
        </li>
        {page < pages && (
          <li>
            <a href={at(page + 1)} rel="next">
              Next
            </a>
          </li>
        )}
      </ul>
    </nav>
  );
}
