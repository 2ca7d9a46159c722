import { expect, test } from 'vitest';
import type { Scope } from '../../src/domain/access.ts';
import { isKeyed, type Route } from '../../src/http/api/route.ts';
import { ROUTES } from '../../src/http/api/routes.ts';
import { nowhere } from './api-scene.ts';
import { type Reply, rest } from './ci-client.ts';
import { newWorkspace, type Workspace } from './client.ts';

/** Apart from the other sweeps over all routes: in one file a request takes the longer the more went before it. */

const keyedRoutes = ROUTES.filter(isKeyed);

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
