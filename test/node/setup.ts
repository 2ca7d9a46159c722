import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildBundle } from '../../src/local/worker-bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of the built Worker, made once for all files. */
    bundle: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'invarium-test-bundle-'));
  await buildBundle(directory);
  project.provide('bundle', directory);
  return () => rmSync(directory, { recursive: true, force: true });
}
