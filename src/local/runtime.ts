import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { guardedFetch } from './guarded-fetch.ts';
import { guardedOutbound } from './outbound.ts';
import type { WorkerModule } from './worker-bundle.ts';

/** The runtime's binary; its package has no types. */
const WORKERD: string = createRequire(import.meta.url)('workerd').default;

export const HOST = '127.0.0.1';

/** In megabytes. A young generation that may grow holds garbage: 90 to 150 MB after large uploads, which a platform isolate has no room for. */
const YOUNG_GENERATION = '--max-semi-space-size=1';

/** What wrangler.toml says for `wrangler dev` and for Cloudflare; a test compares the two. */
export const RUNTIME = {
  compatibilityDate: '2026-08-01',
  compatibilityFlags: ['nodejs_compat', 'global_fetch_strictly_public'],
  d1Databases: { DB: 'invarium-edge' },
  kvNamespaces: { KV: 'invarium-edge' },
  durableObjects: { AGENT: { className: 'AgentObject', useSQLite: true } },
  serviceBindings: { FILES: { disk: { path: path.join(import.meta.dirname, '..'), writable: false } } },
};

/** Uses of a credential in 10 s and attempts of a source in 60 s: on a machine of one's own all callers are one source. */
const RATE_LIMITS = '{"key": 20000, "source": 6000}';

type RuntimeOptions = {
  modules: WorkerModule[];
  /** Variables of the Worker. */
  bindings: Record<string, string>;
  /** 0 for any free one. */
  port: number;
  stateDirectory: string;
  /** The file in which the runtime notes its process id. */
  note: string;
  /** Takes what the Worker logs, a line at a time; otherwise it is printed. */
  log?: ((line: string) => void) | undefined;
};

/** Starts workerd on storage that survives it. Miniflare starts it again if it ends by itself. */
export function startRuntime({ modules, bindings, port, stateDirectory, note, log }: RuntimeOptions): Miniflare {
  process.env.INVARIUM_WORKERD = WORKERD;
  process.env.INVARIUM_RUNTIME_NOTE = note;
  process.env.MINIFLARE_WORKERD_PATH = path.join(import.meta.dirname, 'workerd.sh');
  process.env.MINIFLARE_WORKERD_V8_FLAGS ??= YOUNG_GENERATION;
  const options = {
    ...convertV4MiniflareOptions({
      ...{ name: 'invarium-edge', modules, port, host: HOST, cf: false, ...RUNTIME },
      bindings: { RATE_LIMITS: process.env.RATE_LIMITS || RATE_LIMITS, ...bindings },
      // Functions, which wrangler.toml cannot name.
      outboundService: guardedFetch([bindings.MODEL_BASE_URL, bindings.OIDC_ISSUER]),
      serviceBindings: { ...RUNTIME.serviceBindings, OUTBOUND: guardedOutbound() },
    }),
    logRequests: false,
    ...(log ? { handleStructuredLogs: ({ message }: { message: string }) => log(message) } : {}),
    resourcePersistencePath: path.join(stateDirectory, 'storage'),
  };
  return keepingOwnSignals(() => new Miniflare(options));
}

/** Miniflare would end the process on a signal at once, before anything else is put away. */
function keepingOwnSignals<T>(make: () => T): T {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const own = signals.flatMap((signal) => process.listeners(signal));
  const made = make();
  for (const signal of signals) {
    const added = process.listeners(signal).filter((listener) => !own.includes(listener));
    for (const listener of added) process.removeListener(signal, listener);
  }
  return made;
}

/**
 * Ends the runtime when this process is killed without a chance to do so itself: the pipe breaks, `read` fails.
 * A process group of its own keeps it from a Ctrl-C that is meant for this one.
 */
export function guardRuntime(note: string): { release: () => Promise<void> } {
  const script = 'read -r released || { read -r pid rest < "$0" && kill -9 "$pid"; }';
  const guard = spawn('/bin/sh', ['-c', script, note], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const ended = new Promise<void>((resolve) => guard.once('close', () => resolve()));
  return { release: () => release(guard, ended) };
}

function release(guard: ChildProcess, ended: Promise<void>): Promise<void> {
  guard.stdin?.end('released\n');
  return ended;
}
