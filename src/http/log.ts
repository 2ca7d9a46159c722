import { createMiddleware } from 'hono/factory';
import { logLine } from '../domain/redaction/log-line.ts';
import type { App } from './app.ts';

/** The first part of an address, as ours are; what else somebody asks for may be anything, and hold anything. */
const DOOR = /^\/([a-z0-9.-]{1,16})(?:\/|$)/;

/** One line a request: who, which door, which tool, what came of it, how long. Never a key, a query or a body. */
export const logRequest = createMiddleware<App>(async (c, next) => {
  const from = Date.now();
  await next();
  const outcome = c.get('outcome');
  const line = {
    request_id: c.get('requestId'),
    workspace: c.get('workspace') ?? null,
    method: c.req.method,
    door: DOOR.exec(c.req.path)?.[1] ?? (c.req.path === '/' ? 'home' : 'none'),
    ...(outcome ? { tool: outcome.tool, code: outcome.code } : {}),
    status: c.res.status,
    ms: Date.now() - from,
  };
  console.log(logLine(line));
});
