import { rmSync } from 'node:fs';
import path from 'node:path';
import { applyMigrations } from '../../src/local/migrations.ts';
import { guardRuntime, startRuntime } from '../../src/local/runtime.ts';
import { makeIdentity, seedLocal } from '../../src/local/seed.ts';
import { buildBundle, readBundle, type WorkerModule } from '../../src/local/worker-bundle.ts';
import type { CredentialStores } from '../../src/store/credentials.ts';

export type FixtureServer = { url: string; modules: WorkerModule[]; stop: () => Promise<void> };

/** Builds the fixture Worker and serves it as `npm start` serves the product, with a key that the product accepts. */
export async function serveFixtures(directory: string): Promise<FixtureServer> {
  const bundle = path.join(directory, 'bundle');
  await buildBundle(bundle, 'test/conformance/worker.ts');
  const modules = readBundle(bundle);
  const identity = makeIdentity({});
  const bindings = { API_KEY: identity.apiKey, SESSION_SECRET: identity.apiKey };
  const note = path.join(directory, 'runtime');
  const guard = guardRuntime(note);
  const runtime = startRuntime({ modules, bindings, port: 0, stateDirectory: directory, note, log: () => undefined });
  const stop = async () => {
    await runtime.dispose();
    await guard.release();
    rmSync(directory, { recursive: true, force: true });
  };
  const { origin } = await runtime.ready;
  const stores = await runtime.getBindings<CredentialStores>();
  await applyMigrations(stores.DB);
  await seedLocal(stores, identity, Date.now());
  return { url: `${origin}/mcp`, modules, stop };
}
