import { expect, test } from 'vitest';
import type * as z from 'zod';
import { isKeyed, type Route } from '../../src/http/api/route.ts';
import { ROUTES } from '../../src/http/api/routes.ts';
import { ROWS, scene } from './api-scene.ts';
import { type Reply, rest } from './ci-client.ts';
import { newWorkspace } from './client.ts';

const ROUTE_OF = new Map(ROUTES.map((route) => [route.id, route]));

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

test('a route by another method is 405 with what is allowed, an unknown address is 404', async () => {
  const workspace = await newWorkspace();
  const wrong = await rest(workspace, 'PUT /v1/agents/shop-agent');
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, DELETE']);
  expect((await rest(workspace, 'GET /v1/nothing')).status).toBe(404);
  expect((await rest({ key: '' }, 'PUT /v1/agents/shop-agent')).status).toBe(401);
});
