import { ClientSnippets } from './client-snippets.tsx';
import { CopyText } from './copy-text.tsx';
import { CsrfField } from './layout.tsx';
import { type RefusedSettings, SettingsField } from './settings-fields.tsx';
import { SettingsFrame } from './settings-frame.tsx';
import { RulesSection, type ShownRules } from './settings-rules.tsx';
import { type Usage, UsageTable } from './usage-table.tsx';

export type SettingsPageProps = {
  workspace: { id: string; name: string };
  /** `role` is null for somebody who is no member any more. */
  member: { email: string; role: string | null };
  /** Absent while the database does not answer. */
  usage?: Usage;
  /** Null like it. */
  settings: ShownRules | null;
  mayChange: boolean;
  planName: string;
  mcpUrl: string;
  csrf: string;
  refused?: RefusedSettings;
};

const SCRIPTS = ['copy'];
const NAME_CHARS = 80;

/** Who and where one is, what is used of the plan, and the rules that hold for every run. */
export function SettingsPage(props: SettingsPageProps) {
  const { workspace, member, usage, settings, mayChange, planName, mcpUrl, csrf, refused } = props;
  return (
    <SettingsFrame tab="general" title="Settings" workspaceName={workspace.name} csrf={csrf} scripts={SCRIPTS}>
      <Profile member={member} csrf={csrf} />
      <Workspace {...{ workspace, csrf, refused }} mayChange={mayChange && settings !== null} />
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
      <RulesSection rules={settings} {...{ mayChange, csrf, refused }} />
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
    </SettingsFrame>
  );
}

function Profile({ member: { email, role }, csrf }: Pick<SettingsPageProps, 'member' | 'csrf'>) {
  return (
    <section aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      <dl class="settings">
        <dt>Signed in as</dt>
        <dd>
          <bdi>{email}</bdi>
        </dd>
        <dt>Role</dt>
        <dd>
          {role ?? 'no member of this workspace any more'}
          {role === 'viewer' && <small>, who may look at everything and change nothing</small>}
        </dd>
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

type WorkspaceProps = Pick<SettingsPageProps, 'workspace' | 'csrf' | 'mayChange'> & {
  refused: RefusedSettings | undefined;
};

function Workspace({ workspace: { id, name }, csrf, mayChange, refused }: WorkspaceProps) {
  return (
    <section aria-labelledby="workspace">
      <h2 id="workspace">Workspace</h2>
      <dl class="settings">
        <dt>Name</dt>
        <dd>
          <bdi>{name}</bdi>
        </dd>
        <dt>Id</dt>
        <dd>
          <code>{id}</code>
        </dd>
      </dl>
      {mayChange && (
        <form method="post" action="/settings/name" class="form">
          <CsrfField csrf={csrf} />
          <SettingsField
            {...{ name: 'name', label: 'New name', value: name, refused, maxlength: NAME_CHARS }}
            hint="Who is signed in elsewhere, and clients that are connected, may be told the old name for a while."
          />
          <div class="stack">
            <button type="submit" class="quiet">
              Rename
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
