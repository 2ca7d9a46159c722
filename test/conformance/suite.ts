import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { ROOT } from '../../src/local/worker-bundle.ts';

/** The official conformance suite, run as its own program and read by its own reports. */

const SUITE = path.join(ROOT, 'node_modules/@modelcontextprotocol/conformance');
const RUN_TIMEOUT_MS = 90_000;

const Scenarios = z.object({ server: z.array(z.string()) });
const Checks = z.array(z.object({ status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'INFO', 'SKIPPED']) }));

export type SuiteRun = { code: number; output: string; scored: string[]; passed: string[] };
type RunOptions = { url: string; revision: string; directory: string; expectedFailures?: string };

/** Runs what a revision requires of a server. `passed` holds the scored scenarios with neither a failure nor a warning. */
export async function runSuite({ url, revision, directory, expectedFailures }: RunOptions): Promise<SuiteRun> {
  const baseline = expectedFailures ? ['--expected-failures', expectedFailures] : [];
  const options = ['--url', url, '--requirements', revision, '--output-dir', directory, ...baseline];
  const { code, output } = await runNode([path.join(SUITE, 'dist/index.js'), 'server', ...options]);
  const scored = readScenarios(path.join(SUITE, 'requirements', `${revision}.yaml`));
  return { code, output, scored, passed: scored.filter((scenario) => hasPassed(directory, scenario)) };
}

/** The scenarios of a requirement set, or of a list of expected failures. */
export function readScenarios(file: string): string[] {
  return Scenarios.parse(parse(readFileSync(file, 'utf8'))).server;
}

/** A report lies in a directory named by its scenario and the time. */
function hasPassed(directory: string, scenario: string): boolean {
  const name = new RegExp(`^server-${scenario}-\\d{4}-\\d{2}-\\d{2}T`);
  const report = readdirSync(directory).find((entry) => name.test(entry));
  if (!report) return false;
  const checks = Checks.parse(JSON.parse(readFileSync(path.join(directory, report, 'checks.json'), 'utf8')));
  const has = (wanted: string) => checks.some(({ status }) => status === wanted);
  return has('SUCCESS') && !has('FAILURE') && !has('WARNING');
}

function runNode(command: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { timeout: RUN_TIMEOUT_MS }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: `${stdout}${stderr}` }),
    );
  });
}
