import { ClientSnippets } from './client-snippets.tsx';
import { CopyText } from './copy-text.tsx';

/** What a person says to the assistant that is connected. */
export const FIRST_WORDS = 'Read invarium_get_workflow, then register this agent, write scenarios for it and run them.';

/** Three steps from an empty workspace to a first run, with the exact words to copy. */
export function ConnectGuide({ mcpUrl, origin }: { mcpUrl: string; origin: string }) {
  return (
    <ol class="steps">
      <li>
        <h3>See it run</h3>
        <p>
          A sample support agent goes through the whole loop, with three faults for you to find. In the project folder:
        </p>
        <CopyText text="npm run demo" name="the command" />
      </li>
      <li>
        <h3>Connect your client</h3>
        <p>
          Put a key of this workspace (<a href="/api-keys">API keys</a>) into the environment as{' '}
          <code>INVARIUM_API_KEY</code> (<code>npm start</code> shows one for <code>{origin}</code>), then give your
          client this file.
        </p>
        <ClientSnippets mcpUrl={mcpUrl} />
      </li>
      <li>
        <h3>Ask for a test</h3>
        <p>In the client, on the project that holds your agent:</p>
        <CopyText text={FIRST_WORDS} name="the request" />
      </li>
    </ol>
  );
}
