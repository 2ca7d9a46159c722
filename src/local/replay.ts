import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readCorpus } from './corpus.ts';
import { Problem, runCommand } from './problem.ts';
import { Progress } from './progress.ts';
import { replayCorpus, SHARDS } from './replay-corpus.ts';
import { printReport } from './replay-report.ts';
import { serverAddress } from './server-address.ts';

const SEEDS = 1_000_000;

const USAGE = `npm run replay -- DIR [--seed N] [--json FILE]

Streams the recorded conversations of a folder to the running server, one result a call, in any order, every tenth
twice, from ${SHARDS} shards at once, and compares the verdicts with the recorded rewards.`;

function readArguments() {
  try {
    const options = { seed: { type: 'string' }, json: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [directory, ...others] = positionals;
    const seed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : Number(values.seed);
    if (directory && others.length === 0 && Number.isInteger(seed)) return { directory, seed, json: values.json };
  } catch {
    // An option that is not known; the usage below names those that are.
  }
  throw new Problem(USAGE);
}

async function main(): Promise<void> {
  const { directory, seed, json } = readArguments();
  let progress: Progress | undefined;
  const report = await replayCorpus(readCorpus(path.resolve(directory)), {
    seed,
    address: serverAddress,
    opened: ({ url }, calls) => {
      console.log(`Seed ${seed}. Watch the run live: ${url}`);
      progress = new Progress(calls);
    },
    answered: ({ counts }) =>
      progress?.step(`${counts.total} counted, ${counts.passed} passed, ${counts.failed} failed`),
    away: (patienceMs) => console.error(`The server is away. Trying again for ${patienceMs / 1000} s.`),
  });
  printReport(report);
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (report.faults.length > 0) process.exitCode = 1;
}

await runCommand(main);
