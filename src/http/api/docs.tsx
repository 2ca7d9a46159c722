import { type Context, Hono } from 'hono';
import { type ApiDocument, DocsPage, OperationPage } from '../../dashboard/docs-page.tsx';
import { type App, baseUrl } from '../app.ts';
import { openApi } from './openapi.ts';
import { ROUTES } from './routes.ts';

/** What the REST interface can do: for programs and for people. It says nothing of any workspace, so nobody has to sign in. */
export const docs = new Hono<App>();

const VERSION = '1.0.0';
const CACHE = { 'Cache-Control': 'public, max-age=300' };
const made = new Map<string, string>();

docs.get('/openapi.json', (c) => c.body(described(baseUrl(c)), 200, { 'Content-Type': 'application/json', ...CACHE }));

docs.get('/docs', (c) => c.html(<DocsPage document={documentOf(c)} />, 200, CACHE));

docs.get('/docs/:operation', (c) => {
  const page = <OperationPage document={documentOf(c)} id={c.req.param('operation')} />;
  return c.html(page, 200, CACHE);
});

function documentOf(c: Context<App>): ApiDocument {
  return JSON.parse(described(baseUrl(c))) as ApiDocument;
}

/** Made once for an address; the routes change only with the Worker. */
function described(base: string): string {
  const text = made.get(base) ?? JSON.stringify(openApi(ROUTES, { baseUrl: base, version: VERSION }));
  if (made.size > 10) made.clear();
  made.set(base, text);
  return text;
}
