import path from 'node:path';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';
import { answerOutside } from './faults/outbound.ts';
import { BUNDLED, bundleTests } from './worker-tests.ts';

const root = path.resolve(import.meta.dirname, '..');

await bundleTests();

/** Fixed, so that a test can sign a session or a code of its own. */
const SESSION_SECRET = '5e55'.repeat(16);

const SECOND_MS = 1000;

/** Rules over plain data: no runtime, no disk, quick enough to run on every save. */
const domain = {
  root,
  test: {
    name: 'domain',
    environment: 'node',
    // Nothing here has a state of its own, so files share what they import.
    isolate: false,
    maxWorkers: '100%',
    include: ['test/domain/**/*.test.ts', 'test/layering.test.ts'],
    // Properties of thousands of examples, on a machine that may be busy.
    testTimeout: 60 * SECOND_MS,
    sequence: { groupOrder: 0 },
  },
};

/** Real D1, real objects and sockets, in the Workers runtime. Storage is fresh for each file, not for each test. */
const workers = {
  root,
  logLevel: 'error' as const,
  plugins: [
    cloudflareTest(async () => ({
      // The product's Worker with a database that tests can break.
      main: path.join(root, BUNDLED.worker),
      wrangler: { configPath: path.join(root, 'wrangler.toml') },
      miniflare: {
        bindings: {
          SESSION_SECRET,
          TEST_MIGRATIONS: await readD1Migrations(path.join(root, 'src/store/migrations')),
        },
        outboundService: answerOutside,
      },
    })),
  ],
  test: {
    name: 'workers',
    include: [BUNDLED.tests],
    setupFiles: [BUNDLED.setup],
    maxWorkers: 2,
    testTimeout: 20 * SECOND_MS,
    hookTimeout: 30 * SECOND_MS,
    sequence: { groupOrder: 1 },
  },
};

/** Whole servers, processes and browsers, one file after the other: they measure memory and time. */
const node = {
  root,
  test: {
    name: 'node',
    environment: 'node',
    include: ['test/node/**/*.test.ts'],
    globalSetup: ['test/node/setup.ts'],
    testTimeout: 120 * SECOND_MS,
    hookTimeout: 60 * SECOND_MS,
    fileParallelism: false,
    sequence: { groupOrder: 2 },
  },
};

export default defineConfig({
  root,
  // The pool warns about source maps of packages and about its own new name at every start.
  logLevel: 'error',
  test: {
    projects: [domain, workers, node],
    // The line the Worker logs for each request.
    onConsoleLog: (line: string) => !line.startsWith('{"request_id"'),
  },
});
