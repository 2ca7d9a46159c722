import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import { type App, baseUrl } from './app.ts';

const YEAR_S = 31_536_000;

/** What a browser is told of every page: nothing from elsewhere, nothing inline, no frame, no referrer. */
export const browserHeaders = createMiddleware<App>(async (c, next) => {
  await next();
  const policy = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      // A browser holds the redirect that answers a form to this, too.
      formAction: ["'self'", ...(c.get('formTargets') ?? [])],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    strictTransportSecurity: baseUrl(c).startsWith('https:') ? `max-age=${YEAR_S}; includeSubDomains` : false,
  });
  await policy(c, async () => undefined);
});
