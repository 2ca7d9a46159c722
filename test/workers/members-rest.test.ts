import { expect, test } from 'vitest';
import { newWorkspace, ORIGIN } from './client.ts';
import { api, keyOf } from './members-doors.ts';
import { accept, owned } from './members-scene.ts';

test('REST lists, changes and removes members and invitations, for keys of owners only', async () => {
  const owner = await owned();
  const { key } = owner.workspace;
  const made = await api(key, 'POST', '/v1/invitations', { email: 'ada@example.com', role: 'viewer' });
  expect(made).toMatchObject({ status: 201, body: { email: 'ada@example.com', role: 'viewer' } });
  const { id, url } = made.body as { id: string; url: string };
  expect((await api(key, 'GET', '/v1/invitations')).body).toMatchObject({ invitations: [{ id, role: 'viewer' }] });
  await accept(url.replace(ORIGIN, ''));
  const { members } = (await api(key, 'GET', '/v1/members')).body as { members: { id: string; email: string }[] };
  expect(members).toMatchObject([{ email: 'dev@example.com', role: 'owner' }, { email: 'ada@example.com' }]);
  const ada = `/v1/members/${members[1]?.id}`;
  expect((await api(key, 'PATCH', ada, { role: 'member' })).body).toMatchObject({ role: 'member' });
  const revoked = await api(key, 'POST', '/v1/invitations', { email: 'bob@example.com' });
  const path = `/v1/invitations/${(revoked.body as { id: string }).id}`;
  expect([(await api(key, 'DELETE', path)).status, (await api(key, 'DELETE', path)).status]).toEqual([200, 404]);
  const adminOfAda = await keyOf({ ...owner, id: String(members[1]?.id) }, 'stale', ['admin']);
  for (const [method, at, body] of [
    ['PATCH', ada, { role: 'owner' }],
    ['DELETE', ada, undefined],
    ['POST', '/v1/invitations', { email: 'c@example.com' }],
    ['POST', '/v1/keys', { name: 'n', scopes: ['admin'] }],
  ] as const)
    expect((await api(adminOfAda, method, at, body)).status, `${method} ${at}`).toBe(403);
  expect((await api(key, 'DELETE', ada)).body).toEqual({ removed: members[1]?.id });
  expect((await api(key, 'DELETE', ada)).status).toBe(404);
  expect((await api((await newWorkspace()).key, 'PATCH', `/v1/members/${owner.id}`, { role: 'viewer' })).status).toBe(
    404,
  );
});
