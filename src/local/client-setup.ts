import type { LocalFacts } from './local-facts.ts';

/** What to paste into each client, in its own syntax, ready to use. */
export function clientSetup({ mcp_url, api_key }: LocalFacts): string {
  const headers = { Authorization: `Bearer ${api_key}` };
  const cursor = { mcpServers: { invarium: { url: mcp_url, headers } } };
  const vscode = { servers: { invarium: { type: 'http', url: mcp_url, headers } } };
  return [
    'Any client that can sign in by itself needs the URL alone, and no key:',
    `  claude mcp add --transport http invarium ${mcp_url}`,
    '',
    'Claude Code with the key, in a terminal:',
    `  claude mcp add --transport http invarium ${mcp_url} --header "Authorization: Bearer ${api_key}"`,
    '',
    'Cursor, in .cursor/mcp.json:',
    indented(cursor),
    '',
    'VS Code, in .vscode/mcp.json:',
    indented(vscode),
  ].join('\n');
}

export function banner(facts: LocalFacts, stateDirectory: string): string {
  return [
    '',
    `Invarium runs. Connector URL: ${facts.mcp_url}`,
    '',
    clientSetup(facts),
    '',
    'Dashboard (this link signs you in once):',
    `  ${facts.dashboard_url}`,
    '',
    `Data, local.json and server.log: ${stateDirectory}. Stop with Ctrl-C.`,
    '',
  ].join('\n');
}

function indented(config: object): string {
  return JSON.stringify(config, null, 2).replace(/^/gm, '  ');
}
