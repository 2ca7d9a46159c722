import { expect, test } from 'vitest';
import { passTime } from '../faults/worker.ts';
import { logOf, newMember, owned, type Person, send } from './members-scene.ts';
import { askToken, callTool, connect } from './oauth-client.ts';

const WITHDRAWN_WITHIN_MS = 60_000;
const PAGE = '/settings/apps';

async function appOf({ visitor }: Person): Promise<{ member: string; app: string }> {
  const { html } = await visitor.open(PAGE);
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? '';
  return { member: field('member'), app: field('app') };
}

const withdraw = ({ visitor }: Person, fields: { member: string; app: string }) =>
  send(visitor, `${PAGE}/withdraw`, fields, PAGE);

test('a member sees what acts for them, withdraws it, and its tokens are refused', async () => {
  const owner = await owned();
  const ada = await newMember(owner);
  expect((await ada.visitor.open(PAGE)).text).toContain('No app acts for you.');
  const { tokens, clientId } = await connect(ada.workspace, ['read']);
  expect((await ada.visitor.open(PAGE)).text).toMatch(
    /Test client Withdraw access goes to client\.example read connected just now/,
  );
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(200);
  const fields = await appOf(ada);
  expect((await withdraw(ada, fields)).status).toBe(303);
  passTime(WITHDRAWN_WITHIN_MS);
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(401);
  const refresh = { grant_type: 'refresh_token', client_id: clientId, refresh_token: tokens.refresh_token };
  expect((await askToken(refresh)).status).toBe(400);
  expect((await ada.visitor.open(PAGE)).text).toContain('No app acts for you.');
  expect(await logOf(owner.workspace)).toContainEqual(
    expect.stringMatching(/app\.withdrawn Test client \(client\.example\): p\d+@example\.com$/),
  );
  expect((await withdraw(ada, fields)).status).toBe(404);
});

test('an owner sees and withdraws what other members connected, and nobody else does', async () => {
  const owner = await owned();
  const [ada, bob] = [await newMember(owner), await newMember(owner)];
  const { tokens } = await connect(ada.workspace);
  const fields = await appOf(ada);
  expect((await bob.visitor.open(PAGE)).text).not.toContain('Test client');
  expect((await withdraw(bob, fields)).status).toBe(403);
  const stranger = await owned();
  expect((await stranger.visitor.open(PAGE)).text).not.toContain('Test client');
  expect((await withdraw(stranger, fields)).status).toBe(404);
  expect((await withdraw(stranger, { ...fields, member: stranger.id })).status).toBe(404);
  expect((await owner.visitor.post(`${PAGE}/withdraw`, { ...fields, csrf: 'forged' })).status).toBe(403);
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(200);
  expect((await owner.visitor.open(PAGE)).text).toMatch(/Apps of other members p\d+@example\.com Test client Withdraw/);
  expect((await withdraw(owner, fields)).status).toBe(303);
  passTime(WITHDRAWN_WITHIN_MS);
  expect((await callTool(tokens.access_token, 'list_agents')).status).toBe(401);
});
