import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

/**
 * The tests of the Workers runtime as few files instead of a thousand. The runtime fetches each module on its own, 10 ms at a time and anew
 * for each test file: bundled with what they share in common chunks, a file is ready in 2 s instead of 12. Chunks are one instance for the
 * tests and the Worker under test, so that a test can break the Worker's database.
 */

const ROOT = path.resolve(import.meta.dirname, '..');
const SOURCES = 'test/workers';
const SETUP = 'test/workers/setup.ts';
const WORKER = 'test/faults/worker.ts';
const OUTS = '.wrangler/tests';
/** Of this process alone: another one that runs tests at the same time must find its own. */
const OUT = `${OUTS}/${process.pid}`;
/** What the runtime and the test runner bring. */
const BROUGHT = ['cloudflare:*', 'node:*', 'vitest', 'async_hooks', 'buffer', 'crypto', 'events', 'process', 'stream'];

/** Where the bundled files are, from the root. */
export const BUNDLED = {
  tests: `${OUT}/${SOURCES}/**/*.test.js`,
  setup: `${OUT}/${SETUP.replace(/ts$/, 'js')}`,
  worker: `${OUT}/${WORKER.replace(/ts$/, 'js')}`,
  chunks: `${OUT}/chunks/`,
};

/** Bundles them, for as long as this process runs. @throws what esbuild finds wrong */
export async function bundleTests(): Promise<void> {
  removeLeftOver();
  process.once('exit', () => rmSync(path.join(ROOT, OUT), { recursive: true, force: true }));
  const tests = readdirSync(path.join(ROOT, SOURCES)).filter((name) => /\.test\.tsx?$/.test(name));
  await build({
    absWorkingDir: ROOT,
    entryPoints: [...tests.map((name) => `${SOURCES}/${name}`), SETUP, WORKER],
    outdir: OUT,
    outbase: ROOT,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'esnext',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser', 'import'],
    external: BROUGHT,
    // As in wrangler.toml.
    alias: { '@modelcontextprotocol/server/_shims': './src/http/mcp-shims.ts' },
    loader: { '.md': 'text' },
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    logLevel: 'error',
  });
}

/** What a process left that was killed. */
function removeLeftOver(): void {
  const outs = path.join(ROOT, OUTS);
  mkdirSync(outs, { recursive: true });
  for (const name of readdirSync(outs)) if (!isRunning(name)) rmSync(path.join(outs, name), { recursive: true });
}

function isRunning(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}
