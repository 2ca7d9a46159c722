import { categoryName } from '../domain/failure-words.ts';
import { grouped, percent } from '../domain/formatting.ts';
import { recommendations } from '../domain/recommendations.ts';
import type { CategoryCoverage, RunReport } from '../domain/report.ts';
import { failureGroups, reportedCases, worstFirst } from '../domain/report-groups.ts';
import { type ReportDocument, reportFacts } from '../domain/report-text.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Coded } from './coded.tsx';
import { Inline } from './inline.tsx';
import { type CaseLink, ReportCases } from './report-cases.tsx';
import { ReportFailures } from './report-failures.tsx';
import { ReportScores } from './report-scores.tsx';
import { OutcomeBar } from './run-progress.tsx';
import { ShareBar } from './share-bar.tsx';

/** How much of a report is shown: bytes of foreign text, reasons of each kind of failure, cases. */
export type ReportRoom = { bytes: number; reasons: number; cases: number };

/** A page has to fit into 100 KB; a file holds everything. */
export const PAGE_ROOM: ReportRoom = { bytes: 24_000, reasons: 6, cases: 60 };
export const FILE_ROOM: ReportRoom = { bytes: 20_000_000, reasons: 20_000, cases: 20_000 };

const TEXT_CHARS = 600;

export type ReportBodyProps = {
  document: ReportDocument;
  room: ReportRoom;
  /** Where a case can be read; missing where the reader is not signed in. */
  caseLink?: CaseLink;
};

/** The report itself, the same on the page, behind a shared link and in a file. */
export function ReportBody({ document, room, caseLink }: ReportBodyProps) {
  const { report, audit } = document;
  const take = allowance(room.bytes);
  return (
    <>
      <Facts document={document} take={take} />
      <ReportScores score={report.score} audit={audit} />
      <Totals report={report} />
      <section aria-labelledby="recommendations">
        <h2 id="recommendations">Recommendations</h2>
        <ul class="sheet advice">
          {recommendations(report, audit).map(({ priority, text, cases }) => (
            <li>
              <span class="severity" data-severity={priority}>
                {priority}
              </span>
              <p>
                <Coded clip={take(text, TEXT_CHARS)} />
                {cases.length > 0 && (
                  <small>
                    For instance:{' '}
                    {cases.map((title, index) => (
                      <>
                        {index > 0 && '; '}
                        <Inline clip={take(title, TEXT_CHARS)} />
                      </>
                    ))}
                  </small>
                )}
              </p>
            </li>
          ))}
        </ul>
      </section>
      <ReportFailures groups={failureGroups(report.results)} reasons={room.reasons} take={take} />
      <Coverage coverage={report.coverage} />
      <ReportCases cases={worstFirst(reportedCases(report.results))} limit={room.cases} take={take} link={caseLink} />
    </>
  );
}

function Facts({ document, take }: { document: ReportDocument; take: Take }) {
  return (
    <dl class="report-facts">
      {reportFacts(document).map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>
            <Inline clip={take(value, TEXT_CHARS)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Totals({ report: { run } }: { report: RunReport }) {
  const { counts, expected_total, flaky_cases } = run;
  const figures = [
    { name: 'Passed', status: 'passed', value: counts.passed },
    { name: 'Failed', status: 'failed', value: counts.failed },
    { name: 'Errors', status: 'error', value: counts.error },
    { name: 'Pending', status: 'pending', value: counts.pending },
    { name: 'Flaky cases', value: flaky_cases },
  ];
  return (
    <section aria-labelledby="totals">
      <h2 id="totals">
        Results <small>{grouped(counts.total)}</small>
      </h2>
      <div class="sheet totals">
        <p>
          <strong>{percent(counts.passed, counts.total)}%</strong> passed
          {expected_total !== undefined && expected_total !== counts.total && (
            <>
              , {grouped(counts.total)} of {grouped(expected_total)} expected results arrived
            </>
          )}
        </p>
        <OutcomeBar counts={counts} whole={counts.total} />
        <dl class="tally">
          {figures.map(({ name, status, value }) => (
            <div data-status={status}>
              <dt>{name}</dt>
              <dd>{grouped(value)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}

function Coverage({ coverage }: { coverage: readonly CategoryCoverage[] }) {
  const covered = coverage.filter(({ cases }) => cases > 0).length;
  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">
        Coverage <small>{`${covered} of ${coverage.length} failure categories have cases`}</small>
      </h2>
      <table class="coverage">
        <thead>
          <tr>
            <th scope="col">Aimed at</th>
            <th scope="col" class="number">
              Cases
            </th>
            <th scope="col" class="number wide">
              Decided
            </th>
            <th scope="col" class="number">
              Passed
            </th>
          </tr>
        </thead>
        <tbody>
          {coverage.map(({ category, cases, decided, passed }) => (
            <tr class={cases === 0 ? 'uncovered' : undefined}>
              <th scope="row">
                {categoryName(category)}
                {cases === 0 ? <small>no case</small> : <ShareBar part={passed} whole={decided} />}
              </th>
              <td class="number">{grouped(cases)}</td>
              <td class="number wide">{grouped(decided)}</td>
              <td class="number">{decided > 0 ? `${grouped(passed)} (${percent(passed, decided)}%)` : '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
