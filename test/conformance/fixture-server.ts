import { createRequestStateCodec, McpServer, type ServerNotifier } from '@modelcontextprotocol/server';
import { registerContentTools } from './content-tools.ts';
import { registerInputTools } from './input-tools.ts';
import { registerNotifyingTools } from './notifying-tools.ts';
import { registerPrompts } from './prompts.ts';
import { registerPushTools } from './push-tools.ts';
import { registerResources } from './resources.ts';
import { registerSchemaTools } from './schema-tools.ts';

/** Nothing hangs on it: what it signs is read by the suite alone. */
const STATE_KEY = 'a key of the conformance fixtures, no secret';

const CAPABILITIES = { logging: {}, completions: {}, resources: { subscribe: true } };

/** A server per request, as in the product, with everything that the suite's scenarios ask for by name. */
export function buildFixtureServer(notify: ServerNotifier): McpServer {
  const state = createRequestStateCodec<string>({ key: STATE_KEY });
  const server = new McpServer(
    { name: 'invarium-conformance', version: '0.1.0' },
    { capabilities: CAPABILITIES, requestState: { verify: state.verify } },
  );
  registerContentTools(server);
  registerSchemaTools(server);
  registerNotifyingTools(server, notify);
  registerInputTools(server, state);
  registerPushTools(server);
  registerResources(server);
  registerPrompts(server);
  return server;
}
