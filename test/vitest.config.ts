import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
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

/** Chunks are sent to the runtime for each test file; their maps, which lead from a bundle to the same bundle, would double that. */
const withoutMaps = {
  name: 'without-maps',
  transform: (code: string, id: string) =>
    id.includes(BUNDLED.chunks) ? { code, map: { mappings: '' as const } } : undefined,
};

/** Real D1, real objects and sockets, in the Workers runtime. Storage is fresh for each file, not for each test. */
const workers = {
  root,
  logLevel: 'error' as const,
  plugins: [
    withoutMaps,
    cloudflareTest(async () => ({
      // The product's Worker with a database that tests can break.
      main: path.join(root, BUNDLED.worker),
      wrangler: { configPath: path.join(root, 'wrangler.toml') },
      miniflare: {
        bindings: {
          SESSION_SECRET,
          // Counted in the Worker: the runtime's own limiter writes a database row for each request.
          RATE_LIMITS: '{"key": 20000, "source": 600}',
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

/** What measures time or memory has the machine to itself. */
const MEASURING = ['dashboard-live', 'dashboard-restart', 'ingest-hostile'].map((name) => `test/node/${name}.test.ts`);

const wholeServers = {
  environment: 'node',
  globalSetup: ['test/node/setup.ts'],
  provide: { bundle: path.join(tmpdir(), `invarium-test-bundle-${randomUUID()}`) },
  testTimeout: 120 * SECOND_MS,
  hookTimeout: 60 * SECOND_MS,
  expect: { poll: { timeout: 10 * SECOND_MS } },
};

/** Whole servers, processes and browsers. */
const node = {
  root,
  test: {
    ...wholeServers,
    name: 'node',
    include: ['test/node/**/*.test.ts'],
    exclude: MEASURING,
    maxWorkers: 2,
    sequence: { groupOrder: 2 },
  },
};

/** The same, one file after the other. */
const measured = {
  root,
  test: {
    ...wholeServers,
    name: 'measured',
    include: MEASURING,
    fileParallelism: false,
    sequence: { groupOrder: 3 },
  },
};

export default defineConfig({
  root,
  // The pool warns about source maps of packages and about its own new name at every start.
  logLevel: 'error',
  test: {
    projects: [domain, workers, node, measured],
    // The line the Worker logs for each request.
    onConsoleLog: (line: string) => !line.startsWith('{"request_id"'),
  },
});
