import { Hono } from 'hono';
import { type App, baseUrl } from './app.ts';
import { findRun } from './find-run.ts';
import { currentSession } from './session.ts';

export const live = new Hono<App>();

/** The socket of a run page. Same-origin only: a cookie comes along from anywhere. */
live.get('/runs/:id/live', async (c) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket')
    return c.text('This address answers WebSocket handshakes only.\n', 426);
  if (c.req.header('origin') !== new URL(c.req.url).origin && c.req.header('origin') !== baseUrl(c))
    return c.text('Forbidden\n', 403);
  const who = await currentSession(c, Date.now());
  if (!who) return c.text('Sign in first.\n', 401);
  const found = await findRun(c, who.session.workspace_id);
  if (!found) return c.text('Not found\n', 404);
  const inner = new URL('https://agent/live');
  inner.searchParams.set('run', c.req.param('id'));
  inner.searchParams.set('session', who.hash);
  const answer = await found.object.fetch(new Request(inner, { headers: { Upgrade: 'websocket' } }));
  // A refusal that comes out of an object cannot be written to, and every answer gets headers here.
  return answer.webSocket ? answer : new Response(answer.body, answer);
});
