import { Suite } from '../../src/domain/suite.ts';
import { ROUTES } from '../../src/http/api/routes.ts';
import { type Ask, nowhere, ROWS, type Scene } from './api-scene.ts';
import { type Field, fieldsOf } from './canary-fields.ts';
import { blueprintFields, type Plant, resultsField, schemaOf, topOf } from './canary-tools.ts';
import { request } from './client.ts';

type Route = (typeof ROUTES)[number];

/** Routes whose texts are kept as they are but for secrets: what is said there belongs to test cases, blueprints and settings. */
const KEEPS_PERSONAL = [
  ...['uploadBlueprint', 'createScenario', 'updateScenario', 'updateCase', 'putSuite', 'generateTests'],
  ...['createKey', 'createTrustRule', 'rotateTrustSecret', 'createWebhook', 'updateWebhook', 'changeSettings'],
];
/** Routes that take secrets from senders, and seal them. */
const SEALED = ['secret'];

type Place = 'path' | 'query' | 'body' | 'header';
const LONGEST = 900;
const EVERYWHERE = ['user-agent', 'x-request-id', 'referer', 'cookie', 'accept-language', 'x-forwarded-for'];

/** Every text that a route of the REST interface takes, in its path, its query, its headers and its body. */
export function restPlants(at: Scene): Plant[] {
  return ROUTES.flatMap((route) => {
    const named = Object.keys(route.params.shape).map((name) => field(name));
    return [
      ...plantsAt(at, route, 'path', named),
      ...plantsAt(at, route, 'query', fieldsOf(schemaOf(route.query))),
      ...plantsAt(at, route, 'body', bodyFields(route, at)),
      ...plantsAt(at, route, 'header', headersOf(route)),
    ];
  });
}

/** A key of a request that is made once is one word. What every request may carry is tried at one route. */
function headersOf({ id, idempotent }: Route): Field[] {
  const keys = idempotent || id === 'ingest' ? [field('idempotency-key', 1)] : [];
  return id === 'getMe' ? EVERYWHERE.map((name) => field(name)) : keys;
}

function field(path: string, longest = LONGEST): Field {
  return { path, longest, put: (text) => ({ [path]: text }) };
}

function bodyFields({ id, body }: Route, { caseId }: Scene): Field[] {
  if (body === null) return [];
  if (id === 'uploadBlueprint') return blueprintFields().map((own) => ({ ...own, path: `blueprint ${own.path}` }));
  if (id === 'putSuite') return suiteFields();
  const schema = schemaOf(body);
  if (id === 'addResults') return [resultsField(caseId)];
  const own = fieldsOf(schema).filter(({ path }) => !path.startsWith('results') && !SEALED.includes(path));
  const isWithResults = 'results' in ((schema.properties ?? {}) as object);
  return isWithResults ? [...own, wrapped(resultsField(caseId))] : own;
}

function wrapped(field: Field): Field {
  return { ...field, put: (text) => ({ results: field.put(text) }) };
}

function suiteFields(): Field[] {
  const parts = fieldsOf(schemaOf(Suite));
  return parts
    .filter(({ path }) => path !== 'agent')
    .map((one) => ({ ...one, put: (text) => JSON.stringify(one.put(text)) }));
}

function plantsAt(at: Scene, route: Route, place: Place, fields: Field[]): Plant[] {
  const ask = asker(at, route);
  // Where nothing can be kept, one text that is too long for its field says as much as many.
  const isKeeping = route.method !== 'GET' && route.access !== 'proof' && place !== 'path';
  return fields.map((one) => ({
    where: `${route.method} ${route.path} ${place} ${one.path}`,
    longest: isKeeping ? one.longest : LONGEST,
    personal: !KEEPS_PERSONAL.includes(route.id),
    send: async (text) => {
      const asked = place === 'path' ? { path: nowhere(route), status: 0 } : await ask();
      return (await send(at, route, planted(asked, { route, place, field: one, text }))).status < 400;
    },
  }));
}

/** How a route is asked, found out once. */
function asker(at: Scene, route: Route): () => Promise<Ask> {
  let asked: Promise<Ask> | undefined;
  return () => {
    const row = ROWS[route.id];
    // A route that nothing says how to ask takes nothing, which shows.
    asked ??= Promise.resolve(row ? row(at) : { path: nowhere(route), status: 0 });
    return asked;
  };
}

type Planting = { route: Route; place: Place; field: Field; text: string };

function planted(asked: Ask, { route, place, field: one, text }: Planting): Ask {
  // A header and an address hold one line.
  const value = place === 'body' ? one.put(text) : (one.put(text.replaceAll('\n', ' ')) as Record<string, string>);
  if (place === 'header') return { ...asked, headers: { ...asked.headers, ...(value as Record<string, string>) } };
  if (place === 'query') {
    const [path = '', query = ''] = asked.path.split('?');
    const named = { ...Object.fromEntries(new URLSearchParams(query)), ...(value as Record<string, string>) };
    return { ...asked, path: `${path}?${new URLSearchParams(named)}` };
  }
  if (place === 'path') {
    const parts = asked.path.split('?');
    const at = route.path.split('/').findIndex((part) => part.includes(`{${one.path}}`));
    const path = (parts[0] ?? '').split('/').with(at, encodeURIComponent(text)).join('/');
    return { ...asked, path: [path, ...parts.slice(1)].join('?') };
  }
  const isWhole = typeof value === 'string' || Array.isArray(value) || typeof asked.body !== 'object';
  const top = topOf(one);
  return {
    ...asked,
    body: isWhole ? value : { ...(asked.body as object), [top]: (value as Record<string, unknown>)[top] },
  };
}

function send({ workspace }: Scene, { method }: Route, { path, body, headers = {} }: Ask): Promise<Response> {
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const type: Record<string, string> = text === null ? {} : { 'content-type': 'application/json' };
  const all = { authorization: `Bearer ${workspace.key}`, ...type, ...headers };
  return request(path, { method, headers: all, ...(text === null ? {} : { body: text }) });
}

/** The same results as lines, which are read by another reader. */
export function linePlants(at: Scene): Plant[] {
  const route = ROUTES.find(({ id }) => id === 'addResults');
  if (!route) throw new Error('No route takes results');
  const ask = asker(at, route);
  const { longest, put } = resultsField(at.caseId);
  const send = async (text: string) => {
    const { path } = await ask();
    const lines = (put(text) as unknown[]).map((item) => `${JSON.stringify(item)}\n`).join('');
    const headers = { authorization: `Bearer ${at.workspace.key}`, 'content-type': 'application/x-ndjson' };
    return (await (await request(path, { method: 'POST', headers, body: lines })).text()).includes('"rejected":[]');
  };
  return [{ where: 'NDJSON', longest, personal: true, send }];
}
