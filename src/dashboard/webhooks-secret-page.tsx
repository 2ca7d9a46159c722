import type { Child } from 'hono/jsx';
import { Layout } from './layout.tsx';
import { ShownOnce } from './shown-once.tsx';

export type SecretPageProps = {
  workspaceName: string;
  csrf: string;
  /** What it is the secret of. */
  title: string;
  /** The secret itself. This page is the only one that ever holds it. */
  secret: string;
  /** Where it belongs. */
  back: string;
};

const SCRIPTS = ['copy'];
const STYLES = ['webhooks'];

/** The one look at a new secret; `children` says what to do with it. */
function SecretPage({ workspaceName, csrf, title, secret, back, children }: SecretPageProps & { children: Child }) {
  return (
    <Layout {...{ title, workspaceName, csrf, here: '/webhooks', scripts: SCRIPTS, styles: STYLES }}>
      <h1>{title}</h1>
      <ol class="steps">
        <li>
          <ShownOnce id="secret" what="the secret" fate="it is stored encrypted" value={secret} />
        </li>
        <li>{children}</li>
      </ol>
      <p class="panel">
        <a href={back}>I have copied it: go back</a>
      </p>
    </Layout>
  );
}

/** A secret that signs what we send. */
export function ReceiverSecret(props: SecretPageProps) {
  return (
    <SecretPage {...props}>
      <h2>Give it to the receiver</h2>
      <p>
        Messages are signed as Standard Webhooks says, in the headers <code>webhook-id</code>,{' '}
        <code>webhook-timestamp</code> and <code>webhook-signature</code>. Its libraries check them with this secret. A
        receiver answers with a 2xx within 10 seconds, and knows a repeat by its id.
      </p>
    </SecretPage>
  );
}

/** A secret that signs what we are sent. */
export function SenderSecret(props: SecretPageProps) {
  return (
    <SecretPage {...props}>
      <h2>Give it to the CI system</h2>
      <p>
        Put it among the secrets of the repository or pipeline, as <code>INVARIUM_SECRET</code>. While a rule has two
        secrets, both are accepted: finish the rotation once all senders have the new one.
      </p>
    </SecretPage>
  );
}
