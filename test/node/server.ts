import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, inject } from 'vitest';
import { LocalFacts } from '../../src/local/local-facts.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');

const READY = 'Dashboard';
const START_DEADLINE_MS = 30_000;
const POLL_MS = 20;

export type Server = {
  facts: LocalFacts;
  /** The state directory; give it to another `startServer` to start again on the same data. */
  data: string;
  pid: number;
  output: () => string;
  /** Sends a signal and waits for the end of the process; answers its exit code, null after a kill. */
  kill: (signal: NodeJS.Signals) => Promise<number | null>;
};

type StartOptions = {
  data?: string;
  env?: Record<string, string>;
  args?: string[];
  /** Through `npm start`, with a build of its own, as a person starts it. */
  npm?: boolean;
  /** A Worker that was built for the test; by default the product's. */
  bundle?: string;
};

/** Also what a failed test did not get to end. */
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGTERM');
});

/** Starts a whole server on a free port and waits until it has printed where it is. */
export async function startServer({ data = freshDirectory(), ...options }: StartOptions = {}): Promise<Server> {
  const { child, output, ended } = spawnStart({ data, ...options });
  const deadline = Date.now() + START_DEADLINE_MS;
  while (!output().includes(READY)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The server did not start: ${output()}`);
    await sleep(POLL_MS);
  }
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { facts: readLocalFacts(data), data, pid: child.pid ?? 0, output, kill };
}

/** Starts a server that is expected to give up, and answers what it said. */
export async function failToStart(
  options: StartOptions & { data: string },
): Promise<{ code: number | null; said: string }> {
  const { child, output, ended } = spawnStart(options);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS);
  const code = await ended;
  clearTimeout(timer);
  return { code, said: output() };
}

export function freshDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), 'invarium-test-'));
}

export function readLocalFacts(data: string): LocalFacts {
  return LocalFacts.parse(JSON.parse(readFileSync(path.join(data, 'local.json'), 'utf8')));
}

function spawnStart({ data = '', env = {}, args = [], npm = false, bundle }: StartOptions) {
  const settings = { ...process.env, PORT: '0', INVARIUM_DATA: data, ...env };
  const [command, ...rest] = npm
    ? ['npm', 'start', '--', ...args]
    : [process.execPath, 'src/local/start.ts', '--bundle', bundle ?? inject('bundle'), ...args];
  const child = spawn(command as string, rest, { cwd: ROOT, env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return { child, output: () => text, ended };
}
