import { counted, grouped } from '../domain/formatting.ts';
import type { ReportedCase } from '../domain/report-groups.ts';
import type { Take } from './bounded-text.ts';
import { FigureHead } from './figure-head.tsx';
import { Inline } from './inline.tsx';
import { StatusBadge } from './status-badge.tsx';

export type CaseLink = (caseId: string) => string;
export type ReportCasesProps = {
  cases: readonly ReportedCase[];
  limit: number;
  take: Take;
  link: CaseLink | undefined;
};

const TITLE_CHARS = 120;

/** Every case with how its results went, those with something to look at first. */
export function ReportCases({ cases, limit, take, link }: ReportCasesProps) {
  const shown = cases.slice(0, limit);
  const more = cases.length - shown.length;
  return (
    <section aria-labelledby="cases">
      <h2 id="cases">
        Cases <small>{grouped(cases.length)}</small>
      </h2>
      {shown.length === 0 ? (
        <p class="sheet empty">No result arrived.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Case</th>
              <th scope="col">Outcome</th>
              <FigureHead name="Passed" />
              <FigureHead name="Failed" on="wide" />
              <FigureHead name="Errors" on="wide" />
              <FigureHead name="Pending" on="wide" />
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <CaseRow line={one} take={take} link={link} />
            ))}
          </tbody>
        </table>
      )}
      {more > 0 && (
        <p class="muted more">
          {counted(more, 'more case')} {more === 1 ? 'is' : 'are'} in the files.
        </p>
      )}
    </section>
  );
}

function CaseRow({ line, take, link }: { line: ReportedCase; take: Take; link: CaseLink | undefined }) {
  const { caseId, title, results, passed, failed, error, pending, flaky } = line;
  const name = <Inline clip={take(title, TITLE_CHARS)} />;
  return (
    <tr>
      <th scope="row">
        {link ? <a href={link(caseId)}>{name}</a> : name}
        {flaky && <small>flaky</small>}
      </th>
      <td>
        <StatusBadge status={outcomeOf(line)} />
      </td>
      <td class="number">
        {grouped(passed)} of {grouped(results)}
      </td>
      <td class="number wide">{grouped(failed)}</td>
      <td class="number wide">{grouped(error)}</td>
      <td class="number wide">{grouped(pending)}</td>
    </tr>
  );
}

/** The worst of a case's results. */
function outcomeOf({ failed, error, pending }: ReportedCase): 'failed' | 'error' | 'pending' | 'passed' {
  if (failed > 0) return 'failed';
  if (error > 0) return 'error';
  return pending > 0 ? 'pending' : 'passed';
}
