import { ACTIONS, type AuditFilter, type AuditLine, auditLogUrl } from '../domain/audit-log.ts';
import { isoTime, minuteTime } from '../domain/formatting.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { ListNotes, ListPages } from './list-notes.tsx';
import { SettingsFrame } from './settings-frame.tsx';

export type AuditLogPageProps = {
  workspaceName: string;
  csrf: string;
  lines: readonly AuditLine[];
  filter: AuditFilter;
  notes: readonly string[];
  /** Where the list goes on, as an address has it. */
  next: string | null;
  /** What one may filter by: e-mail addresses of members, and kinds of act. */
  actors: readonly string[];
  actions: readonly string[];
};

const WORD_CHARS = 254;
const SUBJECT_CHARS = 300;
const TEXT_BYTES = 40_000;
const ACTOR_LIST = 'actors';

/** Who did what and when, the newest first. */
export function AuditLogPage(props: AuditLogPageProps) {
  const { workspaceName, csrf, lines, filter, notes, next } = props;
  const { actor, action, after } = filter;
  const isNarrowed = actor !== null || action !== null;
  return (
    <SettingsFrame tab="audit-log" {...{ workspaceName, csrf }}>
      <ListNotes notes={notes} />
      <section aria-labelledby="log">
        <h2 id="log">Audit log</h2>
        <p class="empty">
          Acts that change who may do what, or take something away for good. Lines are kept as long as the workspace.
        </p>
        <Filters {...props} />
        {lines.length > 0 ? (
          <Lines lines={lines} />
        ) : (
          <p class="empty">
            {isNarrowed || after !== null ? 'No such line. ' : 'Nothing yet. '}
            {isNarrowed && <a href="/settings/audit-log">Show all</a>}
          </p>
        )}
        <ListPages
          first={auditLogUrl({ actor, action })}
          next={next && auditLogUrl({ actor, action, after: next })}
          isFirst={after === null}
        />
        {lines.length > 0 && (
          <p class="notes">
            As a file, from here on: <a href={auditLogUrl(asked(filter), '/settings/audit-log.csv')}>CSV</a>{' '}
            <a href={auditLogUrl(asked(filter), '/settings/audit-log.json')}>JSON</a>
          </p>
        )}
      </section>
    </SettingsFrame>
  );
}

function asked({ actor, action, after }: AuditFilter) {
  return { actor, action, after: after && JSON.stringify(after) };
}

function Filters({ filter: { actor, action }, actors, actions }: AuditLogPageProps) {
  const known = action === null || actions.includes(action) ? actions : [...actions, action];
  return (
    <form method="get" action="/settings/audit-log" class="filters">
      <label>
        Who
        <input type="text" name="actor" value={actor ?? ''} list={ACTOR_LIST} placeholder="anybody" dir="auto" />
      </label>
      <datalist id={ACTOR_LIST}>
        {actors.map((email) => (
          <option value={email} />
        ))}
      </datalist>
      <label>
        What
        <select name="action">
          <option value="">anything</option>
          {known.map((name) => (
            <option value={name} selected={name === action}>
              {ACTIONS[name] ?? name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="quiet">
        Show
      </button>
    </form>
  );
}

function Lines({ lines }: { lines: readonly AuditLine[] }) {
  const take = allowance(TEXT_BYTES);
  return (
    <section class="scroll" tabindex={0} aria-label="Table: Audit log">
      <table class="log">
        <caption class="unseen">Who did what and when, newest first</caption>
        <thead>
          <tr>
            <th scope="col">When (UTC)</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">About</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line line={line} take={take} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ line: { at, actor, action, subject }, take }: { line: AuditLine; take: Take }) {
  return (
    <tr>
      <td>
        <time datetime={isoTime(at)}>{minuteTime(at)}</time>
      </td>
      <td>
        <Inline clip={take(actor, WORD_CHARS)} />
      </td>
      <td title={action}>{ACTIONS[action] ?? action}</td>
      <td>
        <Inline clip={take(subject, SUBJECT_CHARS)} />
      </td>
    </tr>
  );
}
