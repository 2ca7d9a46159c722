import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { expect, test, vi } from 'vitest';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { type Address, guardedOutbound, sendTo } from '../../src/local/outbound.ts';
import { startServer } from './server.ts';

const PUBLIC: Address = { address: '93.184.215.14', family: 4 };
const LOOPBACK: Address = { address: '127.0.0.1', family: 4 };

/** The guard with a resolver that gives one answer after the other, and a note of where it would have connected. */
function scene(...answers: Address[][]) {
  const seen = { asked: [] as string[], connected: [] as string[] };
  const outbound = guardedOutbound({
    resolve: async (host) => {
      seen.asked.push(host);
      return answers.shift() ?? [];
    },
    sendTo: async ({ address }, { url }) => {
      seen.connected.push(`${url.host} at ${address}`);
      return 204;
    },
  });
  const send = async (url: string) => {
    const answer = await outbound(new Request(url, { method: 'POST', body: '{}' }));
    return answer.headers.get('outbound-fault') ?? answer.status;
  };
  return { seen, send };
}

test('a name that means a public address first and a private one afterwards is asked once, and the public one is used', async () => {
  const { seen, send } = scene([PUBLIC], [LOOPBACK]);
  expect(await send('https://rebinding.example/hook')).toBe(204);
  expect(seen).toEqual({ asked: ['rebinding.example'], connected: [`rebinding.example at ${PUBLIC.address}`] });
  expect(await send('https://rebinding.example/hook')).toBe('private_address');
  expect(seen.connected).toHaveLength(1);
});

test('a name that means any private address is refused, whatever else it means and in whatever order', async () => {
  const privates = ['127.0.0.1', '10.0.0.8', '169.254.169.254', '192.168.0.1', '100.64.0.1', '0.0.0.0'];
  const privates6 = ['::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:93.184.215.14', '64:ff9b::7f00:1'];
  const all = [
    ...privates.map((address) => ({ address, family: 4 })),
    ...privates6.map((address) => ({ address, family: 6 })),
  ];
  for (const each of all) {
    const { seen, send } = scene([PUBLIC, each], [each, PUBLIC], [each]);
    for (let n = 0; n < 3; n++)
      expect([each.address, await send('https://a.example/')]).toEqual([each.address, 'private_address']);
    expect(seen.connected).toEqual([]);
  }
});

test('a URL that must not be called is refused before any name is asked for, and a name that means nothing is said to', async () => {
  const { seen, send } = scene();
  for (const url of [
    'http://a.example/',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
  ])
    expect([url, await send(url)]).toEqual([url, 'private_address']);
  expect(seen.asked).toEqual([]);
  expect(await send('https://nobody.example/')).toBe('name_not_found');
});

test('a public address needs no name server', async () => {
  const { seen, send } = scene();
  expect(await send('https://93.184.215.14:8443/')).toBe(204);
  expect(seen).toEqual({ asked: [], connected: ['93.184.215.14:8443 at 93.184.215.14'] });
});

test('the connection goes to the address that was looked at, and asks there for the name', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const greeting = once(server, 'connection').then(async ([socket]: Socket[]) => {
    const [hello] = (await once(socket as Socket, 'data')) as [Buffer];
    socket?.destroy();
    return hello.toString('latin1');
  });
  // No name server knows this name.
  const url = new URL(`https://hooks.nowhere.invalid:${port}/`);
  const sent = sendTo(LOOPBACK, { url, method: 'POST', headers: {}, body: new Uint8Array() });
  await expect(sent).rejects.toThrow();
  expect(await greeting).toContain('hooks.nowhere.invalid');
  server.close();
});

test('a Worker sends through the guard by a binding, and gets the status of the receiver and nothing else', async () => {
  const seen: string[] = [];
  const guard = guardedOutbound({
    resolve: async () => [PUBLIC],
    sendTo: async ({ address }, { url, method, headers, body }) => {
      seen.push(`${method} ${url.href} at ${address} ${headers['webhook-id']} ${Buffer.from(body)}`);
      return 302;
    },
  });
  const script = `export default { async fetch(request, env) {
    const init = { method: 'POST', body: 'told', redirect: 'manual', headers: { 'webhook-id': 'msg_1' } };
    const answer = await env.OUTBOUND.fetch(await request.text(), init);
    return Response.json([answer.status, answer.headers.get('outbound-fault'), await answer.text()]);
  } }`;
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: '2026-08-01',
      serviceBindings: { OUTBOUND: guard },
    }),
  );
  const ask = async (url: string) =>
    (await runtime.dispatchFetch('http://a.test', { method: 'POST', body: url })).json();
  try {
    expect(await ask('https://hooks.example:8443/run?a=b')).toEqual([302, null, '']);
    expect(seen).toEqual([`POST https://hooks.example:8443/run?a=b at ${PUBLIC.address} msg_1 told`]);
    expect(await ask('https://192.168.0.1/')).toEqual([502, 'private_address', '']);
  } finally {
    await runtime.dispose();
  }
});

test("a local server's deliveries go through the guard, and private addresses are refused before", async () => {
  const { facts, kill } = await startServer();
  const ask = async (call: string, body?: unknown) => {
    const [method = '', path = ''] = call.split(' ');
    const headers = { authorization: `Bearer ${facts.api_key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${facts.base_url}${path}`, {
      ...{ method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  expect((await ask('POST /v1/webhooks', { url: 'https://127.0.0.1/hook' })).status).toBe(400);
  // A name that no resolver knows (RFC 6761): only the guard says so in these words.
  expect((await ask('POST /v1/webhooks', { url: 'https://receiver.invalid/hook' })).status).toBe(201);
  expect((await ask('POST /v1/agents', { blueprint: JSON.stringify(BLUEPRINT) })).status).toBe(201);
  const report = { results: { tool: { name: 't' }, tests: [{ name: 'one', status: 'passed', duration: 1 }] } };
  expect((await ask(`POST /ingest/${AGENT_NAME}?format=ctrf`, report)).status).toBe(202);
  await vi.waitFor(
    async () => {
      const { body } = await ask(`GET /v1/agents/${AGENT_NAME}/deliveries`);
      expect(body.deliveries).toMatchObject([{ attempts: [{ status: null, fault: 'name_not_found' }] }]);
    },
    { timeout: 10_000, interval: 200 },
  );
  await kill('SIGTERM');
});
