import { createMiddleware } from 'hono/factory';
import { type App, baseUrl } from './app.ts';

const YEAR_S = 31_536_000;
const SWITCHING_PROTOCOLS = 101;

/** What every answer of every door says. An answer that says nothing of caches may be kept by none: most hold what is somebody's. */
export const commonHeaders = createMiddleware<App>(async (c, next) => {
  await next();
  if (c.res.status === SWITCHING_PROTOCOLS) return;
  const { headers } = c.res;
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Referrer-Policy', 'no-referrer');
  if (baseUrl(c).startsWith('https:')) headers.set('Strict-Transport-Security', `max-age=${YEAR_S}; includeSubDomains`);
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'private, no-store');
});
