/** What a client needs to reach the server; the key stays in the environment and is named in the client's own syntax. */
export type ClientConfig = { client: string; file: string; text: string };

export function clientConfigs(mcpUrl: string): ClientConfig[] {
  const server = (variable: string) => ({ url: mcpUrl, headers: { Authorization: `Bearer ${variable}` } });
  const typed = (variable: string) => ({ type: 'http', ...server(variable) });
  return [
    { client: 'Claude Code', file: '.mcp.json', text: pretty({ mcpServers: { invarium: typed(envOf.claudeCode) } }) },
    { client: 'Cursor', file: '.cursor/mcp.json', text: pretty({ mcpServers: { invarium: server(envOf.cursor) } }) },
    { client: 'VS Code', file: '.vscode/mcp.json', text: pretty({ servers: { invarium: typed(envOf.vsCode) } }) },
  ];
}

const envOf = {
  claudeCode: '$' + '{INVARIUM_API_KEY}',
  cursor: '$' + '{env:INVARIUM_API_KEY}',
  vsCode: '$' + '{env:INVARIUM_API_KEY}',
};

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
