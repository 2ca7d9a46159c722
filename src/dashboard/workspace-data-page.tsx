import { allowance } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { CsrfField } from './layout.tsx';
import { SettingsFrame } from './settings-frame.tsx';

export type WorkspaceDataPageProps = {
  workspaceName: string;
  csrf: string;
  /** Only owners take or delete a whole workspace. */
  isOwner: boolean;
};

const NAME_CHARS = 80;
const NAME_BYTES = 1000;

/** All that a workspace holds: take it along, or delete it. */
export function WorkspaceDataPage({ workspaceName, csrf, isOwner }: WorkspaceDataPageProps) {
  return (
    <SettingsFrame tab="data" {...{ workspaceName, csrf }}>
      <section aria-labelledby="export">
        <h2 id="export">Take everything along</h2>
        <p class="lead">
          One file with everything that <Inline clip={allowance(NAME_BYTES)(workspaceName, NAME_CHARS)} /> holds:
          agents, blueprints, scenarios, every result with its verdicts and reviews, scores, members, rules, and the
          audit log.
        </p>
        <p>
          It is NDJSON, a record a line. The values of keys and secrets are not in it; nobody can be told them again.
          The last line says <code>"type":"end"</code> and how many records of each type there are: a file without it
          was cut off. More than some 900 MB come in several files, over the{' '}
          <a href="/docs/exportWorkspace">REST interface</a>.
        </p>
        {isOwner ? (
          <form method="post" action="/settings/export">
            <CsrfField csrf={csrf} />
            <button type="submit">Download the export</button>
          </form>
        ) : (
          <p class="muted">Only an owner of the workspace can do this.</p>
        )}
      </section>
      <section aria-labelledby="delete">
        <h2 id="delete">Delete the workspace</h2>
        <p>With all agents, results, members and keys, for good.</p>
        {isOwner ? (
          <p>
            <a href="/settings/delete">Delete this workspace…</a>
          </p>
        ) : (
          <p class="muted">Only an owner of the workspace can do this.</p>
        )}
      </section>
    </SettingsFrame>
  );
}
