import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import type { App } from './app.ts';

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
    xFrameOptions: 'DENY',
    // The common headers say these, of every answer.
    ...{ referrerPolicy: false, strictTransportSecurity: false, xContentTypeOptions: false },
  });
  await policy(c, async () => undefined);
});
