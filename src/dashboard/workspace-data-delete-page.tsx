import { counted } from '../domain/formatting.ts';
import { allowance } from './bounded-text.ts';
import { Alert, Field } from './form-fields.tsx';
import { Inline } from './inline.tsx';
import { CsrfField, Layout } from './layout.tsx';
import { SettingsFrame } from './settings-frame.tsx';

const NAME_CHARS = 80;
const NAME_BYTES = 1000;

export type DeleteWorkspacePageProps = { workspaceName: string; csrf: string; agents: number; error: string | null };

/** Says what goes, and has the name typed: no other page asks for that. */
export function DeleteWorkspacePage({ workspaceName, csrf, agents, error }: DeleteWorkspacePageProps) {
  return (
    <SettingsFrame tab="data" title="Delete the workspace" {...{ workspaceName, csrf }}>
      <h2>
        Delete <Inline clip={allowance(NAME_BYTES)(workspaceName, NAME_CHARS)} /> for good?
      </h2>
      <p>With it go:</p>
      <ul class="goes">
        <li>{counted(agents, 'agent')} with blueprints, scenarios, test runs and all results</li>
        <li>all members, and every session they are signed in with, yours too</li>
        <li>every API key, connected app, trust rule, webhook and shared report</li>
        <li>the audit log, but for one line that says who deleted the workspace and when</li>
      </ul>
      <p class="lead">
        This cannot be undone, and it cannot be stopped once it began. Whoever uses a key or an app is refused within
        about a minute. <a href="/settings/export">Take an export</a> before, if anybody may want to look something up.
      </p>
      <Alert error={error} />
      <form method="post" action="/settings/delete" class="form">
        <CsrfField csrf={csrf} />
        <Field
          {...{ name: 'confirm', label: 'Name of the workspace', value: '', required: true, error }}
          hint="Type it as it stands above, so that it is this one."
        />
        <div class="pair">
          <button type="submit" class="danger">
            Delete this workspace
          </button>
          <a href="/settings/export">Keep it</a>
        </div>
      </form>
    </SettingsFrame>
  );
}

export type DeletingPageProps = {
  workspaceName: string;
  csrf: string;
  agents: number;
  /** Seconds until asking again can help; 0 for now. */
  waitS: number;
};

/** The deletion has begun. There is no way from here to the rest of the dashboard: it is closed. */
export function DeletingPage({ workspaceName, csrf, agents, waitS }: DeletingPageProps) {
  return (
    <Layout title="The workspace is being deleted">
      <div class="narrow">
        <h1>
          <Inline clip={allowance(NAME_BYTES)(workspaceName, NAME_CHARS)} /> is being deleted
        </h1>
        <p class="lead">
          It is closed: nobody gets in, and nothing is taken in any more.{' '}
          {agents > 0
            ? `${counted(agents, 'agent')} still ${agents === 1 ? 'has' : 'have'} to go.`
            : 'The last records still have to go.'}
        </p>
        {waitS > 0 && <p>What was under way is given time to end. Go on in {counted(waitS, 'second')}.</p>}
        <form method="post" action="/settings/delete">
          <CsrfField csrf={csrf} />
          <button type="submit" class="danger">
            Go on deleting
          </button>
        </form>
        <p class="muted">This page can be left and come back to, in this browser, at /settings/delete.</p>
      </div>
    </Layout>
  );
}
