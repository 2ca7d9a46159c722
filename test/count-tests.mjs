// The last line of `.ci/run`: counted from the runner's own report, never from what was printed.
import { existsSync, readFileSync } from 'node:fs';

const [file, ...failedSteps] = process.argv.slice(2);
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;

/** A file that could not even be loaded has no tests to fail. */
const brokenFiles = (report?.testResults ?? []).filter(
  (one) => one.status === 'failed' && one.assertionResults.length === 0,
);
const failedTests = report ? report.numFailedTests + brokenFiles.length : 1;
/** The test step fails by its tests; it counts by itself only where none of them did, as with an error between tests. */
const otherSteps = failedSteps.filter((step) => failedTests === 0 || !/\btest\b/.test(step));
const failed = failedTests + otherSteps.length;

console.log(`${report?.numPassedTests ?? 0} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
