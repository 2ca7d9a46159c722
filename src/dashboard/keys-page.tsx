import { type Quota, quotaText } from '../domain/quota.ts';
import { NewKeyForm, type NewKeyFormProps } from './key-form.tsx';
import { type KeyLine, KeyList } from './key-list.tsx';
import { Layout } from './layout.tsx';

export type KeysPageProps = {
  workspaceName: string;
  now: number;
  keys: KeyLine[];
  /** Active keys, and how many the plan allows. */
  quota: Quota;
  planName: string;
  /** Whether the reader may make and revoke keys. */
  mayChange: boolean;
  form: NewKeyFormProps['form'];
  error?: string;
  /** Where the list goes on. */
  next?: string;
  csrf?: string;
};

/** Which keys open this workspace, with the way to a new one and to the end of an old one. */
export function KeysPage(props: KeysPageProps) {
  const { workspaceName, now, keys, quota, planName, mayChange, form, error, next, csrf } = props;
  return (
    <Layout title="API keys" workspaceName={workspaceName} here="/api-keys" {...(csrf ? { csrf } : {})}>
      <h1>API keys</h1>
      <p class="lead">
        With a key a client, a CI job or the tracer works in this workspace. Only a hash of it is stored, so its value
        is shown once: when it is made.
      </p>
      {quota.limit !== null && (
        <p class="notes">
          {planName} plan: {quotaText(quota)}
        </p>
      )}
      <section aria-labelledby="keys">
        <h2 id="keys">Keys of this workspace</h2>
        {keys.length > 0 ? (
          <KeyList keys={keys} now={now} mayChange={mayChange} />
        ) : (
          <p class="empty">No keys{next === undefined ? ' yet' : ''}. A client needs one to connect.</p>
        )}
        {next && (
          <p>
            <a href={next}>Older keys</a>
          </p>
        )}
      </section>
      <section aria-labelledby="new-key">
        <h2 id="new-key">New key</h2>
        {mayChange ? (
          <NewKeyForm form={form} error={error} csrf={csrf} />
        ) : (
          <p class="empty">You may look at this workspace, and not make or revoke keys in it. Ask its owner.</p>
        )}
      </section>
      <section aria-labelledby="refused-key">
        <h2 id="refused-key">“Authentication failed”?</h2>
        <p class="empty">
          The key that a client sends is missing, mistyped, revoked, expired or of another workspace. Make a new one,
          put it into the environment as <code>INVARIUM_API_KEY</code>, and start the client again.
        </p>
      </section>
    </Layout>
  );
}
