import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { App } from '../app.ts';
import { NDJSON } from '../export/export-answer.ts';
import { worded } from './boundary.ts';
import { callerOf, contextOf } from './caller.ts';
import { readGiven } from './given.ts';
import { serveOnce } from './idempotency.ts';
import { assertAgent, withAgent } from './one-agent.ts';
import { assertScope } from './permission.ts';
import { problem } from './problem.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes.ts';

/** The REST interface and the door for reports: every route of the table, with one boundary that words what went wrong. */
export const api = new Hono<App>();

for (const route of ROUTES) {
  const path = route.path.replace(/\{(\w+)\}/g, ':$1');
  api.on(route.method, path, (c) => answered(route, { c, now: Date.now() }));
}

/** Known paths by another method, and unknown ones, once a key was shown: what exists is nobody else's business. */
api.all('/v1/*', async (c) => {
  try {
    await callerOf(c, Date.now());
  } catch (error) {
    return worded(error);
  }
  return misdirected(c);
});

api.all('/ingest/*', misdirected);

function misdirected(c: Context<App>): Response {
  const allowed = ROUTES.filter((route) => matcher(route).test(c.req.path)).map(({ method }) => method);
  if (allowed.length === 0) return problem({ code: 'NOT_FOUND', text: 'There is nothing at this address. See /docs.' });
  const text = `Use ${allowed.join(' or ')} here.`;
  const answer = problem({ code: 'INVALID_ARGUMENT', text, status: 405 });
  answer.headers.set('Allow', allowed.join(', '));
  return answer;
}

function matcher({ path }: Route): RegExp {
  return new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}

type Asked = { c: Context<App>; now: number };

async function answered(route: Route, { c, now }: Asked): Promise<Response> {
  c.set('outcome', { tool: route.id, code: 'OK' });
  try {
    const { access } = route;
    const caller = access === 'proof' || access === 'open' ? null : await (route.whose ?? callerOf)(c, now);
    if (caller && access !== 'proof' && access !== 'open') assertScope(caller, access);
    const context = { ...contextOf(c, caller, now), c };
    if (caller) assertAgent(route, { params: c.req.param(), query: c.req.query() }, caller);
    const given = await readGiven(route, c);
    const answer = await serveOnce(route, caller ? withAgent(route, given, caller) : given, context);
    if (!answer.headers.has('Cache-Control')) answer.headers.set('Cache-Control', 'private, no-store');
    if (answer.status >= FIRST_BAD_STATUS) c.set('outcome', { tool: route.id, code: `HTTP ${answer.status}` });
    return c.req.method === 'GET' ? await tagged(answer, c) : answer;
  } catch (error) {
    const answer = worded(error);
    c.set('outcome', { tool: route.id, code: `HTTP ${answer.status}` });
    return answer;
  }
}

const FIRST_BAD_STATUS = 400;

/** An answer that the caller holds already is not sent again; one that is made while it is sent, nobody holds. */
async function tagged(answer: Response, c: Context<App>): Promise<Response> {
  if (answer.status !== 200 || answer.headers.get('Content-Type') === NDJSON) return answer;
  const body = await answer.arrayBuffer();
  const tag = `"${createHash('sha256').update(new Uint8Array(body)).digest('base64url').slice(0, 27)}"`;
  const headers = new Headers(answer.headers);
  headers.set('ETag', tag);
  const known = (c.req.header('if-none-match') ?? '').split(',').map((part) => part.trim().replace(/^W\//, ''));
  return known.includes(tag) ? new Response(null, { status: 304, headers }) : new Response(body, { headers });
}
