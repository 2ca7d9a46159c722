import path from 'node:path';
import { auditTable, readReviews } from './audit-table.ts';
import { runCommand } from './problem.ts';
import { ROOT } from './worker-bundle.ts';

/** `npm run audit -- [PATH…]`: the audits of blueprint files, folders of them, or recorded conversations, as Markdown. */
const SAMPLES = path.join(ROOT, 'test/blueprints');

async function main(): Promise<void> {
  const paths = process.argv.slice(2);
  const reviews = (paths.length > 0 ? paths : [SAMPLES]).flatMap((given) => readReviews(path.resolve(given)));
  console.log(auditTable(reviews));
}

await runCommand(main);
