import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  Client,
  type OAuthClientProvider,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { ROOT, type Server, startServer } from './server.ts';

/** People add the connector by its URL alone: unmodified clients, a real browser, the person's own clicks. */

const REMOTE = path.join(ROOT, 'node_modules/mcp-remote/dist/proxy.js');

let server: Server;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.kill('SIGTERM');
});

/** Opens what a client wants opened, signs in by key on the way, and allows what is ticked. */
async function allow(address: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  await page.getByLabel('API key').fill(server.facts.api_key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: /^Connect .+\?$/ }).waitFor();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(/[?&]code=/);
  return page;
}

/** In the settings, where a person would look for it. */
async function withdraw(page: Page, client: string): Promise<void> {
  await page.goto(`${server.facts.base_url}/settings/apps`);
  const app = page.getByRole('listitem').filter({ hasText: client }).first();
  await app.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByText(client).waitFor({ state: 'detached' });
}

/** Keeps what a client learns, in memory, and says where it wants the person to go. */
class Memory implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly clientMetadata: OAuthClientProvider['clientMetadata'];
  opened = '';
  held: StoredOAuthTokens | undefined;
  saves = 0;
  #client: StoredOAuthClientInformation | undefined;
  #verifier = '';

  constructor(redirectUrl: string) {
    this.redirectUrl = redirectUrl;
    this.clientMetadata = {
      ...{ client_name: 'SDK client', redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none' },
      grant_types: ['authorization_code', 'refresh_token'],
    };
  }
  clientInformation() {
    return this.#client;
  }
  saveClientInformation(client: StoredOAuthClientInformation) {
    this.#client = client;
  }
  tokens() {
    return this.held;
  }
  saveTokens(tokens: StoredOAuthTokens) {
    this.held = tokens;
    this.saves += 1;
  }
  invalidateCredentials(what: string) {
    if (what === 'tokens' || what === 'all') this.held = undefined;
  }
  redirectToAuthorization(url: URL) {
    this.opened = url.href;
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier;
  }
  codeVerifier() {
    return this.#verifier;
  }
}

async function callbackServer(): Promise<{ url: string; close: () => void }> {
  const listener = createServer((_, response) => response.end('You can close this window.')).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/callback`, close: () => listener.close() };
}

async function usage(client: Client): Promise<string> {
  const answer = await client.callTool({ name: 'invarium_usage', arguments: {} });
  const [content] = answer.content as { text: string }[];
  return content?.text ?? '';
}

test("the SDK's own client connects by the URL alone, calls a tool, refreshes, and is cut off when access is withdrawn", async () => {
  const callback = await callbackServer();
  const memory = new Memory(callback.url);
  const transport = () => new StreamableHTTPClientTransport(new URL(server.facts.mcp_url), { authProvider: memory });
  const first = transport();
  await expect(new Client({ name: 'sdk', version: '1' }).connect(first)).rejects.toThrow(UnauthorizedError);
  const page = await allow(memory.opened);
  await first.finishAuth(
    new URL(page.url()).searchParams.get('code') ?? '',
    new URL(page.url()).searchParams.get('iss') ?? undefined,
  );
  const client = new Client({ name: 'sdk', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(transport());
  expect(await usage(client)).toContain('Plan: Self-hosted');

  const before = memory.held;
  memory.held = { ...(before as StoredOAuthTokens), access_token: 'mb_x:expired:token' };
  expect(await usage(client)).toContain('Plan: Self-hosted');
  expect(memory.held?.access_token).not.toBe(before?.access_token);
  expect(memory.held?.refresh_token).not.toBe(before?.refresh_token);

  await withdraw(page, 'SDK client');
  memory.opened = '';
  await expect(usage(client)).rejects.toThrow(UnauthorizedError);
  expect(memory.opened).toContain('/authorize?');
  await client.close();
  callback.close();
});

test('mcp-remote, which other programs use to reach a connector, does the same', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'invarium-remote-'));
  const remote = startRemote(directory);
  const page = await allow(await remote.address);
  const say = (message: object) => remote.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const clientInfo = { name: 'editor', version: '1' };
  say({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
  expect(await remote.answer(1)).toContain('"serverInfo"');
  say({ method: 'notifications/initialized' });
  const params = { name: 'invarium_usage', arguments: {} };
  say({ id: 2, method: 'tools/call', params });
  expect(await remote.answer(2)).toContain('Plan: Self-hosted');
  await withdraw(page, 'MCP CLI Proxy');
  say({ id: 3, method: 'tools/call', params });
  const next = await Promise.race([remote.answer(3), remote.ended, remote.askedAgain]);
  expect(next).not.toContain('Plan: Self-hosted');
  remote.child.kill('SIGKILL');
  await remote.ended;
  rmSync(directory, { recursive: true, force: true });
});

type Remote = {
  child: ChildProcess;
  /** What it wants opened in a browser. */
  address: Promise<string>;
  /** What it wants opened when its access has ended. */
  askedAgain: Promise<string>;
  answer: (id: number) => Promise<string>;
  ended: Promise<string>;
};

function startRemote(directory: string): Remote {
  const env = { ...process.env, MCP_REMOTE_CONFIG_DIR: directory, HOME: directory, BROWSER: '/bin/true' };
  const child = spawn(process.execPath, [REMOTE, server.facts.mcp_url], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const said: string[] = [];
  const told = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const;
  let asked = 0;
  createInterface({ input: child.stderr }).on('line', (line) => {
    const found = /https?:\/\/\S+\/authorize\?\S+/.exec(line);
    if (found) told[asked++]?.resolve(found[0]);
  });
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const answer = async (id: number) => {
    for (;;) {
      const found = said.find((line) => (JSON.parse(line) as { id?: number }).id === id);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const ended = once(child, 'exit').then(() => 'ended');
  return { child, address: told[0].promise, askedAgain: told[1].promise, answer, ended };
}
