import { answerAsModel } from './model-server.ts';

/** Everything that leaves a test's Worker comes here; nothing goes out. One host each stands in for a model, an OIDC issuer and a receiver of webhooks. */

/** What a receiver was sent: the path says how it answers. */
export type Received = { path: string; method: string; headers: Record<string, string>; body: string };

type Outgoing = Pick<Request, 'url' | 'method' | 'headers' | 'text' | 'json'>;

export async function answerOutside(request: Outgoing): Promise<Response> {
  const url = new URL(request.url);
  if (url.hostname === 'issuer.test') return answerAsIssuer(url, request);
  if (url.hostname.endsWith('.hooks.test')) return answerAsReceiver(url, request);
  if (/\/client\.json$|clients\.test$|meta-data$/.test(url.hostname + url.pathname) || url.hostname === 'clients.test')
    return answerAsClient(url);
  return answerAsModel(request);
}

const published = new Map<string, string>();
const asked = new Map<string, number>();

/** `https://issuer.test/{name}` has the keys that a test PUTs there, until it DELETEs them, and counts how often they are asked for. */
async function answerAsIssuer({ pathname }: URL, request: Outgoing): Promise<Response> {
  const [, name = '', ...rest] = pathname.split('/');
  if (request.method === 'PUT') published.set(name, await request.text());
  if (request.method === 'DELETE') published.delete(name);
  if (rest.join('/') !== '.well-known/jwks') return Response.json({ asked: asked.get(name) ?? 0 });
  asked.set(name, (asked.get(name) ?? 0) + 1);
  const keys = published.get(name);
  if (keys === undefined) return new Response('Away', { status: 503 });
  return new Response(keys, { headers: { 'content-type': 'application/json' } });
}

const CLIENT = {
  client_id: 'https://clients.test/good.json',
  client_name: 'Good client',
  redirect_uris: ['https://clients.test/callback'],
  token_endpoint_auth_method: 'none',
};
const describedBy: string[] = [];

/** `https://clients.test/{mood}.json` describes a client that wants to connect; `/asked` tells which hosts were asked for descriptions. */
function answerAsClient({ hostname, pathname, href }: URL): Response | Promise<Response> {
  if (pathname === '/asked') return Response.json(describedBy);
  describedBy.push(hostname);
  const own = { ...CLIENT, client_id: href };
  if (pathname === '/slow.json') return new Promise(() => undefined);
  if (pathname === '/huge.json') return Response.json({ ...own, tos_uri: `https://clients.test/${'x'.repeat(6_000)}` });
  if (pathname === '/not-json.json') return new Response('<html>');
  if (pathname === '/missing.json') return new Response(null, { status: 404 });
  if (pathname === '/script-redirect.json') return Response.json({ ...own, redirect_uris: ['JavaScript:alert(1)'] });
  return Response.json(pathname === '/other-id.json' ? CLIENT : own);
}

const received = new Map<string, Received[]>();
const STATUS: Record<string, number> = { '/ok': 204, '/failing': 500, '/gone': 410, '/redirecting': 302 };

/** `https://{name}.hooks.test/{mood}` takes webhooks, `/recovering` from the third on; a GET of `/received` tells what came. */
async function answerAsReceiver({ hostname, pathname }: URL, request: Outgoing): Promise<Response> {
  const held = received.get(hostname) ?? [];
  received.set(hostname, held);
  if (pathname === '/received') return Response.json(held);
  held.push({
    path: pathname,
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  });
  if (pathname === '/hanging') return new Promise(() => undefined);
  if (pathname === '/recovering') return new Response(null, { status: held.length > 2 ? 204 : 500 });
  const location = { location: 'https://elsewhere.hooks.test/ok' };
  return new Response(null, { status: STATUS[pathname] ?? 404, headers: pathname === '/redirecting' ? location : {} });
}
