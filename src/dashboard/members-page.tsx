import { ROLES } from '../domain/access.ts';
import { isoTime, minuteTime } from '../domain/formatting.ts';
import { allowance, type Take } from './bounded-text.ts';
import { Choice, Field } from './form-fields.tsx';
import { Inline } from './inline.tsx';
import { CsrfField } from './layout.tsx';
import { ListPages } from './list-notes.tsx';
import { SettingsFrame } from './settings-frame.tsx';
import { Time } from './time.tsx';

/** Times are epoch milliseconds. */
export type MemberLine = {
  id: string;
  email: string;
  role: string;
  created_at: number;
  signed_in_at: number | null;
};
export type InvitationLine = { id: string; email: string; role: string; created_at: number; expires_at: number };

export type MembersPageProps = {
  workspaceName: string;
  csrf: string;
  now: number;
  members: readonly MemberLine[];
  /** The reader among them. */
  ownId: string;
  /** Open ones, for owners; null for everybody else. */
  invitations: readonly InvitationLine[] | null;
  /** The form as it was sent, where it was refused. */
  form: { email: string; role: string; error: string | null };
  isFirst: boolean;
  next: string | null;
};

const EMAIL_CHARS = 254;
const NAMES_BYTES = 20_000;
/** What each role may do, in words. */
export const ROLE_MEANINGS = {
  owner: 'decides about the workspace: members, settings, every key',
  member: 'works in it: agents, runs, keys of their own',
  viewer: 'looks at everything and changes nothing',
} as const;

/** Who belongs to the workspace, and for owners who is invited. */
export function MembersPage(props: MembersPageProps) {
  const { workspaceName, csrf, now, members, ownId, invitations, form, isFirst, next } = props;
  const take = allowance(NAMES_BYTES);
  return (
    <SettingsFrame tab="members" {...{ workspaceName, csrf }}>
      <section aria-labelledby="members">
        <h2 id="members">Members</h2>
        <MemberTable {...{ members, ownId, now, take }} />
        <ListPages first="/settings/members" next={next} isFirst={isFirst} />
        <p class="notes">
          {ROLES.map((role) => `${role === 'owner' ? 'An' : 'A'} ${role} ${ROLE_MEANINGS[role]}.`).join(' ')}
        </p>
      </section>
      {invitations && (
        <section aria-labelledby="invitations">
          <h2 id="invitations">Invitations</h2>
          <Invitations {...{ invitations, csrf, now, take }} />
          <InviteForm form={form} csrf={csrf} />
        </section>
      )}
    </SettingsFrame>
  );
}

type TableProps = Pick<MembersPageProps, 'members' | 'ownId' | 'now'> & { take: Take };

function MemberTable({ members, ownId, now, take }: TableProps) {
  return (
    <section class="scroll" tabindex={0} aria-label="Table: Members">
      <table class="people">
        <caption class="unseen">Who belongs to this workspace</caption>
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Role</th>
            <th scope="col">Joined</th>
            <th scope="col">Last signed in</th>
          </tr>
        </thead>
        <tbody>
          {members.map(({ id, email, role, created_at, signed_in_at }) => (
            <tr id={id}>
              <th scope="row">
                <a href={`/settings/members/${id}`}>
                  <Inline clip={take(email, EMAIL_CHARS)} />
                </a>
                {id === ownId && <small>you</small>}
              </th>
              <td>{role}</td>
              <td>
                <Time at={created_at} now={now} />
              </td>
              <td>{signed_in_at === null ? 'never' : <Time at={signed_in_at} now={now} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type InvitationsProps = { invitations: readonly InvitationLine[]; csrf: string; now: number; take: Take };

function Invitations({ invitations, csrf, now, take }: InvitationsProps) {
  if (invitations.length === 0) return <p class="empty">Nobody is invited at the moment.</p>;
  return (
    <section class="scroll" tabindex={0} aria-label="Table: Open invitations">
      <table class="people">
        <caption class="unseen">Invitations that can still be accepted</caption>
        <thead>
          <tr>
            <th scope="col">Invited</th>
            <th scope="col">As</th>
            <th scope="col">Made</th>
            <th scope="col">Expires</th>
            <th scope="col">
              <span class="unseen">Revoke</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {invitations.map(({ id, email, role, created_at, expires_at }) => (
            <tr id={id}>
              <th scope="row" id={`${id}-name`}>
                <Inline clip={take(email, EMAIL_CHARS)} />
              </th>
              <td>{role}</td>
              <td>
                <Time at={created_at} now={now} />
              </td>
              <td>
                <time datetime={isoTime(expires_at)}>{minuteTime(expires_at)} UTC</time>
              </td>
              <td>
                <form method="post" action={`/settings/invitations/${id}/revoke`}>
                  <CsrfField csrf={csrf} />
                  <button type="submit" class="quiet" id={`${id}-revoke`} aria-labelledby={`${id}-revoke ${id}-name`}>
                    Revoke
                  </button>
                </form>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function InviteForm({ form: { email, role, error }, csrf }: Pick<MembersPageProps, 'form' | 'csrf'>) {
  return (
    <form method="post" action="/settings/invitations" class="form" autocomplete="off">
      <h3>Invite somebody</h3>
      <CsrfField csrf={csrf} />
      {error !== null && (
        <p class="alert" role="alert" id="form-error">
          {error}
        </p>
      )}
      <Field
        {...{ name: 'email', label: 'E-mail address', value: email, required: true, maxlength: EMAIL_CHARS, error }}
        hint="How they are called here. Nothing is sent: you hand them the link yourself."
      />
      <Choice name="role" label="Role" options={ROLES} value={role} />
      <button type="submit">Make an invitation link</button>
    </form>
  );
}
