import { ROLES } from '../domain/access.ts';
import { counted } from '../domain/formatting.ts';
import { allowance } from './bounded-text.ts';
import { Choice } from './form-fields.tsx';
import { Inline } from './inline.tsx';
import { CsrfField } from './layout.tsx';
import type { MemberLine } from './members-page.tsx';
import { SettingsFrame } from './settings-frame.tsx';
import { Time } from './time.tsx';

/** A key that a member made and that still works. */
export type MembersKeyLine = { id: string; name: string; prefix: string; scopes: readonly string[] };

export type MemberPageProps = {
  workspaceName: string;
  csrf: string;
  now: number;
  member: MemberLine;
  keys: readonly MembersKeyLine[];
  /** Whether the reader looks at themself. */
  isSelf: boolean;
  /** Whether the reader may change roles and remove members. */
  mayDecide: boolean;
  /** Whether the reader may make a sign-in link here. */
  mayLink: boolean;
};

const EMAIL_CHARS = 254;
const NAME_CHARS = 80;
const NAMES_BYTES = 12_000;

/** One member: who they are, another way in for them, and for owners their role and their leave. */
export function MemberPage(props: MemberPageProps) {
  const { workspaceName, csrf, now, member, isSelf, mayDecide, mayLink } = props;
  const { id, email, role, created_at, signed_in_at } = member;
  const action = `/settings/members/${id}`;
  return (
    <SettingsFrame tab="members" {...{ workspaceName, csrf }}>
      <section aria-labelledby="member">
        <h2 id="member">
          <Inline clip={allowance(NAMES_BYTES)(email, EMAIL_CHARS)} /> {isSelf && <small>you</small>}
        </h2>
        <ul class="facts">
          <li>{role}</li>
          <li>
            joined <Time at={created_at} now={now} />
          </li>
          <li>
            {signed_in_at === null ? (
              'never signed in'
            ) : (
              <>
                signed in <Time at={signed_in_at} now={now} />
              </>
            )}
          </li>
          <li>
            <a href="/settings/members">All members</a>
          </li>
        </ul>
      </section>
      {mayLink && <LinkForm action={`${action}/link`} csrf={csrf} isSelf={isSelf} />}
      {isSelf && <Everywhere csrf={csrf} />}
      {mayDecide && <RoleForm action={`${action}/role`} csrf={csrf} role={role} isSelf={isSelf} />}
      {mayDecide && <Removal {...props} action={`${action}/remove`} />}
    </SettingsFrame>
  );
}

type FormProps = { action: string; csrf: string; isSelf: boolean };

function LinkForm({ action, csrf, isSelf }: FormProps) {
  return (
    <section aria-labelledby="link">
      <h2 id="link">Sign-in link</h2>
      <p class="empty">
        {isSelf
          ? 'Signs another browser of yours in. It works once, within 24 hours.'
          : 'Signs them in where they open it. It works once, within 24 hours. Because you could use it too, it ends their one-click way from here to other workspaces of theirs.'}
      </p>
      <form method="post" action={action} class="pair">
        <CsrfField csrf={csrf} />
        <button type="submit" class="quiet">
          Make a sign-in link
        </button>
      </form>
    </section>
  );
}

function Everywhere({ csrf }: { csrf: string }) {
  return (
    <section aria-labelledby="everywhere">
      <h2 id="everywhere">Sign out everywhere</h2>
      <p class="empty">Ends all your dashboard sessions in this workspace, this one too, within half a minute.</p>
      <form method="post" action="/sign-out-everywhere" class="pair">
        <CsrfField csrf={csrf} />
        <button type="submit" class="quiet">
          Sign out everywhere
        </button>
      </form>
    </section>
  );
}

function RoleForm({ action, csrf, isSelf, role }: FormProps & { role: string }) {
  return (
    <section aria-labelledby="role">
      <h2 id="role">Role</h2>
      <p class="empty">
        {isSelf
          ? 'A lower role signs you out of all other browsers, withdraws the apps you connected, and revokes keys of yours that may do more than the role.'
          : 'A lower role signs them out everywhere, withdraws the apps they connected, and revokes keys of theirs that may do more than the role. Make a sign-in link afterwards to let them back in.'}
      </p>
      <form method="post" action={action} class="pair role">
        <CsrfField csrf={csrf} />
        <Choice name="role" label="Role" options={ROLES} value={role} />
        <button type="submit" class="quiet">
          Change role
        </button>
      </form>
    </section>
  );
}

function Removal({ action, csrf, isSelf, keys }: MemberPageProps & { action: string }) {
  const take = allowance(NAMES_BYTES);
  return (
    <section aria-labelledby="removal">
      <h2 id="removal">{isSelf ? 'Leave the workspace' : 'Remove from the workspace'}</h2>
      <p class="empty">
        Open pages end within a minute, connected apps at once. What was made here stays. This cannot be undone; a new
        invitation makes a new member.
      </p>
      {keys.length > 0 && (
        <ul class="items">
          {keys.map(({ id, name, prefix, scopes }) => (
            <li>
              <a href={`/api-keys#${id}`}>
                <Inline clip={take(name, NAME_CHARS)} />
              </a>{' '}
              <small>
                <code>{prefix}…</code> {scopes.join(', ')}
              </small>
            </li>
          ))}
        </ul>
      )}
      <form method="post" action={action} class="form">
        <CsrfField csrf={csrf} />
        {keys.length > 0 ? (
          <div class="choices">
            <label>
              <input type="checkbox" name="revoke_keys" value="yes" checked />
              <span>
                Revoke the {counted(keys.length, 'key')} {isSelf ? 'you' : 'they'} made
              </span>
            </label>
          </div>
        ) : (
          <input type="hidden" name="revoke_keys" value="yes" />
        )}
        <p>
          <button type="submit" class="danger">
            {isSelf ? 'Leave' : 'Remove this member'}
          </button>
        </p>
      </form>
    </section>
  );
}
