import { Hono } from 'hono';
import { AgentObject } from '../../src/agent/agent-object.ts';
import type { Env } from '../../src/env.ts';
import type { App } from '../../src/http/app.ts';
import { createTransport, mcpDoor } from '../../src/http/mcp.ts';
import { buildFixtureServer } from './fixture-server.ts';

/** The product's door and transport with the tools that the conformance suite calls. Never deployed. */

/** `API_KEY` is the caller's, because the suite cannot send a header. */
type FixtureEnv = Env & { API_KEY: string };

const transport = createTransport(() => buildFixtureServer(transport.notify));
const app = new Hono<App>();
app.all(
  '/mcp',
  mcpDoor(() => transport),
);

export { AgentObject };
export default {
  fetch(request: Request, env: FixtureEnv, ctx: ExecutionContext) {
    const headers = new Headers(request.headers);
    headers.set('authorization', `Bearer ${env.API_KEY}`);
    return app.fetch(new Request(request, { headers }), env, ctx);
  },
};
