/** The ways to connect something: what its key is called and may do, and what is pasted where. */

export const WAYS = ['claude-code', 'cursor', 'vscode', 'ci'] as const;
export type Way = (typeof WAYS)[number];

/** `note` says where the text goes. */
export type Snippet = { note: string; text: string };
export type WayIn = {
  name: string;
  scopes: readonly ('read' | 'write' | 'ingest')[];
  snippets: (at: Address) => Snippet[];
};
/** Where the server is, and the key to fill in; without one the texts name the variable it belongs into. */
type Address = { mcpUrl: string; key?: string | undefined };

const EVERY_TOOL = ['read', 'write', 'ingest'] as const;
/** In the syntax of a shell, and of the editors' files. */
const IN_SHELL = '$INVARIUM_API_KEY';
const IN_FILE = '$' + '{env:INVARIUM_API_KEY}';

export const WAYS_IN: Record<Way, WayIn> = {
  'claude-code': {
    name: 'Claude Code',
    scopes: EVERY_TOOL,
    snippets: ({ mcpUrl, key = IN_SHELL }) => [
      {
        note: 'In a terminal, in the folder of your project',
        text: `claude mcp add --transport http invarium ${mcpUrl} --header "Authorization: Bearer ${key}"`,
      },
    ],
  },
  cursor: {
    name: 'Cursor',
    scopes: EVERY_TOOL,
    snippets: ({ mcpUrl, key = IN_FILE }) => [
      { note: '.cursor/mcp.json', text: pretty({ mcpServers: { invarium: server(mcpUrl, key) } }) },
    ],
  },
  vscode: {
    name: 'VS Code',
    scopes: EVERY_TOOL,
    snippets: ({ mcpUrl, key = IN_FILE }) => [
      { note: '.vscode/mcp.json', text: pretty({ servers: { invarium: { type: 'http', ...server(mcpUrl, key) } } }) },
    ],
  },
  ci: {
    name: 'CI',
    scopes: ['ingest'],
    snippets: ({ mcpUrl, key }) => [
      ...(key === undefined ? [] : [{ note: 'A secret of your CI, named INVARIUM_API_KEY', text: key }]),
      { note: 'A step of the job, after the tests; results.json is an array of results', text: sendResults(mcpUrl) },
    ],
  },
};

function server(url: string, key: string) {
  return { url, headers: { Authorization: `Bearer ${key}` } };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** One call of `invarium_sync_results` by hand: a file of results becomes a run. */
function sendResults(mcpUrl: string): string {
  const call = `{jsonrpc: "2.0", id: 1, method: "tools/call", params: {name: "invarium_sync_results",
  arguments: {agent_name: "your-agent", source: "ci", results: .}}}`;
  return `jq -Rs '${call}' results.json |
curl -sS --fail-with-body ${mcpUrl} \\
  -H "Authorization: Bearer $INVARIUM_API_KEY" \\
  -H "Content-Type: application/json" \\
  -H "Accept: application/json, text/event-stream" \\
  --data-binary @-`;
}
