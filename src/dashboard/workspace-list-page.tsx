import { allowance } from './bounded-text.ts';
import { Field } from './form-fields.tsx';
import { Inline } from './inline.tsx';
import { CsrfField, Layout } from './layout.tsx';

export type WorkspacePlace = { id: string; name: string; email: string; role: string };

export type WorkspacesPageProps = {
  workspaceName: string;
  csrf: string;
  places: readonly WorkspacePlace[];
  /** Where the reader is now. */
  ownId: string;
  /** Whether the reader signed in with an API key, which is good for one workspace. */
  isByKey: boolean;
  mayMake: boolean;
  /** The id travels with the form, so that sending it twice makes one workspace. */
  form: { id: string; name: string; error: string | null };
};

const STYLES = ['members'];
const NAME_CHARS = 254;
const NAMES_BYTES = 20_000;
const MAX_NAME_CHARS = 80;

/** The workspaces that a person belongs to, and the way to a new one. */
export function WorkspacesPage(props: WorkspacesPageProps) {
  const { workspaceName, csrf, places, ownId, isByKey, mayMake, form } = props;
  const take = allowance(NAMES_BYTES);
  return (
    <Layout title="Workspaces" here="/workspaces" styles={STYLES} {...{ workspaceName, csrf }}>
      <h1>Workspaces</h1>
      <p class="lead">
        Nothing crosses from one to another: agents, runs, keys, members and settings are each workspace's own.
      </p>
      <section aria-labelledby="yours">
        <h2 id="yours">Yours</h2>
        <ul class="items">
          {places.map(({ id, name, email, role }) => (
            <li>
              <div class="line">
                <span>
                  <strong id={`${id}-name`}>
                    <Inline clip={take(name, NAME_CHARS)} />
                  </strong>{' '}
                  <small>
                    {role}, as <Inline clip={take(email, NAME_CHARS)} />
                  </small>
                </span>
                {id === ownId ? <span class="muted">you are here</span> : <Enter id={id} csrf={csrf} />}
              </div>
            </li>
          ))}
        </ul>
        {isByKey && (
          <p class="notes">
            You signed in with an API key, which is good for this workspace alone. Sign in by a link to see others.
          </p>
        )}
      </section>
      <section aria-labelledby="new">
        <h2 id="new">New workspace</h2>
        {mayMake ? (
          <NewForm form={form} csrf={csrf} />
        ) : (
          <p class="empty">An owner who signed in by a link can make one.</p>
        )}
      </section>
    </Layout>
  );
}

function Enter({ id, csrf }: { id: string; csrf: string }) {
  return (
    <form method="post" action={`/workspaces/${id}/enter`}>
      <CsrfField csrf={csrf} />
      <button type="submit" class="quiet" id={`${id}-enter`} aria-labelledby={`${id}-enter ${id}-name`}>
        Enter
      </button>
    </form>
  );
}

function NewForm({ form: { id, name, error }, csrf }: Pick<WorkspacesPageProps, 'form' | 'csrf'>) {
  return (
    <form method="post" action="/workspaces" class="form" autocomplete="off">
      <CsrfField csrf={csrf} />
      <input type="hidden" name="id" value={id} />
      {error !== null && (
        <p class="alert" role="alert" id="form-error">
          {error}
        </p>
      )}
      <Field
        {...{ name: 'name', label: 'Name', value: name, required: true, maxlength: MAX_NAME_CHARS, error }}
        hint="You are its owner, and enter it at once."
      />
      <button type="submit">Make the workspace</button>
    </form>
  );
}
