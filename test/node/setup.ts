import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildBundle } from '../../src/local/worker-bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of the built Worker, made once for all files. */
    bundle: string;
  }
}

/** Two projects ask for the same bundle, one after the other: the first one builds it. */
export default async function setup(project: TestProject): Promise<() => void> {
  const { bundle } = project.getProvidedContext();
  if (!existsSync(path.join(bundle, 'worker.js'))) await buildBundle(bundle);
  return () => rmSync(bundle, { recursive: true, force: true });
}
