import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Problem } from './problem.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');

const WRANGLER = path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
const SOURCE = 'src/worker.ts';
/** A bundle bears the name of its source. */
const ENTRY = 'worker.js';
/** wrangler puts the content's hash before the name of a file that is carried as text. */
const TEXT_MODULE = /^[0-9a-f]{40}-/;

export type WorkerModule = { type: 'ESModule' | 'Text'; path: string; contents: string };

/** Bundles the Worker as `npm run deploy` does, in a process of its own, which takes its memory with it. */
export async function buildBundle(directory: string, source = SOURCE): Promise<void> {
  const command = ['deploy', source, '--dry-run', '--outdir', directory];
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', WRANGLER_LOG: 'warn' };
  // Texts of an earlier build would stay beside the new ones.
  rmSync(directory, { recursive: true, force: true });
  try {
    await promisify(execFile)(process.execPath, [WRANGLER, ...command], { cwd: ROOT, env });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Problem(`The Worker could not be built.\n${said}`);
  }
}

/** The entry first, as the runtime wants it, then every file that it imports as text. */
export function readBundle(directory: string): WorkerModule[] {
  if (!statSync(path.join(directory, ENTRY), { throwIfNoEntry: false })) {
    throw new Problem(`There is no ${ENTRY} in ${directory}.`);
  }
  const read = (name: string) => readFileSync(path.join(directory, name), 'utf8');
  const texts = readdirSync(directory).filter((name) => TEXT_MODULE.test(name));
  return [
    { type: 'ESModule', path: ENTRY, contents: read(ENTRY) },
    ...texts.map((name) => ({ type: 'Text' as const, path: name, contents: read(name) })),
  ];
}

/** What an upload of the bundle weighs, in bytes. */
export function gzipSize(modules: WorkerModule[]): number {
  return gzipSync(modules.map(({ contents }) => contents).join('\n')).byteLength;
}
