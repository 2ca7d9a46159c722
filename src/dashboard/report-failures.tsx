import { categoryName } from '../domain/failure-words.ts';
import { counted, grouped } from '../domain/formatting.ts';
import type { FailureGroup, FailureReason } from '../domain/report-groups.ts';
import { isLost, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';

const REASON_CHARS = 400;
const TITLE_CHARS = 120;

export type ReportFailuresProps = {
  groups: readonly FailureGroup[];
  /** Reasons shown of each group. */
  reasons: number;
  take: Take;
};

/** Failed results by category and severity, with their reasons. */
export function ReportFailures({ groups, reasons, take }: ReportFailuresProps) {
  const failed = groups.reduce((sum, { count }) => sum + count, 0);
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">
        Failures <small>{counted(failed, 'result')}</small>
      </h2>
      {groups.length === 0 ? (
        <p class="sheet empty">No result failed.</p>
      ) : (
        <ul class="sheet failures">
          {groups.map((group) => (
            <Group group={group} limit={reasons} take={take} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Group({ group, limit, take }: { group: FailureGroup; limit: number; take: Take }) {
  const { category, severity, count, reasons } = group;
  const texts = reasons
    .slice(0, limit)
    .map((reason) => ({ ...reason, clip: take(reason.reason, REASON_CHARS) }))
    .filter(({ clip }) => !isLost(clip));
  const more = reasons.length - texts.length;
  return (
    <li>
      <h3>
        {severity && (
          <span class="severity" data-severity={severity}>
            {severity}
          </span>
        )}{' '}
        {category ? categoryName(category) : 'Without a category'} <small>{grouped(count)}</small>
      </h3>
      <ul>
        {texts.map((text) => (
          <Reason {...text} take={take} />
        ))}
      </ul>
      {more > 0 && (
        <p class="muted">{more === 1 ? 'One more reason is' : `${grouped(more)} more reasons are`} in the files.</p>
      )}
    </li>
  );
}

type ReasonProps = FailureReason & { clip: ReturnType<Take>; take: Take };

function Reason({ clip, count, titles, take }: ReasonProps) {
  return (
    <li>
      <Inline clip={clip} />
      {count > 1 && <> ({grouped(count)} times)</>}
      <small>
        {titles.map((title, index) => (
          <>
            {index > 0 && '; '}
            <Inline clip={take(title, TITLE_CHARS)} />
          </>
        ))}
      </small>
    </li>
  );
}
