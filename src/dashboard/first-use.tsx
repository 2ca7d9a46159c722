import { FIRST_WORDS } from './connect-guide.tsx';
import { CopyText } from './copy-text.tsx';
import { type FirstUseNews, FirstUseState } from './first-use-state.tsx';
import { CsrfField, Layout } from './layout.tsx';
import { type Snippet, WAYS_IN, type Way } from './way-in.ts';

export type FirstUsePageProps = {
  workspaceName: string;
  csrf?: string;
  mcpUrl: string;
  news: FirstUseNews;
  /** Whether the reader may make keys. */
  mayChange: boolean;
  /** The id that a key made by this page gets, so that sending a form twice makes one key. */
  keyId: string;
  /** A key that was made just now. This page is the only one that ever holds it. */
  made?: { way: Way; key: string };
  /** Why no key was made, as a sentence. */
  error?: string;
};

const STYLES = ['overview'];
const SCRIPTS = ['copy', 'first-use'];
const EDITORS: Way[] = ['claude-code', 'cursor', 'vscode'];

/** An empty workspace: three ways in, each with what to paste and the key for it. */
export function FirstUsePage(props: FirstUsePageProps) {
  const { workspaceName, csrf, news, made, error } = props;
  return (
    <Layout
      title="Overview"
      workspaceName={workspaceName}
      here="/"
      styles={STYLES}
      scripts={SCRIPTS}
      {...(csrf ? { csrf } : {})}
    >
      <h1>{made ? `A key for ${WAYS_IN[made.way].name}` : 'Nothing here yet'}</h1>
      <p class="lead">
        Invarium Edge watches what an agent does, call by call, and judges it against what it should have done. Take one
        of three ways in, and the first run appears on this page.
      </p>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      <FirstUseState news={news} stays={made !== undefined} />
      {made && <MadeKey made={made} mcpUrl={props.mcpUrl} />}
      <div class="ways-in">
        <Editors {...props} />
        <Ci {...props} />
        <Demo />
      </div>
    </Layout>
  );
}

function MadeKey({ made: { way, key }, mcpUrl }: { made: NonNullable<FirstUsePageProps['made']>; mcpUrl: string }) {
  const { name, scopes, snippets } = WAYS_IN[way];
  return (
    <section class="made" aria-labelledby="made">
      <h2 id="made">Paste this now: the key is shown once</h2>
      <p class="muted">
        It may {scopes.join(', ')}. Only a hash of it is stored, so keep what you paste out of version control.
      </p>
      <Snippets snippets={snippets({ mcpUrl, key })} name={name} />
      {way !== 'ci' && <FirstWords />}
    </section>
  );
}

function Editors({ mcpUrl, mayChange, keyId, csrf }: FirstUsePageProps) {
  return (
    <section class="way" aria-labelledby="from-editor">
      <h2 id="from-editor">From your editor</h2>
      <p>Your assistant registers the agent, writes its tests and runs them on your machine.</p>
      {EDITORS.map((way, index) => (
        <details class="client" name="editor" open={index === 0}>
          <summary>{WAYS_IN[way].name}</summary>
          <KeyForm way={way} mayChange={mayChange} keyId={keyId} csrf={csrf} />
          <Snippets snippets={WAYS_IN[way].snippets({ mcpUrl })} name={WAYS_IN[way].name} />
        </details>
      ))}
      <FirstWords />
    </section>
  );
}

function Ci({ mcpUrl, mayChange, keyId, csrf }: FirstUsePageProps) {
  return (
    <section class="way" aria-labelledby="from-ci">
      <h2 id="from-ci">From CI</h2>
      <p>A job sends the results of an agent that is registered already; its run shows here as it fills.</p>
      <KeyForm way="ci" mayChange={mayChange} keyId={keyId} csrf={csrf} />
      <Snippets snippets={WAYS_IN.ci.snippets({ mcpUrl })} name="CI" />
    </section>
  );
}

function Demo() {
  return (
    <section class="way" aria-labelledby="from-demo">
      <h2 id="from-demo">See a sample</h2>
      <p>
        A small shop’s support agent goes through the whole loop, with three faults for you to find. In the folder of
        this server, while it runs:
      </p>
      <CopyText text="npm run demo" name="the command" />
      <p class="muted">It takes the key of the server’s own machine: none has to be made.</p>
    </section>
  );
}

type KeyFormProps = { way: Way; mayChange: boolean; keyId: string; csrf: string | undefined };

function KeyForm({ way, mayChange, keyId, csrf }: KeyFormProps) {
  if (!mayChange)
    return <p class="muted">You may look at this workspace, and not make keys in it. Ask its owner for one.</p>;
  return (
    <form method="post" action="/first-use/key">
      <CsrfField csrf={csrf} />
      <input type="hidden" name="id" value={keyId} />
      <button type="submit" name="way" value={way}>
        Make a key for {WAYS_IN[way].name}
      </button>
    </form>
  );
}

function Snippets({ snippets, name }: { snippets: Snippet[]; name: string }) {
  return (
    <>
      {snippets.map(({ note, text }) => (
        <>
          <p class="note">{note}</p>
          <CopyText text={text} name={`what goes to ${name}`} />
        </>
      ))}
    </>
  );
}

function FirstWords() {
  return (
    <>
      <p class="note">Then tell your assistant</p>
      <CopyText text={FIRST_WORDS} name="the request" />
    </>
  );
}
