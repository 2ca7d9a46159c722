import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readBundle, type WorkerModule } from '../../src/local/worker-bundle.ts';
import { type FixtureServer, serveFixtures } from '../conformance/serve.ts';
import { readScenarios, runSuite, type SuiteRun } from '../conformance/suite.ts';
import { freshDirectory, ROOT } from './server.ts';

const EXPECTED_FAILURES = path.join(ROOT, 'test/conformance/expected-failures.2025-11-25.yaml');

let directory: string;
let server: FixtureServer;

beforeAll(async () => {
  directory = freshDirectory();
  server = await serveFixtures(directory);
});
afterAll(() => server.stop());

function run(revision: string, baseline: { expectedFailures?: string } = {}): Promise<SuiteRun> {
  return runSuite({ url: server.url, revision, directory: path.join(directory, revision), ...baseline });
}

function report(revision: string, { scored, passed }: SuiteRun): void {
  console.log(`MCP conformance at ${revision}: ${passed.length} of ${scored.length} scored scenarios passed`);
}

test('every scenario that the 2026-07-28 revision requires of a server passes', async () => {
  const suite = await run('2026-07-28');
  report('2026-07-28', suite);
  expect(suite.passed, suite.output).toEqual(suite.scored);
  expect(suite.passed).toHaveLength(37);
  expect(suite.code).toBe(0);
});

test('at 2025-11-25 only the scenarios fail that need a session', async () => {
  const suite = await run('2025-11-25', { expectedFailures: EXPECTED_FAILURES });
  report('2025-11-25', suite);
  const missing = suite.scored.filter((scenario) => !suite.passed.includes(scenario));
  expect(missing.toSorted(), suite.output).toEqual(readScenarios(EXPECTED_FAILURES).toSorted());
  expect(suite.passed).toHaveLength(25);
  expect(suite.code).toBe(0);
});

test('nothing of the fixtures is in what is deployed', () => {
  const holds = (modules: WorkerModule[]) => modules.some(({ contents }) => contents.includes('test_simple_text'));
  expect(holds(server.modules)).toBe(true);
  expect(holds(readBundle(inject('bundle')))).toBe(false);
});
