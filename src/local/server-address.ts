import { readFacts } from './local-facts.ts';
import { Problem } from './problem.ts';
import { stateDirectory } from './state-directory.ts';

export type ServerAddress = { mcpUrl: string; apiKey: string };

/** A link to a page that also signs in, with the one-time code of the server that runs here; the plain address otherwise. */
export function runLink(url: string): string {
  const { pathname, search, origin } = new URL(url);
  const facts = readFacts(stateDirectory());
  return facts?.base_url === origin ? `${facts.dashboard_url}&next=${encodeURIComponent(pathname + search)}` : url;
}

/** The server to talk to: named by the environment, else the one that runs here. */
export function serverAddress(): ServerAddress {
  const { INVARIUM_MCP_URL: mcpUrl, INVARIUM_API_KEY: apiKey } = process.env;
  if (mcpUrl && apiKey) return { mcpUrl, apiKey };
  const directory = stateDirectory();
  const facts = readFacts(directory);
  if (facts) return { mcpUrl: facts.mcp_url, apiKey: facts.api_key };
  throw new Problem(
    `No server has run on ${directory} yet. Start one with npm start, or set INVARIUM_MCP_URL and INVARIUM_API_KEY.`,
  );
}
