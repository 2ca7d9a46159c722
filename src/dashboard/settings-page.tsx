import { STALL_MS } from '../domain/run-state.ts';
import { ClientSnippets } from './client-snippets.tsx';
import { CopyText } from './copy-text.tsx';
import { CsrfField, Layout } from './layout.tsx';
import { type Usage, UsageTable } from './usage-table.tsx';

export type SettingsPageProps = {
  workspace: { id: string; name: string };
  /** `role` is null for somebody who is no member any more, and absent where nobody knows it. */
  member: { email: string; role?: string | null };
  /** Absent while the database does not answer. */
  usage?: Usage;
  /** The first members of the workspace; absent like `usage`. */
  members?: { email: string; role: string }[];
  planName: string;
  mcpUrl: string;
  csrf?: string;
};

const SCRIPTS = ['copy'];
const MINUTE_MS = 60_000;

/** Who and where one is, what is used of the plan, and the rules that hold for every run. */
export function SettingsPage({ workspace, member, usage, members, planName, mcpUrl, csrf }: SettingsPageProps) {
  return (
    <Layout
      title="Settings"
      workspaceName={workspace.name}
      here="/settings"
      scripts={SCRIPTS}
      {...(csrf ? { csrf } : {})}
    >
      <h1>Settings</h1>
      <Profile member={member} csrf={csrf} />
      <Workspace workspace={workspace} members={members} />
      <section aria-labelledby="usage">
        <h2 id="usage">
          Usage and plan <small>{planName}</small>
        </h2>
        {usage ? (
          <UsageTable usage={usage} />
        ) : (
          <p class="alert" role="alert">
            The database does not answer, so usage cannot be shown. Runs in progress go on. Reload in 30 seconds.
          </p>
        )}
      </section>
      <Rules />
      <section aria-labelledby="connector">
        <h2 id="connector">Connector</h2>
        <ol class="steps">
          <li>
            <h3>The address</h3>
            <CopyText text={mcpUrl} name="the address" />
          </li>
          <li>
            <h3>The key</h3>
            <p>
              Make one on the page of <a href="/api-keys">API keys</a> and put it into the environment as{' '}
              <code>INVARIUM_API_KEY</code>.
            </p>
          </li>
          <li>
            <h3>The file of your client</h3>
            <ClientSnippets mcpUrl={mcpUrl} />
          </li>
        </ol>
      </section>
    </Layout>
  );
}

function Profile({ member: { email, role }, csrf }: Pick<SettingsPageProps, 'member'> & { csrf: string | undefined }) {
  return (
    <section aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      <dl class="settings">
        <dt>Signed in as</dt>
        <dd>
          <bdi>{email}</bdi>
        </dd>
        {role !== undefined && (
          <>
            <dt>Role</dt>
            <dd>
              {role ?? 'no member of this workspace any more'}
              {role === 'viewer' && <small>, who may look at everything and change nothing</small>}
            </dd>
          </>
        )}
      </dl>
      <div class="pair">
        <form method="post" action="/sign-out">
          <CsrfField csrf={csrf} />
          <button type="submit" class="quiet">
            Sign out of this browser
          </button>
        </form>
        <form method="post" action="/sign-out-everywhere">
          <CsrfField csrf={csrf} />
          <button type="submit" class="quiet" aria-describedby="everywhere">
            Sign out everywhere
          </button>
        </form>
      </div>
      <p class="muted" id="everywhere">
        Everywhere ends all dashboard sessions of this member, this one too, within half a minute. Keys go on working.
      </p>
    </section>
  );
}

type WorkspaceProps = Pick<SettingsPageProps, 'workspace'> & { members: SettingsPageProps['members'] | undefined };

function Workspace({ workspace, members }: WorkspaceProps) {
  return (
    <section aria-labelledby="workspace">
      <h2 id="workspace">Workspace</h2>
      <dl class="settings">
        <dt>Name</dt>
        <dd>
          <bdi>{workspace.name}</bdi>
        </dd>
        <dt>Id</dt>
        <dd>
          <code>{workspace.id}</code>
        </dd>
        {members && (
          <>
            <dt>Members</dt>
            <dd>
              <ul>
                {members.map(({ email, role }) => (
                  <li>
                    <bdi>{email}</bdi>, {role}
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** Said as they are: none of them can be set. */
function Rules() {
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">Rules of every run</h2>
      <dl class="settings">
        <dt>Redaction</dt>
        <dd>
          Results are judged as they arrive and stored redacted: keys, tokens and passwords, e-mail addresses, phone and
          card numbers, social security numbers and IP addresses become <code>[REDACTED:kind]</code>.
        </dd>
        <dt>Stall timer</dt>
        <dd>
          A run that hears nothing for {STALL_MS / MINUTE_MS} minutes ends: failed as stalled where announced results
          are missing, failed as abandoned where none came, completed otherwise.
        </dd>
        <dt>Retention</dt>
        <dd>Runs, results and scores are kept until their agent is deleted. Nothing is deleted for its age.</dd>
      </dl>
    </section>
  );
}
