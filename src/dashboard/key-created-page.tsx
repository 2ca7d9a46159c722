import { allowance } from './bounded-text.ts';
import { ClientSnippets } from './client-snippets.tsx';
import { CopyText } from './copy-text.tsx';
import { Inline } from './inline.tsx';
import { Layout } from './layout.tsx';
import { ShownOnce } from './shown-once.tsx';

export type KeyCreatedPageProps = {
  workspaceName: string;
  /** The value itself. This page is the only one that ever holds it. */
  value: string;
  name: string;
  scopes: string[];
  mcpUrl: string;
  csrf?: string;
};

const SCRIPTS = ['copy'];
const NAME_CHARS = 80;
const NAME_BYTES = 1000;

/** The one look at a new key, and the two places it belongs to. */
export function KeyCreatedPage({ workspaceName, value, name, scopes, mcpUrl, csrf }: KeyCreatedPageProps) {
  return (
    <Layout
      title="Key created"
      workspaceName={workspaceName}
      here="/api-keys"
      scripts={SCRIPTS}
      {...(csrf ? { csrf } : {})}
    >
      <h1>
        <Inline clip={allowance(NAME_BYTES)(name, NAME_CHARS)} /> is ready
      </h1>
      <p class="lead">It may {scopes.join(', ')}, and works from now on.</p>
      <ol class="steps">
        <li>
          <ShownOnce id="new-key" what="the key" fate="it is not stored" value={value} />
        </li>
        <li>
          <h2>Put it into the environment of your client</h2>
          <CopyText text={`export INVARIUM_API_KEY=${value}`} name="the line" />
        </li>
        <li>
          <h2>Give your client this file</h2>
          <ClientSnippets mcpUrl={mcpUrl} />
        </li>
      </ol>
      <p class="panel">
        <a href="/api-keys">I have copied it: back to the keys</a>
      </p>
    </Layout>
  );
}
