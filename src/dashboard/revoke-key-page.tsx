import { allowance } from './bounded-text.ts';
import { Inline } from './inline.tsx';
import type { KeyLine } from './key-list.tsx';
import { CsrfField, Layout } from './layout.tsx';
import { Time } from './time.tsx';

export type RevokeKeyPageProps = { workspaceName: string; line: KeyLine; now: number; csrf?: string };

const NAME_CHARS = 80;
const NAME_BYTES = 1000;

/** Asks once more, with what hangs on it. */
export function RevokeKeyPage({ workspaceName, line, now, csrf }: RevokeKeyPageProps) {
  const { id, name, prefix, scopes, createdAt } = line;
  return (
    <Layout title="Revoke a key" workspaceName={workspaceName} here="/api-keys" {...(csrf ? { csrf } : {})}>
      <h1>
        Revoke <Inline clip={allowance(NAME_BYTES)(name, NAME_CHARS)} />?
      </h1>
      <ul class="facts">
        <li>
          <code>{prefix}…</code>
        </li>
        <li>{scopes.join(', ')}</li>
        <li>
          made <Time at={createdAt} now={now} />
        </li>
      </ul>
      <p class="lead">
        Whatever uses it is refused within about a minute, for good: a revoked key cannot be brought back. Browsers that
        signed in with it are signed out.
      </p>
      <form method="post" action={`/api-keys/${encodeURIComponent(id)}/revoke`} class="pair">
        <CsrfField csrf={csrf} />
        <button type="submit" class="danger">
          Revoke this key
        </button>
        <a href="/api-keys">Keep it</a>
      </form>
    </Layout>
  );
}
