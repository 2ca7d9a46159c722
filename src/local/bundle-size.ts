import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Problem, runCommand } from './problem.ts';
import { buildBundle, gzipSize, readBundle } from './worker-bundle.ts';

/** Cloudflare takes 3 MB on its smallest plan; this is where somebody has to look at what a change brought in. */
const LIMIT_KB = 600;
const KB = 1024;

/** `npm run size`: what an upload of the Worker weighs, and a failure when that is too much. */
async function main(): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'invarium-bundle-'));
  try {
    await buildBundle(directory);
    const modules = readBundle(directory);
    const rawKb = modules.reduce((sum, { contents }) => sum + Buffer.byteLength(contents), 0) / KB;
    const gzipKb = gzipSize(modules) / KB;
    console.log(`Bundle: ${rawKb.toFixed(1)} KB, gzip ${gzipKb.toFixed(1)} KB (at most ${LIMIT_KB} KB)`);
    if (gzipKb > LIMIT_KB) throw new Problem(`The bundle is over ${LIMIT_KB} KB of gzip.`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

await runCommand(main);
