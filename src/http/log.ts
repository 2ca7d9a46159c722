import { createMiddleware } from 'hono/factory';
import type { App } from './app.ts';

/** One line a request: who, which door, which tool, what came of it, how long. Never a key, a query or a body. */
export const logRequest = createMiddleware<App>(async (c, next) => {
  const from = Date.now();
  await next();
  const outcome = c.get('outcome');
  const line = {
    request_id: c.get('requestId'),
    workspace: c.get('workspace') ?? null,
    method: c.req.method,
    door: c.req.path.split('/')[1] || 'home',
    ...(outcome ? { tool: outcome.tool, code: outcome.code } : {}),
    status: c.res.status,
    ms: Date.now() - from,
  };
  console.log(JSON.stringify(line));
});
