import { allowance, type Take } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { CsrfField } from './layout.tsx';
import { ListPages } from './list-notes.tsx';
import { SettingsFrame } from './settings-frame.tsx';
import { Time } from './time.tsx';

/** A client that acts for a member; `createdAt` is epoch milliseconds. */
export type AppLine = {
  id: string;
  clientName: string;
  redirectHost: string;
  scopes: readonly string[];
  createdAt: number;
};
export type MembersApps = { member: { id: string; email: string }; apps: readonly AppLine[] };

export type AppsPageProps = {
  workspaceName: string;
  csrf: string;
  now: number;
  ownId: string;
  own: readonly AppLine[];
  /** What other members connected, for owners; null for everybody else. */
  others: { members: readonly MembersApps[]; next: string | null } | null;
  isFirst: boolean;
};

const NAME_CHARS = 120;
const NAMES_BYTES = 30_000;

/** Which clients were let in by OAuth, and their end. */
export function AppsPage({ workspaceName, csrf, now, ownId, own, others, isFirst }: AppsPageProps) {
  const take = allowance(NAMES_BYTES);
  return (
    <SettingsFrame tab="apps" {...{ workspaceName, csrf }}>
      <section aria-labelledby="own">
        <h2 id="own">Your apps</h2>
        {own.length > 0 ? (
          <AppList {...{ apps: own, memberId: ownId, csrf, now, take }} />
        ) : (
          <p class="empty">
            No app acts for you. Give a client the address of the connector, which is in the{' '}
            <a href="/settings#connector">general settings</a>: it then asks you here.
          </p>
        )}
      </section>
      {others && (
        <section aria-labelledby="others">
          <h2 id="others">Apps of other members</h2>
          {others.members.length === 0 && (
            <p class="empty">No other member{isFirst ? '' : ' here'} connected an app.</p>
          )}
          {others.members.map(({ member, apps }) => (
            <>
              <h3>
                <a href={`/settings/members/${member.id}`}>
                  <Inline clip={take(member.email, NAME_CHARS)} />
                </a>
              </h3>
              <AppList {...{ apps, memberId: member.id, csrf, now, take }} />
            </>
          ))}
          <ListPages first="/settings/apps" next={others.next} isFirst={isFirst} />
        </section>
      )}
    </SettingsFrame>
  );
}

type ListProps = { apps: readonly AppLine[]; memberId: string; csrf: string; now: number; take: Take };

function AppList({ apps, memberId, csrf, now, take }: ListProps) {
  return (
    <ul class="items">
      {apps.map(({ id, clientName, redirectHost, scopes, createdAt }) => (
        <li>
          <div class="line">
            <strong id={`${id}-name`}>
              <Inline clip={take(clientName, NAME_CHARS)} />
            </strong>
            <form method="post" action="/settings/apps/withdraw">
              <CsrfField csrf={csrf} />
              <input type="hidden" name="member" value={memberId} />
              <input type="hidden" name="app" value={id} />
              <button type="submit" class="quiet" id={`${id}-end`} aria-labelledby={`${id}-end ${id}-name`}>
                Withdraw
              </button>
            </form>
          </div>
          <ul class="facts">
            <li>
              access goes to <Inline clip={take(redirectHost, NAME_CHARS)} />
            </li>
            <li>{scopes.join(', ')}</li>
            <li>
              connected <Time at={createdAt} now={now} />
            </li>
          </ul>
        </li>
      ))}
    </ul>
  );
}
