import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';

export type LayoutProps = {
  title: string;
  /** Present when someone is signed in: brings the workspace's name, the navigation and the way out. */
  workspaceName?: string;
  csrf?: string;
  /** Which entry of the navigation the reader is on. */
  here?: string;
  /** Scripts of the page's live parts, and style sheets beside those of every page; names of files in `assets`. */
  scripts?: readonly string[];
  styles?: readonly string[];
  children: Child;
};

const STYLE_SHEETS = ['base', 'frame', 'run', 'lists', 'listing', 'settings'];
const NONE: readonly string[] = [];

/** The navigation: where, and what it is called. */
const PLACES = [
  ['/', 'Overview'],
  ['/agents', 'Agents'],
  ['/runs', 'Test runs'],
  ['/review', 'Review'],
  ['/webhooks', 'Webhooks'],
  ['/api-keys', 'API keys'],
  ['/settings', 'Settings'],
] as const;

const SUPPORT_MAIL = 'support@invarium.ai';

const DOCTYPE = raw('<!DOCTYPE html>');

/** The skeleton of every page. Nothing inline: the content security policy is `default-src 'self'`. */
export function Layout({ title, workspaceName, csrf, here, scripts = NONE, styles = NONE, children }: LayoutProps) {
  return (
    <>
      {DOCTYPE}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{`${title} · Invarium Edge`}</title>
          <link rel="icon" type="image/svg+xml" href="/assets/favicon.svg" />
          {[...STYLE_SHEETS, ...styles].map((name) => (
            <link rel="stylesheet" href={`/assets/${name}.css`} />
          ))}
          {scripts.map((name) => (
            <script type="module" src={`/assets/${name}.js`} />
          ))}
        </head>
        <body>
          <a class="skip" href="#main">
            Skip to content
          </a>
          <header class="top">
            <a class="brand" href="/">
              <Mark />
              Invarium Edge
            </a>
            {workspaceName !== undefined && <SignedIn workspaceName={workspaceName} csrf={csrf} here={here} />}
          </header>
          <main id="main" tabindex={-1}>
            {children}
          </main>
          <footer class="bottom">
            <p>Invarium Edge, behavioural QA for AI agents</p>
            {workspaceName !== undefined && <a href="/settings#connector">Connect a client</a>}
            <a href={`mailto:${SUPPORT_MAIL}`}>{SUPPORT_MAIL}</a>
          </footer>
        </body>
      </html>
    </>
  );
}

/** Three bars, the middle one held in place: what stays the same while the rest moves. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
      <rect x="1" y="2" width="9" height="2.5" rx="1.25" />
      <rect x="1" y="6.75" width="14" height="2.5" rx="1.25" />
      <rect x="6" y="11.5" width="9" height="2.5" rx="1.25" />
    </svg>
  );
}

type SignedInProps = { workspaceName: string; csrf: string | undefined; here: string | undefined };

function SignedIn({ workspaceName, csrf, here }: SignedInProps) {
  return (
    <>
      <nav aria-label="Main">
        {PLACES.map(([path, name]) => (
          <a href={path} aria-current={here === path ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <a class="workspace" href="/workspaces" title="Workspace: enter another, or make one">
        <bdi>{workspaceName}</bdi>
      </a>
      <form method="post" action="/sign-out">
        <CsrfField csrf={csrf} />
        <button type="submit" class="quiet">
          Sign out
        </button>
      </form>
    </>
  );
}

export function CsrfField({ csrf }: { csrf: string | undefined }) {
  return csrf === undefined ? null : <input type="hidden" name="csrf" value={csrf} />;
}
