import { ClientSnippets } from './client-snippets.tsx';

/** Three steps from an empty workspace to a first run, with the exact words to copy. */
export function ConnectGuide({ mcpUrl, origin }: { mcpUrl: string; origin: string }) {
  return (
    <ol class="steps">
      <li>
        <h3>See it run</h3>
        <p>
          A sample support agent goes through the whole loop, with three faults for you to find. In the project folder:
        </p>
        <pre class="copy">npm run demo</pre>
      </li>
      <li>
        <h3>Connect your client</h3>
        <p>
          Put your key into the environment as <code>INVARIUM_API_KEY</code> (<code>npm start</code> shows it on{' '}
          <code>{origin}</code>), then give your client this file.
        </p>
        <ClientSnippets mcpUrl={mcpUrl} />
      </li>
      <li>
        <h3>Ask for a test</h3>
        <p>In the client, on the project that holds your agent:</p>
        <pre class="copy">
          Read invarium_get_workflow, then register this agent, write scenarios for it and run them.
        </pre>
      </li>
    </ol>
  );
}
