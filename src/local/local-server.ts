import { createServer } from 'node:net';
import path from 'node:path';
import type { Miniflare } from 'miniflare';
import type { Env } from '../env.ts';
import type { CredentialStores } from '../store/credentials.ts';
import { identityOf, type LocalFacts, makeFacts, readFacts, writeFacts } from './local-facts.ts';
import { applyMigrations } from './migrations.ts';
import { errorCode, Problem } from './problem.ts';
import { guardRuntime, HOST, startRuntime } from './runtime.ts';
import { seedLocal } from './seed.ts';
import { endOrphans, launcher, removeServerRecord, runtimeNote, writeServerRecord } from './server-record.ts';
import { openStateDirectory, sessionSecret } from './state-directory.ts';
import { buildBundle, readBundle } from './worker-bundle.ts';

export const DEFAULT_PORT = 8787;
const MAX_PORT = 65_535;

/** Variables of the Worker that are taken from the environment as they are. */
const SETTINGS = [
  'PUBLIC_URL',
  'PLAN',
  'MODEL_NAME',
  'MODEL_BASE_URL',
  'MODEL_API_KEY',
  'TEST_ENGINE',
  'JUDGE',
  'OIDC_ISSUER',
] as const satisfies readonly (keyof Env)[];

function settings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(SETTINGS.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

export type LocalServer = { facts: LocalFacts; stop: () => Promise<void> };

type StartOptions = {
  directory: string;
  /** Holds a Worker that is already built. */
  bundle?: string | undefined;
  /** Takes the request log instead of the terminal. */
  log?: ((line: string) => void) | undefined;
};

/** Starts the whole server on a state directory. */
export async function startLocalServer({ directory, bundle, log }: StartOptions): Promise<LocalServer> {
  const port = readPort(process.env.PORT);
  openStateDirectory(directory);
  const known = readFacts(directory);
  await endOrphans(directory);
  await assertPortIsFree(port);
  writeServerRecord(directory, launcher());

  const note = runtimeNote(directory);
  const secret = sessionSecret(directory);
  const modules = await builtModules(directory, bundle);
  const guard = guardRuntime(note);
  const bindings = { ...settings(process.env), SESSION_SECRET: secret };
  const runtime = startRuntime({ modules, bindings, port, stateDirectory: directory, note, log });
  const stop = async () => {
    await runtime.dispose();
    await guard.release();
    removeServerRecord(directory);
  };
  try {
    const facts = await prepare(runtime, secret, known);
    writeFacts(directory, facts);
    return { facts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function builtModules(directory: string, bundle: string | undefined) {
  if (bundle) return readBundle(bundle);
  const built = path.join(directory, 'bundle');
  await buildBundle(built);
  return readBundle(built);
}

async function prepare(runtime: Miniflare, secret: string, known: LocalFacts | undefined): Promise<LocalFacts> {
  const { origin } = await runtime.ready;
  await assertConfigured(origin);
  const stores = await runtime.getBindings<CredentialStores>();
  await applyMigrations(stores.DB);
  const identity = await seedLocal(stores, identityOf(known), Date.now());
  return makeFacts(origin, identity, secret);
}

/** The Worker knows best what is wrong with its variables, and says it to whoever asks first. */
async function assertConfigured(origin: string): Promise<void> {
  const answer = await fetch(`${origin}/healthz`);
  if (!answer.ok) throw new Problem((await answer.text()).trim().replace(/^Error: /, ''));
}

export function readPort(text: string | undefined): number {
  if (!text?.trim()) return DEFAULT_PORT;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return port;
  throw new Problem(`PORT is '${text}'. Use a number between 0 and ${MAX_PORT}; 0 takes any free port.`);
}

/** Asked before anything is built, because the runtime's own words for it are hard to read. */
async function assertPortIsFree(port: number): Promise<void> {
  const failure = await new Promise<unknown>((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, HOST, () => probe.close(() => resolve(undefined)));
  });
  if (failure === undefined) return;
  if (errorCode(failure) !== 'EADDRINUSE') throw new Problem(`Cannot listen on port ${port} (${errorCode(failure)}).`);
  throw new Problem(
    `Port ${port} is in use. Stop the program that uses it, or choose another one: PORT=${port + 1} npm start`,
  );
}
