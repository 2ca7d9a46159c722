import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import * as z from 'zod';
import { AGENT_NAME, BLUEPRINT } from '../../src/local/demo/blueprint.ts';
import { McpSession } from '../../src/local/mcp-session.ts';
import { RUNTIME } from '../../src/local/runtime.ts';
import { isRunning, memoryMb, processTree, runtimesOf } from './process-tree.ts';
import { failToStart, freshDirectory, ROOT, type Server, startServer } from './server.ts';

const MAX_MEMORY_MB = 500;
const MAX_START_MS = 30_000;
const SETTLE_MS = 1000;

type WranglerToml = {
  compatibility_date?: string;
  compatibility_flags: string[];
  d1_databases: { binding: string }[];
  kv_namespaces: { binding: string }[];
  durable_objects: { bindings: { name: string; class_name: string }[] };
};

const Agents = z.object({ agents: z.array(z.object({ name: z.string() })) });

function sessionWith({ facts }: Server): McpSession {
  return new McpSession({ address: () => ({ mcpUrl: facts.mcp_url, apiKey: facts.api_key }), patienceMs: 0 });
}

async function addAgent(server: Server): Promise<void> {
  const session = sessionWith(server);
  await session.call('invarium_upload_blueprint', { blueprint: JSON.stringify(BLUEPRINT) }, z.unknown());
  await session.close();
}

async function agentNames(server: Server): Promise<string[]> {
  const session = sessionWith(server);
  const { agents } = await session.call('invarium_list_agents', {}, Agents);
  await session.close();
  return agents.map(({ name }) => name);
}

function postToMcp({ facts }: Server): Promise<Response> {
  return fetch(facts.mcp_url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
}

async function ends(pid: number): Promise<void> {
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5000, interval: 20 });
}

test('npm start prints the connector URL, asks for a key, and stays small', async () => {
  const began = performance.now();
  const server = await startServer({ npm: true });
  const startMs = performance.now() - began;
  const { facts, data } = server;
  expect(server.output()).toContain(`Connector URL: ${facts.mcp_url}\n`);
  expect(server.output()).toContain(facts.dashboard_url);
  for (const client of ['claude mcp add', 'mcpServers', '"servers"']) expect(server.output()).toContain(client);
  expect(statSync(path.join(data, 'local.json')).mode & 0o777).toBe(0o600);
  expect(startMs).toBeLessThan(MAX_START_MS);

  const answer = await postToMcp(server);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('Bearer');

  await sleep(SETTLE_MS);
  const tree = processTree(server.pid);
  const memory = memoryMb(server.pid);
  console.log(
    `ready in ${(startMs / 1000).toFixed(1)} s, idle memory ${memory.toFixed(0)} MB in ${tree.length} processes`,
  );
  expect(memory).toBeLessThan(MAX_MEMORY_MB);

  await server.kill('SIGTERM');
  for (const { pid } of tree) await ends(pid);
});

test('a second start keeps the workspace, the key and the data', async () => {
  const first = await startServer();
  await addAgent(first);
  expect(await first.kill('SIGTERM')).toBe(0);
  const second = await startServer({ data: first.data });
  expect(second.facts.workspace_id).toBe(first.facts.workspace_id);
  expect(second.facts.api_key).toBe(first.facts.api_key);
  expect(second.facts.dashboard_url).not.toBe(first.facts.dashboard_url);
  expect(await agentNames(second)).toEqual([AGENT_NAME]);
  await second.kill('SIGTERM');
});

test('kill -9 leaves no runtime behind and loses nothing', async () => {
  const first = await startServer();
  await addAgent(first);
  const [runtime] = runtimesOf(processTree(first.pid));
  await first.kill('SIGKILL');
  await ends(runtime?.pid ?? 0);
  const second = await startServer({ data: first.data });
  expect(await agentNames(second)).toEqual([AGENT_NAME]);
  await second.kill('SIGTERM');
});

test('the next start ends a runtime that outlived a kill -9', async () => {
  const first = await startServer();
  const tree = processTree(first.pid);
  const [runtime] = runtimesOf(tree);
  const guard = tree.find(({ command }) => command.startsWith('/bin/sh'));
  process.kill(guard?.pid ?? 0, 'SIGKILL');
  await first.kill('SIGKILL');
  await sleep(SETTLE_MS);
  expect(isRunning(runtime?.pid ?? 0)).toBe(true);

  const second = await startServer({ data: first.data });
  expect(isRunning(runtime?.pid ?? 0)).toBe(false);
  await second.kill('SIGTERM');
});

test('a server whose npm was killed makes room for the next start', async () => {
  const first = await startServer({ npm: true });
  const tree = processTree(first.pid);
  await first.kill('SIGKILL');
  const second = await startServer({ data: first.data });
  for (const { pid } of tree) expect(isRunning(pid)).toBe(false);
  expect(second.facts.api_key).toBe(first.facts.api_key);
  await second.kill('SIGTERM');
});

test('a start beside a running one on the same directory is refused', async () => {
  const first = await startServer();
  const { code, said } = await failToStart({ data: first.data });
  expect(said).toContain(`Invarium already runs on ${first.data} (process ${first.pid}).`);
  expect(code).toBe(1);
  expect((await postToMcp(first)).status).toBe(401);
  await first.kill('SIGTERM');
});

test('a busy port is named in one sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, said } = await failToStart({ data: freshDirectory(), env: { PORT: String(port) } });
  other.close();
  expect(said).toBe(
    `Port ${port} is in use. Stop the program that uses it, or choose another one: PORT=${port + 1} npm start\n`,
  );
  expect(code).toBe(1);
});

test('what is wrong with a variable of the Worker is said in one sentence, before anything is served', async () => {
  const { code, said } = await failToStart({ data: freshDirectory(), env: { TEST_ENGINE: 'model' } });
  expect(said).toBe('TEST_ENGINE and JUDGE need MODEL_NAME, and MODEL_BASE_URL or the binding AI.\n');
  expect(code).toBe(1);
});

test('what is wrong with the settings is said in one sentence', async () => {
  const data = freshDirectory();
  const file = path.join(data, 'file');
  writeFileSync(file, '');
  const unwritable = path.join(file, 'state');
  expect((await failToStart({ data: unwritable })).said).toBe(
    `Cannot write to ${unwritable} (ENOTDIR). Set INVARIUM_DATA to a directory that you may write to.\n`,
  );
  expect((await failToStart({ data, env: { PORT: 'web' } })).said).toBe(
    "PORT is 'web'. Use a number between 0 and 65535; 0 takes any free port.\n",
  );
});

test('a damaged local.json is named, and deleting it gives a new key for the same workspace', async () => {
  const first = await startServer();
  await addAgent(first);
  await first.kill('SIGTERM');
  const file = path.join(first.data, 'local.json');
  writeFileSync(file, '{"base_url": "http');
  expect((await failToStart({ data: first.data })).said).toBe(
    `${file} is damaged. Delete it and run npm start: the data stays, and a new key is made.\n`,
  );
  rmSync(file);
  const second = await startServer({ data: first.data });
  expect(second.facts.workspace_id).toBe(first.facts.workspace_id);
  expect(second.facts.api_key).not.toBe(first.facts.api_key);
  expect(await agentNames(second)).toEqual([AGENT_NAME]);
  await second.kill('SIGTERM');
});

test('a Node that is too old is told so', async () => {
  const pretend = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })";
  const run = promisify(execFile);
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, 'src/local/node-version.mjs'];
  await expect(run(process.execPath, args, { cwd: ROOT })).rejects.toThrow(/Node 20\.20\.2 is too old: 22\.18 is/);
});

test('the local runtime has what wrangler.toml says', () => {
  const config: WranglerToml = unstable_readConfig({ config: path.join(ROOT, 'wrangler.toml') });
  expect(RUNTIME.compatibilityDate).toBe(config.compatibility_date);
  expect(RUNTIME.compatibilityFlags).toEqual(config.compatibility_flags);
  expect(Object.keys(RUNTIME.d1Databases)).toEqual(config.d1_databases.map(({ binding }) => binding));
  expect(Object.keys(RUNTIME.kvNamespaces)).toEqual(config.kv_namespaces.map(({ binding }) => binding));
  const objects = Object.entries(RUNTIME.durableObjects).map(([name, { className }]) => ({
    name,
    class_name: className,
  }));
  expect(objects).toEqual(config.durable_objects.bindings);
});
