import type { Scope } from '../domain/access.ts';
import { CsrfField, Layout } from './layout.tsx';
import { SCOPE_MEANINGS } from './scope-meanings.ts';

export type ConsentPageProps = {
  client: {
    /** What it calls itself; nobody checked that, unless `domain` is given. */
    name: string;
    /** The domain that publishes the client's description. */
    domain?: string;
    redirectHost: string;
    /** Whether access goes to a program on the person's own machine. */
    isLocal: boolean;
  };
  workspaceName: string;
  email: string;
  scopes: { name: Scope; isChosen: boolean }[];
  /** Where the form goes: the address it was asked for at, with the whole request. */
  action: string;
  csrf: string;
};

/** May this client act for you? Names the client, where its access goes, and what it could do. */
export function ConsentPage({ client, workspaceName, email, scopes, action, csrf }: ConsentPageProps) {
  return (
    <Layout title={`Connect ${client.name}`}>
      <div class="narrow">
        <h1>
          Connect <bdi>{client.name}</bdi>?
        </h1>
        <p class="lead">
          It would act for <bdi>{email}</bdi> in the workspace <bdi>{workspaceName}</bdi>.
        </p>
        <Origin {...client} />
        <form method="post" action={action} class="form">
          <CsrfField csrf={csrf} />
          <fieldset class="choices">
            <legend>It may</legend>
            {scopes.map(({ name, isChosen }) => (
              <label key={name}>
                <input type="checkbox" name="scope" value={name} checked={isChosen} />
                <span>
                  <code>{name}</code>
                  <small class="muted">{SCOPE_MEANINGS[name]}</small>
                </span>
              </label>
            ))}
          </fieldset>
          <p class="beside">
            <button type="submit" name="decision" value="allow">
              Allow
            </button>
            <button type="submit" name="decision" value="deny" class="quiet">
              Deny
            </button>
          </p>
        </form>
        <p class="muted">You can withdraw this at any time in the settings, under “Connected apps”.</p>
      </div>
    </Layout>
  );
}

function Origin({ domain, redirectHost, isLocal }: ConsentPageProps['client']) {
  return (
    <>
      <p>
        {domain ? (
          <>
            Published by <strong>{domain}</strong>.
          </>
        ) : (
          'It registered itself; nobody has checked its name.'
        )}{' '}
        Access goes to <strong>{redirectHost}</strong>.
      </p>
      {isLocal && (
        <p class="alert">
          That is a program on your own computer. Go on only if you have just started to connect it yourself.
        </p>
      )}
    </>
  );
}
