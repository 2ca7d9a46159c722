import { expect, test } from 'vitest';
import { isKeyed } from '../../src/http/api/route.ts';
import { ROUTES } from '../../src/http/api/routes.ts';
import { nowhere } from './api-scene.ts';
import { rest } from './ci-client.ts';
import { shop } from './client.ts';

/** Apart from the other sweeps over all routes: in one file a request takes the longer the more went before it. */

const keyedRoutes = ROUTES.filter(isKeyed);

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
