import type { Role } from '../domain/access.ts';
import { allowance } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import { CsrfField, Layout } from './layout.tsx';
import { ROLE_MEANINGS } from './members-page.tsx';

export type JoinPageProps = {
  workspaceName: string;
  email: string;
  role: Role;
  action: string;
  /** Who opens the link, where that is known: they join as the same person. */
  signedInAs: { email: string; workspaceName: string } | null;
  csrf?: string;
};

const NAME_CHARS = 254;
const NAMES_BYTES = 5_000;

/** What one is invited to, and the one button that accepts it. */
export function JoinPage({ workspaceName, email, role, action, signedInAs, csrf }: JoinPageProps) {
  const take = allowance(NAMES_BYTES);
  const workspace = take(workspaceName, NAME_CHARS);
  return (
    <Layout title="Join a workspace">
      <div class="narrow">
        <h1>
          Join <Inline clip={workspace} />
        </h1>
        <p class="lead">
          You are invited as <Inline clip={take(email, NAME_CHARS)} />, {role === 'owner' ? 'an' : 'a'} {role}: one who{' '}
          {ROLE_MEANINGS[role]}.
        </p>
        {signedInAs && (
          <p>
            You are signed in as <Inline clip={take(signedInAs.email, NAME_CHARS)} /> in{' '}
            <Inline clip={take(signedInAs.workspaceName, NAME_CHARS)} />. You can then change between the two workspaces
            without signing in again.
          </p>
        )}
        <form method="post" action={action}>
          <CsrfField csrf={csrf} />
          <button type="submit">Join the workspace</button>
        </form>
        <p class="muted">The link works once. If you did not expect it, close this page: nothing has happened.</p>
      </div>
    </Layout>
  );
}
