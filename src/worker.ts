import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { AgentObject } from './agent/agent-object.ts';
import { configurationFault } from './env.ts';
import { api } from './http/api/api.ts';
import { docs } from './http/api/docs.tsx';
import { type App, baseUrl } from './http/app.ts';
import { failurePage, notFoundPage } from './http/failures.tsx';
import { files } from './http/files.ts';
import { health } from './http/health.ts';
import { keysPage } from './http/keys-page.tsx';
import { listPages } from './http/list-pages.tsx';
import { live } from './http/live.ts';
import { logRequest } from './http/log.ts';
import { serveMcp } from './http/mcp.ts';
import { pages } from './http/pages.tsx';
import { settingsPage } from './http/settings-page.tsx';
import { setup } from './http/setup.ts';
import { signIn } from './http/sign-in.tsx';
import { webhooksForms } from './http/webhooks-forms.tsx';
import { webhooksPage } from './http/webhooks-page.tsx';
import { webhooksRuleForms } from './http/webhooks-rule-forms.tsx';

const app = new Hono<App>();

app.use(requestId(), logRequest);
app.use(async (c, next) => {
  const fault = configurationFault(c.env);
  return fault ? c.text(`Error: ${fault}\n`, 500) : next();
});
app.all('/mcp', serveMcp);
app.route('/', api);
app.route('/', setup);
app.route('/', files);
app.route('/', health);
app.route('/', live);
app.use(
  csrf({ origin: (origin, c) => origin === new URL(c.req.url).origin || origin === baseUrl(c) }),
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
  }),
);
app.route('/', signIn);
app.route('/', docs);
app.route('/', pages);
app.route('/', listPages);
app.route('/', keysPage);
app.route('/', webhooksPage);
app.route('/', webhooksForms);
app.route('/', webhooksRuleForms);
app.route('/', settingsPage);
app.notFound(notFoundPage);
app.onError(failurePage);

export { AgentObject };
export default app;
