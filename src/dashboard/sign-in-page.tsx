import { CsrfField, Layout } from './layout.tsx';

export type SignInPageProps = { error?: string; next?: string; csrf?: string };

/** The way in for people: by key here, or by the one-time link that the server prints when it starts. */
export function SignInPage({ error, next, csrf }: SignInPageProps) {
  return (
    <Layout title="Sign in">
      <div class="narrow">
        <h1>Sign in</h1>
        {error && (
          <p class="alert" role="alert" id="sign-in-error">
            {error}
          </p>
        )}
        <form method="post" action="/sign-in" class="stack">
          <CsrfField csrf={csrf} />
          {next && <input type="hidden" name="next" value={next} />}
          <label for="key">API key</label>
          <input
            id="key"
            name="key"
            type="password"
            required
            autocomplete="current-password"
            spellcheck={false}
            autocapitalize="none"
            placeholder="inv_…"
            aria-describedby={error ? 'sign-in-error key-hint' : 'key-hint'}
            aria-invalid={error ? 'true' : undefined}
          />
          <p id="key-hint" class="muted">
            Starts with <code>inv_</code>. It is the value of <code>INVARIUM_API_KEY</code>.
          </p>
          <button type="submit">Sign in</button>
        </form>
        <p class="muted">
          On your own machine you need no key: <code>npm start</code> prints a one-time link that signs you in.
        </p>
      </div>
    </Layout>
  );
}
