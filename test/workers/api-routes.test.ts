import { expect, test } from 'vitest';
import type * as z from 'zod';
import { isKeyed, type Route } from '../../src/http/api/route.ts';
import { ROUTES } from '../../src/http/api/routes.ts';
import type { Scope } from '../../src/domain/access.ts';
import { nowhere, ROWS, scene } from './api-scene.ts';
import { type Reply, rest } from './ci-client.ts';
import { newWorkspace, shop, type Workspace } from './client.ts';

const ROUTE_OF = new Map(ROUTES.map((route) => [route.id, route]));
const keyedRoutes = ROUTES.filter(isKeyed);

test('every route has its row in the table, and a name of its own', () => {
  expect(Object.keys(ROWS).sort()).toEqual(ROUTES.map(({ id }) => id).sort());
  expect(ROUTE_OF.size).toBe(ROUTES.length);
});

/** What the interface says of an answer holds: its status, its type, and each of its fields. */
function mismatch({ answers }: Route, { status, headers, body }: Reply): string | null {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  const same = answers.filter((answer) => answer.status === status);
  if (same.length === 0) return `status ${status} is not declared: ${JSON.stringify(body).slice(0, 300)}`;
  const declared = same.find((answer) => (answer.type ?? 'application/json') === type);
  if (!declared) return `type ${type} is not declared`;
  return declared.schema ? undeclared(declared.schema, body) : null;
}

function undeclared(schema: z.ZodType, body: unknown): string | null {
  const parsed = schema.safeParse(body);
  if (!parsed.success) return parsed.error.message;
  const [said, read] = [JSON.stringify(sorted(body)), JSON.stringify(sorted(parsed.data))];
  return said === read ? null : `more than declared: ${said}\ninstead of ${read}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

test('every route answers as it is described', async () => {
  const at = await scene();
  const wrong: string[] = [];
  for (const route of ROUTES) {
    const ask = await ROWS[route.id]?.(at);
    if (!ask) continue;
    const key = isKeyed(route) ? at.workspace : { key: '' };
    const reply = await rest(key, `${route.method} ${ask.path}`, ask.body, ask.headers);
    const fault = reply.status === ask.status ? null : `${reply.status}: ${JSON.stringify(reply.body).slice(0, 400)}`;
    const said = ask.status < 400 ? mismatch(route, reply) : null;
    if (fault ?? said) wrong.push(`${route.id}: ${fault ?? said}`);
  }
  expect(wrong).toEqual([]);
});

async function keyWith(workspace: Workspace, scopes: Scope[]): Promise<{ key: string }> {
  const { body } = await rest(workspace, 'POST /v1/keys', { name: scopes.join(), scopes });
  return { key: String(body.key) };
}

/** The status of each of the keyed routes, asked in the same way. */
async function statuses(ask: (route: Route) => Promise<Reply>): Promise<Record<string, number>> {
  const answers = await Promise.all(keyedRoutes.map(async (route) => [route.id, (await ask(route)).status] as const));
  return Object.fromEntries(answers);
}

function all(status: number, routes = keyedRoutes): Record<string, number> {
  return Object.fromEntries(routes.map(({ id }) => [id, status]));
}

test('no route does anything without a key, or with one that nobody made', async () => {
  const bare = (route: Route) =>
    rest({ key: '' }, `${route.method} ${nowhere(route)}`, undefined, { authorization: '' });
  expect(await statuses(bare)).toEqual(all(401));
  const forged = { key: `inv_${'y'.repeat(40)}` };
  expect(await statuses((route) => rest(forged, `${route.method} ${nowhere(route)}`))).toEqual(all(401));
});

test('a key that lacks the scope of a route is refused there with 403, and told which one it needs', async () => {
  const workspace = await newWorkspace();
  const scopes: Scope[] = ['read', 'write', 'ingest'];
  const keys = await Promise.all(scopes.map((scope) => keyWith(workspace, [scope])));
  for (const [at, scope] of scopes.entries()) {
    const forbidden = keyedRoutes.filter(({ access }) => ![access].flat().includes(scope));
    const replies = await Promise.all(
      forbidden.map((route) => rest(keys[at] ?? { key: '' }, `${route.method} ${nowhere(route)}`)),
    );
    expect(replies.map(({ status }, n) => [forbidden[n]?.id, status])).toEqual(forbidden.map(({ id }) => [id, 403]));
    for (const { body } of replies)
      expect(body).toMatchObject({ code: 'AUTH_FAILED', detail: expect.stringMatching(/It needs the scope '\w+/) });
  }
});

test('no route breaks, whatever kind of body it gets', async () => {
  const { workspace } = await shop();
  const bodies = ['"text"', 'null', '[null]', '{"__proto__": {"a": 1}}', '{"a":', '\ud800'];
  const broken: string[] = [];
  for (const body of bodies) {
    const taking = keyedRoutes.filter((route) => route.body !== null);
    const replies = await Promise.all(
      taking.map((route) => rest(workspace, `${route.method} ${nowhere(route)}`, body)),
    );
    for (const [at, { status }] of replies.entries())
      if (status < 400 || status >= 500) broken.push(`${taking[at]?.id} ${body}: ${status}`);
  }
  expect(broken).toEqual([]);
});

test('a parameter that a route does not know is named, not ignored', async () => {
  const { workspace } = await shop();
  const replies = await Promise.all(
    keyedRoutes.map((route) => {
      const body = route.body === null ? undefined : {};
      return rest(workspace, `${route.method} ${nowhere(route)}?surprise=1`, body);
    }),
  );
  const ignored = keyedRoutes.filter((_, at) => replies[at]?.status !== 400).map(({ id }) => id);
  expect(ignored).toEqual([]);
});

test('a route by another method is 405 with what is allowed, an unknown address is 404', async () => {
  const workspace = await newWorkspace();
  const wrong = await rest(workspace, 'PUT /v1/agents/shop-agent');
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, DELETE']);
  expect((await rest(workspace, 'GET /v1/nothing')).status).toBe(404);
  expect((await rest({ key: '' }, 'PUT /v1/agents/shop-agent')).status).toBe(401);
});
